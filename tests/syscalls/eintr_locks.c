/*
 * tests/syscalls/eintr_locks.c - waiting for file locks (F_SETLKW, F_OFD_SETLKW, flock) and a
 * handled signal: EINTR or a restart.
 */
#include "check.h"
#include <sys/file.h>

static volatile int calls;
static int other = -1;
static pid_t holder;

static void handler(int sig)
{
	(void)sig;
	if (++calls != 3)
		return;
	if (other >= 0)
		close(other);
	if (holder > 0)
		kill(holder, SIGKILL);
}

static void hold(void)
{
	struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int p[2];
	char c;

	xpipe(p);
	holder = xfork();
	if (holder == 0) {
		int fd = open("f", O_RDWR);

		if (fcntl(fd, F_SETLK, &fl) < 0)
			_exit(1);
		close(p[0]);
		close(p[1]);
		for (;;)
			pause();
	}
	close(p[1]);
	if (read(p[0], &c, 1) < 0)
		die("read");
	close(p[0]);
}

int main(void)
{
	struct flock fl = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd;

	write_file("f", "x");
	fd = open("f", O_RDWR);

	calls = 100;
	hold();
	on_signal(SIGALRM, handler, 0);
	tick_ms(5);
	show("F_SETLKW", fcntl(fd, F_SETLKW, &fl));
	show("F_OFD_SETLKW", fcntl(fd, F_OFD_SETLKW, &fl));
	on_signal(SIGALRM, handler, SA_RESTART);
	calls = 0;
	show("F_SETLKW with SA_RESTART", fcntl(fd, F_SETLKW, &fl));
	tick_ms(0);
	show_status("holder", xwait(holder));
	holder = 0;

	other = open("f", O_RDWR);
	show("flock", flock(other, LOCK_EX));
	calls = 100;
	on_signal(SIGALRM, handler, 0);
	tick_ms(5);
	show("flock of another", flock(fd, LOCK_SH));
	on_signal(SIGALRM, handler, SA_RESTART);
	calls = 0;
	show("flock with SA_RESTART", flock(fd, LOCK_SH));
	tick_ms(0);
	return 0;
}
