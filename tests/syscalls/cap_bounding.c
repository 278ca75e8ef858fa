/*
 * tests/syscalls/cap_bounding.c - prctl(2) PR_CAPBSET_READ and PR_CAPBSET_DROP: what is dropped
 * does not come back with exec by root.
 */
#include "check.h"
#include <linux/capability.h>
#include <sys/prctl.h>

static bool has(int cap)
{
	struct __user_cap_header_struct hdr = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];

	raw(SYS_capget, &hdr, data);
	return data[0].permitted >> cap & 1;
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		show("after exec: bounding", prctl(PR_CAPBSET_READ, CAP_CHOWN));
		show_true("after exec: permitted", has(CAP_CHOWN));
		show_true("after exec: another", has(CAP_KILL));
		return 0;
	}
	show("read", prctl(PR_CAPBSET_READ, CAP_CHOWN));
	show("read, large", prctl(PR_CAPBSET_READ, 1000));
	show("drop, large", prctl(PR_CAPBSET_DROP, 1000));
	show("drop", prctl(PR_CAPBSET_DROP, CAP_CHOWN));
	show("drop again", prctl(PR_CAPBSET_DROP, CAP_CHOWN));
	show("read", prctl(PR_CAPBSET_READ, CAP_CHOWN));
	show_true("permitted still", has(CAP_CHOWN));
	execl("/proc/self/exe", "self", "child", NULL);
	return 1;
}
