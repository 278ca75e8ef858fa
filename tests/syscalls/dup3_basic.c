/* tests/syscalls/dup3_basic.c - dup3(2): flags, and what differs from dup2. */
#include "fs_check.h"

int main(void)
{
	int a;

	write_file("f", "fff");
	a = xopen("f", O_RDONLY, 0);
	show("no flag", dup3(a, 150, 0));
	show("F_GETFD", fcntl(150, F_GETFD));
	show("O_CLOEXEC", dup3(a, 150, O_CLOEXEC));
	show("F_GETFD", fcntl(150, F_GETFD));
	show("no flag again", dup3(150, 151, 0));
	show("F_GETFD", fcntl(151, F_GETFD));
	show("same number", dup3(a, a, 0));
	show("same closed number", dup3(200, 200, 0));
	show("unknown flag", dup3(a, 152, O_NONBLOCK));
	show("both flags", dup3(a, 152, O_CLOEXEC | O_APPEND));
	show("closed", dup3(200, 152, 0));
	show("onto -1", dup3(a, -1, 0));
	show("-1", dup3(-1, 152, 0));
	show("152 is not open", fcntl(152, F_GETFD));
	return 0;
}
