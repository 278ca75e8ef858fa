/* tests/syscalls/mount_info.c - /proc/self/mounts and mountinfo: what a new mount looks like. */
#include "fs_check.h"
#include <sched.h>
#include <sys/mount.h>

static char cwd[2048];

/* The lines about mounts below the working directory, shortened by its path. */
static void list(const char *what, const char *file)
{
	static char buf[65536];
	char *save = NULL;

	must(read_file(file, buf, sizeof(buf)));
	say("%s:", what);
	for (char *l = strtok_r(buf, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		char *p = strstr(l, cwd);
		char src[100], dir[2100], kind[100], opts[500];
		int a, b;

		if (!p || p[strlen(cwd)] != '/')
			continue;
		if (!strcmp(file, "/proc/self/mounts")) {
			if (sscanf(l, "%99s %2099s %99s %499s %d %d", src, dir, kind, opts, &a,
				   &b) == 6)
				say("  %s %s %s, begins with %.2s, %d %d", src, dir + strlen(cwd),
				    kind, opts, a, b);
		} else {
			if (sscanf(l, "%*d %*d %d:%d %99s %2099s %499s", &a, &b, src, dir, opts) ==
			    5)
				say("  root %s, at %s, %s, has \" - tmpfs \" %d", src,
				    dir + strlen(cwd), opts, strstr(l, " - tmpfs ") != NULL);
		}
	}
}

int main(void)
{
	if (geteuid() != 0) {
		say("needs root");
		return 0;
	}
	if (!getcwd(cwd, sizeof(cwd)))
		die("getcwd");
	must(unshare(CLONE_NEWNS));
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	xmkdir("one", 0755);
	xmkdir("two words", 0755);
	must(mount("source", "one", "tmpfs", MS_NOSUID | MS_NODEV, NULL));
	must(mount("none", "two words", "tmpfs", MS_RDONLY, NULL));
	list("mounts", "/proc/self/mounts");
	list("mountinfo", "/proc/self/mountinfo");
	must(umount("one"));
	list("mounts", "/proc/self/mounts");
	must(umount("two words"));
	list("mounts", "/proc/self/mounts");
	return 0;
}
