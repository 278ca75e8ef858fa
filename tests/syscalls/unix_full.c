/* tests/syscalls/unix_full.c - how much fits into a socket, SIOCOUTQ, blocked and partial writes. */
#include "fs_check.h"
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static void fill(int type, int size, int sndbuf)
{
	static char block[300000];
	long count = 0, total = 0, n;
	int s[2], q;

	must(socketpair(AF_UNIX, type | SOCK_NONBLOCK, 0, s));
	if (sndbuf)
		must(setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &sndbuf, sizeof(sndbuf)));
	while ((n = write(s[0], block, size)) > 0) {
		total += n;
		count++;
	}
	ioctl(s[0], SIOCOUTQ, &q);
	say("type %d size %d: %ld writes, %ld bytes, %d charged", type, size, count, total, q);
	ioctl(s[1], SIOCINQ, &q);
	show_val("  to read", q);
	close(s[0]);
	close(s[1]);
}

int main(void)
{
	static const int sizes[] = {1, 100, 1000, 4096, 8192, 20000, 65536, 150000};
	static char block[300000];
	struct timeval tv = {0, 50000};
	volatile long *got = shared_alloc(sizeof(*got));
	int s[2], ret;

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		fill(SOCK_STREAM, sizes[i], 0);
		fill(SOCK_DGRAM, sizes[i], 0);
	}
	fill(SOCK_STREAM, 3000, 5000);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	must(setsockopt(s[0], SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)));
	show("partial by time-out", write(s[0], block, sizeof(block)));
	show("none by time-out", write(s[0], block, sizeof(block)));
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	pest_start();
	ret = write(s[0], block, sizeof(block));
	show("partial by signal", ret);
	ret = write(s[0], block, sizeof(block));
	pest_stop();
	show("none by signal", ret);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	if (xfork() == 0) {
		long n;

		close(s[0]);
		nap_ms(20);
		while ((n = read(s[1], block, 5000)) > 0)
			*got += n;
		_exit(0);
	}
	close(s[1]);
	show("all", write(s[0], block, sizeof(block)));
	show("all", send(s[0], block, sizeof(block), MSG_WAITALL));
	close(s[0]);
	xwait(-1);
	show_val("arrived", *got);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
	catch_signal(SIGPIPE, count_signal, 0);
	if (xfork() == 0) {
		close(s[0]);
		nap_ms(20);
		must(read(s[1], block, 5000));
		_exit(0);
	}
	close(s[1]);
	show("reader goes", write(s[0], block, sizeof(block)));
	show("and then", write(s[0], block, 1));
	show_val("signals", signals_seen);
	xwait(-1);
	return 0;
}
