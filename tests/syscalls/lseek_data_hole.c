/* tests/syscalls/lseek_data_hole.c - lseek(2): SEEK_DATA and SEEK_HOLE in a sparse file. */
#include "fs_check.h"

#define MB (1L << 20)

static void walk(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END), at = 0;

	for (int i = 0; i < 10 && at < size; i++) {
		off_t data = lseek(fd, at, SEEK_DATA), hole;

		show("  data", data);
		if (data < 0)
			break;
		hole = lseek(fd, data, SEEK_HOLE);
		show("  hole", hole);
		if (hole < 0)
			break;
		at = hole;
	}
}

int main(void)
{
	static char block[65536];
	int fd = xopen("f", O_RDWR | O_CREAT, 0644), p[2];

	memset(block, 'd', sizeof(block));
	say("empty:");
	show("SEEK_DATA 0", lseek(fd, 0, SEEK_DATA));
	show("SEEK_HOLE 0", lseek(fd, 0, SEEK_HOLE));
	if (pwrite(fd, block, sizeof(block), 0) < 0 || pwrite(fd, block, sizeof(block), MB) < 0)
		die("pwrite");
	say("data, hole, data:");
	walk(fd);
	if (ftruncate(fd, 3 * MB) < 0)
		die("ftruncate");
	say("with a hole at the end:");
	walk(fd);
	show("SEEK_DATA in the hole", lseek(fd, 2 * MB, SEEK_DATA));
	show("SEEK_HOLE in the hole", lseek(fd, 2 * MB + 5, SEEK_HOLE));
	show("SEEK_DATA in data", lseek(fd, MB + 5, SEEK_DATA));
	show("SEEK_DATA at the end", lseek(fd, 3 * MB, SEEK_DATA));
	show("SEEK_HOLE at the end", lseek(fd, 3 * MB, SEEK_HOLE));
	show("SEEK_HOLE at the last byte", lseek(fd, 3 * MB - 1, SEEK_HOLE));
	show("SEEK_DATA -1", lseek(fd, -1, SEEK_DATA));
	show("SEEK_HOLE -1", lseek(fd, -1, SEEK_HOLE));
	lseek(fd, 7, SEEK_SET);
	show("SEEK_DATA past the end", lseek(fd, 4 * MB, SEEK_DATA));
	show("position after an error", lseek(fd, 0, SEEK_CUR));
	xpipe(p);
	show("pipe", lseek(p[0], 0, SEEK_DATA));
	return 0;
}
