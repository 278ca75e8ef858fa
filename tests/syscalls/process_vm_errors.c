/*
 * tests/syscalls/process_vm_errors.c - process_vm_readv(2): flags, counts, pids, pointers, and
 * EPERM for processes of others.
 */
#include "check.h"
#include <sys/uio.h>

int main(void)
{
	char buf[16] = "buffer", out[16];
	struct iovec l = {out, 6}, r = {buf, 6}, bad = {BAD_PTR, 6}, huge = {buf, ~0UL};
	pid_t me = getpid();

	show("fine", process_vm_readv(me, &l, 1, &r, 1, 0));
	show("flags", process_vm_readv(me, &l, 1, &r, 1, 1));
	show("no pieces", process_vm_readv(me, &l, 0, &r, 0, 0));
	show("no local pieces", process_vm_readv(me, &l, 0, &r, 1, 0));
	show("1025 local pieces", process_vm_readv(me, &l, 1025, &r, 1, 0));
	show("1025 remote pieces", process_vm_readv(me, &l, 1, &r, 1025, 0));
	show("pid not there", process_vm_readv(0x7ffffff, &l, 1, &r, 1, 0));
	show("pid 0", process_vm_readv(0, &l, 1, &r, 1, 0));
	show("bad local vector", process_vm_readv(me, BAD_PTR, 1, &r, 1, 0));
	show("bad remote vector", process_vm_readv(me, &l, 1, BAD_PTR, 1, 0));
	show("bad local address", process_vm_readv(me, &bad, 1, &r, 1, 0));
	show("bad remote address", process_vm_readv(me, &l, 1, &bad, 1, 0));
	show("length negative", process_vm_readv(me, &huge, 1, &r, 1, 0));
	show("write, bad remote address", process_vm_writev(me, &r, 1, &bad, 1, 0));
	r.iov_base = "constant";
	show("write to read-only memory", process_vm_writev(me, &l, 1, &r, 1, 0));
	r.iov_base = buf;
	if (geteuid() == 0) {
		pid_t pid = xfork();

		if (pid == 0) {
			if (setuid(1000) < 0)
				_exit(1);
			show("child: root's memory", process_vm_readv(me, &l, 1, &r, 1, 0));
			show("child: no pieces", process_vm_readv(me, &l, 0, &r, 0, 0));
			_exit(0);
		}
		show_status("child", xwait(pid));
	}
	return 0;
}
