/* tests/syscalls/pty_list.c - /dev/pts: the slaves, each with a number of its own. */
#include "pty_check.h"

#define PTYS 12

static bool listed(const char *name)
{
	DIR *dir = opendir("/dev/pts");
	struct dirent *d;
	bool found = false;

	if (!dir)
		die("/dev/pts");
	while ((d = readdir(dir)))
		found = found || !strcmp(d->d_name, name);
	closedir(dir);
	return found;
}

int main(void)
{
	int m[PTYS], n[PTYS], equal = 0;
	char name[64];
	struct stat st;

	for (int i = 0; i < PTYS; i++) {
		m[i] = posix_openpt(O_RDWR | O_NOCTTY);
		must(m[i]);
		must(ioctl(m[i], TIOCGPTN, &n[i]));
		for (int k = 0; k < i; k++)
			equal += n[i] == n[k];
	}
	show_val("equal numbers", equal);
	snprintf(name, sizeof(name), "/dev/pts/%d", n[3]);
	show("stat", stat(name, &st));
	show_true("listed", listed(name + strlen("/dev/pts/")));
	show("unlink", unlink(name));
	show_fd("creat in /dev/pts", open("/dev/pts/zzz", O_WRONLY | O_CREAT, 0644));
	show("missing", stat("/dev/pts/99999", &st));
	return 0;
}
