/*
 * tests/syscalls/cap_set.c - capset(2): dropping effective and permitted capabilities, taking up
 * effective ones again, what is not allowed; the effect on calls.
 */
#include "check.h"
#include <linux/capability.h>

static struct __user_cap_data_struct data[2];

static long get(void)
{
	struct __user_cap_header_struct hdr = {_LINUX_CAPABILITY_VERSION_3, 0};

	return raw(SYS_capget, &hdr, data);
}

static long set(void)
{
	struct __user_cap_header_struct hdr = {_LINUX_CAPABILITY_VERSION_3, 0};

	return raw(SYS_capset, &hdr, data);
}

int main(void)
{
	struct __user_cap_header_struct hdr = {_LINUX_CAPABILITY_VERSION_3, 0};
	const unsigned int cap = 1U << CAP_CHOWN;

	write_file("f", "x");
	get();
	show("the same", set());
	show("chown", chown("f", 1000, 1000));

	data[0].effective &= ~cap;
	show("drop the effective one", set());
	show("chown", chown("f", 1001, 1001));
	get();
	say("effective %d permitted %d", !!(data[0].effective & cap), !!(data[0].permitted & cap));
	data[0].effective |= cap;
	show("take it up again", set());
	show("chown", chown("f", 1002, 1002));

	get();
	data[0].permitted &= ~cap;
	show("permitted only", set());
	data[0].effective &= ~cap;
	show("both", set());
	data[0].effective |= cap;
	data[0].permitted |= cap;
	show("back", set());
	get();
	data[0].inheritable = cap;
	show("inheritable, not permitted", set());
	show("chown", chown("f", 1003, 1003));

	get();
	hdr.pid = xfork();
	if (hdr.pid == 0)
		for (;;)
			pause();
	show("another process", raw(SYS_capset, &hdr, data));
	kill(hdr.pid, SIGKILL);
	xwait(hdr.pid);
	hdr.pid = getpid();
	show("own pid", raw(SYS_capset, &hdr, data));
	hdr.pid = -1;
	show("negative pid", raw(SYS_capset, &hdr, data));
	hdr.pid = 0;
	hdr.version = 1;
	show("bad version", raw(SYS_capset, &hdr, data));
	hdr.version = _LINUX_CAPABILITY_VERSION_3;
	show("bad data", raw(SYS_capset, &hdr, BAD_PTR));
	show("bad header", raw(SYS_capset, BAD_PTR, data));
	memset(data, 0, sizeof(data));
	show("nothing at all", set());
	get();
	say("left: %x %x", data[0].effective | data[1].effective,
	    data[0].permitted | data[1].permitted);
	return 0;
}
