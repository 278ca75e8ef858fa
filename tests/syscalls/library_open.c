/*
 * tests/syscalls/library_open.c - dlopen(3): what the dynamic linker's own opens, looks, reads, mappings
 * and closes give, for files that are there, change, are damaged, or cannot be opened
 */
#include "check.h"
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>

#define LIBM "libm.so.6"

static char image[4 << 20];
static size_t image_size;

/* The file of the C library's mathematics, wherever it is. */
static void load_image(void)
{
	void *h = dlopen(LIBM, RTLD_NOW);
	char path[PATH_MAX];
	FILE *maps;
	int fd;

	path[0] = '\0';
	show("dlopen", h ? 0 : -1);
	maps = fopen("/proc/self/maps", "r");
	while (maps && fgets(image, sizeof(image), maps))
		if (strstr(image, "/" LIBM))
			sscanf(strchr(image, '/'), "%4095[^\n]", path);
	if (maps)
		fclose(maps);
	fd = open(path, O_RDONLY);
	image_size = (size_t)read(fd, image, sizeof(image));
	show("read", image_size > 4096 && image_size < sizeof(image));
	close(fd);
	dlclose(h);
}

static void make(const char *name, size_t size)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);

	if (write(fd, image, size) != (ssize_t)size)
		show("write", -1);
	close(fd);
}

static void load(const char *what, const char *name)
{
	void *h = dlopen(name, RTLD_NOW | RTLD_LOCAL);
	double (*fn)(double) = h ? (double (*)(double))dlsym(h, "floor") : NULL;

	show_str(what, h ? "loaded" : dlerror());
	if (fn)
		show("floor", (long)fn(2.5));
	if (h)
		dlclose(h);
}

/* Descriptors are closed, and the lowest is free again. */
static void lowest(void)
{
	int fd = open("/dev/null", O_RDONLY);

	show("lowest", fd);
	close(fd);
}

static void *loader(void *arg)
{
	for (int i = 0; i < 20; i++) {
		void *h = dlopen(arg, RTLD_NOW);

		if (h)
			dlclose(h);
		else
			show_str("thread", dlerror());
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[4];

	lowest();
	load_image();
	lowest();
	load("by name", LIBM);
	load("absent", "libabsent.so.1");
	make("copy.so", image_size);
	load("copy", "./copy.so");
	lowest();
	make("copy.so", 100);
	load("too short", "./copy.so");
	memcpy(image + 1, "OOF", 3);
	make("bad.so", image_size);
	load("no library", "./bad.so");
	memcpy(image + 1, "ELF", 3);
	make("empty.so", 0);
	load("empty", "./empty.so");
	mkdir("dir.so", 0755);
	load("directory", "./dir.so");
	load("device", "/dev/null");
	make("copy.so", image_size);
	load("whole again", "./copy.so");
	lowest();
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, loader, i % 2 ? LIBM : "./copy.so");
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	lowest();
	return 0;
}
