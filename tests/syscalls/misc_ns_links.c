/*
 * tests/syscalls/misc_ns_links.c - the links in /proc/self/ns: their form, equal for children.
 */
#include "check.h"

int main(void)
{
	static const char *names[] = {"uts", "ipc", "mnt", "net", "pid", "user"};
	char path[64], mine[64], theirs[64], want[32];
	struct stat st;
	pid_t pid = xfork();

	if (pid == 0)
		for (;;)
			pause();
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		ssize_t n, m;

		snprintf(path, sizeof(path), "/proc/self/ns/%s", names[i]);
		n = readlink(path, mine, sizeof(mine) - 1);
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, names[i]);
		m = readlink(path, theirs, sizeof(theirs) - 1);
		mine[n > 0 ? n : 0] = theirs[m > 0 ? m : 0] = '\0';
		snprintf(want, sizeof(want), "%s:[", names[i]);
		say("%s: form %d same %d stat %d", names[i], !strncmp(mine, want, strlen(want)),
		    !strcmp(mine, theirs), stat(path, &st));
	}
	kill(pid, SIGKILL);
	xwait(pid);
	return 0;
}
