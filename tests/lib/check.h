/*
 * check.h - the few functions that the test programs in tests/ share.
 *
 * A test program runs natively first and in the sandbox afterwards; its standard output and its
 * exit status must be equal in both. It prints one line per observation with the show functions
 * below, and never a value that may differ from run to run (pids, addresses, inode numbers).
 *
 * Include this file first (it sets _GNU_SOURCE). There is nothing to link: build a program with
 *	cc -std=gnu17 -O2 -Wall -Wextra -Itests/lib -pthread x.c
 *
 * A constructor makes stdout line-buffered, so that forked children own no copy of half a buffer,
 * and arms alarm(60) as a watchdog: define CHECK_NO_WATCHDOG before the #include to go without.
 */
#ifndef TESTS_LIB_CHECK_H
#define TESTS_LIB_CHECK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CHECK_UNUSED __attribute__((unused))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Addresses that no process has mapped, for EFAULT; volatile, so that no compiler complains. */
CHECK_UNUSED static void *volatile check_bad_ptr = (void *)0x10;
CHECK_UNUSED static void *volatile check_null_ptr;
#define BAD_PTR ((void *)check_bad_ptr)
#define NULL_PTR ((void *)check_null_ptr)

/* A system call by its number; -1 and errno on failure. */
#define raw(...) syscall(__VA_ARGS__)

__attribute__((constructor)) static void check_init(void)
{
	static char buf[BUFSIZ];

	/* With a buffer of our own, printing does not touch the heap. */
	setvbuf(stdout, buf, _IOLBF, sizeof(buf));
#ifndef CHECK_NO_WATCHDOG
	alarm(60);
#endif
}

/* Set-up went wrong: there is nothing to compare. */
__attribute__((format(printf, 1, 2), noreturn)) CHECK_UNUSED static void die(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	fprintf(stderr, "set-up failed: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, " (errno: %s)\n", strerror(err));
	_exit(99);
}

/* "ENOENT"; "0" for no error; "E512" for a number without a name. */
CHECK_UNUSED static const char *errno_name(int err)
{
	static __thread char buf[4][24];
	static __thread unsigned int next;
	const char *name = err > 0 ? strerrorname_np(err) : NULL;
	char *p;

	if (name)
		return name;
	p = buf[next++ % 4];
	snprintf(p, sizeof(buf[0]), err ? "E%d" : "%d", err);
	return p;
}

/* "SIGINT", "SIGRTMIN+3", "SIG0" for a number without a name. */
CHECK_UNUSED static const char *sig_name(int sig)
{
	static __thread char buf[4][24];
	static __thread unsigned int next;
	const char *name = sigabbrev_np(sig);
	char *p = buf[next++ % 4];

	if (name)
		snprintf(p, sizeof(buf[0]), "SIG%s", name);
	else if (sig >= SIGRTMIN && sig <= SIGRTMAX)
		snprintf(p, sizeof(buf[0]), "SIGRTMIN+%d", sig - SIGRTMIN);
	else
		snprintf(p, sizeof(buf[0]), "SIG%d", sig);
	return p;
}

/* One line of output, for what fits none of the forms below. */
__attribute__((format(printf, 1, 2))) CHECK_UNUSED static void say(const char *fmt, ...)
{
	int err = errno;
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	errno = err;
}

/* "what: 5" or "what: -1 ENOENT" (errno): the result of a call. Returns it, errno is kept. */
CHECK_UNUSED static long show(const char *what, long ret)
{
	if (ret == -1)
		say("%s: -1 %s", what, errno_name(errno));
	else
		say("%s: %ld", what, ret);
	return ret;
}

/* "what: ok" or "what: -1 EMFILE": a call whose result, if it works, is a number of no interest. */
CHECK_UNUSED static long show_ok(const char *what, long ret)
{
	if (ret == -1)
		say("%s: -1 %s", what, errno_name(errno));
	else
		say("%s: ok", what);
	return ret;
}

CHECK_UNUSED static int show_fd(const char *what, int fd)
{
	return show_ok(what, fd);
}

/* The same for a call that returns a pointer, with MAP_FAILED for failure (mmap, shmat). */
CHECK_UNUSED static void *show_ptr(const char *what, void *p)
{
	show_ok(what, p == (void *)-1 ? -1 : 0);
	return p;
}

/* "what: ok" or "what: ETIMEDOUT": a call that returns the error number (pthread_*). */
CHECK_UNUSED static int show_err(const char *what, int err)
{
	say("%s: %s", what, err ? errno_name(err) : "ok");
	return err;
}

CHECK_UNUSED static void show_val(const char *what, long val)
{
	say("%s: %ld", what, val);
}

/* "what: 1" or "what: 0". */
CHECK_UNUSED static bool show_true(const char *what, bool cond)
{
	say("%s: %d", what, cond);
	return cond;
}

/* 'what: "text"', len bytes of it, with \n and \x1b forms for what is not printable. */
CHECK_UNUSED static void show_data(const char *what, const void *data, size_t len)
{
	const unsigned char *s = data;
	char out[4 * 512 + 4], *p = out;

	for (size_t i = 0; i < len && i < 512; i++) {
		if (s[i] == '\n')
			p += sprintf(p, "\\n");
		else if (s[i] == '"' || s[i] == '\\')
			p += sprintf(p, "\\%c", s[i]);
		else if (isprint(s[i]))
			*p++ = s[i];
		else
			p += sprintf(p, "\\x%02x", s[i]);
	}
	*p = '\0';
	say("%s: \"%s\"", what, out);
}

CHECK_UNUSED static void show_str(const char *what, const char *s)
{
	if (s)
		show_data(what, s, strlen(s));
	else
		say("%s: NULL", what);
}

/* "what: exit 3", "what: signal SIGKILL", "what: stopped SIGSTOP" or "what: continued". */
CHECK_UNUSED static void show_status(const char *what, int wstatus)
{
	if (WIFEXITED(wstatus))
		say("%s: exit %d", what, WEXITSTATUS(wstatus));
	else if (WIFSIGNALED(wstatus))
		say("%s: signal %s", what, sig_name(WTERMSIG(wstatus)));
	else if (WIFSTOPPED(wstatus))
		say("%s: stopped %s", what, sig_name(WSTOPSIG(wstatus)));
	else if (WIFCONTINUED(wstatus))
		say("%s: continued", what);
	else
		say("%s: status 0x%x", what, wstatus);
}

CHECK_UNUSED static pid_t xfork(void)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	return pid;
}

