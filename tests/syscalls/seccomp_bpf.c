/*
 * tests/syscalls/seccomp_bpf.c - seccomp filters: the instructions: arithmetic, memory cells,
 * jumps, all fields of the data.
 */
#include "check.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

/* The result of the code, as the errno of a call of lseek with three given arguments. */
static void run(const char *what, struct sock_filter *code, size_t n)
{
	struct sock_filter f[40] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_lseek, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {3, f};
	pid_t pid;

	memcpy(f + 3, code, n * sizeof(*code));
	prog.len += n;
	/* A = (A & 0xfff) | SECCOMP_RET_ERRNO */
	f[prog.len++] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xfff);
	f[prog.len++] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO);
	f[prog.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0);
	pid = xfork();
	if (pid == 0) {
		if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) < 0) {
			show(what, -1);
		} else {
			long r = raw(SYS_lseek, 0x11, 0x2200000033, 7);

			show_val(what, r < 0 ? errno : 0);
		}
		_exit(0);
	}
	xwait(pid);
}

#define RUN(what, ...)                                                                             \
	do {                                                                                       \
		struct sock_filter code[] = {__VA_ARGS__};                                         \
		run(what, code, ARRAY_LEN(code));                                                  \
	} while (0)
#define ARG(i) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[i]))
#define HIGH(i) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[i]) + 4)
#define IMM(v) BPF_STMT(BPF_LD | BPF_IMM, v)
#define ALU(op, v) BPF_STMT(BPF_ALU | op | BPF_K, v)
#define ALUX(op) BPF_STMT(BPF_ALU | op | BPF_X, 0)
#define LDX(v) BPF_STMT(BPF_LDX | BPF_IMM, v)

int main(void)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	RUN("argument 0", ARG(0));
	RUN("argument 1, low", ARG(1));
	RUN("argument 1, high", HIGH(1));
	RUN("argument 2", ARG(2));
	RUN("number", BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    ALU(BPF_SUB, SYS_lseek - 5));
	RUN("length", BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0));
	RUN("length in X", BPF_STMT(BPF_LDX | BPF_W | BPF_LEN, 0), BPF_STMT(BPF_MISC | BPF_TXA, 0));
	RUN("add", ARG(0), ALU(BPF_ADD, 100));
	RUN("subtract, wraps", IMM(1), ALU(BPF_SUB, 3), ALU(BPF_RSH, 22));
	RUN("multiply", ARG(2), LDX(9), ALUX(BPF_MUL));
	RUN("divide", IMM(1000), LDX(7), ALUX(BPF_DIV));
	RUN("divide by zero in X", IMM(1000), LDX(0), ALUX(BPF_DIV));
	RUN("and, or, xor", IMM(0xff0), ALU(BPF_AND, 0x1f0), ALU(BPF_OR, 5), ALU(BPF_XOR, 0x11));
	RUN("shifts", IMM(3), ALU(BPF_LSH, 5), LDX(2), ALUX(BPF_RSH));
	RUN("negate", IMM(-5), BPF_STMT(BPF_ALU | BPF_NEG, 0));
	RUN("memory", IMM(77), BPF_STMT(BPF_ST, 3), IMM(1), BPF_STMT(BPF_LDX | BPF_MEM, 3),
	    BPF_STMT(BPF_MISC | BPF_TXA, 0));
	RUN("store X", LDX(88), BPF_STMT(BPF_STX, 15), BPF_STMT(BPF_LD | BPF_MEM, 15));
	RUN("A to X", IMM(6), BPF_STMT(BPF_MISC | BPF_TAX, 0), ALUX(BPF_ADD));
	RUN("jump", BPF_STMT(BPF_JMP | BPF_JA, 1), IMM(1), ALU(BPF_ADD, 40));
	RUN("greater", IMM(5), BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 5, 0, 1), IMM(100));
	RUN("greater or equal", IMM(5), BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 5, 0, 1), IMM(100));
	RUN("unsigned", IMM(-1), BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 5, 0, 1), IMM(100));
	RUN("bits set", IMM(6), BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 9, 0, 1), IMM(100));
	RUN("compare with X", IMM(6), LDX(6), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 1),
	    IMM(100));
	return 0;
}
