/* tests/syscalls/proc_sys_kernel.c - /proc/sys: names, numbers, random ids; who may write. */
#include "fs_check.h"
#include <sys/utsname.h>

static void number(const char *path)
{
	char buf[128], label[160];
	long v = -1;
	char end = 0;

	if (read_file(path, buf, sizeof(buf)) < 0) {
		show(path, -1);
		return;
	}
	snprintf(label, sizeof(label), "%s is a number and a newline", path);
	show_true(label, sscanf(buf, "%ld%c", &v, &end) == 2 && v >= 0 && end == '\n');
}

static void same(const char *path, const char *want)
{
	char buf[256], line[256];

	if (read_file(path, buf, sizeof(buf)) < 0) {
		show(path, -1);
		return;
	}
	snprintf(line, sizeof(line), "%.250s\n", want);
	say("%s is as uname tells: %d", path, !strcmp(buf, line));
}

static bool is_uuid(const char *s)
{
	for (int i = 0; i < 36; i++)
		if (i == 8 || i == 13 || i == 18 || i == 23 ? s[i] != '-'
							    : !strchr("0123456789abcdef", s[i]))
			return false;
	return s[36] == '\n' && !s[37] && s[14] == '4';
}

static void as_stranger(void *arg)
{
	(void)arg;
	show_fd("hostname for writing", open("/proc/sys/kernel/hostname", O_WRONLY));
	show_fd("pid_max for writing", open("/proc/sys/kernel/pid_max", O_WRONLY));
	show_fd("osrelease for writing", open("/proc/sys/kernel/osrelease", O_WRONLY));
}

int main(void)
{
	char a[128], b[128];
	struct utsname u;
	struct stat st;

	must(uname(&u));
	same("/proc/sys/kernel/hostname", u.nodename);
	same("/proc/sys/kernel/ostype", u.sysname);
	same("/proc/sys/kernel/osrelease", u.release);
	same("/proc/sys/kernel/version", u.version);
	same("/proc/sys/kernel/domainname", u.domainname);
	number("/proc/sys/kernel/pid_max");
	number("/proc/sys/kernel/threads-max");
	number("/proc/sys/kernel/ngroups_max");
	number("/proc/sys/kernel/cap_last_cap");
	number("/proc/sys/kernel/overflowuid");
	number("/proc/sys/fs/file-max");
	number("/proc/sys/fs/nr_open");
	number("/proc/sys/fs/pipe-max-size");
	number("/proc/sys/vm/overcommit_memory");
	number("/proc/sys/vm/max_map_count");
	must(read_file("/proc/sys/kernel/random/uuid", a, sizeof(a)));
	must(read_file("/proc/sys/kernel/random/uuid", b, sizeof(b)));
	show_true("uuid", is_uuid(a) && is_uuid(b));
	show_true("another one each time", strcmp(a, b) != 0);
	must(read_file("/proc/sys/kernel/random/boot_id", a, sizeof(a)));
	must(read_file("/proc/sys/kernel/random/boot_id", b, sizeof(b)));
	show_true("boot_id", is_uuid(a));
	show_true("the same each time", !strcmp(a, b));
	must(stat("/proc/sys/kernel/hostname", &st));
	say("%s %04o", type_name(st.st_mode), st.st_mode & 07777);
	must(stat("/proc/sys/kernel", &st));
	say("%s %04o", type_name(st.st_mode), st.st_mode & 07777);
	show("missing", stat("/proc/sys/kernel/nothing", &st));
	show_fd("create", open("/proc/sys/kernel/nothing", O_RDWR | O_CREAT, 0644));
	show("unlink", unlink("/proc/sys/kernel/hostname") == 0 ? 0 : -1);
	if (geteuid() == 0)
		as_user(USER_A, GROUP_A, as_stranger, NULL);
	else
		as_stranger(NULL);
	return 0;
}
