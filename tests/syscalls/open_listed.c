/* tests/syscalls/open_listed.c - files opened by the descriptor of their directory, in the order in which it has
 * listed them; what was put in their place in between is what is opened. */
#include "fs_check.h"

#include <dirent.h>

/* All entries of a directory of the system: each opens as what it was listed, and has the number that was listed. */
static void open_all(const char *path)
{
	DIR *d = opendir(path);
	int bad = 0, files = 0, links = 0;
	struct dirent *e;
	struct stat st;

	while (d && (e = readdir(d)) && files < 200) {
		int fd = openat(dirfd(d), e->d_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);

		if (e->d_type == DT_LNK) {
			links++;
			bad += fd >= 0 || errno != ELOOP;
		} else if (e->d_type == DT_REG && (fd >= 0 || errno != EACCES)) {
			files++;
			bad += fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_ino != e->d_ino;
		}
		if (fd >= 0)
			close(fd);
	}
	show_true(path, d && files > 0 && bad == 0);
	if (d)
		closedir(d);
}

static const char *next_name(DIR *d)
{
	struct dirent *e;

	do
		e = readdir(d);
	while (e && e->d_name[0] == '.');
	return e ? e->d_name : "none";
}

/* The next file of the list, after something was done to it. */
static void changed(const char *what, DIR *d, int how)
{
	const char *name = next_name(d);
	char path[300], buf[16] = "";
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "d/%s", name);
	if (how != 0)
		must(unlink(path));
	switch (how) {
	case 2: xmkdir(path, 0755); break;
	case 3: xsymlink("../target", path); break;
	case 4: must(mkfifo(path, 0600)); break;
	case 5: write_file(path, "new"); break;
	}
	fd = openat(dirfd(d), name, O_RDONLY | O_NONBLOCK);
	show_true(what, fd >= 0);
	if (fd < 0)
		return;
	must(fstat(fd, &st));
	say("%s: %s", what, type_name(st.st_mode));
	if (S_ISREG(st.st_mode)) {
		must(read(fd, buf, sizeof(buf) - 1));
		say("%s: '%s'", what, buf);
	}
	close(fd);
}

int main(void)
{
	char path[32];
	DIR *d;

	xmkdir("d", 0755);
	write_file("target", "target");
	for (int i = 0; i < 12; i++) {
		snprintf(path, sizeof(path), "d/file-%d", i);
		write_file(path, "old");
	}
	d = opendir("d");
	changed("as it was", d, 0);
	changed("removed", d, 1);
	changed("a directory", d, 2);
	changed("a link", d, 3);
	changed("a FIFO", d, 4);
	changed("another file", d, 5);
	changed("as it was, too", d, 0);
	closedir(d);
	open_all("/etc");
	open_all("/usr/bin");
	return 0;
}
