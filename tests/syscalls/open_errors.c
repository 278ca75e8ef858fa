/* tests/syscalls/open_errors.c - open(2): bad paths, bad pointers and odd flags. */
#include "fs_check.h"

int main(void)
{
	char name[300], path[5000];
	int fd;

	write_file("file", "x");
	xmkdir("dir", 0755);
	show_fd("missing", open("missing", O_RDONLY));
	show_fd("empty", open("", O_RDONLY));
	show_fd("empty, O_CREAT", open("", O_RDWR | O_CREAT, 0644));
	show_fd("bad pointer", open(bad_addr(), O_RDONLY));
	show_fd("null pointer", raw(SYS_open, NULL, O_RDONLY, 0));
	show_fd("below a file", open("file/x", O_RDONLY));
	show_fd("below a file, O_CREAT", open("file/x", O_RDWR | O_CREAT, 0644));
	show_fd("below nothing", open("missing/x", O_RDONLY));
	show_fd("below nothing, O_CREAT", open("missing/x", O_RDWR | O_CREAT, 0644));
	show_fd("file/..", open("file/..", O_RDONLY));
	show_fd("file/.", open("file/.", O_RDONLY));
	memset(name, 'n', sizeof(name));
	name[256] = '\0';
	show_fd("name of 256", open(name, O_RDONLY));
	show_fd("name of 256, O_CREAT", open(name, O_RDWR | O_CREAT, 0644));
	name[255] = '\0';
	show_fd("name of 255", open(name, O_RDONLY));
	show_fd("name of 255, O_CREAT", open(name, O_RDWR | O_CREAT, 0644));
	show("unlink", unlink(name));
	for (size_t i = 0; i < sizeof(path); i += 2)
		memcpy(path + i, "./", 2);
	path[4096] = '\0';
	show_fd("path of 4096", open(path, O_RDONLY));
	path[4094] = '\0';
	show_fd("path of 4094", open(path, O_RDONLY));
	/* open ignores flags that it does not know. */
	fd = raw(SYS_open, "file", O_RDONLY | 0x40000000, 0);
	show_fd("unknown flag", fd);
	show_true("unknown flag in F_GETFL", fcntl(fd, F_GETFL) & 0x40000000);
	show_fd("O_DIRECTORY below a file", open("file/x", O_RDONLY | O_DIRECTORY));
	/* A file name may have any byte but NUL and slash. */
	show_fd("odd name", open("a\n\t \x01\xff*?\\", O_RDWR | O_CREAT | O_EXCL, 0644));
	show("unlink it", unlink("a\n\t \x01\xff*?\\"));
	return 0;
}
