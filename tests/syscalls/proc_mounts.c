/* tests/syscalls/proc_mounts.c - /proc/self/mounts, mountinfo and mountstats can be parsed. */
#include "fs_check.h"
#include <mntent.h>

static char buf[1 << 20];

int main(void)
{
	struct mntent *m;
	int mounts = 0, bad = 0, infos = 0, root = 0, proc = 0;
	char *save = NULL;
	FILE *f;

	f = setmntent("/proc/self/mounts", "r");
	if (!f)
		die("mounts");
	while ((m = getmntent(f))) {
		mounts++;
		bad += m->mnt_dir[0] != '/' || !m->mnt_type[0] ||
		       (!hasmntopt(m, "rw") && !hasmntopt(m, "ro"));
		root += !strcmp(m->mnt_dir, "/");
		proc += !strcmp(m->mnt_dir, "/proc") && !strcmp(m->mnt_type, "proc");
	}
	endmntent(f);
	say("mounts: some %d, bad %d, root %d, proc %d", mounts > 1, bad, root > 0, proc > 0);
	must(read_file("/proc/self/mountinfo", buf, sizeof(buf)));
	bad = root = proc = 0;
	for (char *l = strtok_r(buf, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		char top[512], dir[512], opts[512], kind[64], *dash = strstr(l, " - ");
		int id, parent, major, minor;

		infos++;
		if (sscanf(l, "%d %d %d:%d %511s %511s %511s", &id, &parent, &major, &minor, top,
			   dir, opts) != 7 ||
		    !dash || sscanf(dash, " - %63s", kind) != 1) {
			bad++;
			continue;
		}
		bad += top[0] != '/' && !strchr(top, ':');
		root += !strcmp(dir, "/");
		proc += !strcmp(dir, "/proc") && !strcmp(kind, "proc");
	}
	say("mountinfo: as many %d, bad %d, root %d, proc %d", infos == mounts, bad, root > 0,
	    proc > 0);
	show_true("/proc/mounts can be read", read_file("/proc/mounts", buf, sizeof(buf)) > 0);
	return 0;
}
