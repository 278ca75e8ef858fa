/*
 * tests/syscalls/fast_own_faults.c - programs with handlers of SIGSEGV and SIGBUS that make many calls: bad
 * addresses give EFAULT and reach no handler, also in a handler where the signal is blocked; real faults
 * and sent signals reach it; actions are shown as they were set; SA_RESTART is what it was.
 */
#include "check.h"
#include <linux/futex.h>
#include <pthread.h>
#include <setjmp.h>
#include <sys/mman.h>

#define WARM 500

static char *page, *bad; /* bad: not mapped, right behind page */
static int fd, p[2];
static volatile long hits, wrong;
static sigjmp_buf env;

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
	show("stat into half a page", stat("data", (struct stat *)(bad - 16)));
	show("pread into half", pread(fd, bad - 4, 8, 0));
	show("write from half", write(p[1], bad - 4, 8));
}

static void on_fault(int sig, siginfo_t *si, void *uc)
{
	struct stat st;

	(void)uc;
	hits++;
	if (si->si_code > 0 ? si->si_addr != bad : si->si_pid != getpid())
		wrong++;
	/* As unwinders look whether memory is there. */
	if (stat(bad, &st) != -1 || errno != EFAULT || write(p[1], bad, 8) != -1 ||
	    errno != EFAULT || fstat(fd, (struct stat *)bad) != -1 || errno != EFAULT ||
	    sig != SIGSEGV)
		wrong++;
	if (si->si_code > 0)
		siglongjmp(env, 1);
}

static void show_action(const char *what, int sig)
{
	struct sigaction sa;

	show(what, sigaction(sig, NULL, &sa));
	show_val("  which", sa.sa_handler == SIG_DFL	  ? 0
			    : sa.sa_handler == SIG_IGN	  ? 1
			    : sa.sa_sigaction == on_fault ? 2
							  : 3);
	show_val("  flags", sa.sa_flags & ~0x04000000);
	show_val("  masks SIGHUP", sigismember(&sa.sa_mask, SIGHUP));
}

static void set(int flags)
{
	struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = flags | SA_SIGINFO};

	sigaddset(&sa.sa_mask, SIGHUP);
	show("set", sigaction(SIGSEGV, &sa, NULL));
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

static void try_all(void)
{
	warm();
	bad_addresses();
	show_action("SIGSEGV", SIGSEGV);
	show_action("SIGBUS", SIGBUS);
	show_caught();
	show("raise", raise(SIGSEGV));
	for (int i = 0; i < 5; i++)
		if (!sigsetjmp(env, 1))
			*(volatile char *)bad = 1;
	warm();
	bad_addresses();
	show_val("handled", hits);
	show_val("wrong", wrong);
}

static void plain(int sig)
{
	hits++;
	wrong += sig != SIGSEGV;
	siglongjmp(env, 1);
}

/* Without SA_SIGINFO. */
static int old_style(void *arg)
{
	struct sigaction sa = {.sa_handler = plain, .sa_flags = (int)(long)arg}, old;

	show("set", sigaction(SIGSEGV, &sa, NULL));
	warm();
	bad_addresses();
	show("set again", sigaction(SIGSEGV, &sa, &old));
	show_true("  was own", old.sa_handler == plain);
	show_val("  flags", old.sa_flags & ~0x04000000);
	bad_addresses();
	for (int i = 0; i < 5; i++)
		if (!sigsetjmp(env, 1))
			*(volatile char *)bad = 1;
	bad_addresses();
	show_val("handled", hits);
	show_val("wrong", wrong);
	return 0;
}

static int early(void *arg)
{
	set((int)(long)arg);
	try_all();
	return 0;
}

static int late(void *arg)
{
	warm();
	set((int)(long)arg);
	try_all();
	return 0;
}

static int changing(void *arg)
{
	struct sigaction old;

	(void)arg;
	set(SA_RESTART);
	warm();
	show("ignore SIGBUS", sigaction(SIGBUS, &(struct sigaction){.sa_handler = SIG_IGN}, &old));
	show_true("  was default", old.sa_handler == SIG_DFL && old.sa_flags == 0);
	try_all();
	set(SA_NODEFER);
	try_all();
	show("default", sigaction(SIGSEGV, &(struct sigaction){.sa_handler = SIG_DFL}, &old));
	show_true("  was own", old.sa_sigaction == on_fault);
	show_val("  flags", old.sa_flags & ~0x04000000);
	warm();
	bad_addresses();
	show_action("SIGSEGV", SIGSEGV);
	return *(volatile char *)bad;
}

static int defaulted(void *arg)
{
	(void)arg;
	set(SA_RESTART);
	warm();
	if (sigaction(SIGSEGV, &(struct sigaction){.sa_handler = SIG_DFL}, NULL) < 0)
		die("sigaction");
	bad_addresses();
	set(SA_RESTART);
	warm();
	bad_addresses();
	show_action("SIGSEGV", SIGSEGV);
	return 0;
}

static int reset_hand(void *arg)
{
	warm();
	set(SA_RESETHAND | (int)(long)arg);
	bad_addresses();
	if (!sigsetjmp(env, 1))
		*(volatile char *)bad = 1;
	show_val("handled", hits);
	show_action("SIGSEGV", SIGSEGV);
	bad_addresses();
	return *(volatile char *)bad;
}

static uint32_t word;

static void *wakes(void *arg)
{
	pthread_t *main_thread = arg;

	usleep(100000);
	pthread_kill(*main_thread, SIGSEGV);
	usleep(100000);
	__atomic_store_n(&word, 1, __ATOMIC_SEQ_CST);
	raw(SYS_futex, &word, FUTEX_WAKE, 1);
	return NULL;
}

/* A wait in the host: only without SA_RESTART it ends with the handler. */
static int waits(void *arg)
{
	pthread_t self = pthread_self(), t;

	set((int)(long)arg);
	warm();
	if (pthread_create(&t, NULL, wakes, &self) != 0)
		die("pthread_create");
	show("futex", raw(SYS_futex, &word, FUTEX_WAIT, 0, NULL));
	pthread_join(t, NULL);
	show_val("handled", hits);
	return 0;
}

static int in_a_child(void *arg)
{
	set((int)(long)arg);
	warm();
	show_status("child", run_child(late, (void *)(long)SA_RESTART));
	show_status("child that changes", run_child(changing, NULL));
	bad_addresses();
	return 0;
}

int main(void)
{
	page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bad = page + 4096;
	munmap(bad, 4096);
	write_file("data", "abcdefgh");
	fd = open("data", O_RDONLY);
	xpipe(p);
	show_status("early", run_child(early, NULL));
	show_status("early, SA_RESTART", run_child(early, (void *)(long)SA_RESTART));
	show_status("late", run_child(late, NULL));
	show_status("late, SA_RESTART", run_child(late, (void *)(long)SA_RESTART));
	show_status("old style", run_child(old_style, NULL));
	show_status("old style, SA_RESTART", run_child(old_style, (void *)(long)SA_RESTART));
	show_status("changing", run_child(changing, NULL));
	show_status("defaulted", run_child(defaulted, NULL));
	show_status("SA_RESETHAND", run_child(reset_hand, NULL));
	show_status("SA_RESETHAND, SA_RESTART", run_child(reset_hand, (void *)(long)SA_RESTART));
	show_status("waits", run_child(waits, NULL));
	show_status("waits, SA_RESTART", run_child(waits, (void *)(long)SA_RESTART));
	show_status("in a child", run_child(in_a_child, NULL));
	return 0;
}
