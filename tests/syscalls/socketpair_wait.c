/* tests/syscalls/socketpair_wait.c - socketpair(2): blocked readers and writers; big transfers. */
#include "fs_check.h"
#include <sys/socket.h>

#define SIZE 500000

int main(void)
{
	static char buf[20000];
	volatile int *flag = shared_alloc(sizeof(*flag));
	int s[2], ret;
	size_t total = 0;
	bool ok = true;
	ssize_t n;

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	if (xfork() == 0) {
		close(s[0]);
		n = read(s[1], buf, 10);
		show_true("it has waited", *flag);
		show_read("read", n, buf);
		_exit(0);
	}
	close(s[1]);
	nap_ms(20);
	*flag = 1;
	must(write(s[0], "data", 4));
	xwait(-1);
	show("the other side is gone", read(s[0], buf, 1));

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	if (xfork() == 0) {
		char *data = shared_alloc(SIZE);

		close(s[0]);
		pattern_fill(data, SIZE, 0);
		show("write", write(s[1], data, SIZE));
		_exit(0);
	}
	close(s[1]);
	while ((n = read(s[0], buf, sizeof(buf))) > 0) {
		ok = ok && pattern_ok(buf, n, total);
		total += n;
	}
	show_val("read", total);
	show_true("intact", ok);
	xwait(-1);

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	pest_start();
	ret = read(s[0], buf, 1);
	pest_stop();
	show("interrupted", ret);
	return 0;
}
