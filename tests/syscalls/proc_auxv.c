/* tests/syscalls/proc_auxv.c - /proc/self/auxv: the same as getauxval tells. */
#include "fs_check.h"
#include <elf.h>
#include <sys/auxv.h>

int main(void)
{
	static const struct {
		unsigned long type;
		const char *name;
	} known[] = {
		{AT_PHDR, "AT_PHDR"},	  {AT_PHENT, "AT_PHENT"},   {AT_PHNUM, "AT_PHNUM"},
		{AT_PAGESZ, "AT_PAGESZ"}, {AT_BASE, "AT_BASE"},	    {AT_ENTRY, "AT_ENTRY"},
		{AT_UID, "AT_UID"},	  {AT_EUID, "AT_EUID"},	    {AT_GID, "AT_GID"},
		{AT_EGID, "AT_EGID"},	  {AT_SECURE, "AT_SECURE"}, {AT_RANDOM, "AT_RANDOM"},
		{AT_EXECFN, "AT_EXECFN"}, {AT_CLKTCK, "AT_CLKTCK"},
	};
	Elf64_auxv_t v[64];
	int fd = xopen("/proc/self/auxv", O_RDONLY, 0), count;
	ssize_t n = read(fd, v, sizeof(v));

	show_true("whole entries", n > 0 && n % sizeof(v[0]) == 0);
	count = n / sizeof(v[0]);
	show_true("ends with AT_NULL", count > 0 && v[count - 1].a_type == AT_NULL);
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		bool found = false, same = false;

		for (int k = 0; k < count; k++)
			if (v[k].a_type == known[i].type) {
				found = true;
				same = v[k].a_un.a_val == getauxval(known[i].type);
			}
		say("%s: found %d, same %d", known[i].name, found, same);
	}
	show_val("page size", getauxval(AT_PAGESZ));
	return 0;
}
