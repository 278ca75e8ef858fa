/*
 * tests/syscalls/cap_ambient.c - ambient capabilities: raise, lower, clear, errors; a user keeps
 * them over exec. Root only but for the errors.
 */
#include "check.h"
#include <linux/capability.h>
#include <sys/prctl.h>

#define AMB(op, cap) prctl(PR_CAP_AMBIENT, op, cap, 0, 0)

static struct __user_cap_data_struct data[2];

static void get(void)
{
	struct __user_cap_header_struct hdr = {_LINUX_CAPABILITY_VERSION_3, 0};

	raw(SYS_capget, &hdr, data);
}

static long set(void)
{
	struct __user_cap_header_struct hdr = {_LINUX_CAPABILITY_VERSION_3, 0};

	return raw(SYS_capset, &hdr, data);
}

int main(int argc, char **argv)
{
	const unsigned int cap = 1U << CAP_CHOWN;

	(void)argv;
	if (argc > 1) {
		get();
		say("after exec: effective %d permitted %d inheritable %d",
		    !!(data[0].effective & cap), !!(data[0].permitted & cap),
		    !!(data[0].inheritable & cap));
		show("after exec: ambient", AMB(PR_CAP_AMBIENT_IS_SET, CAP_CHOWN));
		show("chown", chown("f", 77, 77));
		return 0;
	}
	show("is set", AMB(PR_CAP_AMBIENT_IS_SET, CAP_CHOWN));
	show("raise, not inheritable", AMB(PR_CAP_AMBIENT_RAISE, CAP_CHOWN));
	show("lower", AMB(PR_CAP_AMBIENT_LOWER, CAP_CHOWN));
	show("bad capability", AMB(PR_CAP_AMBIENT_IS_SET, 1000));
	show("bad operation", AMB(99, CAP_CHOWN));
	show("bad argument", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_CHOWN, 1, 0));
	show("clear all", prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
	if (geteuid() != 0)
		return 0;
	chmod(".", 0755);
	write_file("f", "x");
	get();
	data[0].inheritable |= cap;
	show("make it inheritable", set());
	show("raise", AMB(PR_CAP_AMBIENT_RAISE, CAP_CHOWN));
	show("is set", AMB(PR_CAP_AMBIENT_IS_SET, CAP_CHOWN));
	/* Losing it elsewhere takes it out of the ambient set. */
	data[0].inheritable &= ~cap;
	show("not inheritable any more", set());
	show("is set", AMB(PR_CAP_AMBIENT_IS_SET, CAP_CHOWN));
	data[0].inheritable |= cap;
	set();
	prctl(PR_SET_KEEPCAPS, 1);
	show("setresuid", setresuid(1000, 1000, 1000));
	show("raise", AMB(PR_CAP_AMBIENT_RAISE, CAP_CHOWN));
	execl("/proc/self/exe", "self", "child", NULL);
	return 1;
}
