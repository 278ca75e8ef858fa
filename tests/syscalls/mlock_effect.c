/* tests/syscalls/mlock_effect.c - mlock(2), MAP_LOCKED: what is locked is counted and resident. */
#include "check.h"
#include <sys/mman.h>

#define PAGE 4096L

static long locked_kb(void)
{
	char buf[8192];
	char *p;
	ssize_t n = read_file("/proc/self/status", buf, sizeof(buf) - 1);

	buf[n > 0 ? n : 0] = '\0';
	p = strstr(buf, "VmLck:");
	return p ? strtol(p + 6, NULL, 10) : -1;
}

int main(void)
{
	unsigned char vec[4] = {0};
	char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	show("mlock", mlock(p, 3 * PAGE));
	show("mincore", mincore(p, 4 * PAGE, vec));
	say("resident: %d %d %d", vec[0] & 1, vec[1] & 1, vec[2] & 1);
	show_val("locked kB", locked_kb());
	show("msync INVALIDATE", msync(p, PAGE, MS_INVALIDATE));
	show("munlock", munlock(p, 3 * PAGE));
	show_val("locked kB", locked_kb());
	munmap(p + 2 * PAGE, PAGE);
	show("mlock over a hole", mlock(p, 4 * PAGE));
	munlockall();
	p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED,
		 -1, 0);
	show_true("MAP_LOCKED", p != MAP_FAILED);
	show_val("locked kB", locked_kb());
	show("munlockall", munlockall());
	show_val("locked kB", locked_kb());
	show("mlock2 flags", syscall(SYS_mlock2, p, PAGE, 2));
	return 0;
}
