/* tests/syscalls/perm_search.c - directories: search, read and write permission are separate. */
#include "fs_check.h"

static void try(void *arg)
{
	static const char *const dirs[] = {"d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7"};
	char path[32];
	struct stat st;

	(void)arg;
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
		say("mode %zu:", i);
		show("  stat of it", stat(dirs[i], &st));
		snprintf(path, sizeof(path), "%s/f", dirs[i]);
		show("  stat inside", stat(path, &st));
		show_fd("  open inside", open(path, O_RDONLY));
		show_fd("  O_CREAT of an existing file", open(path, O_RDONLY | O_CREAT, 0644));
		snprintf(path, sizeof(path), "%s/missing", dirs[i]);
		show("  stat of a missing file", stat(path, &st));
		show_names("  list", dirs[i]);
		snprintf(path, sizeof(path), "%s/new", dirs[i]);
		show_fd("  create", open(path, O_WRONLY | O_CREAT | O_EXCL, 0644));
		show("  remove", unlink(path));
		snprintf(path, sizeof(path), "%s/.", dirs[i]);
		show("  stat of .", stat(path, &st));
		snprintf(path, sizeof(path), "%s/..", dirs[i]);
		show("  stat of ..", stat(path, &st));
		snprintf(path, sizeof(path), "%s/", dirs[i]);
		show("  stat with a slash", stat(path, &st));
		show("  chdir", chdir(dirs[i]));
		if (i & 1 || geteuid() == 0)
			must(chdir(".."));
	}
}

int main(void)
{
	char name[16];
	bool root = geteuid() == 0;

	umask(0);
	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "d%d/f", i);
		name[2] = '\0';
		xmkdir(name, 0755);
		name[2] = '/';
		write_file(name, "x");
		xchmod(name, 0644);
		name[2] = '\0';
		/* Others get the bits as root's strangers, the owner as ordinary user. */
		xchmod(name, root ? 0700 | i : i << 6 | 0077);
	}
	if (root) {
		as_user(USER_A, GROUP_A, try, NULL);
		say("root:");
	}
	try(NULL);
	for (int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "d%d", i);
		xchmod(name, 0700);
	}
	return 0;
}
