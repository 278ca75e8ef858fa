/*
 * tests/syscalls/mmap_exec.c - code in memory: PROT_EXEC from the start, by mprotect, from a file,
 * changed code, in a shared map seen at two addresses.
 */
#include "check.h"
#include <sys/mman.h>

#ifdef __x86_64__
static void emit(char *p, int value)
{
	/* mov $value, %eax; ret */
	p[0] = (char)0xb8;
	memcpy(p + 1, &value, 4);
	p[5] = (char)0xc3;
}

static int call(const void *p)
{
	return ((int (*)(void))p)();
}

static int in_child(void *p)
{
	return call(p);
}

int main(void)
{
	char *p = show_ptr("map rwx", mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
					   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	char *w, *x, code[8];
	int fd;

	emit(p, 1);
	show_val("call", call(p));
	emit(p, 2);
	show_val("call of changed code", call(p));
	show("mprotect to read", mprotect(p, 4096, PROT_READ));
	show_status("call", run_child(in_child, p));
	show("mprotect to exec only", mprotect(p, 4096, PROT_EXEC));
	show_val("call", call(p));
	for (int i = 0; i < 5; i++) {
		mprotect(p, 4096, PROT_READ | PROT_WRITE);
		emit(p, 100 + i);
		mprotect(p, 4096, PROT_READ | PROT_EXEC);
		show_val("call of rewritten code", call(p));
	}
	emit(code, 55);
	write_data("code", code, 6);
	fd = open("code", O_RDWR);
	x = show_ptr("map of a file", mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0));
	show_val("call", call(x));
	emit(code, 56);
	if (pwrite(fd, code, 6, 0) != 6)
		die("pwrite");
	show_val("call after a write to the file", call(x));

	w = show_ptr("writable", mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	x = show_ptr("executable", mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0));
	for (int i = 0; i < 3; i++) {
		emit(w, 70 + i);
		show_val("call at the other address", call(x));
	}
	return 0;
}
#else
int main(void)
{
	return 0;
}
#endif
