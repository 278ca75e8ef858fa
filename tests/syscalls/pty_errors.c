/* tests/syscalls/pty_errors.c - terminal ioctls: on what is no terminal, with bad pointers. */
#include "pty_check.h"

static const struct {
	const char *name;
	unsigned long cmd;
} cmds[] = {
	{"TCGETS", TCGETS},	    {"TCSETS", TCSETS},		{"TCSETSW", TCSETSW},
	{"TIOCGWINSZ", TIOCGWINSZ}, {"TIOCSWINSZ", TIOCSWINSZ}, {"TIOCGPGRP", TIOCGPGRP},
	{"TIOCSPGRP", TIOCSPGRP},   {"TIOCGSID", TIOCGSID},	{"TIOCOUTQ", TIOCOUTQ},
	{"TIOCGETD", TIOCGETD},	    {"TIOCSETD", TIOCSETD},	{"TIOCGPTN", TIOCGPTN},
	{"TIOCSPTLCK", TIOCSPTLCK}, {"TIOCPKT", TIOCPKT},	{"TIOCMGET", TIOCMGET},
};

int main(void)
{
	struct pty t = open_pty();
	char arg[128] = "";
	int p[2], file, disc = -1;

	xpipe(p);
	file = xopen("f", O_RDWR | O_CREAT, 0644);
	for (size_t i = 0; i < ARRAY_LEN(cmds); i++) {
		int a, b, c, d;

		a = ioctl(p[0], cmds[i].cmd, arg) < 0 ? errno : 0;
		b = ioctl(file, cmds[i].cmd, arg) < 0 ? errno : 0;
		c = ioctl(closed_fd(), cmds[i].cmd, arg) < 0 ? errno : 0;
		d = ioctl(t.slave, cmds[i].cmd, bad_addr()) < 0 ? errno : 0;
		say("%s: pipe %s, file %s, closed %s, bad pointer %s", cmds[i].name, errno_name(a),
		    errno_name(b), errno_name(c), errno_name(d));
	}
	show("TIOCGETD", ioctl(t.slave, TIOCGETD, &disc));
	show_val("is N_TTY", disc);
	show("unknown, slave", ioctl(t.slave, 0x54ee, arg));
	show("unknown, master", ioctl(t.master, 0x54ee, arg));
	show("TIOCEXCL", ioctl(t.slave, TIOCEXCL));
	show("TIOCNXCL", ioctl(t.slave, TIOCNXCL));
	show("TIOCGSID, no session", ioctl(t.slave, TIOCGSID, &disc));
	show("TIOCNOTTY, not ours", ioctl(t.slave, TIOCNOTTY));
	show("ftruncate", ftruncate(t.slave, 0));
	show("fsync", fsync(t.slave));
	show("mmap", mmap(NULL, 4096, PROT_READ, MAP_SHARED, t.slave, 0) == MAP_FAILED ? -1 : 0);
	return 0;
}
