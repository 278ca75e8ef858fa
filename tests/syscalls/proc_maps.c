/* tests/syscalls/proc_maps.c - /proc/self/maps: order, stack, heap, the program, own mappings. */
#include "fs_check.h"

struct map {
	unsigned long start, end, offset;
	char perms[8], name[512];
};

static struct map maps[256];
static int count;

static void load(void)
{
	static char line[1024];
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned int major, minor;
	unsigned long ino;

	if (!f)
		die("maps");
	for (count = 0; count < 256 && fgets(line, sizeof(line), f); count++) {
		struct map *m = &maps[count];

		m->name[0] = '\0';
		if (sscanf(line, "%lx-%lx %7s %lx %x:%x %lu %511[^\n]", &m->start, &m->end,
			   m->perms, &m->offset, &major, &minor, &ino, m->name) < 7)
			die("line of maps");
	}
	fclose(f);
}

static const struct map *find(const void *addr)
{
	unsigned long a = (unsigned long)addr;

	load();
	for (int i = 0; i < count; i++)
		if (maps[i].start <= a && a < maps[i].end)
			return &maps[i];
	return NULL;
}

static void describe(const char *what, const void *addr)
{
	static char cwd[4096];
	const struct map *m = find(addr);
	const char *name;

	if (!getcwd(cwd, sizeof(cwd)))
		die("getcwd");
	if (!m) {
		say("%s: not mapped", what);
		return;
	}
	name = m->name;
	if (!strncmp(name, cwd, strlen(cwd)))
		name += strlen(cwd);
	say("%s: %s, offset 0x%lx, size 0x%lx, %s", what, m->perms, m->offset, m->end - m->start,
	    name[0] ? name : "no name");
}

int main(void)
{
	const struct map *m;
	char exe[512] = "", *heap, *p;
	int local, fd, bad = 0;

	load();
	for (int i = 0; i < count; i++) {
		bad += maps[i].start >= maps[i].end || maps[i].start % 4096 || maps[i].end % 4096;
		if (i && maps[i].start < maps[i - 1].end)
			bad++;
	}
	show_val("bad ranges", bad);
	m = find(&local);
	show_str("a local variable", m ? m->name : NULL);
	show_str("is", m ? m->perms : NULL);
	heap = sbrk(8192);
	m = find(heap);
	show_str("sbrk", m ? m->name : NULL);
	show_str("is", m ? m->perms : NULL);
	must(readlink("/proc/self/exe", exe, sizeof(exe) - 1));
	m = find(main);
	show_str("code", m ? m->perms : NULL);
	show_true("of the program", m && !strcmp(m->name, exe));
	p = mmap(NULL, 5 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	/* Neighbours may be joined to one line, so protections are set to what nobody else has. */
	must(mprotect(p, 5 * 4096, PROT_READ | PROT_WRITE | PROT_EXEC));
	describe("anonymous", p);
	must(mprotect(p + 4096, 4096, PROT_NONE));
	describe("its first page", p);
	describe("its second page", p + 4096);
	describe("the rest", p + 8192);
	must(munmap(p + 8192, 4096));
	describe("unmapped", p + 8192);
	describe("behind it", p + 12288);
	write_file("f", "content");
	fd = xopen("f", O_RDWR, 0);
	must(ftruncate(fd, 3 * 4096));
	p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 4096);
	describe("shared file", p);
	p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	describe("private file", p);
	must(unlink("f"));
	describe("unlinked", p);
	return 0;
}
