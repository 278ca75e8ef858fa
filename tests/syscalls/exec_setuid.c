/*
 * tests/syscalls/exec_setuid.c - execve(2) of set-user-ID and set-group-ID files by another user:
 * ids, AT_SECURE, and no effect with no_new_privs, on a nosuid mount, or for scripts. Root only, on
 * mounts of its own.
 */
#include "check.h"
#include <grp.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/mount.h>
#include <sys/prctl.h>

static void run(const char *what, const char *path, bool nnp)
{
	pid_t pid = xfork();

	if (pid == 0) {
		if (setgroups(0, NULL) < 0 || setresgid(1000, 1000, 1000) < 0 ||
		    setresuid(1000, 1000, 1000) < 0)
			die("set ids");
		if (nnp)
			prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		execl(path, path, "child", NULL);
		show_str("exec", errno_name(errno));
		_exit(1);
	}
	show_status(what, xwait(pid));
}

int main(int argc, char **argv)
{
	uid_t r, e, s;

	(void)argv;
	if (argc > 1) {
		getresuid(&r, &e, &s);
		say("uids: %d %d %d", r, e, s);
		getresgid(&r, &e, &s);
		say("gids: %d %d %d", r, e, s);
		show_val("AT_SECURE", getauxval(AT_SECURE));
		show("dumpable", prctl(PR_GET_DUMPABLE) == 1);
		return 0;
	}
	if (geteuid() != 0)
		return 0;
	chmod(".", 0755);
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mkdir("d", 0755) < 0 || mount("none", "d", "tmpfs", 0, "mode=755") < 0 ||
	    chdir("d") < 0)
		die("mount");
	copy_self("suid");
	if (chown("suid", 2000, 2001) < 0 || chmod("suid", 04755) < 0)
		die("chmod");
	copy_self("sgid");
	if (chown("sgid", 2000, 2001) < 0 || chmod("sgid", 02755) < 0)
		die("chmod");
	copy_self("both");
	if (chown("both", 0, 0) < 0 || chmod("both", 06755) < 0)
		die("chmod");
	copy_self("plain");
	write_file("script", "#!./plain\n");
	if (chown("script", 2000, 2001) < 0 || chmod("script", 06755) < 0)
		die("chmod");

	run("plain", "./plain", false);
	run("set-user-ID", "./suid", false);
	run("set-group-ID", "./sgid", false);
	run("both, of root", "./both", false);
	run("both with no_new_privs", "./both", true);
	run("script", "./script", false);
	if (mount(NULL, ".", NULL, MS_REMOUNT | MS_BIND | MS_NOSUID, NULL) < 0)
		die("remount");
	run("nosuid mount", "./both", false);
	return 0;
}
