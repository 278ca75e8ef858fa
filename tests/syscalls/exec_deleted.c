/*
 * tests/syscalls/exec_deleted.c - execve(2) of /proc/self/exe when the file has been removed, and
 * what the link says.
 */
#include "check.h"

static void look(const char *who)
{
	char link[4096];
	ssize_t n = readlink("/proc/self/exe", link, sizeof(link) - 1);
	const char *base;

	if (n < 0)
		die("readlink");
	link[n] = '\0';
	base = strrchr(link, '/');
	say("%s: exe ends with %s", who, base ? base : "nothing");
}

int main(int argc, char **argv)
{
	struct stat st;

	if (argc == 1) {
		copy_self("prog");
		execl("./prog", "prog", "first", NULL);
		return 1;
	}
	if (strcmp(argv[1], "first") == 0) {
		look("first");
		show("unlink", unlink("prog"));
		look("first");
		show("stat", stat("/proc/self/exe", &st));
		show_val("links", st.st_nlink);
		show("exec by name", execl("./prog", "prog", "second", NULL));
		show("exec", execl("/proc/self/exe", "prog", "second", NULL));
		return 1;
	}
	look("second");
	return 0;
}
