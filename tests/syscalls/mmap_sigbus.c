/*
 * tests/syscalls/mmap_sigbus.c - SIGBUS for pages behind the end of the file, with si_code and
 * si_addr, and when the file is truncated under the map.
 */
#include "check.h"
#include <setjmp.h>
#include <sys/mman.h>

static sigjmp_buf env;
static siginfo_t seen;

static void handler(int sig, siginfo_t *si, void *ctx)
{
	(void)sig;
	(void)ctx;
	seen = *si;
	siglongjmp(env, 1);
}

static void touch(const char *what, volatile char *p, bool write)
{
	if (sigsetjmp(env, 1)) {
		say("%s: %s code %d address %d", what, sig_name(seen.si_signo), seen.si_code,
		    seen.si_addr == p);
	} else {
		char c = *p;

		if (write)
			*p = 'w';
		say("%s: %d", what, c);
	}
}

int main(void)
{
	int fd = open("f", O_RDWR | O_CREAT, 0644), out;
	char *shared, *priv;

	on_siginfo(SIGBUS, handler, 0);
	if (ftruncate(fd, 5000) < 0)
		die("ftruncate");
	shared = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	priv = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	touch("last byte", shared + 4999, true);
	touch("behind the end, same page", shared + 5000, true);
	touch("next page", shared + 8192 + 10, false);
	touch("next page, private", priv + 8192 + 20, true);
	touch("page after that", shared + 3 * 4096, true);
	touch("second page, private", priv + 4096, true);

	show("truncate", ftruncate(fd, 1000));
	touch("first page", shared + 500, true);
	touch("second page", shared + 4096 + 5, true);
	touch("second page, private copy", priv + 4096 + 5, true);
	touch("first page, private", priv + 10, true);
	show("extend", ftruncate(fd, 4 * 4096));
	touch("second page", shared + 4096 + 5, true);
	touch("last page", shared + 3 * 4096 + 5, true);
	touch("second page, private", priv + 4096, false);

	/* The kernel's own access fails with EFAULT instead. */
	show("truncate", ftruncate(fd, 100));
	out = open("out", O_RDWR | O_CREAT, 0644);
	show("write from behind the end", write(out, shared + 8192, 10));
	show("read to behind the end", pread(out, shared + 8192, 10, 0));
	if (pwrite(out, "0123456789", 10, 0) != 10)
		die("pwrite");
	show("read to behind the end", pread(out, shared + 8192, 10, 0));
	show("write, half of it there", write(out, shared + 4090, 12));

	pid_t pid = xfork();

	if (pid == 0) {
		signal(SIGBUS, SIG_DFL);
		raw(SYS_prlimit64, 0, 4 /* RLIMIT_CORE */, (unsigned long[]){0, 0}, NULL);
		shared[8192] = 1;
		_exit(0);
	}
	show_status("default", xwait(pid));
	return 0;
}
