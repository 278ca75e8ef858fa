/*
 * tests/syscalls/cap_setuid.c - capabilities and changes of the uid: lost when all ids leave 0,
 * kept with PR_SET_KEEPCAPS, effective ones switched by the effective uid. Root only.
 */
#include "check.h"
#include <linux/capability.h>
#include <sys/prctl.h>

static void look(const char *what)
{
	struct __user_cap_header_struct hdr = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];
	const unsigned int cap = 1U << CAP_CHOWN;

	raw(SYS_capget, &hdr, data);
	say("%s: effective %d permitted %d", what, !!(data[0].effective & cap),
	    !!(data[0].permitted & cap));
}

static int plain(void *arg)
{
	(void)arg;
	look("start");
	show("seteuid 1000", seteuid(1000));
	look("effective uid 1000");
	show("seteuid 0", seteuid(0));
	look("effective uid 0");
	show("setresuid", setresuid(1000, 1000, 0));
	look("saved uid 0");
	show("setuid 0", setuid(0));
	look("effective uid 0 again");
	show("setuid 1000", setuid(1000));
	look("all uids 1000");
	show("setuid 0", setuid(0));
	return 0;
}

static int keep(void *arg)
{
	(void)arg;
	show("PR_SET_KEEPCAPS", prctl(PR_SET_KEEPCAPS, 1));
	show("setuid 1000", setuid(1000));
	look("kept");
	show("keepcaps stays", prctl(PR_GET_KEEPCAPS));
	execl("/proc/self/exe", "self", "child", NULL);
	return 1;
}

static int no_fixup(void *arg)
{
	(void)arg;
	show("SECBIT_NO_SETUID_FIXUP", prctl(PR_SET_SECUREBITS, 1 << 2));
	show("setuid 1000", setuid(1000));
	look("no fix-up");
	show("setuid 0", setuid(0));
	show_val("uid", getuid());
	return 0;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		look("after exec as a user");
		show("keepcaps after exec", prctl(PR_GET_KEEPCAPS));
		return 0;
	}
	if (geteuid() != 0)
		return 0;
	chmod(".", 0755);
	show_status("plain", run_child(plain, NULL));
	show_status("keepcaps", run_child(keep, NULL));
	show_status("no fix-up", run_child(no_fixup, NULL));
	return 0;
}
