/* tests/syscalls/open_tmpfile.c - open(2): O_TMPFILE, with linkat to give the file a name. */
#include "fs_check.h"

int main(void)
{
	char buf[16], path[64];
	struct stat st;
	int fd;

	umask(022);
	xmkdir("dir", 0755);
	write_file("file", "x");
	fd = open("dir", O_TMPFILE | O_RDWR, 0666);
	show_fd("open", fd);
	show("fstat", fstat(fd, &st));
	say("%s %04o", type_name(st.st_mode), st.st_mode & 07777);
	show_val("links", st.st_nlink);
	show_val("size", st.st_size);
	show_names("dir has", "dir");
	show("write", write(fd, "hello", 5));
	show_read("pread", pread(fd, buf, sizeof(buf), 0), buf);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	show("linkat", linkat(AT_FDCWD, path, AT_FDCWD, "dir/named", AT_SYMLINK_FOLLOW));
	show_names("dir has", "dir");
	show_file("content", "dir/named");
	show("fstat", fstat(fd, &st));
	show_val("links", st.st_nlink);
	show("write", write(fd, "!", 1));
	show_file("content", "dir/named");
	show("linkat onto a name", linkat(AT_FDCWD, path, AT_FDCWD, "file", AT_SYMLINK_FOLLOW));
	close(fd);

	fd = open("dir", O_TMPFILE | O_RDWR | O_EXCL, 0600);
	show_fd("with O_EXCL", fd);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	show("linkat", linkat(AT_FDCWD, path, AT_FDCWD, "dir/second", AT_SYMLINK_FOLLOW));
	close(fd);

	fd = open(".", O_TMPFILE | O_WRONLY, 0400);
	show_fd("write-only", fd);
	show("read", read(fd, buf, 1));
	show("write", write(fd, "a", 1));
	show_true("flag in F_GETFL", (fcntl(fd, F_GETFL) & O_TMPFILE) == O_TMPFILE);
	close(fd);
	show_fd("read-only", open("dir", O_TMPFILE | O_RDONLY, 0600));
	show_fd("on a file", open("file", O_TMPFILE | O_RDWR, 0600));
	show_fd("on nothing", open("missing", O_TMPFILE | O_RDWR, 0600));
	show_fd("O_CREAT", open("dir", O_TMPFILE | O_RDWR | O_CREAT, 0600));
	show_fd("in /proc", open("/proc", O_TMPFILE | O_RDWR, 0600));
	show_names("dir has", "dir");
	return 0;
}
