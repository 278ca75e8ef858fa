/* tests/syscalls/pipe_thousands.c - while root holds more pipes than pipe-user-pages-soft gives pages for,
 * those of others are made and work as ever. */
#include "fs_check.h"

#include <sys/resource.h>
#include <sys/wait.h>

#define HOLDERS 24
#define PIPES 1000

/* Until everybody has closed the other end. */
static void hold(int ready, int end)
{
	int fds[2], nr = 0;
	char c;

	while (nr < PIPES && pipe(fds) == 0)
		nr++;
	c = nr == PIPES ? 'y' : 'n';
	write(ready, &c, 1);
	read(end, &c, 1);
	_exit(0);
}

int main(void)
{
	struct rlimit lim;
	int ready[2], end[2], fds[2], all = 0;
	char buf[64];

	getrlimit(RLIMIT_NOFILE, &lim);
	lim.rlim_cur = lim.rlim_max;
	setrlimit(RLIMIT_NOFILE, &lim);
	if (pipe(ready) < 0 || pipe(end) < 0)
		return 1;
	for (int i = 0; i < HOLDERS; i++)
		if (fork() == 0) {
			close(end[1]);
			hold(ready[1], end[0]);
		}
	for (int i = 0; i < HOLDERS; i++)
		all += read(ready[0], buf, 1) == 1 && buf[0] == 'y';
	printf("%d of %d have their pipes\n", all, HOLDERS);
	show("pipe", pipe(fds));
	show("write", write(fds[1], "hello", 5));
	show_read("read", read(fds[0], buf, 64), buf);
	close(end[1]);
	while (wait(NULL) > 0)
		;
	return 0;
}
