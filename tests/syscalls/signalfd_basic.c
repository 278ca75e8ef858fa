/*
 * tests/syscalls/signalfd_basic.c - signalfd(2): reads of one and several records, their fields,
 * buffers that are too small.
 */
#include "check.h"
#include <sys/signalfd.h>

static int fd;

static void show_record(const struct signalfd_siginfo *si)
{
	say("%s code %d pid %d uid %d int %d errno %d", sig_name(si->ssi_signo), si->ssi_code,
	    (pid_t)si->ssi_pid == getpid(), si->ssi_uid == getuid(), si->ssi_int, si->ssi_errno);
}

static long get(const char *what, size_t size, int records)
{
	struct signalfd_siginfo si[4];
	long n = read(fd, si, size);

	show(what, n < 0 ? n : size % sizeof(si[0]) || records == 1 ? n : n / (long)sizeof(si[0]));
	for (long i = 0; i < n / (long)sizeof(si[0]); i++)
		show_record(&si[i]);
	return n;
}

int main(void)
{
	sigset_t set;
	size_t one = sizeof(struct signalfd_siginfo);

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = show_fd("signalfd", signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
	show("F_GETFD", fcntl(fd, F_GETFD));
	show_true("O_NONBLOCK", fcntl(fd, F_GETFL) & O_NONBLOCK);
	get("nothing there", one, 1);

	kill(getpid(), SIGUSR1);
	get("small buffer", one - 1, 1);
	get("one", one, 1);
	get("nothing more", one, 1);

	sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 5});
	sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 6});
	raise(SIGUSR2);
	get("three of four", 4 * one, 4);

	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR2);
	get("room for one and a half", one + one / 2, 1);
	get("the other", one, 1);
	show("write", write(fd, &set, one > sizeof(set) ? sizeof(set) : one));
	show("lseek", lseek(fd, 0, SEEK_SET));
	return 0;
}
