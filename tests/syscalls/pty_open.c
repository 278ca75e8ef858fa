/* tests/syscalls/pty_open.c - posix_openpt(3), ptsname, unlockpt: from /dev/ptmx to /dev/pts/N. */
#include "pty_check.h"
#include <sys/sysmacros.h>

int main(void)
{
	char name[64], want[64];
	struct stat st;
	int m, s, lock, n;

	m = posix_openpt(O_RDWR | O_NOCTTY);
	show_fd("posix_openpt", m);
	show("isatty", isatty(m));
	must(fstat(m, &st));
	say("%s %u:%u", type_name(st.st_mode), major(st.st_rdev), minor(st.st_rdev));
	show("TIOCGPTLCK", ioctl(m, TIOCGPTLCK, &lock));
	show_val("locked", lock);
	show("TIOCGPTN", ioctl(m, TIOCGPTN, &n));
	snprintf(want, sizeof(want), "/dev/pts/%d", n);
	show_err("ptsname_r", ptsname_r(m, name, sizeof(name)));
	show_true("the name fits", !strcmp(name, want));
	show_fd("open, locked", open(name, O_RDWR | O_NOCTTY));
	show("grantpt", grantpt(m));
	show("unlockpt", unlockpt(m));
	show("TIOCGPTLCK", ioctl(m, TIOCGPTLCK, &lock));
	show_val("locked", lock);
	s = open(name, O_RDWR | O_NOCTTY);
	show_fd("open", s);
	show("isatty", isatty(s));
	must(fstat(s, &st));
	say("%s, major is 136: %d, minor fits: %d, mine: %d", type_name(st.st_mode),
	    major(st.st_rdev) == 136, (int)minor(st.st_rdev) == n, st.st_uid == geteuid());
	show_err("ptsname_r, slave", ptsname_r(s, name, sizeof(name)));
	show_err("ptsname_r, small", ptsname_r(m, want, 3));
	show("unlockpt, slave", unlockpt(s));
	lock = 1;
	show("lock again", ioctl(m, TIOCSPTLCK, &lock));
	show_fd("open, locked", open(name, O_RDWR | O_NOCTTY));
	show("TIOCSPTLCK, bad pointer", ioctl(m, TIOCSPTLCK, bad_addr()));
	show("TIOCGPTN, bad pointer", ioctl(m, TIOCGPTN, bad_addr()));
	show("TIOCGPTN, slave", ioctl(s, TIOCGPTN, &n));
	close(s);
	show("stat", stat(name, &st));
	close(m);
	show_fd("O_RDONLY master", open("/dev/ptmx", O_RDONLY | O_NOCTTY));
	show_fd("directory", open("/dev/ptmx", O_RDONLY | O_DIRECTORY));
	return 0;
}
