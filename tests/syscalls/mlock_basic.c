/*
 * tests/syscalls/mlock_basic.c - mlock(2), munlock(2), mlock2(2), mlockall(2): results, holes,
 * flags, the limit for users without privilege.
 */
#include "check.h"
#include <sys/mman.h>
#include <sys/resource.h>

#define PAGE 4096

static int limited(void *arg)
{
	struct rlimit rl = {8 * PAGE, 8 * PAGE};
	char *p = arg;

	if (geteuid() == 0 && setuid(1000) < 0)
		return 1;
	setrlimit(RLIMIT_MEMLOCK, &rl);
	show("within the limit", mlock(p, 8 * PAGE));
	show("again, the same", mlock(p, 8 * PAGE));
	show("one page more", mlock(p + 8 * PAGE, PAGE));
	show("munlock", munlock(p, PAGE));
	show("one page more", mlock(p + 8 * PAGE, PAGE));
	show_ptr("MAP_LOCKED",
		 mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0));
	show("mlockall", mlockall(MCL_CURRENT));
	rl.rlim_cur = rl.rlim_max = 0;
	munlockall();
	setrlimit(RLIMIT_MEMLOCK, &rl);
	show("limit 0", mlock(p, PAGE));
	show("limit 0, mlockall", mlockall(MCL_FUTURE));
	return 0;
}

int main(void)
{
	char *p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char vec[4];

	show("mlock", mlock(p, 3 * PAGE));
	show("mincore", mincore(p, 3 * PAGE, vec));
	say("resident: %d %d %d", vec[0] & 1, vec[1] & 1, vec[2] & 1);
	show("odd range", mlock(p + 100, 10));
	show("munlock", munlock(p, 3 * PAGE));
	show("munlock of what is not locked", munlock(p + 4 * PAGE, PAGE));
	show("length 0", mlock(p, 0));
	show("mlock2", mlock2(p, PAGE, 0));
	show("mlock2 ONFAULT", mlock2(p, PAGE, MLOCK_ONFAULT));
	show("mlock2 bad flags", mlock2(p, PAGE, 8));
	show("length that wraps", mlock(p, ~0UL - 100));
	munmap(p + PAGE, PAGE);
	show("hole", mlock(p, 3 * PAGE));
	show("munlock, hole", munlock(p, 3 * PAGE));
	show("mlockall 0", mlockall(0));
	show("mlockall bad flags", mlockall(64));
	show("mlockall MCL_ONFAULT alone", mlockall(MCL_ONFAULT));
	show("munlockall", munlockall());
	p = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	show_status("child", run_child(limited, p));
	return 0;
}
