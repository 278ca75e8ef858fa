/*
 * tests/syscalls/mmap_shared_file.c - mmap(2) MAP_SHARED of a file: writes are seen by read, by
 * other maps and other processes, and the other way round; the file keeps its size.
 */
#include "check.h"
#include <sys/mman.h>

int main(void)
{
	char buf[16], *p, *q;
	struct stat st;
	int fd, other;

	fd = open("f", O_RDWR | O_CREAT, 0644);
	show("ftruncate", ftruncate(fd, 5000));
	other = open("f", O_RDWR);
	p = show_ptr("map", mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	q = show_ptr("second page",
		     mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, other, 4096));
	strcpy(p, "by map");
	show("pread", pread(other, buf, 6, 0));
	show_data("file", buf, 6);
	show("pwrite", pwrite(other, "by write", 8, 4200));
	show_data("map", p + 4200, 8);
	show_data("other map", q + 104, 8);
	memcpy(q + 200, "by q", 4);
	show_data("first map", p + 4296, 4);
	p[5500] = 'x';
	fstat(fd, &st);
	show_val("size after a write behind the end", st.st_size);

	pid_t pid = xfork();

	if (pid == 0) {
		char *c = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, open("f", O_RDWR),
			       0);

		show_data("child: own map", c, 6);
		memcpy(c + 10, "child", 5);
		memcpy(p + 20, "again", 5);
		_exit(0);
	}
	show_status("child", xwait(pid));
	show_data("parent", p + 10, 5);
	show("pread", pread(fd, buf, 5, 20));
	show_data("file", buf, 5);
	close(fd);
	close(other);
	show("unlink", unlink("f"));
	strcpy(p, "no name");
	show_data("map still there", p, 7);
	show("msync", msync(p, 8192, MS_SYNC));
	show("munmap", munmap(p, 8192));
	show_data("other map still there", q + 200, 4);
	return 0;
}
