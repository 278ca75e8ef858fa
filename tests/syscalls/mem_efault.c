/*
 * tests/syscalls/mem_efault.c - EFAULT of many calls that are given a pointer to nothing, to
 * PROT_NONE, or to the kernel's half.
 */
#include "check.h"
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/utsname.h>

static void run(const char *what, void *bad)
{
	int p[2], fd = open("f", O_RDWR);
	struct iovec iov = {bad, 10};

	say("%s", what);
	xpipe(p);
	show("read", read(fd, bad, 10));
	show("write to a pipe", write(p[1], bad, 10));
	show("write to a file", write(fd, bad, 10));
	show("readv", readv(fd, &iov, 1));
	show("writev", writev(p[1], &iov, 1));
	show("readv, vector", readv(fd, bad, 1));
	show("open", open(bad, O_RDONLY));
	show("stat", raw(SYS_newfstatat, AT_FDCWD, "f", bad, 0));
	show("pipe", raw(SYS_pipe2, bad, 0));
	show("getcwd", raw(SYS_getcwd, bad, 4096));
	show("uname", raw(SYS_uname, bad));
	show("clock_gettime", raw(SYS_clock_gettime, CLOCK_BOOTTIME, bad));
	show("nanosleep", raw(SYS_nanosleep, bad, NULL));
	show("getrusage", raw(SYS_getrusage, RUSAGE_SELF, bad));
	show("getrlimit", raw(SYS_getrlimit, RLIMIT_NOFILE, bad));
	show("poll", poll(bad, 1, 0));
	show("select", raw(SYS_select, 1, bad, NULL, NULL, NULL));
	show("getgroups", raw(SYS_getgroups, 0, bad));
	show("getresuid", raw(SYS_getresuid, bad, bad, bad));
	show("socketpair", raw(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, bad));
	show("sysinfo", raw(SYS_sysinfo, bad));
	show("getrandom", raw(SYS_getrandom, bad, 10, 0));
	show("times", raw(SYS_times, bad));
	show("sched_getaffinity", raw(SYS_sched_getaffinity, 0, 128, bad));
	show("sigaltstack", raw(SYS_sigaltstack, NULL, bad));
	show("execve", raw(SYS_execve, bad, NULL, NULL));
	close(fd);
	close(p[0]);
	close(p[1]);
}

int main(void)
{
	write_file("f", "0123456789012345678901234567890");
	run("unmapped", BAD_PTR);
	run("PROT_NONE", mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	run("kernel", (void *)0xffff800000001000);
	run("not canonical", (void *)0x8000000000001000);
	return 0;
}
