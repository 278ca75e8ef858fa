/* tests/syscalls/perm_setgid_dir.c - what is made in a setgid directory gets its group. */
#include "fs_check.h"

static void owner(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		show(path, -1);
	else
		say("%s: %s %04o %d:%d", path, type_name(st.st_mode), st.st_mode & 07777,
		    (int)st.st_uid, (int)st.st_gid);
}

static void as_a(void *arg)
{
	(void)arg;
	close(xopen("d/file", O_WRONLY | O_CREAT, 0664));
	close(xopen("d/setgid", O_WRONLY | O_CREAT, 02775));
	close(xopen("d/nogroupx", O_WRONLY | O_CREAT, 02745));
	xmkdir("d/dir", 0755);
	xmkdir("d/dir/dir", 0700);
	close(xopen("d/dir/file", O_WRONLY | O_CREAT, 0600));
	must(mkfifo("d/fifo", 0644));
	xsymlink("x", "d/link");
	must(mknod("d/node", S_IFREG | 0644, 0));
	owner("d/file");
	owner("d/setgid");
	owner("d/nogroupx");
	owner("d/dir");
	owner("d/dir/dir");
	owner("d/dir/file");
	owner("d/fifo");
	owner("d/link");
	owner("d/node");
	close(xopen("plain/file", O_WRONLY | O_CREAT, 02775));
	xmkdir("plain/dir", 02755);
	owner("plain/file");
	owner("plain/dir");
	show("rename keeps the group", rename("plain/file", "d/moved"));
	owner("d/moved");
	show("chmod of the new directory", chmod("d/dir", 0755));
	owner("d/dir");
	show("chmod with the bit", chmod("d/dir", 02755));
	owner("d/dir");
}

int main(void)
{
	if (geteuid() != 0) {
		umask(022);
		xmkdir("d", 0755);
		xchmod("d", 02755);
		show_mode("d", "d");
		xmkdir("d/sub", 0700);
		show_mode("d/sub", "d/sub");
		return 0;
	}
	umask(0);
	xmkdir("d", 0755);
	xchown("d", USER_B, GROUP_B);
	xchmod("d", 02777);
	xmkdir("plain", 0777);
	xchown("plain", USER_B, GROUP_B);
	xchmod("plain", 0777);
	as_user(USER_A, GROUP_A, as_a, NULL);
	xmkdir("d/rootdir", 0755);
	owner("d/rootdir");
	close(xopen("d/rootsetgid", O_WRONLY | O_CREAT, 02775));
	owner("d/rootsetgid");
	return 0;
}
