/*
 * tests/syscalls/process_vm_basic.c - process_vm_readv(2), process_vm_writev(2): own memory, a
 * child's, several pieces, partial transfers.
 */
#include "check.h"
#include <sys/mman.h>
#include <sys/uio.h>

static char data[64] = "the data of the parent";

int main(void)
{
	char a[8] = "", b[32] = "";
	struct iovec local[2] = {{a, 4}, {b, 20}}, remote[3];
	char *page = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			  0);
	int p[2], q[2];
	pid_t pid;
	char c;

	xpipe(p);
	xpipe(q);
	pid = xfork();
	if (pid == 0) {
		close(q[1]);
		strcpy(data, "what the child has there");
		if (write(p[1], "x", 1) != 1 || read(q[0], &c, 1) != 0)
			_exit(1);
		show_str("child: data", data);
		_exit(0);
	}
	if (read(p[0], &c, 1) != 1)
		die("read");
	remote[0] = (struct iovec){data, 24};
	show("read of self", process_vm_readv(getpid(), local, 2, remote, 1, 0));
	say("%s|%s", a, b);
	show("read of the child", process_vm_readv(pid, local, 2, remote, 1, 0));
	say("%s|%s", a, b);
	remote[0] = (struct iovec){data + 9, 3};
	remote[1] = (struct iovec){data, 4};
	remote[2] = (struct iovec){data + 13, 5};
	memset(b, 0, sizeof(b));
	show("three pieces", process_vm_readv(pid, local, 2, remote, 3, 0));
	say("%s|%s", a, b);
	local[0] = (struct iovec){"PARENT", 6};
	remote[0] = (struct iovec){data + 9, 5};
	show("write", process_vm_writev(pid, local, 1, remote, 1, 0));

	/* The third page is gone: a transfer ends there, if it has done something. */
	munmap(page + 2 * 4096, 4096);
	page[8190] = 'l';
	local[0] = (struct iovec){b, 10};
	remote[0] = (struct iovec){page + 8190, 10};
	show("into a hole", process_vm_readv(getpid(), local, 1, remote, 1, 0));
	remote[0] = (struct iovec){page + 8192, 10};
	show("in a hole", process_vm_readv(getpid(), local, 1, remote, 1, 0));
	remote[0] = (struct iovec){data, 4};
	remote[1] = (struct iovec){page + 8192, 4};
	show("second piece in a hole", process_vm_readv(getpid(), local, 1, remote, 2, 0));
	close(q[1]);
	show_status("child", xwait(pid));
	show("dead child", process_vm_readv(pid, local, 1, remote, 1, 0));
	return 0;
}
