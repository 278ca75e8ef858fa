/*
 * tests/syscalls/proc_offsets.c - files in /proc read in small pieces, with pread and after lseek.
 */
#include "fs_check.h"

static char whole[65536], parts[65536];

static void try(const char *path)
{
	int fd = xopen(path, O_RDONLY, 0);
	size_t size = 0, have = 0;
	ssize_t n;

	while ((n = read(fd, whole + size, sizeof(whole) - 1 - size)) > 0)
		size += n;
	must(lseek(fd, 0, SEEK_SET));
	while ((n = read(fd, parts + have, 7)) > 0)
		have += n;
	say("%s: not empty %d, by sevens %d", path, size > 0,
	    have == size && !memcmp(whole, parts, size));
	memset(parts, 0, size);
	for (have = 0; have < size; have += n) {
		n = pread(fd, parts + have, 13, have);
		if (n <= 0)
			break;
	}
	show_true("  with pread", have == size && !memcmp(whole, parts, size));
	show("  at the end", pread(fd, parts, 10, size));
	show("  beyond", pread(fd, parts, 10, size + 1000));
	must(lseek(fd, size / 2, SEEK_SET));
	n = read(fd, parts, sizeof(parts));
	show_true("  second half",
		  n == (ssize_t)(size - size / 2) && !memcmp(parts, whole + size / 2, n));
	close(fd);
}

int main(void)
{
	try("/proc/version");
	try("/proc/filesystems");
	try("/proc/self/cmdline");
	try("/proc/self/comm");
	try("/proc/self/limits");
	try("/proc/self/mounts");
	try("/proc/self/environ");
	try("/proc/self/auxv");
	try("/proc/sys/kernel/osrelease");
	return 0;
}
