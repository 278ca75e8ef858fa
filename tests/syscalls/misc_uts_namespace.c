/*
 * tests/syscalls/misc_uts_namespace.c - a UTS namespace of one's own: unshare(2), sethostname(2),
 * setdomainname(2); the parent's names stay. Root only.
 */
#include "check.h"
#include <sched.h>
#include <sys/utsname.h>

int main(void)
{
	struct utsname before, after;
	char buf[70];
	pid_t pid;

	if (geteuid() != 0)
		return 0;
	uname(&before);
	pid = xfork();
	if (pid == 0) {
		show("unshare", unshare(CLONE_NEWUTS));
		show("sethostname", sethostname("a-new-name", 10));
		show("setdomainname", setdomainname("domain.test", 11));
		uname(&after);
		show_str("nodename", after.nodename);
		show_str("domainname", after.domainname);
		gethostname(buf, sizeof(buf));
		show_str("gethostname", buf);
		memset(buf, 'n', sizeof(buf));
		show("64 bytes", sethostname(buf, 64));
		show("65 bytes", sethostname(buf, 65));
		show("negative", raw(SYS_sethostname, buf, -1L));
		show("bad pointer", sethostname(BAD_PTR, 5));
		show("empty", sethostname("", 0));
		uname(&after);
		show_str("nodename", after.nodename);
		_exit(0);
	}
	show_status("child", xwait(pid));
	uname(&after);
	show_true("parent's name is the old one", strcmp(before.nodename, after.nodename) == 0);
	show_true("parent's domain too", strcmp(before.domainname, after.domainname) == 0);
	return 0;
}
