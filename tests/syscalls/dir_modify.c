/* tests/syscalls/dir_modify.c - a directory that changes while it is listed. */
#include "fs_check.h"

#define FILES 300

int main(void)
{
	int seen[FILES] = {0}, wrong = 0, n = 0, gone = 0;
	struct dirent *d;
	char name[64];
	DIR *dir;

	xmkdir("d", 0755);
	for (int i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), "d/f%03d", i);
		write_file(name, "");
	}
	dir = opendir("d");
	while ((d = readdir(dir))) {
		int i;

		if (sscanf(d->d_name, "f%d", &i) == 1) {
			seen[i]++;
			/* What has been listed may go; the others must still come. */
			if (n++ % 3 == 0) {
				snprintf(name, sizeof(name), "d/f%03d", i);
				gone += unlink(name) == 0;
			}
		}
		if (n % 50 == 0) {
			snprintf(name, sizeof(name), "d/new%d", n);
			write_file(name, "");
		}
	}
	closedir(dir);
	for (int i = 0; i < FILES; i++)
		wrong += seen[i] != 1;
	show_val("not seen exactly once", wrong);
	show_val("removed", gone);
	return 0;
}
