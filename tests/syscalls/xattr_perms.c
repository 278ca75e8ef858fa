/* tests/syscalls/xattr_perms.c - extended attributes: user.* follows the file's permission bits. */
#include "fs_check.h"
#include <sys/xattr.h>

static void try(const char *path)
{
	char buf[16];

	say("%s:", path);
	show("  set", setxattr(path, "user.new", "x", 1, 0));
	show("  get", getxattr(path, "user.old", buf, sizeof(buf)));
	show("  remove", removexattr(path, "user.old"));
	show_true("  list works", listxattr(path, NULL, 0) >= 0);
}

static void as_stranger(void *arg)
{
	char buf[16];

	(void)arg;
	try("rw");
	try("ro");
	try("wo");
	try("none");
	show("trusted, set", setxattr("rw", "trusted.a", "x", 1, 0));
	show("trusted, get", getxattr("rw", "trusted.a", buf, sizeof(buf)));
	show("trusted, remove", removexattr("rw", "trusted.a"));
	show("read-only descriptor", fsetxattr(xopen("rw", O_RDONLY, 0), "user.fd", "x", 1, 0));
}

int main(void)
{
	static const char *const names[] = {"rw", "ro", "wo", "none"};
	static const mode_t modes[] = {0666, 0444, 0222, 0000};

	umask(0);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		write_file(names[i], "x");
		must(setxattr(names[i], "user.old", "old", 3, 0));
		xchmod(names[i], modes[i]);
	}
	must(mkfifo("fifo", 0666));
	xsymlink("rw", "link");
	show("fifo", setxattr("fifo", "user.a", "x", 1, 0));
	show("symlink itself", lsetxattr("link", "user.a", "x", 1, 0));
	if (geteuid() == 0)
		as_user(USER_A, GROUP_A, as_stranger, NULL);
	else
		as_stranger(NULL);
	return 0;
}
