/*
 * tests/syscalls/mmap_partial.c - munmap(2) of parts: head, tail, middle, several maps at once with
 * holes between; the rest keeps its contents.
 */
#include "check.h"
#include <sys/mman.h>

#define PAGE 4096
#define N 10

static char *area;

static void look(const char *what)
{
	char text[N + 1];
	unsigned char vec;

	for (int i = 0; i < N; i++)
		text[i] = mincore(area + i * PAGE, PAGE, &vec) < 0 ? '-' : area[i * PAGE];
	text[N] = '\0';
	show_str(what, text);
}

static int touch(void *p)
{
	return *(volatile char *)p;
}

int main(void)
{
	char data[N * PAGE];
	int fd;

	for (int i = 0; i < N; i++)
		memset(data + i * PAGE, 'a' + i, PAGE);
	write_data("f", data, sizeof(data));
	fd = open("f", O_RDWR);
	area = mmap(NULL, sizeof(data), PROT_READ, MAP_SHARED, fd, 0);
	look("start");
	show("head", munmap(area, PAGE));
	look("now");
	show("tail", munmap(area + 9 * PAGE, PAGE));
	look("now");
	show("middle", munmap(area + 4 * PAGE, 2 * PAGE));
	look("now");
	show_status("touch", run_child(touch, area + 4 * PAGE));
	show_status("touch", run_child(touch, area + 6 * PAGE));
	show("across the hole", munmap(area + 3 * PAGE, 4 * PAGE));
	look("now");
	show("length that is no page", munmap(area + 7 * PAGE, 1));
	look("now");
	show("all", munmap(area, N * PAGE));
	look("now");
	return 0;
}
