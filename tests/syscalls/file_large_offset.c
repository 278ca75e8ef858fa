/* tests/syscalls/file_large_offset.c - sparse files beyond 4 GiB. */
#include "fs_check.h"

#define GB (1L << 30)

int main(void)
{
	char buf[16];
	struct stat st;
	char *map;
	int fd;

	fd = xopen("f", O_RDWR | O_CREAT, 0644);
	show("pwrite at 5 GiB", pwrite(fd, "far", 3, 5 * GB));
	fstat(fd, &st);
	show_val("size", st.st_size);
	show_read("pread", pread(fd, buf, 8, 5 * GB), buf);
	show_read("pread in the hole", pread(fd, buf, 3, 3 * GB), buf);
	show_read("pread before it", pread(fd, buf, 4, 5 * GB - 2), buf);
	show("lseek", lseek(fd, 5 * GB, SEEK_SET));
	show("write", write(fd, "FAR!", 4));
	show("position", lseek(fd, 0, SEEK_CUR));
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 5 * GB);
	show_ptr("mmap", map);
	show_data("mapped", map, 4);
	map[0] = 'C';
	show_read("pread", pread(fd, buf, 4, 5 * GB), buf);
	show("ftruncate to 4 GiB + 1", ftruncate(fd, 4 * GB + 1));
	show_val("size", file_size("f"));
	show_read("pread", pread(fd, buf, 4, 4 * GB), buf);
	show("ftruncate to 100", ftruncate(fd, 100));
	show_val("size", file_size("f"));
	show("pwrite at the largest offset", pwrite(fd, "x", 1, 0x7fffffffffffffff));
	show("pwrite across it", pwrite(fd, "xy", 2, 0x7fffffffffffffff));
	show_val("size", file_size("f"));
	return 0;
}
