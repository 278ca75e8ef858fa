/*
 * tests/syscalls/mmap_devzero.c - mmap(2) of /dev/zero, private and shared; /dev/null cannot be.
 */
#include "check.h"
#include <sys/mman.h>

int main(void)
{
	int fd = open("/dev/zero", O_RDWR), null = open("/dev/null", O_RDWR);
	char *priv, *shared;
	pid_t pid;

	priv = show_ptr("private", mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
	shared = show_ptr("shared", mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	close(fd);
	show_val("zero", priv[5000] | shared[5000]);
	priv[0] = shared[0] = 1;
	pid = xfork();
	if (pid == 0) {
		priv[0] = shared[0] = 5;
		_exit(0);
	}
	xwait(pid);
	say("private %d shared %d", priv[0], shared[0]);
	show_ptr("/dev/null", mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, null, 0));
	return 0;
}
