/*
 * tests/security/guests/unreadable.c - the bytes of files that the caller may not read
 *
 *	unreadable [look]	as root of the sandbox
 *
 * The dynamic linker's open (platform/stub/library.c) brings the start of the file with it: not for a
 * descriptor that may only write. A program that may be executed and not be read: what the host has under
 * the numbers of its files must not be mapped past the sentry.
 */
#include "tests/security/guests/attack.h"

#include <stddef.h>

#include "platform/stub/stub_abi.h"

#define CALLER 1000
#define SECRET "/usr/secret" /* not /tmp: others' programs are not executed from there */
#define PROGRAM "/usr/executable"
#define TEXT "what only the owner may read"

static bool copy_self(mode_t mode)
{
	int from = open("/proc/self/exe", O_RDONLY), to = open(PROGRAM, O_CREAT | O_WRONLY, 0755);
	char buf[65536];
	ssize_t n;

	while ((n = read(from, buf, sizeof(buf))) > 0)
		if (write(to, buf, (size_t)n) != n)
			return false;
	close(from);
	close(to);
	return chmod(PROGRAM, mode) == 0;
}

static bool shows(const struct stub_library *l)
{
	return memmem(l, sizeof(*l), TEXT, 10) != NULL;
}

static void open_for_writing(int flags)
{
	volatile struct stub_library *l = (void *)(uintptr_t)STUB_LIBRARY;
	long fd;

	memset((void *)l, 0, sizeof(*l));
	fd = syscall(STUB_OPEN_LIBRARY, AT_FDCWD, SECRET, flags, 0);
	if (shows((const void *)l))
		FINDING("an open with flags %#x brings what may not be read", (unsigned int)flags);
	if (fd < 0 && (flags & O_ACCMODE) == O_WRONLY)
		FINDING("open for writing: errno %d", errno);
	if (fd >= 0)
		close((int)fd);
}

/* In the program: its files by all numbers that pass. */
static int look(void)
{
	int mapped = 0;

	for (int fd = 0; fd <= STUB_LIBRARY_FDS; fd++) {
		long r = syscall(SYS_mmap, 0, 4096, PROT_READ, MAP_PRIVATE | STUB_MAP_DIRECT, fd,
				 0);

		if (r == -1 || memcmp((void *)r, "\177ELF", 4) != 0)
			continue;
		mapped++;
		printf("descriptor %d of the host shows a program\n", fd);
	}
	return mapped;
}

/* The number of its files that a program of that mode can map. */
static int run(mode_t mode)
{
	pid_t child;
	int status;

	if (chmod(PROGRAM, mode) < 0)
		return -1;
	child = fork();
	if (child == 0) {
		if (setresgid(CALLER, CALLER, CALLER) == 0 &&
		    setresuid(CALLER, CALLER, CALLER) == 0)
			execl(PROGRAM, PROGRAM, "look", NULL);
		_exit(100);
	}
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	int fd, status;

	if (argc > 1 && strcmp(argv[1], "look") == 0)
		return look();
	fd = open(SECRET, O_CREAT | O_WRONLY, 0600);
	if (fd < 0 || write(fd, TEXT, sizeof(TEXT)) < 0 || fchmod(fd, 0622) < 0 || !copy_self(0755))
		FINDING("files: errno %d", errno);
	close(fd);
	ready();
	printf("mode 755: %d of its files can be mapped\n", run(0755));
	fflush(stdout);
	status = run(0711);
	if (status != 0)
		FINDING("mode 711: %d of its files can be mapped", status);
	if (setresgid(CALLER, CALLER, CALLER) < 0 || setresuid(CALLER, CALLER, CALLER) < 0)
		FINDING("ids");
	open_for_writing(O_WRONLY);
	open_for_writing(O_WRONLY | O_CLOEXEC);
	open_for_writing(O_WRONLY | O_APPEND);
	open_for_writing(O_RDONLY);
	open_for_writing(O_RDWR);
	open_for_writing(O_PATH);
	return findings != 0;
}
