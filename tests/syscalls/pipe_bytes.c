/* tests/syscalls/pipe_bytes.c - pipe(7): small writes share pages; many of them fit. */
#include "fs_check.h"

int main(void)
{
	static char buf[70000];
	int p[2], writes = 0;

	if (pipe2(p, O_NONBLOCK) < 0)
		die("pipe2");
	while (write(p[1], "0123456789", 10) == 10 && writes < 10000)
		writes++;
	show("one more", write(p[1], "0123456789", 10));
	show_true("more than one page's worth", writes > 409);
	show_true("the capacity is used well", writes * 10 > 60000);
	show_true("all of it comes back", read(p[0], buf, sizeof(buf)) == writes * 10);
	show_true("in order", !memcmp(buf, "01234567890123456789", 20));
	return 0;
}
