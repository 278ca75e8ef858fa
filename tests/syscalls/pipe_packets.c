/* tests/syscalls/pipe_packets.c - pipe2(2) with O_DIRECT: each write is a packet. */
#include "fs_check.h"
#include <sys/ioctl.h>

int main(void)
{
	static char buf[20000];
	int p[2], n;

	if (pipe2(p, O_DIRECT | O_NONBLOCK) < 0)
		die("pipe2");
	must(write(p[1], "first", 5));
	must(write(p[1], "second", 6));
	must(write(p[1], "third", 5));
	show("FIONREAD", ioctl(p[0], FIONREAD, &n));
	show_val("is", n);
	show_read("one packet", read(p[0], buf, sizeof(buf)), buf);
	show_read("part of one", read(p[0], buf, 3), buf);
	show_read("the rest of it is lost", read(p[0], buf, sizeof(buf)), buf);
	show("empty", read(p[0], buf, sizeof(buf)));
	show("write 10000", write(p[1], buf, 10000));
	show("comes in pages", read(p[0], buf, sizeof(buf)));
	show("page", read(p[0], buf, sizeof(buf)));
	show("rest", read(p[0], buf, sizeof(buf)));
	show("write nothing", write(p[1], buf, 0));
	show("no packet for it", read(p[0], buf, sizeof(buf)));
	n = 0;
	while (write(p[1], "x", 1) == 1 && n < 1000)
		n++;
	show_val("packets that fit", n);
	show("switch off", fcntl(p[1], F_SETFL, O_NONBLOCK));
	show_read("a packet", read(p[0], buf, 10), buf);
	show("write", write(p[1], "ab", 2));
	show("write", write(p[1], "cd", 2));
	while (read(p[0], buf, 1) == 1 && buf[0] == 'x')
		;
	show_read("plain data", read(p[0], buf + 1, 10), buf + 1);
	return 0;
}
