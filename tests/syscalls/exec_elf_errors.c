/*
 * tests/syscalls/exec_elf_errors.c - execve(2) of damaged ELF files: other machine, other type, no
 * segments, truncated headers, a missing dynamic linker.
 */
#include "check.h"
#include <elf.h>

static unsigned char *image;
static size_t size;

static void run(const char *what, const void *data, size_t len)
{
	int status;

	write_data("damaged", data, len);
	chmod("damaged", 0755);

	pid_t pid = xfork();

	if (pid == 0) {
		execl("./damaged", "damaged", "child", NULL);
		_exit(errno);
	}
	status = xwait(pid);
	if (WIFEXITED(status))
		say("%s: %s", what, errno_name(WEXITSTATUS(status)));
	else
		show_status(what, status);
}

static void patched(const char *what, size_t offset, const void *bytes, size_t n)
{
	unsigned char save[64];

	memcpy(save, image + offset, n);
	memcpy(image + offset, bytes, n);
	run(what, image, size);
	memcpy(image + offset, save, n);
}

int main(int argc, char **argv)
{
	struct stat st;
	Elf64_Half half;

	(void)argv;
	if (argc > 1)
		return 0;
	copy_self("prog");
	stat("prog", &st);
	size = st.st_size;
	image = malloc(size + 1);
	read_file("prog", (char *)image, size + 1);

	run("whole", image, size);
	run("16 bytes", image, 16);
	run("header only", image, sizeof(Elf64_Ehdr));
	patched("bad magic", 0, "\177ELG", 4);
	half = EM_68K;
	patched("other machine", offsetof(Elf64_Ehdr, e_machine), &half, sizeof(half));
	half = ET_REL;
	patched("object file", offsetof(Elf64_Ehdr, e_type), &half, sizeof(half));
	half = ET_CORE;
	patched("core file", offsetof(Elf64_Ehdr, e_type), &half, sizeof(half));
	half = 0;
	patched("no program headers", offsetof(Elf64_Ehdr, e_phnum), &half, sizeof(half));
	half = 12;
	patched("program headers of another size", offsetof(Elf64_Ehdr, e_phentsize), &half,
		sizeof(half));

	/* A static program has no PT_INTERP: make one of PT_NOTE. */
	Elf64_Ehdr *eh = (void *)image;
	Elf64_Phdr *ph = (void *)(image + eh->e_phoff), *interp = NULL;

	for (int i = 0; i < eh->e_phnum; i++)
		if (ph[i].p_type == PT_INTERP || (!interp && ph[i].p_type == PT_NOTE))
			interp = &ph[i];
	if (!interp)
		die("no segment to change");
	interp->p_type = PT_INTERP;
	interp->p_filesz = 15;
	memcpy(image + interp->p_offset, "/no/such/linker", 16);
	run("linker without NUL", image, size);
	interp->p_filesz = 16;
	run("missing linker", image, size);
	interp->p_filesz = 1;
	run("empty linker name", image, size);
	interp->p_filesz = 5000;
	run("linker name too long", image, size);
	free(image);
	return 0;
}
