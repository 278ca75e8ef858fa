/* tests/syscalls/utimensat_basic.c - utimensat(2): given times, UTIME_NOW, UTIME_OMIT, errors. */
#include "fs_check.h"

static struct timespec start;

static void times(const char *what, const char *path)
{
	struct stat st;

	must(lstat(path, &st));
	if (st.st_atim.tv_sec >= start.tv_sec)
		st.st_atim = (struct timespec){-1, 0};
	if (st.st_mtim.tv_sec >= start.tv_sec)
		st.st_mtim = (struct timespec){-1, 0};
	say("%s: atime %ld.%09ld, mtime %ld.%09ld", what, st.st_atim.tv_sec, st.st_atim.tv_nsec,
	    st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

static void set(const char *what, time_t as, long an, time_t ms, long mn)
{
	struct timespec ts[2] = {{as, an}, {ms, mn}};

	show(what, utimensat(AT_FDCWD, "f", ts, 0));
	times("  f", "f");
}

int main(void)
{
	struct timespec ts[2] = {{1000, 1}, {2000, 2}};
	int fd;

	clock_gettime(CLOCK_REALTIME, &start);
	start.tv_sec -= 10;
	write_file("f", "x");
	xsymlink("f", "link");
	xsymlink("missing", "dangling");
	xmkdir("dir", 0755);
	fd = xopen("f", O_RDONLY, 0);
	/* The time -1 stands for the current one in what follows. */
	times("new", "f");
	set("both", 1000000, 123456789, 2000000, 999999999);
	set("omit atime", 5, UTIME_OMIT, 3000000, 5);
	set("omit mtime", 4000000, 6, 5, UTIME_OMIT);
	set("omit both", 5, UTIME_OMIT, 6, UTIME_OMIT);
	set("atime now", 5, UTIME_NOW, 7000000, 0);
	set("mtime now", 8000000, 0, 6, UTIME_NOW);
	set("both now", 5, UTIME_NOW, 6, UTIME_NOW);
	set("zero", 0, 0, 0, 0);
	set("one billion nanoseconds", 1, 1000000000, 1, 0);
	set("negative nanoseconds", 1, 0, 1, -1);
	set("odd nanoseconds", 1, UTIME_NOW + 2, 1, 0);
	show("no times", utimensat(AT_FDCWD, "f", NULL, 0));
	times("f", "f");
	show("through a symlink", utimensat(AT_FDCWD, "link", ts, 0));
	times("f", "f");
	ts[0].tv_sec = 1111;
	ts[1].tv_sec = 2222;
	show("the symlink", utimensat(AT_FDCWD, "link", ts, AT_SYMLINK_NOFOLLOW));
	times("f", "f");
	times("link", "link");
	show("dir", utimensat(AT_FDCWD, "dir", ts, 0));
	times("dir", "dir");
	ts[0].tv_sec = 3333;
	show("futimens", futimens(fd, ts));
	times("f", "f");
	ts[0].tv_sec = 4444;
	show("no path", raw(SYS_utimensat, fd, NULL, ts, 0));
	times("f", "f");
	show("no path, AT_FDCWD", raw(SYS_utimensat, AT_FDCWD, NULL, ts, 0));
	show("no path, NOFOLLOW", raw(SYS_utimensat, fd, NULL, ts, AT_SYMLINK_NOFOLLOW));
	show("missing", utimensat(AT_FDCWD, "missing", ts, 0));
	show("dangling", utimensat(AT_FDCWD, "dangling", ts, 0));
	show("empty", utimensat(AT_FDCWD, "", ts, 0));
	ts[0].tv_sec = 5555;
	show("EMPTY_PATH", utimensat(fd, "", ts, AT_EMPTY_PATH));
	times("f", "f");
	show("below a file", utimensat(AT_FDCWD, "f/x", ts, 0));
	show("closed", utimensat(closed_fd(), "f", ts, 0));
	show("closed, no path", raw(SYS_utimensat, closed_fd(), NULL, ts, 0));
	show("file as directory", utimensat(fd, "f", ts, 0));
	show("unknown flag", utimensat(AT_FDCWD, "f", ts, 0x40));
	show("bad path", utimensat(AT_FDCWD, bad_addr(), ts, 0));
	show("bad times", utimensat(AT_FDCWD, "f", bad_addr(), 0));
	ts[0].tv_nsec = ts[1].tv_nsec = UTIME_OMIT;
	show("omit both of a missing file", utimensat(AT_FDCWD, "missing", ts, 0));
	return 0;
}
