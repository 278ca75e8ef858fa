/*
 * tests/syscalls/ptrace_syscall_info.c - PTRACE_GET_SYSCALL_INFO: entry, exit with result and with
 * error, a signal stop.
 */
#include "check.h"
#include <linux/ptrace.h>

static long trace(long req, pid_t pid, long addr, void *data)
{
	return raw(SYS_ptrace, req, pid, addr, data);
}

static void look(pid_t pid, bool quiet)
{
	struct ptrace_syscall_info i;
	long n;

	memset(&i, 0, sizeof(i));
	n = trace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(i), &i);
	if (quiet && !(i.op == PTRACE_SYSCALL_INFO_ENTRY && i.entry.nr == SYS_lseek))
		return;
	show_val("size", n);
	show_true("architecture", i.arch != 0);
	show_true("pointers", i.instruction_pointer && i.stack_pointer);
	if (i.op == PTRACE_SYSCALL_INFO_ENTRY)
		say("entry: lseek %d arguments %lld %lld %lld", i.entry.nr == SYS_lseek,
		    i.entry.args[0], i.entry.args[1], i.entry.args[2]);
	else if (i.op == PTRACE_SYSCALL_INFO_EXIT)
		say("exit: result %lld error %d", i.exit.rval, i.exit.is_error);
	else
		say("none: %d", i.op);
}

static bool at_lseek(pid_t pid)
{
	struct ptrace_syscall_info i = {0};

	trace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(i), &i);
	return i.op == PTRACE_SYSCALL_INFO_ENTRY && i.entry.nr == SYS_lseek;
}

int main(void)
{
	pid_t pid;

	write_file("f", "0123456789");
	pid = xfork();
	if (pid == 0) {
		int fd = open("f", O_RDONLY);

		dup2(fd, 50);
		trace(PTRACE_TRACEME, 0, 0, NULL);
		raise(SIGSTOP);
		raw(SYS_lseek, 50, 7, SEEK_SET);
		raw(SYS_lseek, 51, 8, SEEK_END);
		_exit(0);
	}
	show_status("stop", xwait(pid));
	look(pid, false);
	trace(PTRACE_SETOPTIONS, pid, 0, (void *)PTRACE_O_TRACESYSGOOD);
	for (int n = 0; n < 2; n++) {
		do {
			trace(PTRACE_SYSCALL, pid, 0, NULL);
			xwait(pid);
		} while (!at_lseek(pid));
		look(pid, true);
		trace(PTRACE_SYSCALL, pid, 0, NULL);
		xwait(pid);
		look(pid, false);
	}
	trace(PTRACE_CONT, pid, 0, NULL);
	show_status("end", xwait(pid));
	return 0;
}
