/* tests/syscalls/pty_gptpeer.c - TIOCGPTPEER: the slave without its name. */
#include "pty_check.h"
#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

int main(void)
{
	int m = posix_openpt(O_RDWR | O_NOCTTY), s, s2;
	struct stat a, b;
	char name[64];

	must(m);
	show_fd("while locked", ioctl(m, TIOCGPTPEER, O_RDWR | O_NOCTTY));
	must(unlockpt(m));
	s = ioctl(m, TIOCGPTPEER, O_RDWR | O_NOCTTY);
	show_fd("unlocked", s);
	show("isatty", isatty(s));
	show("F_GETFD", fcntl(s, F_GETFD));
	make_raw(s);
	type(m, "to the peer");
	expect("came", s, 11);
	must(ptsname_r(m, name, sizeof(name)));
	s2 = xopen(name, O_RDWR | O_NOCTTY, 0);
	must(fstat(s, &a));
	must(fstat(s2, &b));
	show_true("the same device", a.st_rdev == b.st_rdev && a.st_ino == b.st_ino);
	type(s2, "by name");
	expect("came", m, 7);
	s2 = ioctl(m, TIOCGPTPEER, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	show_fd("read-only", s2);
	show("F_GETFD", fcntl(s2, F_GETFD));
	show("write", write(s2, "x", 1));
	show("on the slave", ioctl(s, TIOCGPTPEER, O_RDWR));
	return 0;
}
