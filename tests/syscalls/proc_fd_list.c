/* tests/syscalls/proc_fd_list.c - /proc/self/fd as a directory: exactly what is open. */
#include "fs_check.h"

/* Counts the entries and tells which of some descriptors are among them. */
static void list(const char *what, const char *path, const int *fds, int n)
{
	char line[64] = "";
	DIR *dir = opendir(path);
	struct dirent *d;
	int odd = 0;

	if (!dir) {
		show(what, -1);
		return;
	}
	for (int i = 0; i < n; i++)
		line[i] = '-';
	while ((d = readdir(dir))) {
		if (d->d_name[0] == '.')
			continue;
		if (strspn(d->d_name, "0123456789") != strlen(d->d_name))
			odd++;
		for (int i = 0; i < n; i++)
			if (atoi(d->d_name) == fds[i])
				line[i] = '+';
	}
	say("%s: %s, odd names %d", what, line, odd);
	closedir(dir);
}

int main(void)
{
	int fds[6], n = 0;
	struct dirent *d;
	struct stat st;
	char path[64];
	DIR *dir;

	write_file("f", "x");
	for (int i = 0; i < 6; i++)
		fds[i] = fcntl(1, F_DUPFD, 100 + 10 * i);
	list("six", "/proc/self/fd", fds, 6);
	close(fds[1]);
	close(fds[4]);
	list("four", "/proc/self/fd", fds, 6);
	list("fdinfo", "/proc/self/fdinfo", fds, 6);
	list("task", "/proc/thread-self/fd", fds, 6);
	show("lstat of a closed one", lstat("/proc/self/fd/110", &st));
	show("stat of an open one", stat("/proc/self/fd/100", &st));
	show("lstat of no number", lstat("/proc/self/fd/x", &st));
	show("lstat of 0100", lstat("/proc/self/fd/0100", &st));
	show("lstat of -1", lstat("/proc/self/fd/-1", &st));
	show("stat of the directory", stat("/proc/self/fd", &st));
	say("%s %04o", type_name(st.st_mode), st.st_mode & 07777);
	show("unlink", unlink("/proc/self/fd/100"));
	show_fd("create", open("/proc/self/fd/999", O_RDWR | O_CREAT, 0644));
	show("symlink", symlink("f", "/proc/self/fd/999"));
	/* Two processes have different lists. */
	if (xfork() == 0) {
		close(fds[0]);
		list("child", "/proc/self/fd", fds, 6);
		snprintf(path, sizeof(path), "/proc/%d/fd", getppid());
		list("its parent", path, fds, 6);
		_exit(0);
	}
	xwait(-1);
	/* Closing what is being listed does no harm. */
	for (int i = 0; i < 50; i++)
		n += fcntl(1, F_DUPFD, 200) < 0;
	show_val("failures", n);
	dir = opendir("/proc/self/fd");
	while ((d = readdir(dir)))
		if (atoi(d->d_name) >= 200)
			n += close(atoi(d->d_name)) == 0;
	closedir(dir);
	show_val("closed while listing", n);
	return 0;
}
