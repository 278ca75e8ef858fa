/* tests/syscalls/rlimit_fsize.c - RLIMIT_FSIZE: SIGXFSZ, EFBIG and the last short write. */
#include "fs_check.h"
#include <sys/resource.h>

static struct rlimit old;

/* Standard output may be a file as well, so the limit is lifted again before anything is shown. */
static void limit(rlim_t size)
{
	struct rlimit rl = {size, old.rlim_max};
	int err = errno;

	if (setrlimit(RLIMIT_FSIZE, &rl) < 0)
		die("setrlimit");
	errno = err;
}

#define LIMITED(what, call) do {				\
		long ret_;					\
								\
		limit(100);					\
		ret_ = (call);					\
		limit(old.rlim_cur);				\
		show(what, ret_);				\
		show_val("  signals", signals_seen);		\
		signals_seen = 0;				\
	} while (0)

static int killed(void *arg)
{
	(void)arg;
	signal(SIGXFSZ, SIG_DFL);
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	limit(100);
	return pwrite(xopen("f", O_WRONLY, 0), "x", 1, 200) < 0;
}

int main(void)
{
	static char buf[200];
	int fd, p[2];

	if (getrlimit(RLIMIT_FSIZE, &old) < 0)
		die("getrlimit");
	catch_signal(SIGXFSZ, count_signal, 0);
	fd = xopen("f", O_RDWR | O_CREAT, 0644);
	LIMITED("write 60", write(fd, buf, 60));
	LIMITED("write 60 more", write(fd, buf, 60));
	LIMITED("write at the limit", write(fd, buf, 60));
	show_val("size", file_size("f"));
	LIMITED("pwrite below", pwrite(fd, buf, 10, 0));
	LIMITED("pwrite across", pwrite(fd, buf, 20, 90));
	LIMITED("pwrite beyond", pwrite(fd, buf, 10, 150));
	LIMITED("ftruncate to 100", ftruncate(fd, 100));
	LIMITED("ftruncate to 101", ftruncate(fd, 101));
	LIMITED("truncate to 101", truncate("f", 101));
	LIMITED("fallocate to 101", fallocate(fd, 0, 0, 101));
	LIMITED("write nothing beyond", pwrite(fd, buf, 0, 200));
	signal(SIGXFSZ, SIG_IGN);
	LIMITED("ignored", pwrite(fd, buf, 10, 150));
	catch_signal(SIGXFSZ, count_signal, 0);
	show("truncate without the limit", ftruncate(fd, 1000));
	LIMITED("shrink to 500", ftruncate(fd, 500));
	LIMITED("write inside, beyond the limit", pwrite(fd, buf, 10, 200));
	xpipe(p);
	LIMITED("pipe", write(p[1], buf, 200));
	show_status("default action", run_child(killed, NULL));
	return 0;
}
