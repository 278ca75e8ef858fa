/* tests/syscalls/proc_mem.c - /proc/PID/mem: reading and writing memory at its address. */
#include "fs_check.h"

static char text[32] = "text in memory";

int main(void)
{
	long page = sysconf(_SC_PAGESIZE);
	char buf[64], path[64], *p, *end;
	int fd = xopen("/proc/self/mem", O_RDWR, 0), gate[2];
	pid_t pid;

	show_read("pread", pread(fd, buf, 15, (off_t)text), buf);
	show("pwrite", pwrite(fd, "TEXT", 4, (off_t)text));
	show_str("text", text);
	show_true("lseek", lseek(fd, (off_t)text + 5, SEEK_SET) == (off_t)text + 5);
	show_read("read", read(fd, buf, 2), buf);
	show_read("read goes on", read(fd, buf, 7), buf);
	show("at address 0", pread(fd, buf, 4, 0));
	show("write at address 0", pwrite(fd, buf, 4, 0));
	p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	end = p + page;
	memcpy(end - 4, "last", 4);
	must(munmap(end, page));
	show_read("up to an unmapped page", pread(fd, buf, 4, (off_t)end - 4), buf);
	show("unmapped", pread(fd, buf, 4, (off_t)end));
	show("bad buffer", pread(fd, bad_addr(), 4, (off_t)text));

	xpipe(gate);
	pid = xfork();
	if (pid == 0) {
		await_byte(gate[0]);
		_exit(strcmp(text, "changed by the parent") ? 1 : 7);
	}
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDWR);
	show_fd("mem of the child", fd);
	show_read("pread", pread(fd, buf, 14, (off_t)text), buf);
	show("pwrite", pwrite(fd, "changed by the parent", 22, (off_t)text));
	send_byte(gate[1]);
	show_status("child", xwait(pid));
	show_str("own text", text);
	show("pread of the dead", pread(fd, buf, 4, (off_t)text));
	return 0;
}
