/* tests/syscalls/perm_classes.c - permission bits: the class of owner, group or others decides. */
#include "fs_check.h"

static const mode_t modes[] = {0400, 0040, 0004, 0200, 0020, 0002, 0644, 0077, 0707, 0007, 0070};

static void try(void *arg)
{
	say("%s:", (const char *)arg);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		char name[16];
		int r, w, rw;

		snprintf(name, sizeof(name), "%04o", modes[i]);
		r = open(name, O_RDONLY);
		w = open(name, O_WRONLY);
		rw = open(name, O_RDWR);
		say("  %s: read %d, write %d, both %d", name, r >= 0, w >= 0, rw >= 0);
	}
}

static void in_group(void *arg)
{
	try(arg);
}

int main(void)
{
	gid_t group = GROUP_A;

	umask(0);
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		char name[16];

		snprintf(name, sizeof(name), "%04o", modes[i]);
		write_file(name, "x");
		xchmod(name, modes[i]);
		if (geteuid() == 0)
			xchown(name, USER_A, GROUP_A);
	}
	if (geteuid() != 0) {
		try((void *)"owner");
		return 0;
	}
	try((void *)"root");
	as_user(USER_A, GROUP_A, try, (void *)"owner");
	as_user(USER_A, GROUP_B, try, (void *)"owner in another group");
	as_user(USER_B, GROUP_A, in_group, (void *)"group");
	as_user(USER_B, GROUP_B, try, (void *)"other");
	if (xfork() == 0) {
		must(setgroups(1, &group));
		must(setresgid(GROUP_B, GROUP_B, GROUP_B));
		must(setresuid(USER_B, USER_B, USER_B));
		try((void *)"supplementary group");
		_exit(0);
	}
	xwait(-1);
	return 0;
}
