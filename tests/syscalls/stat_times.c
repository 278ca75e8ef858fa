/* tests/syscalls/stat_times.c - stat(2): which calls set the mtime and the ctime. */
#include "fs_check.h"

static struct stat last, dir_last;

/* Sets the times of f and of the directory far back; ctime cannot be, so it is only compared. */
static void reset(void)
{
	struct timespec old[2] = {{1000, 0}, {1000, 0}};

	must(utimensat(AT_FDCWD, "d/f", old, 0));
	must(utimensat(AT_FDCWD, "d", old, 0));
	nap_ms(12);
	must(stat("d/f", &last));
	must(stat("d", &dir_last));
}

static bool later(struct timespec a, struct timespec b)
{
	return a.tv_sec > b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec > b.tv_nsec);
}

static void changes(const char *what)
{
	struct stat st, dir;

	must(stat("d/f", &st));
	must(stat("d", &dir));
	say("%s:%s%s; directory:%s%s", what, st.st_mtime != 1000 ? " mtime" : "",
	    later(st.st_ctim, last.st_ctim) ? " ctime" : "", dir.st_mtime != 1000 ? " mtime" : "",
	    later(dir.st_ctim, dir_last.st_ctim) ? " ctime" : "");
	reset();
}

int main(void)
{
	char buf[8];
	int fd;

	xmkdir("d", 0755);
	write_file("d/f", "0123456789");
	reset();
	changes("nothing");
	fd = xopen("d/f", O_RDWR, 0);
	changes("open");
	must(read(fd, buf, 4));
	changes("read");
	must(write(fd, "x", 1));
	changes("write");
	must(write(fd, "x", 0));
	changes("write nothing");
	must(ftruncate(fd, 5));
	changes("ftruncate");
	must(ftruncate(fd, 8));
	changes("ftruncate up");
	must(fchmod(fd, 0600));
	changes("fchmod");
	must(fchown(fd, geteuid(), -1));
	changes("fchown");
	must(link("d/f", "d/g"));
	changes("link");
	must(unlink("d/g"));
	changes("unlink of another name");
	must(rename("d/f", "d/h"));
	must(rename("d/h", "d/f"));
	changes("rename");
	write_file("d/new", "");
	changes("new file in the directory");
	must(unlink("d/new"));
	changes("unlink of that");
	xmkdir("d/sub", 0755);
	changes("mkdir");
	must(rmdir("d/sub"));
	changes("rmdir");
	xsymlink("x", "d/l");
	changes("symlink");
	must(unlink("d/l"));
	reset();
	close(xopen("d/f", O_WRONLY | O_TRUNC, 0));
	changes("O_TRUNC");
	close(fd);
	changes("close");
	return 0;
}