/* Waits for one child, which may be anything that waitpid takes; returns its status. */
CHECK_UNUSED static int xwait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("waitpid");
	return status;
}

/* Runs fn(arg) in a child, which exits with what it returns; returns the status of the child. */
CHECK_UNUSED static int run_child(int (*fn)(void *), void *arg)
{
	pid_t pid = xfork();

	if (pid == 0) {
		int code = fn(arg);

		fflush(stdout);
		_exit(code);
	}
	return xwait(pid);
}

CHECK_UNUSED static void xpipe(int fds[2])
{
	if (pipe(fds) < 0)
		die("pipe");
}

CHECK_UNUSED static void nap_ms(int ms)
{
	struct timespec ts = {ms / 1000, ms % 1000 * 1000000L};

	while (nanosleep(&ts, &ts) < 0 && errno == EINTR)
		;
}

/* Makes (or empties) a file with mode 0644 and these bytes in it. */
CHECK_UNUSED static void write_data(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	const char *p = data;

	if (fd < 0)
		die("open %s", path);
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n <= 0)
			die("write %s", path);
		p += n;
		len -= n;
	}
	close(fd);
}

CHECK_UNUSED static void write_file(const char *path, const char *text)
{
	write_data(path, text, strlen(text));
}

/*
 * Reads at most size - 1 bytes of a file and adds a '\0'. Returns the number of bytes, or -1 with
 * errno set and an empty string in buf.
 */
CHECK_UNUSED static ssize_t read_file(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;

	buf[0] = '\0';
	if (fd < 0)
		return -1;
	while (len < size - 1) {
		ssize_t n = read(fd, buf + len, size - 1 - len);

		if (n < 0) {
			int err = errno;

			close(fd);
			buf[0] = '\0';
			errno = err;
			return -1;
		}
		if (n == 0)
			break;
		len += n;
	}
	close(fd);
	buf[len] = '\0';
	return len;
}

/* Copies the running program to path, mode 0755: something to exec. */
CHECK_UNUSED static void copy_self(const char *path)
{
	int in = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	static char buf[65536];
	ssize_t n;

	if (in < 0 || out < 0)
		die("copy_self %s", path);
	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, n) != n)
			die("copy_self %s", path);
	if (fchmod(out, 0755) < 0)
		die("copy_self %s", path);
	close(in);
	close(out);
}

/* Installs a handler; flags are SA_ flags, 0 for calls that shall fail with EINTR. */
CHECK_UNUSED static void on_signal(int sig, void (*handler)(int), int flags)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = flags};

	sigemptyset(&sa.sa_mask);
	if (sigaction(sig, &sa, NULL) < 0)
		die("sigaction");
}

CHECK_UNUSED static void on_siginfo(int sig, void (*fn)(int, siginfo_t *, void *), int flags)
{
	struct sigaction sa = {.sa_sigaction = fn, .sa_flags = flags | SA_SIGINFO};

	sigemptyset(&sa.sa_mask);
	if (sigaction(sig, &sa, NULL) < 0)
		die("sigaction");
}

/*
 * SIGALRM every ms milliseconds (0: no more of it). As it repeats, one comes sooner or later while
 * the process sleeps in a call, however slow the machine is. It takes the place of the watchdog.
 */
CHECK_UNUSED static void tick_ms(int ms)
{
	struct itimerval it = {{0, ms * 1000}, {0, ms * 1000}};

	if (setitimer(ITIMER_REAL, &it, NULL) < 0)
		die("setitimer");
}

#endif
