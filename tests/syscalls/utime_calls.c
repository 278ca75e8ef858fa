/* tests/syscalls/utime_calls.c - utime(2), utimes(2), futimesat(2): the older ways. */
#include "fs_check.h"
#include <sys/time.h>
#include <utime.h>

static void times(const char *path)
{
	struct stat st;

	must(stat(path, &st));
	say("  %s: %ld.%06ld %ld.%06ld", path, st.st_atim.tv_sec, st.st_atim.tv_nsec / 1000,
	    st.st_mtim.tv_sec, st.st_mtim.tv_nsec / 1000);
}

int main(void)
{
	struct utimbuf ub = {1000, 2000};
	struct timeval tv[2] = {{3000, 123456}, {4000, 999999}};
	struct stat st;
	int dir;

	write_file("f", "x");
	show("utime", raw(SYS_utime, "f", &ub));
	times("f");
	show("utimes", raw(SYS_utimes, "f", tv));
	times("f");
	xmkdir("dir", 0755);
	write_file("dir/g", "x");
	dir = xopen("dir", O_RDONLY, 0);
	tv[0].tv_sec = 5000;
	show("futimesat", raw(SYS_futimesat, dir, "g", tv));
	times("dir/g");
	show("utime NULL", raw(SYS_utime, "f", NULL));
	must(stat("f", &st));
	show_true("it is now", st.st_mtime > 1000000 && st.st_atime > 1000000);
	tv[1].tv_usec = 1000000;
	show("microseconds too large", raw(SYS_utimes, "f", tv));
	tv[1].tv_usec = -1;
	show("microseconds negative", raw(SYS_utimes, "f", tv));
	show("utime, missing", raw(SYS_utime, "missing", &ub));
	show("utime, bad pointer", raw(SYS_utime, "f", bad_addr()));
	show("utimes, bad pointer", raw(SYS_utimes, "f", bad_addr()));
	show("futimesat, closed", raw(SYS_futimesat, closed_fd(), "g", NULL));
	show("futimesat, AT_FDCWD", raw(SYS_futimesat, AT_FDCWD, "f", NULL));
	return 0;
}
