/*
 * tests/syscalls/cap_get.c - capget(2): versions, the own and another process, errors.
 */
#include "check.h"
#include <linux/capability.h>

int main(void)
{
	struct __user_cap_header_struct hdr = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];
	unsigned int caps;

	memset(data, 0x55, sizeof(data));
	show("capget", raw(SYS_capget, &hdr, data));
	caps = 1U << CAP_CHOWN | 1U << CAP_KILL | 1U << CAP_SETUID;
	say("effective: %d", (data[0].effective & caps) == caps);
	say("permitted: %d", (data[0].permitted & caps) == caps);
	say("inheritable: %d", (data[0].inheritable & caps) == caps);
	hdr.pid = getpid();
	show("own pid", raw(SYS_capget, &hdr, data));
	hdr.pid = 0x7ffffff;
	show("no such process", raw(SYS_capget, &hdr, data));
	hdr.pid = -1;
	show("negative pid", raw(SYS_capget, &hdr, data));

	hdr.pid = 0;
	hdr.version = 0;
	show("version 0, no data", raw(SYS_capget, &hdr, NULL));
	show_true("the kernel's version", hdr.version == _LINUX_CAPABILITY_VERSION_3);
	hdr.version = 0x12345678;
	show("unknown version", raw(SYS_capget, &hdr, data));
	show_true("the kernel's version", hdr.version == _LINUX_CAPABILITY_VERSION_3);
	hdr.version = _LINUX_CAPABILITY_VERSION_1;
	data[1].effective = 0x5555;
	show("version 1", raw(SYS_capget, &hdr, data));
	say("second word untouched: %d", data[1].effective == 0x5555);
	hdr.version = _LINUX_CAPABILITY_VERSION_3;
	show("bad header", raw(SYS_capget, BAD_PTR, data));
	show("bad data", raw(SYS_capget, &hdr, BAD_PTR));
	show("no data", raw(SYS_capget, &hdr, NULL));

	hdr.pid = xfork();
	if (hdr.pid == 0)
		for (;;)
			pause();
	show("child", raw(SYS_capget, &hdr, data));
	say("effective: %d", (data[0].effective & caps) == caps);
	kill(hdr.pid, SIGKILL);
	xwait(hdr.pid);
	return 0;
}
