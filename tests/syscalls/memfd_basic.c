/*
 * tests/syscalls/memfd_basic.c - memfd_create(2): a file without a name: read, write, map, size,
 * link in /proc/self/fd, flags and errors.
 */
#include "check.h"
#include <sys/mman.h>

int main(void)
{
	char buf[64], path[64], longname[300], *p;
	struct stat st;
	int fd, again;

	fd = memfd_create("a name", MFD_CLOEXEC);
	show_fd("memfd_create", fd < 0 ? fd : 0);
	show("F_GETFD", fcntl(fd, F_GETFD));
	show_true("O_RDWR", (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR);
	fstat(fd, &st);
	say("size %ld links %ld regular %d mode %o uid %d", (long)st.st_size, (long)st.st_nlink,
	    S_ISREG(st.st_mode), st.st_mode & 07777, st.st_uid == geteuid());
	show("write", write(fd, "hello", 5));
	show("ftruncate", ftruncate(fd, 10000));
	p = show_ptr("map", mmap(NULL, 10000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	show_data("map", p, 5);
	memcpy(p + 8000, "map", 3);
	show("pread", pread(fd, buf, 3, 8000));
	show_data("data", buf, 3);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	memset(buf, 0, sizeof(buf));
	show("readlink", readlink(path, buf, sizeof(buf) - 1));
	show_str("link", buf);
	again = open(path, O_RDONLY);
	show_fd("open by the link", again < 0 ? again : 0);
	show("read", read(again, buf, 5));
	show("write to the read-only one", write(again, "x", 1));
	show("lseek", lseek(fd, 0, SEEK_END));
	close(fd);
	show_data("map after close", p + 8000, 3);

	memset(longname, 'n', sizeof(longname));
	longname[250] = '\0';
	show("name of 250", memfd_create(longname, 0));
	longname[249] = '\0';
	fd = memfd_create(longname, 0);
	show_fd("name of 249", fd < 0 ? fd : 0);
	fd = memfd_create("", 0);
	show_fd("empty name", fd < 0 ? fd : 0);
	show("bad name", memfd_create(BAD_PTR, 0));
	show("bad flags", memfd_create("x", 0x80));
	show("MFD_EXEC and MFD_NOEXEC_SEAL", memfd_create("x", 8 | 16));
	return 0;
}
