/* tests/syscalls/path_deep.c - a directory so deep that its path exceeds PATH_MAX. */
#include "fs_check.h"

#define DEPTH 30

int main(void)
{
	static char buf[8192];
	char name[201];
	int start = xopen(".", O_RDONLY, 0), n = 0;

	memset(name, 'd', 200);
	name[200] = '\0';
	for (int i = 0; i < DEPTH; i++) {
		if (mkdir(name, 0755) < 0 || chdir(name) < 0)
			die("mkdir at depth %d", i);
		n++;
	}
	show_val("levels", n);
	show("getcwd", raw(SYS_getcwd, buf, sizeof(buf)));
	show_fd("file there", open("f", O_RDWR | O_CREAT, 0644));
	show_mode("f", "f");
	show("readlink /proc/self/cwd", readlink("/proc/self/cwd", buf, sizeof(buf)));
	show("rename", rename("f", "g"));
	show("link", link("g", "../h"));
	show_names("names", "..");
	show("unlink", unlink("../h"));
	show("unlink", unlink("g"));
	for (int i = 0; i < DEPTH; i++)
		if (chdir("..") < 0 || rmdir(name) < 0)
			n--;
	show_val("levels removed", n);
	show_names("names", ".");
	show("fchdir", fchdir(start));
	return 0;
}
