/* tests/syscalls/open_path.c - open(2): what works and what fails on an O_PATH descriptor. */
#include "fs_check.h"
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

int main(void)
{
	char buf[64], path[64];
	struct stat st;
	struct statvfs vfs;
	int fd, fd2, dir, n;

	umask(022);
	write_file("file", "content");
	xmkdir("dir", 0755);
	write_file("dir/f", "below");
	fd = open("file", O_PATH);
	show_fd("open", fd);
	show("read", read(fd, buf, 1));
	show("write", write(fd, "x", 1));
	show("pread", pread(fd, buf, 1, 0));
	show("lseek", lseek(fd, 0, SEEK_SET));
	show("ftruncate", ftruncate(fd, 0));
	show("fallocate", fallocate(fd, 0, 0, 10));
	show("fsync", fsync(fd));
	show("fchmod", fchmod(fd, 0600));
	show("fchown", fchown(fd, -1, -1));
	show("futimens", futimens(fd, NULL));
	show("fgetxattr", fgetxattr(fd, "user.x", buf, sizeof(buf)));
	show("flock", flock(fd, LOCK_SH));
	show("ioctl", ioctl(fd, FIONREAD, &n));
	show("mmap", mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED ? -1 : 0);
	show("fchdir", fchdir(fd));
	show_ready("poll", fd, POLLIN);
	show("fstat", fstat(fd, &st));
	show_val("size", st.st_size);
	show("fstatvfs", fstatvfs(fd, &vfs));
	show_true("F_GETFL is O_PATH", fcntl(fd, F_GETFL) == O_PATH);
	show("F_SETFL", fcntl(fd, F_SETFL, O_APPEND));
	show("F_GETFD", fcntl(fd, F_GETFD));
	show("F_SETFD", fcntl(fd, F_SETFD, FD_CLOEXEC));
	show("F_GETFD", fcntl(fd, F_GETFD));
	show("F_GETOWN", fcntl(fd, F_GETOWN));
	show("F_GETLK", fcntl(fd, F_GETLK, &(struct flock){.l_type = F_RDLCK}));
	fd2 = dup(fd);
	show_fd("dup", fd2);
	show_true("dup is O_PATH", fcntl(fd2, F_GETFL) == O_PATH);
	close(fd2);

	/* A working descriptor can be made of it. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	fd2 = open(path, O_RDWR);
	show_fd("reopen", fd2);
	show_read("read", read(fd2, buf, sizeof(buf)), buf);
	show("chmod through /proc", chmod(path, 0600));
	show_mode("mode", "file");
	show("linkat through /proc", linkat(AT_FDCWD, path, AT_FDCWD, "file2", AT_SYMLINK_FOLLOW));
	show_true("same file", same_file("file", "file2"));
	show("fstatat, AT_EMPTY_PATH", fstatat(fd, "", &st, AT_EMPTY_PATH));
	show("close", close(fd));
	show("close again", close(fd));

	dir = open("dir", O_PATH);
	show_fd("dir", dir);
	fd = openat(dir, "f", O_RDONLY);
	show_fd("openat", fd);
	show_read("read", read(fd, buf, sizeof(buf)), buf);
	show("getdents64", raw(SYS_getdents64, dir, buf, sizeof(buf)));
	show("mkdirat", mkdirat(dir, "sub", 0755));
	show("fchdir", fchdir(dir));
	show_names("names", ".");
	fd = open("f", O_PATH | O_CREAT | O_WRONLY | O_APPEND, 0644);
	show_true("other flags are dropped", fcntl(fd, F_GETFL) == O_PATH);
	show_fd("O_CREAT is ignored", open("nothing", O_PATH | O_CREAT, 0644));
	return 0;
}
