/*
 * tests/unit/test_procfs.c - /proc, /sys, /dev and /dev/pts of a kernel whose one guest is this
 * process, opened and read by name
 */
#include "fs/dev/devfs.h"
#include "fs/devpts/devpts.h"
#include "fs/devpts/tty.h"
#include "fs/proc/procfs.h"
#include "fs/sys/sysfs.h"
#include "fs/tmpfs/tmpfs.h"
#include "fs/vfs/file.h"
#include "platform/platform.h"
#include "sentry/fdtable.h"
#include "sentry/fs_context.h"
#include "sentry/mem/mapnames.h"
#include "sentry/mem/uio.h"
#include "sentry/session.h"
#include "sentry/task.h"
#include "sentry/timer.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>

static ssize_t own_read_mem(struct task *t, const struct iovec *local, size_t nr_local,
			    const struct iovec *remote, size_t nr_remote)
{
	return process_vm_readv(getpid(), local, nr_local, remote, nr_remote, 0);
}

static ssize_t own_write_mem(struct task *t, const struct iovec *local, size_t nr_local,
			     const struct iovec *remote, size_t nr_remote)
{
	return process_vm_writev(getpid(), local, nr_local, remote, nr_remote, 0);
}

static const struct platform own_platform = {
	.name = "own",
	.read_mem = own_read_mem,
	.write_mem = own_write_mem,
};

static struct kernel k;
static struct task *self;

static void no_deadlines(int64_t deadline_ns)
{
	(void)deadline_ns;
}

static void mount_on(struct super *s, const char *name)
{
	struct path where;
	struct mount *m = mount_new(s, NULL, 0);

	assert_non_null(m);
	assert_int_equal(path_lookup(self, AT_FDCWD, name, LOOKUP_FOLLOW, &where), 0);
	assert_int_equal(mount_attach(m, &where), 0);
	path_put(&where);
	mount_put(m);
	super_put(s);
}

static void make_task(struct mount *root)
{
	struct path top = {.mnt = root, .dentry = root->root};
	struct task_init init = {
		.host_tid = getpid(),
		.host_pid = getpid(),
		.tid = 1,
		.pid = 1,
		.exit_signal = SIGCHLD,
		.cred = cred_new(),
		.files = fdtable_new(),
		.fs = fs_context_new(&top, &top),
		.mnt_ns = mount_ns_get(k.root_ns),
	};

	init.cred->cap_effective = init.cred->cap_permitted = ~UINT64_C(0) >> 23;
	self = task_create(&k, &init);
	assert_non_null(self);
	self->process->session = session_new(1);
	self->process->pgid = 1;
	self->process->limits[RLIMIT_NOFILE] = (struct rlimit64){1024, 1024};
	task_comm_set(self, "guest");
	k.init = self->process;
}

static int setup(void **state)
{
	struct super *s;
	struct mount *root;

	kernel_init(&k);
	k.platform = &own_platform;
	k.nr_cpus = 2;
	timers_init(no_deadlines);
	k.host_proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(event_init(&k), 0);
	assert_int_equal(vfs_init(&k), 0);
	assert_int_equal(tmpfs_init(&k), 0);
	fs_type_register(&k, &proc_fs_type);
	assert_int_equal(tmpfs_create(&k, "root", "mode=755", &s), 0);
	root = mount_new(s, NULL, 0);
	k.root_ns = mount_ns_new(&k, root);
	make_task(root);
	assert_int_equal(vfs_mkdir(self, AT_FDCWD, "/proc", 0755), 0);
	assert_int_equal(vfs_mkdir(self, AT_FDCWD, "/sys", 0755), 0);
	assert_int_equal(vfs_mkdir(self, AT_FDCWD, "/dev", 0755), 0);
	assert_int_equal(procfs_create(&k, &s), 0);
	mount_on(s, "/proc");
	assert_int_equal(sysfs_create(&k, &s), 0);
	mount_on(s, "/sys");
	assert_int_equal(devfs_create(&k, &s), 0);
	mount_on(s, "/dev");
	assert_int_equal(devpts_create(&k, "ptmxmode=0666,mode=620,gid=5", &s), 0);
	mount_on(s, "/dev/pts");
	return 0;
}

static struct file *open_ok(const char *name, int flags)
{
	struct file *f = NULL;
	int err = vfs_open(self, AT_FDCWD, name, flags, 0, 0, &f);

	if (err)
		print_error("%s: %s\n", name, strerror(-err));
	assert_int_equal(err, 0);
	return f;
}

static ssize_t read_some(struct file *f, char *buf, size_t size)
{
	struct uio u;

	uio_init_kernel(&u, buf, size);
	return file_read(f, &u, 0);
}

static ssize_t write_str(struct file *f, const char *s)
{
	struct uio u;

	uio_init_kernel(&u, (char *)s, strlen(s));
	return file_write(f, &u, 0);
}

