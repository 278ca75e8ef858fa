/*
 * tests/syscalls/proc_errors.c - /proc as a file system: what cannot be made, removed or changed.
 */
#include "fs_check.h"

int main(void)
{
	char buf[64];
	struct stat st;
	int fd;

	write_file("f", "x");
	show_fd("create", open("/proc/new", O_RDWR | O_CREAT, 0644));
	show("mkdir", mkdir("/proc/new", 0755));
	show("symlink", symlink("x", "/proc/new"));
	show("mkfifo", mkfifo("/proc/new", 0644));
	show("rename into", rename("f", "/proc/new"));
	show("link into", link("f", "/proc/new"));
	show_fd("create in self", open("/proc/self/new", O_RDWR | O_CREAT, 0644));
	show("mkdir in self", mkdir("/proc/self/new", 0755));
	show("missing", stat("/proc/nothing", &st));
	show("below a file", stat("/proc/version/x", &st));
	show_fd("version as a directory", open("/proc/version", O_RDONLY | O_DIRECTORY));
	show_fd("directory for writing", open("/proc/self", O_RDWR));
	show("version/", stat("/proc/version/", &st));
	show("truncate", truncate("/proc/self/comm", 0));
	fd = xopen("/proc/version", O_RDONLY, 0);
	show("write", write(fd, "x", 1));
	show("ftruncate", ftruncate(fd, 0));
	show("lseek", lseek(fd, 2, SEEK_SET));
	show("read", read(fd, buf, 3));
	show_data("is", buf, 3);
	show("lseek -1", lseek(fd, -1, SEEK_SET));
	show("bad buffer", read(xopen("/proc/version", O_RDONLY, 0), bad_addr(), 10));
	show("size", fstat(fd, &st) < 0 ? -1 : (long)st.st_size);
	if (geteuid() != 0) {
		show_fd("version for writing", open("/proc/version", O_WRONLY));
		show("chmod", chmod("/proc/version", 0644));
		show("unlink", unlink("/proc/version"));
	}
	return 0;
}
