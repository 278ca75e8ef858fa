/*
 * tests/syscalls/uid_basic.c - getuid(2) and relatives agree with each other, with getresuid and
 * /proc/self/status.
 */
#include "check.h"
#include <sys/fsuid.h>

int main(void)
{
	char buf[8192], *p;
	uid_t r, e, s;
	gid_t rg, eg, sg;
	unsigned int a, b, c, d;

	show("getresuid", getresuid(&r, &e, &s));
	show("getresgid", getresgid(&rg, &eg, &sg));
	show_true("uids", r == getuid() && e == geteuid() && s == e);
	show_true("gids", rg == getgid() && eg == getegid() && sg == eg);
	show_true("fsuid", (uid_t)setfsuid(-1) == e);
	show_true("fsgid", (gid_t)setfsgid(-1) == eg);
	read_file("/proc/self/status", buf, sizeof(buf));
	p = strstr(buf, "\nUid:");
	if (p && sscanf(p, "\nUid: %u %u %u %u", &a, &b, &c, &d) == 4)
		show_true("status, uids", a == r && b == e && c == s && d == e);
	p = strstr(buf, "\nGid:");
	if (p && sscanf(p, "\nGid: %u %u %u %u", &a, &b, &c, &d) == 4)
		show_true("status, gids", a == rg && b == eg && c == sg && d == eg);
	show("bad pointers", raw(SYS_getresuid, BAD_PTR, &e, &s));
	show("bad pointers", raw(SYS_getresgid, &rg, BAD_PTR, &sg));
	return 0;
}
