/* tests/syscalls/dir_large.c - a directory with 2000 entries: listing, lookup, removal. */
#include "fs_check.h"

#define FILES 2000

static unsigned char seen[FILES];

/* Counts how often each of the files is listed. */
static void list(const char *what, int *bad)
{
	DIR *dir = opendir("d");
	struct dirent *d;
	int n = 0;

	if (!dir)
		die("opendir");
	memset(seen, 0, sizeof(seen));
	*bad = 0;
	while ((d = readdir(dir))) {
		int i = -1;

		if (d->d_name[0] == '.')
			continue;
		if (sscanf(d->d_name, "entry-%d", &i) != 1 || i < 0 || i >= FILES || seen[i]++)
			++*bad;
		n++;
	}
	closedir(dir);
	say("%s: %d entries, %d bad", what, n, *bad);
}

int main(void)
{
	char name[64];
	struct dirent *d;
	int bad, fd, n = 0;
	DIR *dir;

	xmkdir("d", 0755);
	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "d/entry-%d", i);
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0644);
		if (fd < 0)
			die("open %s", name);
		close(fd);
	}
	list("all", &bad);
	show("rmdir", rmdir("d"));
	show_mode("first", "d/entry-0");
	show_mode("last", "d/entry-1999");
	show_mode("missing", "d/entry-2000");
	for (int i = 0; i < FILES; i += 2) {
		snprintf(name, sizeof(name), "d/entry-%d", i);
		n += unlink(name) < 0;
	}
	show_val("failed removals", n);
	list("odd ones", &bad);
	for (int i = 0; i < FILES; i += 2)
		bad += seen[i];
	show_val("even ones listed", bad);
	/* Removal while listing. */
	dir = opendir("d");
	n = 0;
	while ((d = readdir(dir)))
		if (d->d_name[0] != '.')
			n += unlinkat(dirfd(dir), d->d_name, 0) == 0;
	closedir(dir);
	show_val("removed", n);
	list("rest", &bad);
	show("rmdir", rmdir("d"));
	return 0;
}
