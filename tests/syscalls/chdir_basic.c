/* tests/syscalls/chdir_basic.c - chdir(2), fchdir, getcwd: where relative paths begin. */
#include "fs_check.h"

static char start[4096];

static void where(const char *what)
{
	char buf[4200];

	if (!getcwd(buf, sizeof(buf)))
		show(what, -1);
	else if (!strncmp(buf, start, strlen(start)))
		say("%s: START%s", what, buf + strlen(start));
	else
		say("%s: elsewhere", what);
}

static int child(void *arg)
{
	(void)arg;
	show("child: chdir", chdir("a"));
	where("child");
	return 0;
}

static int search(void *arg)
{
	(void)arg;
	show("no search permission", chdir("closed"));
	show("below it", chdir("closed/x"));
	show("fchdir", fchdir(xopen("closed", O_RDONLY, 0)));
	return 0;
}

int main(void)
{
	char name[300], buf[16];
	int fd, file;

	if (!getcwd(start, sizeof(start)))
		die("getcwd");
	xmkdir("a", 0755);
	xmkdir("a/b", 0755);
	xmkdir("closed", 0755);
	xmkdir("closed/x", 0755);
	xchmod("closed", 0644);
	write_file("file", "x");
	xsymlink("a/b", "link");
	fd = xopen(".", O_RDONLY, 0);
	file = xopen("file", O_RDONLY, 0);
	where("at first");
	show("a/b", chdir("a/b"));
	where("then");
	show("..", chdir(".."));
	where("then");
	show(".", chdir("."));
	where("then");
	show("fchdir", fchdir(fd));
	where("then");
	show("symlink", chdir("link"));
	where("the real path");
	show("..", chdir(".."));
	where("then");
	must(fchdir(fd));
	run_child(child, NULL);
	where("parent");
	show("file", chdir("file"));
	show("fchdir of a file", fchdir(file));
	show("missing", chdir("missing"));
	show("empty", chdir(""));
	show("below a file", chdir("file/x"));
	show("bad pointer", chdir(bad_addr()));
	show("fchdir, closed", fchdir(closed_fd()));
	show("fchdir, -1", fchdir(-1));
	memset(name, 'x', 256);
	name[256] = '\0';
	show("long name", chdir(name));
	if (geteuid() != 0)
		run_child(search, NULL);
	where("unchanged");
	show("/", chdir("/"));
	show("getcwd", raw(SYS_getcwd, buf, sizeof(buf)));
	show_str("is", buf);
	show("..", chdir(".."));
	show("getcwd", raw(SYS_getcwd, buf, sizeof(buf)));
	show_str("is", buf);
	show("fchdir", fchdir(fd));
	xchmod("closed", 0755);
	return 0;
}
