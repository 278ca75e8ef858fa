/*
 * tests/syscalls/misc_rseq.c - rseq(2): errors of registration: alignment, length, flags, twice.
 */
#include "check.h"
#include <pthread.h>

struct area {
	uint32_t cpu_id_start, cpu_id;
	uint64_t cs;
	uint32_t flags, pad[3];
} __attribute__((aligned(32)));

static struct area first, second;

static long rseq(void *p, unsigned int len, int flags, unsigned int sig)
{
	return raw(SYS_rseq, p, len, flags, sig);
}

int main(void)
{
	/* The C library has registered one, unless it is told not to. */
	char **env = (char *[]){"GLIBC_TUNABLES=glibc.pthread.rseq=0", NULL};

	if (!getenv("GLIBC_TUNABLES")) {
		execve("/proc/self/exe", (char *[]){"self", NULL}, env);
		return 1;
	}
	show("unaligned", rseq((char *)&first + 1, 32, 0, 0x53053053));
	show("length 16", rseq(&first, 16, 0, 0x53053053));
	show("unknown flags", rseq(&first, 32, 4, 0x53053053));
	show("unregister without", rseq(&first, 32, 1, 0x53053053));
	show("register", rseq(&first, 32, 0, 0x53053053));
	show_true("CPU is filled in", first.cpu_id < 8192 && first.cpu_id_start == first.cpu_id);
	show("again, the same", rseq(&first, 32, 0, 0x53053053));
	show("again, other signature", rseq(&first, 32, 0, 0x53053054));
	show("another area", rseq(&second, 32, 0, 0x53053053));
	show("unregister, other signature", rseq(&first, 32, 1, 0x53053054));
	show("unregister, other area", rseq(&second, 32, 1, 0x53053053));
	show("unregister", rseq(&first, 32, 1, 0x53053053));
	show_true("CPU is gone", first.cpu_id == (uint32_t)-1);
	show("unregister again", rseq(&first, 32, 1, 0x53053053));
	return 0;
}
