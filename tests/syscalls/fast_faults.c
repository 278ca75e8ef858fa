/*
 * tests/syscalls/fast_faults.c - bad addresses given to frequent calls, SIGSEGV and SIGBUS beside them:
 * EFAULT for calls, the program's own faults and handlers as ever, whoever asks sees its own actions.
 */
#include "check.h"
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <sys/utsname.h>

#define WARM 500

static char *page, *bad; /* bad: not mapped, right behind page */
static int fd, p[2];

static void warm(void)
{
	char buf[64];
	struct stat st;

	for (int i = 0; i < WARM; i++)
		if (pread(fd, buf, sizeof(buf), 0) != 8 || stat("data", &st) < 0 ||
		    write(p[1], buf, 8) != 8 || read(p[0], buf, 8) != 8 ||
		    access("none", F_OK) == 0)
			die("warm");
}

static void bad_addresses(void)
{
	struct stat st;

	show("stat of a bad path", stat(bad, &st));
	show("stat into nowhere", stat("data", (struct stat *)bad));
	show("stat into half a page", stat("data", (struct stat *)(bad - 16)));
	show("fstat into nowhere", fstat(fd, (struct stat *)bad));
	memcpy(bad - 4, "data", 4);
	show("stat of a path without end", stat(bad - 4, &st));
	bad[-1] = 0;
	show("stat of a path at the end", stat(bad - 4, &st));
	show("open of a bad path", open(bad, O_RDONLY));
	show("open of NULL", open(NULL_PTR, O_RDONLY));
	show("pread into nowhere", pread(fd, bad, 8, 0));
	show("pread into half", pread(fd, bad - 4, 8, 0));
	show("pread to kernel addresses", pread(fd, (void *)-4096L, 8, 0));
	show("write from nowhere", write(p[1], bad, 8));
	show("write from half", write(p[1], bad - 4, 8));
	show("getcwd", raw(SYS_getcwd, bad, 100));
	show("uname", uname((struct utsname *)bad));
	show("statfs", statfs("data", (struct statfs *)bad));
	show("readlink", readlink("link", bad, 10));
	mprotect(page, 4096, PROT_READ);
	show("pread into read-only memory", pread(fd, page, 8, 0));
	show("stat into read-only memory", stat("data", (struct stat *)page));
	mprotect(page, 4096, PROT_READ | PROT_WRITE);
}

static int fault(void *arg)
{
	warm();
	return *(volatile char *)arg;
}

static int raises(void *arg)
{
	warm();
	kill(getpid(), (int)(long)arg);
	return 1;
}

static int beyond_the_file(void *arg)
{
	char *m = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0);

	(void)arg;
	warm();
	return m[4096];
}

static sigjmp_buf env;
static volatile long hits;

static void on_fault(int sig, siginfo_t *si, void *uc)
{
	(void)uc;
	hits++;
	if (si->si_addr != bad || sig != SIGSEGV)
		hits += 1000;
	siglongjmp(env, 1);
}

static void show_action(const char *what, int sig)
{
	struct sigaction sa;

	show(what, sigaction(sig, NULL, &sa));
	show_true("  default", sa.sa_handler == SIG_DFL);
	show_val("  flags", sa.sa_flags & ~0x04000000);
}

static int own_handler(void *arg)
{
	struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO}, old;

	(void)arg;
	warm();
	show_action("SIGSEGV", SIGSEGV);
	show_action("SIGBUS", SIGBUS);
	show("set", sigaction(SIGSEGV, &sa, &old));
	show_true("  was default", old.sa_handler == SIG_DFL && old.sa_flags == 0);
	for (int i = 0; i < 5; i++)
		if (!sigsetjmp(env, 1))
			*(volatile char *)bad = 1;
	show_val("handled", hits);
	warm();
	bad_addresses();
	show_val("handled", hits);
	show("set default", sigaction(SIGSEGV, &(struct sigaction){.sa_handler = SIG_DFL}, &old));
	show_true("  was ours", old.sa_sigaction == on_fault && (old.sa_flags & SA_SIGINFO));
	warm();
	bad_addresses();
	return *(volatile char *)bad;
}

static void show_caught(void)
{
	char buf[4096], *line;

	if (read_file("/proc/self/status", buf, sizeof(buf)) < 0)
		die("status");
	line = strstr(buf, "SigCgt:");
	show_val("caught SIGSEGV, SIGBUS",
		 (long)(strtoull(line + 8, NULL, 16) & (1 << (SIGSEGV - 1) | 1 << (SIGBUS - 1))));
}

static int spawned(void *arg)
{
	(void)arg;
	for (int i = 0; i < 3; i++) {
		pid_t pid = vfork();
		struct sigaction sa;

		if (pid == 0) {
			for (int s = 1; s < 32; s++)
				sigaction(s, NULL, &sa);
			sigaction(SIGSEGV, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
			_exit(7);
		}
		warm();
		if (xwait(pid) != 7 << 8)
			return 1;
	}
	bad_addresses();
	return 0;
}

int main(void)
{
	page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bad = page + 4096;
	munmap(bad, 4096);
	write_file("data", "abcdefgh");
	if (symlink("data", "link") < 0)
		die("symlink");
	fd = open("data", O_RDONLY);
	xpipe(p);
	warm();
	bad_addresses();
	show_caught();
	show_status("fault", run_child(fault, bad));
	show_status("SIGBUS", run_child(beyond_the_file, NULL));
	show_status("sent SIGSEGV", run_child(raises, (void *)(long)SIGSEGV));
	show_status("sent SIGBUS", run_child(raises, (void *)(long)SIGBUS));
	show_status("own handler", run_child(own_handler, NULL));
	show_status("vfork", run_child(spawned, NULL));
	bad_addresses();
	return 0;
}
