/*
 * tests/syscalls/landlock_errors.c - the errors of Landlock's calls
 */
#include "check.h"
#include <sys/prctl.h>

#define CREATE 444
#define ADD 445
#define RESTRICT 446

struct rule {
	uint64_t access;
	int fd;
} __attribute__((packed));

int main(void)
{
	uint64_t attr[600] = {4};
	struct rule r = {4, AT_FDCWD};
	uint64_t port[2] = {1, 80};
	int set, p[2];

	xpipe(p);
	show_true("version", raw(CREATE, NULL, 0, 1) > 0);
	show("version with attr", raw(CREATE, attr, 8, 1));
	show("flags", raw(CREATE, attr, 8, 1 << 20));
	show("no attr", raw(CREATE, NULL, 8, 0));
	show("short", raw(CREATE, attr, 7, 0));
	show("long", raw(CREATE, attr, 5000, 0));
	show_fd("zeros behind", raw(CREATE, attr, 400, 0));
	attr[40] = 1;
	show("not zeros", raw(CREATE, attr, 400, 0));
	show("bad attr", raw(CREATE, BAD_PTR, 8, 0));
	attr[0] = 1ULL << 40;
	show("unknown access", raw(CREATE, attr, 8, 0));
	attr[0] = 0;
	show("nothing", raw(CREATE, attr, 8, 0));
	attr[0] = 4;
	set = show_fd("set", raw(CREATE, attr, 8, 0));
	show("cloexec", fcntl(set, F_GETFD));
	show("add: flags", raw(ADD, set, 1, &r, 1));
	show("add: fd", raw(ADD, -1, 1, &r, 0));
	show("add: not a set", raw(ADD, p[0], 1, &r, 0));
	show("add: type", raw(ADD, set, 9, &r, 0));
	show("add: rule", raw(ADD, set, 1, BAD_PTR, 0));
	show("add: bad directory", raw(ADD, set, 1, &r, 0));
	r.fd = p[0];
	show("add: pipe", raw(ADD, set, 1, &r, 0));
	r.fd = open(".", O_PATH);
	r.access = 0;
	show("add: nothing", raw(ADD, set, 1, &r, 0));
	r.access = 2;
	show("add: not handled", raw(ADD, set, 1, &r, 0));
	r.access = 4;
	show("add", raw(ADD, set, 1, &r, 0));
	show("add: port not handled", raw(ADD, set, 2, port, 0));
	show("restrict: flags", raw(RESTRICT, set, 1 << 20));
	if (geteuid() != 0)
		show("restrict: may not", raw(RESTRICT, set, 0));
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	show("restrict: fd", raw(RESTRICT, -1, 0));
	show("restrict: not a set", raw(RESTRICT, p[0], 0));
	show("restrict", raw(RESTRICT, set, 0));
	show_fd("read here", open("/proc/self/status", O_RDONLY));
	show_fd("pipe again", open("/proc/self/fd/3", O_RDONLY | O_NONBLOCK));
	return 0;
}
