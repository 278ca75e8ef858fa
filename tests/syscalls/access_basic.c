/*
 * tests/syscalls/access_basic.c - access(2): modes, paths, the real user in place of the
 * effective.
 */
#include "fs_check.h"

static void all(const char *path)
{
	int f = access(path, F_OK), r = access(path, R_OK), w = access(path, W_OK);
	int x = access(path, X_OK), rw = access(path, R_OK | W_OK);

	say("%s: f%d r%d w%d x%d rw%d", path, f + 1, r + 1, w + 1, x + 1, rw + 1);
}

static void everything(void)
{
	all("0000");
	all("0444");
	all("0222");
	all("0111");
	all("0755");
	all("0077");
	all("0007");
	all("dir");
	all("closed");
	all("closed/f");
}

static void as_stranger(void *arg)
{
	(void)arg;
	say("a stranger:");
	everything();
}

int main(void)
{
	static const char *const names[] = {"0000", "0444", "0222", "0111", "0755", "0077", "0007"};
	char name[300];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		write_file(names[i], "x");
		xchmod(names[i], strtol(names[i], NULL, 8));
	}
	xmkdir("dir", 0755);
	xmkdir("closed", 0700);
	write_file("closed/f", "x");
	xsymlink("missing", "dangling");
	xsymlink("0444", "link");
	xsymlink("loop", "loop");
	xchmod("closed", 0600);
	everything();
	xchmod("closed", 0700);
	all("link");
	show("missing", access("missing", F_OK));
	show("dangling", access("dangling", F_OK));
	show("loop", access("loop", F_OK));
	show("empty", access("", F_OK));
	show("below a file", access("0444/x", F_OK));
	show("0444/", access("0444/", F_OK));
	show("dir/", access("dir/", R_OK));
	show("mode 8", access("0444", 8));
	show("mode -1", access("0444", -1));
	show("bad pointer", access(bad_addr(), F_OK));
	memset(name, 'x', 256);
	name[256] = '\0';
	show("long name", access(name, F_OK));
	if (geteuid() == 0) {
		xchmod(".", 0755);
		as_user(USER_A, GROUP_A, as_stranger, NULL);
		if (xfork() == 0) {
			/* Real user 1000, effective user 0: access asks for the former. */
			must(setresuid(USER_A, 0, 0));
			say("real user is a stranger:");
			all("0000");
			all("0444");
			show("open succeeds", open("0000", O_RDONLY) >= 0);
			show("AT_EACCESS", faccessat(AT_FDCWD, "0000", R_OK, AT_EACCESS));
			_exit(0);
		}
		xwait(-1);
		if (xfork() == 0) {
			must(setresuid(0, USER_A, 0));
			say("effective user is a stranger:");
			all("0000");
			all("0444");
			show_fd("open", open("0000", O_RDONLY));
			show("AT_EACCESS", faccessat(AT_FDCWD, "0000", R_OK, AT_EACCESS));
			_exit(0);
		}
		xwait(-1);
	}
	return 0;
}
