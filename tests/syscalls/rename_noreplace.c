/* tests/syscalls/rename_noreplace.c - renameat2(2): RENAME_NOREPLACE. */
#include "fs_check.h"

static void try(const char *what, const char *old, const char *new, unsigned int flags)
{
	show(what, renameat2(AT_FDCWD, old, AT_FDCWD, new, flags));
}

int main(void)
{
	write_file("a", "a");
	write_file("b", "b");
	xmkdir("d", 0755);
	xmkdir("e", 0755);
	xsymlink("missing", "dangling");
	try("to a new name", "a", "c", RENAME_NOREPLACE);
	try("over a file", "c", "b", RENAME_NOREPLACE);
	try("over an empty directory", "d", "e", RENAME_NOREPLACE);
	try("file over a directory", "c", "d", RENAME_NOREPLACE);
	try("over a dangling symlink", "c", "dangling", RENAME_NOREPLACE);
	try("onto itself", "c", "c", RENAME_NOREPLACE);
	must(link("c", "c2"));
	try("onto another name of it", "c", "c2", RENAME_NOREPLACE);
	try("missing", "missing", "x", RENAME_NOREPLACE);
	try("missing over a file", "missing", "b", RENAME_NOREPLACE);
	try("directory to a new name", "d", "d2", RENAME_NOREPLACE);
	try("onto ..", "c", "..", RENAME_NOREPLACE);
	try("no flag", "c", "b", 0);
	show_file("b", "b");
	try("unknown flag", "b", "x", 0x80);
	try("NOREPLACE and EXCHANGE", "b", "c2", RENAME_NOREPLACE | RENAME_EXCHANGE);
	show_names("names", ".");
	return 0;
}
