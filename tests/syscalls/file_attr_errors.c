/*
 * tests/syscalls/file_attr_errors.c - the errors of file_getattr(2) and file_setattr(2)
 */
#include "check.h"

#define GET 468
#define SET 469

int main(void)
{
	char attr[5000] = "";
	int p[2];

	xpipe(p);
	write_file("f", "text");
	show("flags", raw(GET, AT_FDCWD, "f", attr, 24, AT_REMOVEDIR));
	show("short", raw(GET, AT_FDCWD, "f", attr, 23, 0));
	show("long", raw(GET, AT_FDCWD, "f", attr, 5000, 0));
	show("name", raw(GET, AT_FDCWD, "nothing", attr, 24, 0));
	show("empty", raw(GET, AT_FDCWD, "", attr, 24, 0));
	show("bad name", raw(GET, AT_FDCWD, BAD_PTR, attr, 24, 0));
	show("fd", raw(GET, -1, "f", attr, 24, 0));
	show("below a pipe", raw(GET, p[0], "f", attr, 24, 0));
	show("set below a pipe", raw(SET, p[0], "f", attr, 24, 0));
	show("set from nowhere", raw(SET, AT_FDCWD, "f", BAD_PTR, 24, 0));
	attr[30] = 1;
	show("set more", raw(SET, AT_FDCWD, "f", attr, 40, 0));
	return 0;
}
