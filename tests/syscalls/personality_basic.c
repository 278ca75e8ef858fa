/*
 * tests/syscalls/personality_basic.c - personality(2): get, set, inheritance by fork and exec.
 */
#include "check.h"
#include <sys/personality.h>

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		say("after exec: 0x%x", personality(0xffffffff));
		return 0;
	}
	say("at start: 0x%x", personality(0xffffffff));
	say("set: 0x%x", personality(ADDR_NO_RANDOMIZE | SHORT_INODE));
	say("get: 0x%x", personality(0xffffffff));
	if (xfork() == 0) {
		say("child: 0x%x", personality(0xffffffff));
		say("child, set: 0x%x", personality(PER_LINUX));
		_exit(0);
	}
	wait(NULL);
	say("get: 0x%x", personality(0xffffffff));
	execl("/proc/self/exe", "self", "child", NULL);
	return 1;
}
