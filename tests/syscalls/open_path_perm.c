/* tests/syscalls/open_path_perm.c - open(2): O_PATH needs no permission on the file itself. */
#include "fs_check.h"

static void as_stranger(void *arg)
{
	char buf[8], path[64];
	struct stat st;
	int fd;

	(void)arg;
	show_fd("secret, O_RDONLY", open("secret", O_RDONLY));
	fd = open("secret", O_PATH);
	show_fd("secret, O_PATH", fd);
	show("fstat", fstat(fd, &st));
	show_val("mode", st.st_mode & 07777);
	show("read", read(fd, buf, 1));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	show_fd("reopen for reading", open(path, O_RDONLY));
	show_fd("locked, O_PATH", open("locked", O_PATH));
	show_fd("in locked, O_PATH", open("locked/f", O_PATH));
	fd = open("locked", O_PATH | O_DIRECTORY);
	show_fd("openat below locked", openat(fd, "f", O_PATH));
	show("fchdir to locked", fchdir(fd));
}

int main(void)
{
	write_file("secret", "x");
	xchmod("secret", 0000);
	xmkdir("locked", 0755);
	write_file("locked/f", "x");
	xchmod("locked", 0600);
	if (geteuid() == 0)
		as_user(USER_A, GROUP_A, as_stranger, NULL);
	else
		as_stranger(NULL);
	xchmod("locked", 0700);
	return 0;
}
