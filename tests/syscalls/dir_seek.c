/* tests/syscalls/dir_seek.c - telldir(3), seekdir, rewinddir: positions in a directory. */
#include "fs_check.h"

#define FILES 40

int main(void)
{
	char names[FILES + 2][32], name[32];
	long where[FILES + 2];
	struct dirent *d;
	int n = 0, wrong = 0, fd, fd2;
	DIR *dir;

	xmkdir("d", 0755);
	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "d/file%d", i);
		write_file(name, "");
	}
	dir = opendir("d");
	if (!dir)
		die("opendir");
	show_val("telldir at first", telldir(dir));
	for (;;) {
		long at = telldir(dir);

		d = readdir(dir);
		if (!d || n == FILES + 2)
			break;
		where[n] = at;
		snprintf(names[n++], 32, "%.31s", d->d_name);
	}
	show_val("entries", n);
	for (int i = 0; i < n; i += 3) {
		seekdir(dir, where[i]);
		d = readdir(dir);
		if (!d || strcmp(d->d_name, names[i]))
			wrong++;
	}
	seekdir(dir, where[n - 1]);
	d = readdir(dir);
	show_true("last", d && !strcmp(d->d_name, names[n - 1]));
	show_true("and no more", !readdir(dir));
	show_val("wrong", wrong);
	rewinddir(dir);
	d = readdir(dir);
	show_true("first after rewinddir", d && !strcmp(d->d_name, names[0]));
	/* A new entry is there after a rewind. */
	write_file("d/new", "");
	rewinddir(dir);
	n = 0;
	while ((d = readdir(dir)))
		n += !strcmp(d->d_name, "new");
	show_val("new one seen", n);
	closedir(dir);
	/* Two descriptors, and a dup that shares the position. */
	fd = xopen("d", O_RDONLY, 0);
	fd2 = dup(fd);
	dir = fdopendir(fd);
	for (n = 0; readdir(dir);)
		n++;
	show_val("entries", n);
	show_true("the dup is at the end", raw(SYS_getdents64, fd2, names, sizeof(names)) == 0);
	closedir(dir);
	show("closed with the stream", fcntl(fd, F_GETFD));
	return 0;
}
