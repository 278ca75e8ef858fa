/*
 * tests/syscalls/ptrace_peek.c - PTRACE_PEEKDATA, PEEKTEXT, POKEDATA, POKETEXT: data, read-only
 * pages, unaligned and bad addresses.
 */
#include "check.h"
#include <sys/mman.h>
#include <sys/ptrace.h>

static long data[4] = {0x1122334455667788, 2, 3, 4};
static const long constant = 0x5555;

int main(void)
{
	long *page = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long *none = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	munmap((char *)page + 4096, 4096);
	pid = xfork();
	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		data[1] = 22;
		raise(SIGSTOP);
		show_val("child: data", data[2]);
		show_val("child: constant", *(volatile const long *)&constant);
		show_val("child: page", *(volatile long *)page);
		_exit(0);
	}
	show_status("stop", xwait(pid));
	say("peek: 0x%lx", ptrace(PTRACE_PEEKDATA, pid, &data[0], NULL));
	show("child's copy", ptrace(PTRACE_PEEKDATA, pid, &data[1], NULL));
	say("unaligned: 0x%lx", ptrace(PTRACE_PEEKTEXT, pid, (char *)&data[0] + 3, NULL));
	show("poke", ptrace(PTRACE_POKEDATA, pid, &data[2], 33L));
	show("poke a constant", ptrace(PTRACE_POKETEXT, pid, &constant, 44L));
	show("poke a read-only page", ptrace(PTRACE_POKEDATA, pid, page, 55L));
	show_val("our constant", *(volatile const long *)&constant);
	errno = 0;
	show("peek PROT_NONE", ptrace(PTRACE_PEEKDATA, pid, none, NULL));
	show("peek a bad address", ptrace(PTRACE_PEEKDATA, pid, BAD_PTR, NULL));
	show("poke a bad address", ptrace(PTRACE_POKEDATA, pid, BAD_PTR, 1L));
	show("peek over the end", ptrace(PTRACE_PEEKDATA, pid, (char *)page + 4092, NULL));
	show("peek the kernel", ptrace(PTRACE_PEEKDATA, pid, (void *)(1UL << 63), NULL));
	show("bad result pointer", raw(SYS_ptrace, PTRACE_PEEKDATA, pid, &data[0], BAD_PTR));
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	show_status("end", xwait(pid));
	return 0;
}
