/*
 * tests/bench/micro_files.c - microbenchmarks of files: data, names, directories
 *
 * Data is in a file of the current directory that was just written, so it is cached everywhere. Names are
 * those of prepared directories: names32 and names10k have as many empty files.
 */
#define _GNU_SOURCE
#include "micro.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILE_SIZE (4 << 20)
#define FILE_COUNT 10000

static int file = -1, directory = -1;
static char buffer[65536];
static char stat_path[4096];

static void open_file(void)
{
	file = open("io.data", O_RDWR | O_CREAT | O_TRUNC, 0600);
	MUST(file >= 0);
	for (int at = 0; at < FILE_SIZE; at += (int)sizeof(buffer))
		MUST(write(file, buffer, sizeof(buffer)) == sizeof(buffer));
	MUST(lseek(file, 0, SEEK_SET) == 0);
}

static void close_file(void)
{
	close(file);
	unlink("io.data");
}

/* n calls of read or write, from the beginning again at the end of the file. */
static double sequential(long n, ssize_t (*call)(int, void *, size_t), size_t size)
{
	double start;
	size_t at = 0;

	MUST(lseek(file, 0, SEEK_SET) == 0);
	start = now_ns();
	for (long i = 0; i < n; i++) {
		MUST(call(file, buffer, size) == (ssize_t)size);
		at += size;
		if (at == FILE_SIZE) {
			MUST(lseek(file, 0, SEEK_SET) == 0);
			at = 0;
		}
	}
	return now_ns() - start;
}

static ssize_t do_write(int fd, void *from, size_t size)
{
	return write(fd, from, size);
}

#define DATA_BENCHES(label, size)                                                                  \
	static double run_read_##label(long n)                                                     \
	{                                                                                          \
		return sequential(n, read, size);                                                  \
	}                                                                                          \
	static double run_write_##label(long n)                                                    \
	{                                                                                          \
		return sequential(n, do_write, size);                                              \
	}                                                                                          \
	LOOP(pread_##label, MUST(pread(file, buffer, size, 0) == (size));)                         \
	LOOP(pwrite_##label, MUST(pwrite(file, buffer, size, 0) == (size));)

DATA_BENCHES(1, 1)
DATA_BENCHES(4k, 4096)
DATA_BENCHES(64k, 65536)

LOOP(fstat, struct stat st; MUST(fstat(file, &st) == 0);)
LOOP(lseek, MUST(lseek(file, 5, SEEK_SET) == 5);)

#define DATA_ROW(name, fn)                                                                         \
	{                                                                                          \
		"io", name, run_##fn, open_file, close_file, 0                                     \
	}

const struct bench io_benches[] = {
	DATA_ROW("read-1", read_1),
	DATA_ROW("read-4k", read_4k),
	DATA_ROW("read-64k", read_64k),
	DATA_ROW("pread-1", pread_1),
	DATA_ROW("pread-4k", pread_4k),
	DATA_ROW("pread-64k", pread_64k),
	DATA_ROW("write-1", write_1),
	DATA_ROW("write-4k", write_4k),
	DATA_ROW("write-64k", write_64k),
	DATA_ROW("pwrite-1", pwrite_1),
	DATA_ROW("pwrite-4k", pwrite_4k),
	DATA_ROW("pwrite-64k", pwrite_64k),
	DATA_ROW("fstat", fstat),
	DATA_ROW("lseek", lseek),
	{0},
};

static void set_stat_path(void)
{
	snprintf(stat_path, sizeof(stat_path), "%s", data_path("names32/file-00007"));
}

static void set_absent_path(void)
{
	snprintf(stat_path, sizeof(stat_path), "%s", data_path("names32/absent"));
}

LOOP(stat, struct stat st; MUST(stat(stat_path, &st) == 0);)
LOOP(stat_absent, struct stat st; MUST(stat(stat_path, &st) < 0);)
LOOP(access, MUST(access(stat_path, R_OK) == 0);)
LOOP(open_close, int fd = open(stat_path, O_RDONLY); MUST(fd >= 0); close(fd);)
LOOP(create_unlink, int fd = open("new", O_WRONLY | O_CREAT | O_EXCL, 0600); MUST(fd >= 0);
     close(fd); MUST(unlink("new") == 0);)
LOOP(mkdir_rmdir, MUST(mkdir("dir", 0700) == 0); MUST(rmdir("dir") == 0);)
LOOP(rename, MUST(rename("old", "new") == 0); MUST(rename("new", "old") == 0);)

static void make_old(void)
{
	int fd = open("old", O_WRONLY | O_CREAT, 0600);

	MUST(fd >= 0);
	close(fd);
}

static void remove_old(void)
{
	unlink("old");
}

/* Opens and lists a directory; returns how many names it has. */
static long list(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY);
	long names = 0;
	long got;

	MUST(fd >= 0);
	while ((got = syscall(SYS_getdents64, fd, buffer, 32768)) > 0)
		for (long at = 0; at < got; names++)
			at += ((struct dirent64 *)(buffer + at))->d_reclen;
	MUST(got == 0);
	close(fd);
	return names;
}

LOOP(readdir_32, MUST(list(data_path("names32")) == 34);)
LOOP(readdir_10k, MUST(list(data_path("names10k")) == FILE_COUNT + 2);)

static void open_names(void)
{
	directory = open(data_path("names10k"), O_RDONLY | O_DIRECTORY);
	MUST(directory >= 0);
}

static void close_names(void)
{
	close(directory);
}

static double run_open_many(long n)
{
	double start = now_ns();
	static long next;
	char name[32];

	for (long i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "file-%05ld", next++ % FILE_COUNT);
		int fd = openat(directory, name, O_RDONLY);

		MUST(fd >= 0);
		close(fd);
	}
	return now_ns() - start;
}

const struct bench name_benches[] = {
	{"names", "stat", run_stat, set_stat_path, NULL, 0},
	{"names", "stat-absent", run_stat_absent, set_absent_path, NULL, 0},
	{"names", "access", run_access, set_stat_path, NULL, 0},
	{"names", "open-close", run_open_close, set_stat_path, NULL, 0},
	{"names", "create-unlink", run_create_unlink, NULL, NULL, 0},
	{"names", "mkdir-rmdir", run_mkdir_rmdir, NULL, NULL, 0},
	{"names", "rename-2", run_rename, make_old, remove_old, 0},
	{"names", "readdir-32", run_readdir_32, NULL, NULL, 0},
	{"names", "open-10k-first", run_open_many, open_names, close_names, FILE_COUNT},
	{"names", "open-10k", run_open_many, open_names, close_names, FILE_COUNT},
	{"names", "readdir-10k", run_readdir_10k, NULL, NULL, 0},
	{0},
};
