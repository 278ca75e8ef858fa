/* tests/syscalls/proc_exe.c - /proc/PID/exe: the program, renamed or removed too. */
#include "fs_check.h"

static char cwd[4096];

static void link_of(const char *what)
{
	char buf[4200] = "";

	must(readlink("/proc/self/exe", buf, sizeof(buf) - 1));
	if (!strncmp(buf, cwd, strlen(cwd)))
		say("%s: .%s", what, buf + strlen(cwd));
	else
		say("%s: elsewhere", what);
}

int main(int argc, char **argv)
{
	char magic[4] = "";
	struct stat a, b;
	int fd;

	(void)argv;
	if (!getcwd(cwd, sizeof(cwd)))
		die("getcwd");
	if (argc > 1) {
		link_of("copy");
		show("stat", stat("/proc/self/exe", &a));
		show("stat", stat("copy", &b));
		show_true("the same file", a.st_ino == b.st_ino && a.st_dev == b.st_dev);
		show("rename", rename("copy", "renamed"));
		link_of("renamed");
		show("unlink", unlink("renamed"));
		link_of("removed");
		show("stat", stat("/proc/self/exe", &a));
		show_val("links", a.st_nlink);
		fd = open("/proc/self/exe", O_RDONLY);
		show_fd("open", fd);
		show("read", read(fd, magic, 4));
		show_true("is an ELF file", !memcmp(magic,
						    "\x7f"
						    "ELF",
						    4));
		return 0;
	}
	link_of("at first");
	show("lstat", lstat("/proc/self/exe", &a));
	say("%s %04o", type_name(a.st_mode), a.st_mode & 07777);
	fd = open("/proc/self/exe", O_RDONLY);
	show_fd("open", fd);
	show("read", read(fd, magic, 4));
	show_true("is an ELF file", !memcmp(magic,
					    "\x7f"
					    "ELF",
					    4));
	show("unlink", unlink("/proc/self/exe"));
	copy_self("copy");
	xchmod("copy", 0755);
	fflush(stdout);
	execl("copy", "copy", "again", NULL);
	die("execl");
}
