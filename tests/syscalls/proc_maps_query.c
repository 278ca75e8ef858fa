/*
 * tests/syscalls/proc_maps_query.c - PROCMAP_QUERY on /proc/self/maps: covering and next mappings,
 * filters, names, errors
 */
#include "check.h"
#include <sys/ioctl.h>
#include <sys/mman.h>

struct query {
	uint64_t size, flags, addr;
	uint64_t start, end, vma_flags, page_size, offset, ino;
	uint32_t dev_major, dev_minor, name_size, build_id_size;
	uint64_t name_addr, build_id_addr;
};
#define QUERY 0xc0686611UL
#define PAGE 4096UL

static int fd;

static int ask(const char *what, uint64_t addr, uint64_t flags, struct query *q)
{
	*q = (struct query){.size = sizeof(*q), .flags = flags, .addr = addr};
	return show(what, ioctl(fd, QUERY, q));
}

int main(void)
{
	char name[64] = "", *cwd = getcwd(NULL, 0), path[4096];
	struct query q;
	char *p, *f;

	fd = open("/proc/self/maps", O_RDONLY);
	p = mmap(NULL, 5 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(p + 3 * PAGE, PAGE);
	mprotect(p + 1 * PAGE, PAGE, PROT_READ | PROT_WRITE);
	ask("page", (uint64_t)p + PAGE + 5, 0, &q);
	show_true("range", q.start == (uint64_t)p + PAGE && q.end == (uint64_t)p + 2 * PAGE);
	say("flags %lx, page %lu, ino %lu", (long)q.vma_flags, (long)q.page_size, (long)q.ino);
	ask("hole", (uint64_t)p + 3 * PAGE, 0, &q);
	ask("behind the hole", (uint64_t)p + 3 * PAGE, 16, &q);
	show_true("start", q.start == (uint64_t)p + 4 * PAGE);
	ask("writable", (uint64_t)p, 2, &q);
	ask("next writable", (uint64_t)p, 16 | 2, &q);
	show_true("start", q.start == (uint64_t)p + PAGE);
	write_file("f", "text");
	f = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, open("f", O_RDONLY), 0);
	q = (struct query){.size = sizeof(q), .addr = (uint64_t)f + PAGE, .flags = 32};
	q.name_addr = (uint64_t)path;
	q.name_size = sizeof(path);
	show("file", ioctl(fd, QUERY, &q));
	say("flags %lx, offset %lu", (long)q.vma_flags, (long)q.offset);
	show_true("inode", q.ino != 0);
	show_true("name", !strncmp(path, cwd, strlen(cwd)) && !strcmp(path + strlen(cwd), "/f"));
	show_true("its length", q.name_size == strlen(path) + 1);
	q.name_addr = (uint64_t)name;
	q.name_size = 3;
	show("long name", ioctl(fd, QUERY, &q));
	ask("above all", 0xfffffffffffff000, 16, &q);
	ask("flags", 0, 64, &q);
	q = (struct query){.size = 23};
	show("short", ioctl(fd, QUERY, &q));
	q.size = 5000;
	show("long", ioctl(fd, QUERY, &q));
	q = (struct query){.size = sizeof(q), .name_size = 5};
	show("name without buffer", ioctl(fd, QUERY, &q));
	show("bad struct", ioctl(fd, QUERY, BAD_PTR));
	return 0;
}