static char text[1 << 20];

static const char *text_of(const char *name)
{
	struct file *f = open_ok(name, O_RDONLY);
	ssize_t n = read_some(f, text, sizeof(text) - 1);

	if (n < 0)
		print_error("%s: %s\n", name, strerror((int)-n));
	assert_true(n >= 0);
	text[n] = '\0';
	file_put(f);
	return text;
}

static void assert_has(const char *name, const char *part)
{
	if (!strstr(text_of(name), part))
		print_error("%s lacks \"%s\":\n%s\n", name, part, text);
	assert_non_null(strstr(text, part));
}

static void assert_link(const char *name, const char *target)
{
	struct path p;
	char buf[256];
	int n;

	assert_int_equal(path_lookup(self, AT_FDCWD, name, 0, &p), 0);
	n = p.dentry->inode->ops->readlink(p.dentry->inode, self, buf, sizeof(buf));
	path_put(&p);
	assert_true(n >= 0);
	buf[n] = '\0';
	assert_string_equal(buf, target);
}

struct walk {
	struct dir_context ctx;
	char path[256];
	unsigned int depth;
	unsigned int nr;
};

static void walk_dir(const char *path, unsigned int depth);

static int walk_emit(struct dir_context *ctx, const char *name, uint32_t len, uint64_t ino,
		     unsigned int dtype, int64_t next_pos)
{
	struct walk *w = container_of(ctx, struct walk, ctx);
	char path[512];

	w->nr++;
	if (name[0] == '.')
		return 0;
	snprintf(path, sizeof(path), "%s/%.*s", w->path, (int)len, name);
	if (dtype == 4 && w->depth > 0)
		walk_dir(path, w->depth - 1);
	if (dtype == 8) {
		struct file *f;

		if (vfs_open(self, AT_FDCWD, path, O_RDONLY, 0, 0, &f) == 0) {
			ssize_t n = read_some(f, text, 4096);

			bool is_attr = strstr(path, "/attr/") != NULL; /* no security module */

			if (n < 0 && n != -EIO && !is_attr)
				print_error("%s: %s\n", path, strerror((int)-n));
			assert_true(n >= 0 || n == (is_attr ? -EINVAL : -EIO));
			file_put(f);
		}
	}
	return 0;
}

static void walk_dir(const char *path, unsigned int depth)
{
	struct file *f = open_ok(path, O_RDONLY | O_DIRECTORY);
	struct walk w = {.ctx.emit = walk_emit, .depth = depth};
	struct stat st;

	(void)st;
	snprintf(w.path, sizeof(w.path), "%s", path);
	/* Not through file_readdir(): the walk opens files below with the position locked. */
	assert_int_equal(f->ops->readdir(f, &w.ctx), 0);
	assert_true(w.nr >= 2);
	file_put(f);
}

static void everything_can_be_read(void **state)
{
	walk_dir("/proc", 6);
	walk_dir("/sys", 8);
}

static void processes_show_themselves(void **state)
{
	assert_has("/proc/self/status", "Name:\tguest\n");
	assert_has("/proc/1/status", "\nPid:\t1\nPPid:\t0\n");
	assert_has("/proc/1/stat", "1 (guest) R 0 1 1 0 -1 ");
	assert_has("/proc/1/task/1/stat", "1 (guest) R 0 1 1 0 -1 ");
	assert_has("/proc/self/comm", "guest\n");
	assert_has("/proc/self/limits", "Max open files            1024                 1024   ");
	assert_has("/proc/self/cgroup", "0::/\n");
	assert_has("/proc/self/mounts", "/dev/pts devpts rw");
	assert_link("/proc/self", "1");
	assert_link("/proc/thread-self", "1/task/1");
	assert_link("/proc/self/cwd", "/");
	assert_link("/proc/self/ns/net", "net:[4026531840]");
	assert_has("/proc/filesystems", "proc");
	assert_has("/sys/devices/system/cpu/online", "0-1\n");
	assert_has("/sys/class/net/lo/mtu", "65536\n");
}

static void maps_have_no_host_names(void **state)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	assert_has("/proc/self/maps", "[stack]");
	assert_has("/proc/self/maps", "[sandbox]");
	assert_null(strstr(text, ".so"));
	assert_null(strstr(text, "unit_procfs"));
	mapname_record(&k, fd, "/bin/guest", 0x1f, 77);
	close(fd);
	assert_has("/proc/self/maps", " 00:1f 77 ");
	assert_has("/proc/self/maps", " /bin/guest\n");
}

