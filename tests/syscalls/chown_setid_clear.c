/* tests/syscalls/chown_setid_clear.c - chown(2) and write(2) drop the setuid and setgid bits. */
#include "fs_check.h"

static void try(mode_t mode, uid_t uid, gid_t gid)
{
	char label[64];

	xchmod("f", mode);
	snprintf(label, sizeof(label), "%05o, chown %d:%d", mode, (int)uid, (int)gid);
	show(label, chown("f", uid, gid));
	show_mode(label, "f");
}

static void as_a(void *arg)
{
	int fd;

	(void)arg;
	say("as the owner:");
	xchmod("f", 06777);
	show_mode("before", "f");
	fd = xopen("f", O_RDWR, 0);
	show("write", write(fd, "y", 1));
	show_mode("after write", "f");
	xchmod("f", 06777);
	show("write nothing", write(fd, "y", 0));
	show_mode("after it", "f");
	xchmod("f", 06767);
	show("write, no group execution", write(fd, "y", 1));
	show_mode("after it", "f");
	xchmod("f", 06777);
	show("ftruncate", ftruncate(fd, 0));
	show_mode("after it", "f");
	xchmod("f", 06777);
	show("chown to the same", chown("f", USER_A, GROUP_A));
	show_mode("after it", "f");
	xchmod("f", 06777);
	show("chown of nothing", chown("f", -1, -1));
	show_mode("after it", "f");
}

int main(void)
{
	int fd;

	umask(0);
	write_file("f", "x");
	if (geteuid() == 0) {
		try(06755, 10, 10);
		try(06755, -1, 11);
		try(06755, 12, -1);
		try(06745, 13, 13);
		try(02745, 13, 14);
		try(02755, 13, 15);
		try(04755, 13, 15);
		try(01755, 14, 14);
		try(06755, -1, -1);
		xmkdir("dir", 0755);
		xchmod("dir", 06755);
		show("directory", chown("dir", 10, 10));
		show_mode("directory", "dir");
		xchmod("f", 06777);
		fd = xopen("f", O_WRONLY, 0);
		show("root writes", write(fd, "y", 1));
		show_mode("after it", "f");
		show("root truncates", ftruncate(fd, 0));
		show_mode("after it", "f");
		close(fd);
		xchown("f", USER_A, GROUP_A);
		as_user(USER_A, GROUP_A, as_a, NULL);
	} else {
		xchmod("f", 06777);
		fd = xopen("f", O_WRONLY, 0);
		show("write", write(fd, "y", 1));
		show_mode("after it", "f");
	}
	return 0;
}
