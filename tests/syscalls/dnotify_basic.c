/* tests/syscalls/dnotify_basic.c - fcntl(2) F_NOTIFY: signals for changes in a directory. */
#include "check.h"

static volatile sig_atomic_t count, last_fd;

static void handler(int sig, siginfo_t *si, void *ctx)
{
	(void)sig;
	(void)ctx;
	count++;
	last_fd = si->si_fd;
}

static void expect(const char *what, int dir)
{
	for (int i = 0; i < 100 && count == 0; i++)
		nap_ms(10);
	say("%s: %d signals, right descriptor: %d", what, (int)count, last_fd == dir);
	count = 0;
	last_fd = -1;
}

int main(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_RESTART};
	int dir, fd;

	mkdir("d", 0700);
	dir = open("d", O_RDONLY | O_DIRECTORY);
	fd = open("f", O_RDWR | O_CREAT, 0600);
	show("on a file", fcntl(fd, F_NOTIFY, DN_CREATE));
	sigaction(SIGRTMIN + 1, &sa, NULL);
	show("F_SETSIG", fcntl(dir, F_SETSIG, SIGRTMIN + 1));
	show("once", fcntl(dir, F_NOTIFY, DN_CREATE));
	close(open("d/a", O_RDWR | O_CREAT, 0600));
	expect("create", dir);
	close(open("d/b", O_RDWR | O_CREAT, 0600));
	nap_ms(50);
	say("create again: %d signals", (int)count);
	show("many", fcntl(dir, F_NOTIFY, DN_CREATE | DN_DELETE | DN_MULTISHOT));
	unlink("d/a");
	expect("delete", dir);
	mkdir("d/c", 0700);
	expect("mkdir", dir);
	rmdir("d/c");
	expect("rmdir", dir);
	show("end", fcntl(dir, F_NOTIFY, 0));
	unlink("d/b");
	nap_ms(50);
	say("afterwards: %d signals", (int)count);
	return 0;
}