static void memory_is_read_and_written(void **state)
{
	static char secret[] = "secret words";
	struct file *f = open_ok("/proc/self/mem", O_RDWR);
	char buf[16] = "";
	struct uio u;

	uio_init_kernel(&u, buf, 6);
	assert_int_equal(file_pread(f, &u, (int64_t)(uintptr_t)secret, 0), 6);
	assert_string_equal(buf, "secret");
	uio_init_kernel(&u, "SECRET", 6);
	assert_int_equal(file_pwrite(f, &u, (int64_t)(uintptr_t)secret, 0), 6);
	assert_string_equal(secret, "SECRET words");
	uio_init_kernel(&u, buf, 6);
	assert_int_equal(file_pread(f, &u, 64, 0), -EIO);
	file_put(f);
}

static void settings_are_kept_within_bounds(void **state)
{
	struct file *f = open_ok("/proc/sys/vm/swappiness", O_RDWR | O_TRUNC);

	assert_int_equal(write_str(f, "10\n"), 3);
	assert_int_equal(write_str(f, "201\n"), -EINVAL);
	file_put(f);
	assert_has("/proc/sys/vm/swappiness", "10\n");
	f = open_ok("/proc/self/oom_score_adj", O_RDWR);
	assert_int_equal(write_str(f, "500"), 3);
	assert_int_equal(write_str(f, "1001"), -EINVAL);
	file_put(f);
	assert_has("/proc/self/oom_score_adj", "500\n");
}

static void files_of_fds_are_found(void **state)
{
	struct file *f = open_ok("/dev/null", O_RDWR), *again;
	int fd = fd_install(self, f, true);
	char name[64];

	assert_true(fd >= 0);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	assert_link(name, "/dev/null");
	again = open_ok(name, O_WRONLY);
	assert_int_equal(write_str(again, "x"), 1);
	file_put(again);
	snprintf(name, sizeof(name), "/proc/self/fdinfo/%d", fd);
	assert_has(name, "flags:\t02000002\n");
	assert_int_equal(fd_close(self, fd), 0);
	assert_int_equal(vfs_open(self, AT_FDCWD, name, O_RDONLY, 0, 0, &again), -ENOENT);
}

static void cwd_in_proc_keeps_its_name(void **state)
{
	struct file *dir = open_ok("/proc/sys/kernel", O_RDONLY | O_DIRECTORY);
	char buf[64];

	text_of("/proc/sys/kernel/ostype");
	assert_true(path_name(self, &dir->path, buf, sizeof(buf)) > 0);
	assert_string_equal(buf, "/proc/sys/kernel");
	file_put(dir);
}

static void pty_pairs_live_and_hang_up(void **state)
{
	struct file *m, *s, *again;
	char buf[64];

	m = open_ok("/dev/ptmx", O_RDWR | O_NOCTTY);
	assert_int_equal(vfs_open(self, AT_FDCWD, "/dev/pts/0", O_RDWR, 0, 0, &s), -EIO);
	tty_lock(m->data);
	((struct tty *)m->data)->locked = false;
	tty_unlock(m->data);
	assert_int_equal(read_some(m, buf, sizeof(buf)), -EAGAIN);
	s = open_ok("/dev/pts/0", O_RDWR);
	assert_has("/proc/1/stat", "1 (guest) R 0 1 1 34816 1 ");
	again = open_ok("/dev/tty", O_RDWR);
	assert_int_equal(write_str(m, "abc\n"), 4);
	assert_int_equal(read_some(again, buf, sizeof(buf)), 4);
	assert_int_equal(write_str(s, "x\n"), 2);
	assert_int_equal(read_some(m, buf, sizeof(buf)), 8);
	assert_memory_equal(buf, "abc\r\nx\r\n", 8);
	assert_int_equal(file_poll(m), POLLOUT | POLLWRNORM);
	file_put(again);
	file_put(s);
	assert_int_equal(file_poll(m), POLLHUP | POLLOUT | POLLWRNORM);
	assert_int_equal(read_some(m, buf, sizeof(buf)), -EIO);
	assert_int_equal(vfs_open(self, AT_FDCWD, "/dev/tty", O_RDWR, 0, 0, &again), -ENXIO);
	s = open_ok("/dev/pts/0", O_RDWR | O_NOCTTY);
	assert_int_equal(read_some(m, buf, sizeof(buf)), -EAGAIN);
	file_put(m);
	assert_int_equal(read_some(s, buf, sizeof(buf)), 0);
	assert_int_equal(write_str(s, "x"), -EIO);
	assert_int_equal(file_poll(s), 0x15d);
	file_put(s);
	assert_int_equal(vfs_open(self, AT_FDCWD, "/dev/pts/0", O_RDWR, 0, 0, &s), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(processes_show_themselves),
		cmocka_unit_test(maps_have_no_host_names),
		cmocka_unit_test(memory_is_read_and_written),
		cmocka_unit_test(settings_are_kept_within_bounds),
		cmocka_unit_test(files_of_fds_are_found),
		cmocka_unit_test(cwd_in_proc_keeps_its_name),
		cmocka_unit_test(pty_pairs_live_and_hang_up),
		cmocka_unit_test(everything_can_be_read),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
