/*
 * tests/syscalls/mmap_reused_fd.c - mappings of one descriptor number that means several files in turn:
 * after close, dup2, in forked children and while another thread forks; system files, and own ones
 * that change between two mappings of the same descriptor.
 */
#include "fs_check.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/mman.h>

#define PAGE 4096
#define ROUNDS 200

static const char *const files[] = {"/bin/sh", "/bin/true", "/etc/passwd", "/etc/ld.so.cache"};
static char heads[ARRAY_LEN(files)][64];

static bool maps(int fd, const char *want, size_t len)
{
	char *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	bool same = p != MAP_FAILED && memcmp(p, want, len) == 0;

	if (p != MAP_FAILED)
		munmap(p, PAGE);
	return same;
}

static bool shows(int fd, size_t i)
{
	return maps(fd, heads[i], sizeof(heads[i]));
}

/* Opens file i under exactly that number. */
static void open_as(size_t i, int number)
{
	int fd = open(files[i], O_RDONLY);

	if (fd != number) {
		dup2(fd, number);
		close(fd);
	}
}

static void in_turn(int number)
{
	int bad = 0;

	for (int round = 0; round < ROUNDS; round++) {
		size_t i = (size_t)round % ARRAY_LEN(files);

		if (round % 3)
			close(number);
		open_as(i, number);
		bad += !shows(number, i) || !shows(number, i);
	}
	show_val("bad in turn", bad);
	close(number);
	show("mmap of the closed one",
	     mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, number, 0) == MAP_FAILED ? -1 : 0);
}

static void in_children(int number)
{
	int bad = 0;

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		size_t other = (i + 1) % ARRAY_LEN(files);
		int status;
		pid_t pid;

		open_as(i, number);
		bad += !shows(number, i);
		pid = fork();
		if (pid == 0) {
			bool ok = shows(number, i);

			open_as(other, number);
			_exit(ok && shows(number, other) ? 0 : 1);
		}
		bad += waitpid(pid, &status, 0) != pid || status != 0 || !shows(number, i);
	}
	show_val("bad in children", bad);
}

static atomic_bool stop;

static void *replace(void *arg)
{
	for (size_t i = 0; !stop; i++) {
		open_as(i % ARRAY_LEN(files), *(int *)arg);
		shows(*(int *)arg, i % ARRAY_LEN(files));
		sched_yield();
	}
	return NULL;
}

/* What the child's descriptor means is what it reads through it. */
static void forks_meanwhile(int number)
{
	pthread_t thread;
	int bad = 0;

	pthread_create(&thread, NULL, replace, &number);
	for (int n = 0; n < 40; n++) {
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			char head[64];

			if (pread(number, head, sizeof(head), 0) != sizeof(head))
				_exit(0); /* between close and open */
			_exit(maps(number, head, sizeof(head)) ? 0 : 1);
		}
		bad += waitpid(pid, &status, 0) != pid || status != 0;
	}
	stop = true;
	pthread_join(thread, NULL);
	show_val("bad in children of a busy process", bad);
}

static void changing(void)
{
	int w = open("changing", O_CREAT | O_RDWR, 0644), r;
	int bad = 0;

	for (int n = 0; n < 8; n++) {
		char text[16];

		snprintf(text, sizeof(text), "text number %3d", n);
		pwrite(w, text, sizeof(text), 0);
		if (n == 0)
			r = open("changing", O_RDONLY);
		bad += !maps(r, text, sizeof(text));
	}
	show_val("bad while changing", bad);
}

int main(void)
{
	int number = open("/dev/null", O_RDONLY);

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		int fd = open(files[i], O_RDONLY);

		if (pread(fd, heads[i], sizeof(heads[i]), 0) != sizeof(heads[i]))
			return 1;
		close(fd);
	}
	close(number);
	in_turn(number);
	in_children(number);
	forks_meanwhile(number);
	changing();
	return 0;
}
