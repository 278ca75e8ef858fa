/*
 * tests/syscalls/seccomp_trace.c - SECCOMP_RET_TRACE without a tracer: ENOSYS, the call is not
 * made.
 */
#include "check.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

int main(void)
{
	struct sock_filter f[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_umask, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | 5),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {ARRAY_LEN(f), f};
	struct stat st;

	umask(022);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	show("install", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog));
	show("umask", raw(SYS_umask, 0));
	close(open("f", O_CREAT | O_WRONLY, 0666));
	stat("f", &st);
	say("mode %o", st.st_mode & 07777);
	return 0;
}
