/* tests/syscalls/chroot_basic.c - chroot(2): another root, the old working directory, errors. */
#include "fs_check.h"

static void where(const char *what)
{
	char buf[4096];

	if (raw(SYS_getcwd, buf, sizeof(buf)) < 0)
		show(what, -1);
	else if (!strncmp(buf, "(unreachable)", 13))
		say("%s: unreachable", what);
	else
		show_str(what, buf);
}

static int jail(void *arg)
{
	char buf[64];
	struct stat st;
	int outside = xopen(".", O_RDONLY, 0);

	(void)arg;
	show("chroot", chroot("root"));
	where("cwd is outside");
	show_file("relative", "outer");
	show_file("absolute", "/inner");
	show("chdir /", chdir("/"));
	where("cwd");
	show_names("/", "/");
	show("chdir ..", chdir(".."));
	where("cwd");
	show("stat /..", stat("/..", &st));
	show_file("/../../inner", "/../../inner");
	show_file("absolute symlink", "/abs");
	show_file("relative symlink out of it", "/up");
	show("dangling inside", stat("/abs2", &st));
	show("chdir sub", chdir("sub"));
	where("cwd");
	show_fd("open of an outer path", open("/dev/null", O_RDONLY));
	/* A descriptor from before still leads out. */
	show("fchdir", fchdir(outside));
	where("cwd");
	show_file("outer", "outer");
	show_read("openat", read(openat(outside, "outer", O_RDONLY), buf, 64), buf);
	/* And back in: a second chroot. */
	show("chdir", chdir("/sub"));
	show("chroot .", chroot("."));
	where("cwd");
	show_names("/", "/");
	return 0;
}

static int exec_in_jail(void *arg)
{
	(void)arg;
	show("chroot", chroot("root"));
	show("chdir", chdir("/"));
	if (xfork() == 0) {
		show_file("child", "/inner");
		_exit(0);
	}
	xwait(-1);
	execl("/inner", "inner", NULL);
	show("execve of a text file", -1);
	execl("/bin/sh", "sh", NULL);
	show("execve of nothing", -1);
	return 0;
}

static void as_user_fn(void *arg)
{
	(void)arg;
	show("chroot as a user", chroot("root"));
	show("to nothing", chroot("missing"));
}

int main(void)
{
	xmkdir("root", 0755);
	xmkdir("root/sub", 0755);
	write_file("root/inner", "inner");
	write_file("root/sub/x", "x");
	write_file("outer", "outer");
	xsymlink("/inner", "root/abs");
	xsymlink("/outer", "root/abs2");
	xsymlink("../../../../inner", "root/up");
	if (geteuid() != 0) {
		as_user_fn(NULL);
		return 0;
	}
	xchmod("root/inner", 0755);
	run_child(jail, NULL);
	run_child(exec_in_jail, NULL);
	show("file", chroot("outer"));
	show("missing", chroot("missing"));
	show("empty", chroot(""));
	show("bad pointer", chroot(bad_addr()));
	show("below a file", chroot("outer/x"));
	as_user(USER_A, GROUP_A, as_user_fn, NULL);
	show_file("the parent is where it was", "outer");
	return 0;
}
