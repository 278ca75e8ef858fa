/*
 * tests/syscalls/cap_status.c - the Cap lines of /proc/self/status agree with capget and prctl.
 */
#include "check.h"
#include <linux/capability.h>
#include <sys/prctl.h>

#define WORDS(set) (d[0].set | (unsigned long)d[1].set << 32)

static char text[8192];

static unsigned long line(const char *name)
{
	char *p = strstr(text, name);

	return p ? strtoul(p + strlen(name), NULL, 16) : ~0UL;
}

int main(void)
{
	struct __user_cap_header_struct hdr = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct d[2];
	unsigned long bnd = 0;

	read_file("/proc/self/status", text, sizeof(text));
	raw(SYS_capget, &hdr, d);
	show_true("CapInh", line("CapInh:") == WORDS(inheritable));
	show_true("CapPrm", line("CapPrm:") == WORDS(permitted));
	show_true("CapEff", line("CapEff:") == WORDS(effective));
	for (int i = 0; i < 64; i++)
		if (prctl(PR_CAPBSET_READ, i) == 1)
			bnd |= 1UL << i;
	show_true("CapBnd", line("CapBnd:") == bnd);
	show_val("CapAmb", line("CapAmb:"));
	return 0;
}
