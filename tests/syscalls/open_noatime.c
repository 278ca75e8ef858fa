/* tests/syscalls/open_noatime.c - open(2): O_NOATIME is for the owner of the file. */
#include "fs_check.h"

static void as_stranger(void *arg)
{
	int fd;

	(void)arg;
	show_fd("stranger, O_NOATIME", open("f", O_RDONLY | O_NOATIME));
	fd = open("f", O_RDONLY);
	show_fd("stranger", fd);
	show("stranger, F_SETFL", fcntl(fd, F_SETFL, O_NOATIME));
	show_true("flag set", fcntl(fd, F_GETFL) & O_NOATIME);
}

int main(void)
{
	struct timespec old[2] = {{1000, 0}, {2000, 0}};
	struct stat st;
	char buf[4];
	int fd;

	write_file("f", "text");
	fd = open("f", O_RDONLY | O_NOATIME);
	show_fd("owner, O_NOATIME", fd);
	show_true("flag set", fcntl(fd, F_GETFL) & O_NOATIME);
	show("utimensat", utimensat(AT_FDCWD, "f", old, 0));
	show("read", read(fd, buf, 4));
	show("stat", stat("f", &st));
	show_val("atime", st.st_atime);
	show("clear it", fcntl(fd, F_SETFL, 0));
	show_true("flag set", fcntl(fd, F_GETFL) & O_NOATIME);
	show("set it", fcntl(fd, F_SETFL, O_NOATIME));
	show_true("flag set", fcntl(fd, F_GETFL) & O_NOATIME);
	if (geteuid() == 0)
		as_user(USER_A, GROUP_A, as_stranger, NULL);
	return 0;
}
