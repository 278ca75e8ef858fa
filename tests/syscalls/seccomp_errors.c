/*
 * tests/syscalls/seccomp_errors.c - seccomp(2): bad operations, flags, programs and pointers; the
 * need of no_new_privs.
 */
#include "check.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

static struct sock_filter allow[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};

static void try(const char *what, struct sock_filter *f, unsigned short n)
{
	struct sock_fprog prog = {n, f};
	pid_t pid = xfork();

	/* In a child, that a filter which is taken does no harm. */
	if (pid == 0) {
		show(what, raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog));
		_exit(0);
	}
	xwait(pid);
}

int main(void)
{
	struct seccomp_notif_sizes sizes = {0};
	struct sock_fprog prog = {1, allow};
	struct sock_filter no_return[] = {BPF_STMT(BPF_LD | BPF_IMM, 0)};
	struct sock_filter bad_load[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 2), allow[0]};
	struct sock_filter far_load[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, sizeof(struct seccomp_data)), allow[0]};
	struct sock_filter byte_load[] = {BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), allow[0]};
	struct sock_filter bad_jump[] = {BPF_STMT(BPF_JMP | BPF_JA, 5), allow[0]};
	struct sock_filter bad_code[] = {BPF_STMT(0xffff, 0), allow[0]};
	struct sock_filter div0[] = {BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), allow[0]};
	struct sock_filter bad_mem[] = {BPF_STMT(BPF_LD | BPF_MEM, 16), allow[0]};
	struct sock_filter len[] = {BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), allow[0]};
	struct sock_filter ret_a[] = {BPF_STMT(BPF_LD | BPF_IMM, SECCOMP_RET_ALLOW),
				      BPF_STMT(BPF_RET | BPF_A, 0)};
	static struct sock_filter many[5000];
	unsigned int actions[] = {SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD,
				  SECCOMP_RET_TRAP,	    SECCOMP_RET_ERRNO,
				  SECCOMP_RET_TRACE,	    SECCOMP_RET_LOG,
				  SECCOMP_RET_ALLOW,	    0x12340000};

	if (geteuid() != 0)
		show("without no_new_privs", raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog));
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	show("bad operation", raw(SYS_seccomp, 99, 0, NULL));
	show("bad flags", raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 1 << 20, &prog));
	show("NULL program", raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL));
	show("bad program", raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, BAD_PTR));
	prog.filter = BAD_PTR;
	show("bad filter", raw(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog));
	show("prctl, mode 0", prctl(PR_SET_SECCOMP, 0, NULL));
	show("prctl, mode 3", prctl(PR_SET_SECCOMP, 3, NULL));
	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		many[i] = allow[0];
	try("fine", allow, 1);
	try("empty", allow, 0);
	try("4096 instructions", many, 4096);
	try("4097 instructions", many, 4097);
	try("no return at the end", no_return, 1);
	try("load from an odd offset", bad_load, 2);
	try("load from behind the end", far_load, 2);
	try("load of a byte", byte_load, 2);
	try("jump out", bad_jump, 2);
	try("bad code", bad_code, 2);
	try("division by zero", div0, 2);
	try("bad memory cell", bad_mem, 2);
	try("load of the length", len, 2);
	try("return of A", ret_a, 2);
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		show("action available",
		     raw(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &actions[i]));
	show("sizes", raw(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes));
	show_val("size of a notification", sizes.seccomp_notif);
	show_val("size of a response", sizes.seccomp_notif_resp);
	show_val("size of the data", sizes.seccomp_data);
	show("sizes, flags", raw(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 1, &sizes));
	show("sizes, bad pointer", raw(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, BAD_PTR));
	show("action, flags", raw(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 1, &actions[0]));
	show("action, bad pointer", raw(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, BAD_PTR));
	return 0;
}
