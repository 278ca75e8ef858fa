/*
 * tests/syscalls/rlimit_fsize.c - RLIMIT_FSIZE: SIGXFSZ and EFBIG of write, truncate and fallocate;
 * partial writes up to the limit.
 */
#include "check.h"
#include <sys/resource.h>

static volatile int got;

static void handler(int sig)
{
	(void)sig;
	got++;
}

static int untreated(void *arg)
{
	struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	signal(SIGXFSZ, SIG_DFL);
	return pwrite(*(int *)arg, "x", 1, 20000);
}

int main(void)
{
	struct rlimit rl = {10000, RLIM_INFINITY};
	static char buf[8192];
	int fd = open("f", O_RDWR | O_CREAT, 0644), p[2];
	struct stat st;

	on_signal(SIGXFSZ, handler, 0);
	getrlimit(RLIMIT_FSIZE, &rl);
	rl.rlim_cur = 10000;
	show("setrlimit", setrlimit(RLIMIT_FSIZE, &rl));
	show("write", write(fd, buf, sizeof(buf)));
	show("write, up to the limit", write(fd, buf, sizeof(buf)));
	show_val("signals", got);
	show("write at the limit", write(fd, buf, 1));
	show_val("signals", got);
	show("write of nothing", write(fd, buf, 0));
	show("write below", pwrite(fd, buf, 100, 9900));
	show("write beyond", pwrite(fd, buf, 1, 20000));
	show_val("signals", got);
	show("truncate", truncate("f", 10001));
	show("ftruncate", ftruncate(fd, 10000));
	show_val("signals", got);
	show("fallocate", fallocate(fd, 0, 0, 20000));
	show_val("signals", got);
	fstat(fd, &st);
	show_val("size", st.st_size);
	signal(SIGXFSZ, SIG_IGN);
	show("ignored", pwrite(fd, buf, 1, 20000));
	show_status("default", run_child(untreated, &fd));
	xpipe(p);
	show("pipes have no size", write(p[1], buf, 4096) + write(p[1], buf, 8192));
	return 0;
}
