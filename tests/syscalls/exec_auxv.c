/*
 * tests/syscalls/exec_auxv.c - execve(2): the auxiliary vector: page size, ids, AT_SECURE,
 * AT_EXECFN, AT_RANDOM, AT_PHDR and the rest of what programs rely on.
 */
#include "check.h"
#include <elf.h>
#include <link.h>
#include <sys/auxv.h>

extern char **environ;

int main(int argc, char **argv)
{
	if (argc == 1) {
		copy_self("prog");
		execl("./prog", "other name", "child", NULL);
		return 1;
	}

	char **e = environ;
	int last = -1, n = 0;

	while (*e)
		e++;
	for (ElfW(auxv_t) *a = (void *)(e + 1);; a++) {
		n++;
		if (a->a_type == AT_NULL) {
			last = n;
			break;
		}
		if (n > 100)
			break;
	}
	show_true("vector after the environment ends with AT_NULL", last > 10);
	show_str("argv[0]", argv[0]);
	show_str("AT_EXECFN", (const char *)getauxval(AT_EXECFN));
	show_true("AT_PAGESZ", getauxval(AT_PAGESZ) == (unsigned long)sysconf(_SC_PAGESIZE));
	show_val("AT_CLKTCK", getauxval(AT_CLKTCK));
	show_val("AT_SECURE", getauxval(AT_SECURE));
	show_val("AT_FLAGS", getauxval(AT_FLAGS));
	show_true("AT_UID", getauxval(AT_UID) == getuid());
	show_true("AT_EUID", getauxval(AT_EUID) == geteuid());
	show_true("AT_GID", getauxval(AT_GID) == getgid());
	show_true("AT_EGID", getauxval(AT_EGID) == getegid());
	show_true("AT_RANDOM", getauxval(AT_RANDOM) != 0);
	show_val("AT_PHENT", getauxval(AT_PHENT));
	show_true("AT_PHNUM", getauxval(AT_PHNUM) > 2);
	show_true("AT_ENTRY", getauxval(AT_ENTRY) != 0);
	show_true("AT_PLATFORM", getauxval(AT_PLATFORM) != 0);
	show_true("AT_SYSINFO_EHDR", getauxval(AT_SYSINFO_EHDR) % 4096 == 0);

	const ElfW(Phdr) *ph = (void *)getauxval(AT_PHDR);
	uintptr_t base = 0, entry = getauxval(AT_ENTRY);
	bool inside = false;

	for (unsigned long i = 0; i < getauxval(AT_PHNUM); i++)
		if (ph[i].p_type == PT_PHDR)
			base = (uintptr_t)ph - ph[i].p_vaddr;
	for (unsigned long i = 0; i < getauxval(AT_PHNUM); i++)
		if (ph[i].p_type == PT_LOAD && (ph[i].p_flags & PF_X) &&
		    entry - base - ph[i].p_vaddr < ph[i].p_memsz)
			inside = true;
	show_true("the entry is in a segment with code", inside);
	show_true("strings are above the vector",
		  (char *)getauxval(AT_EXECFN) > argv[0] && argv[0] > (char *)environ);
	return 0;
}
