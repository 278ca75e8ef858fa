/* tests/syscalls/eventfd_block.c - eventfd(2): blocked reads and writes, fork, epoll. */
#include "fs_check.h"
#include <sys/eventfd.h>

int main(void)
{
	volatile int *flag = shared_alloc(sizeof(*flag) * 2);
	uint64_t v;
	int fd = eventfd(0, 0), ret;

	if (xfork() == 0) {
		nap_ms(20);
		flag[0] = 1;
		v = 12;
		must(write(fd, &v, 8));
		_exit(0);
	}
	show("read", read(fd, &v, 8));
	show_val("value", v);
	show_true("it has waited", flag[0]);
	xwait(-1);
	v = ~0ULL - 1;
	show("write the most", write(fd, &v, 8));
	if (xfork() == 0) {
		nap_ms(20);
		flag[1] = 1;
		must(read(fd, &v, 8));
		_exit(0);
	}
	v = 5;
	show("write more", write(fd, &v, 8));
	show_true("it has waited", flag[1]);
	xwait(-1);
	show("read", read(fd, &v, 8));
	show_val("value", v);
	pest_start();
	ret = read(fd, &v, 8);
	pest_stop();
	show("interrupted read", ret);
	v = ~0ULL - 1;
	must(write(fd, &v, 8));
	v = 1;
	pest_start();
	ret = write(fd, &v, 8);
	pest_stop();
	show("interrupted write", ret);
	return 0;
}
