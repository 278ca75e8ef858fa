/*
 * tests/syscalls/seccomp_errno.c - seccomp(2) filters with SECCOMP_RET_ERRNO: by number and by
 * argument; all others are allowed; several filters: the strictest counts.
 */
#include "check.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define LOAD_HIGH(i) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[i]) + 4)
#define IF_NOT(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip)
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, value)

static void install(const char *what, struct sock_filter *f, size_t n)
{
	struct sock_fprog prog = {n, f};

	show(what, prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog));
}

int main(void)
{
	struct sock_filter by_number[] = {
		LOAD(nr),
		IF_NOT(SYS_getppid, 1),
		RETURN(SECCOMP_RET_ERRNO | EDOM),
		IF_NOT(SYS_getuid, 1),
		RETURN(SECCOMP_RET_ERRNO | 0),
		IF_NOT(SYS_geteuid, 1),
		RETURN(SECCOMP_RET_ERRNO | 0xffff),
		RETURN(SECCOMP_RET_ALLOW),
	};
	struct sock_filter by_arg[] = {
		LOAD(nr),
		IF_NOT(SYS_lseek, 5),
		LOAD(args[0]),
		IF_NOT(77, 3),
		LOAD_HIGH(1),
		IF_NOT(0x12, 1),
		RETURN(SECCOMP_RET_ERRNO | EXDEV),
		RETURN(SECCOMP_RET_ALLOW),
	};
	struct sock_filter second[] = {
		LOAD(nr),
		IF_NOT(SYS_getppid, 1),
		RETURN(SECCOMP_RET_ERRNO | ERANGE),
		IF_NOT(SYS_getgid, 1),
		RETURN(SECCOMP_RET_LOG),
		RETURN(SECCOMP_RET_ALLOW),
	};

	show("no_new_privs", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	install("by number", by_number, ARRAY_LEN(by_number));
	show("getppid", raw(SYS_getppid));
	show("getuid", raw(SYS_getuid));
	show_true("geteuid: cut at 4095", raw(SYS_geteuid) == -1 && errno == 4095);
	show_true("getpid", raw(SYS_getpid) > 0);
	show("mode", prctl(PR_GET_SECCOMP));
	install("by argument", by_arg, ARRAY_LEN(by_arg));
	show("lseek 77, high bits", lseek(77, 0x1200000000, SEEK_SET));
	show("lseek 77, other high bits", lseek(77, 0x1300000000, SEEK_SET));
	show("lseek 78", lseek(78, 0x1200000000, SEEK_SET));
	install("second by number", second, ARRAY_LEN(second));
	/* The newest filter is run first: with equal strength its value is taken. */
	show("getppid", raw(SYS_getppid));
	show_true("getgid, logged", raw(SYS_getgid) == getegid());
	return 0;
}
