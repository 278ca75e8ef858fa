/*
 * fs_check.h - what the tests of files, descriptors, pipes and terminals share beyond check.h.
 *
 * Include it in place of check.h, first.
 */
#ifndef TESTS_LIB_FS_CHECK_H
#define TESTS_LIB_FS_CHECK_H

#include "check.h"

#include <dirent.h>
#include <grp.h>
#include <poll.h>
#include <sys/mman.h>

/* Some ordinary users and groups: numbers only, no account is needed. */
#define USER_A 1000
#define USER_B 1001
#define GROUP_A 2000
#define GROUP_B 2001

/* For calls that prepare something: they have to work. Returns the result. */
CHECK_UNUSED static long must(long ret)
{
	if (ret == -1)
		die("a call that has to work");
	return ret;
}

CHECK_UNUSED static int xopen(const char *path, int flags, mode_t mode)
{
	int fd = open(path, flags, mode);

	if (fd < 0)
		die("open %s", path);
	return fd;
}

CHECK_UNUSED static void xmkdir(const char *path, mode_t mode)
{
	if (mkdir(path, mode) < 0)
		die("mkdir %s", path);
}

CHECK_UNUSED static void xsymlink(const char *target, const char *path)
{
	if (symlink(target, path) < 0)
		die("symlink %s", path);
}

CHECK_UNUSED static void xchmod(const char *path, mode_t mode)
{
	if (chmod(path, mode) < 0)
		die("chmod %s", path);
}

CHECK_UNUSED static void xchown(const char *path, uid_t uid, gid_t gid)
{
	if (lchown(path, uid, gid) < 0)
		die("lchown %s", path);
}

CHECK_UNUSED static void xfcntl(int fd, int cmd, long arg)
{
	if (fcntl(fd, cmd, arg) < 0)
		die("fcntl %d", cmd);
}

/* A descriptor that was open a moment ago. */
CHECK_UNUSED static int closed_fd(void)
{
	int fd = fcntl(STDOUT_FILENO, F_DUPFD, 200);

	if (fd < 0)
		die("F_DUPFD");
	close(fd);
	return fd;
}

/* The content of a file: 'what: "text"' or "what: -1 ENOENT". */
CHECK_UNUSED static void show_file(const char *what, const char *path)
{
	char buf[513];
	ssize_t n = read_file(path, buf, sizeof(buf));

	if (n < 0)
		show(what, -1);
	else
		show_data(what, buf, n);
}

/* What the call read: 'what: 3 "abc"' or "what: -1 EAGAIN". */
CHECK_UNUSED static ssize_t show_read(const char *what, ssize_t ret, const void *buf)
{
	char label[128];

	if (ret < 0)
		return show(what, ret);
	snprintf(label, sizeof(label), "%s: %zd", what, ret);
	show_data(label, buf, ret);
	return ret;
}

CHECK_UNUSED static const char *type_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG: return "file";
	case S_IFDIR: return "dir";
	case S_IFLNK: return "symlink";
	case S_IFIFO: return "fifo";
	case S_IFCHR: return "char device";
	case S_IFBLK: return "block device";
	case S_IFSOCK: return "socket";
	case 0: return "no type";
	default: return "unknown type";
	}
}

/* "what: file 0644" or "what: -1 ENOENT", without following a last symlink. */
CHECK_UNUSED static void show_mode(const char *what, const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		show(what, -1);
	else
		say("%s: %s %04o", what, type_name(st.st_mode), st.st_mode & 07777);
}

/* "what: link target" or "what: -1 EINVAL". */
CHECK_UNUSED static void show_link(const char *what, const char *path)
{
	char buf[4097];
	ssize_t n = readlink(path, buf, sizeof(buf) - 1);

	if (n < 0)
		show(what, -1);
	else
		show_data(what, buf, n);
}

CHECK_UNUSED static long file_size(const char *path)
{
	struct stat st;

	return lstat(path, &st) < 0 ? -1 : (long)st.st_size;
}

CHECK_UNUSED static long file_nlink(const char *path)
{
	struct stat st;

	return lstat(path, &st) < 0 ? -1 : (long)st.st_nlink;
}

CHECK_UNUSED static bool same_file(const char *a, const char *b)
{
	struct stat sa, sb;

	return lstat(a, &sa) == 0 && lstat(b, &sb) == 0 && sa.st_dev == sb.st_dev &&
	       sa.st_ino == sb.st_ino;
}

CHECK_UNUSED static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The sorted names in a directory, without . and ..: "what: a b c" or "what: -1 ENOTDIR". */
CHECK_UNUSED static void show_names(const char *what, const char *path)
{
	char *names[64], line[2048] = "";
	DIR *dir = opendir(path);
	struct dirent *d;
	size_t n = 0;

	if (!dir) {
		show(what, -1);
		return;
	}
	while ((d = readdir(dir)) && n < ARRAY_LEN(names))
		if (strcmp(d->d_name, ".") && strcmp(d->d_name, ".."))
			names[n++] = strdup(d->d_name);
	closedir(dir);
	qsort(names, n, sizeof(names[0]), compare_names);
	for (size_t i = 0; i < n; i++) {
		strncat(line, " ", sizeof(line) - strlen(line) - 1);
		strncat(line, names[i], sizeof(line) - strlen(line) - 1);
		free(names[i]);
	}
	say("%s:%s", what, n ? line : " (empty)");
}

/* "what: 1 POLLIN|POLLHUP": a result of poll and one revents. */
CHECK_UNUSED static void show_poll(const char *what, int ret, int revents)
{
	static const struct {
		int bit;
		const char *name;
	} bits[] = {
		{POLLIN, "IN"},		{POLLPRI, "PRI"},	{POLLOUT, "OUT"},
		{POLLERR, "ERR"},	{POLLHUP, "HUP"},	{POLLNVAL, "NVAL"},
		{POLLRDNORM, "RDNORM"}, {POLLRDBAND, "RDBAND"}, {POLLWRNORM, "WRNORM"},
		{POLLWRBAND, "WRBAND"}, {POLLRDHUP, "RDHUP"},
	};
	char line[160] = "";

	if (ret < 0) {
		show(what, ret);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(bits); i++)
		if (revents & bits[i].bit) {
			strcat(line, line[0] ? "|" : " ");
			strcat(line, bits[i].name);
			revents &= ~bits[i].bit;
		}
	if (revents)
		sprintf(line + strlen(line), " and 0x%x", (unsigned int)revents);
	say("%s: %d%s", what, ret, line);
}

/* Polls one descriptor for these events without waiting and shows the outcome. */
CHECK_UNUSED static void show_ready(const char *what, int fd, int events)
{
	struct pollfd p = {fd, events, 0};
	int ret = poll(&p, 1, 0);

	show_poll(what, ret, p.revents);
}

/* Zeroed memory that is shared with children. */
CHECK_UNUSED static void *shared_alloc(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

/* One page of memory with an inaccessible page behind it; returns the address of the boundary. */
CHECK_UNUSED static char *page_end(void)
{
	long page = sysconf(_SC_PAGESIZE);
	char *p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || mprotect(p + page, page, PROT_NONE) < 0)
		die("mmap");
	memset(p, 'p', page);
	return p + page;
}

/* An address for EFAULT of which the compiler knows nothing. */
CHECK_UNUSED static void *bad_addr(void)
{
	static volatile uintptr_t addr = 0x10;

	return (void *)addr;
}

/* Becomes an ordinary user for good, without supplementary groups. Needs root. */
CHECK_UNUSED static void become(uid_t uid, gid_t gid)
{
	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		die("become uid %d", (int)uid);
}

/*
 * Runs fn(arg) in a child with another user and group; the working directory, which may have mode
 * 0700, is opened to it first. Needs root. Dies unless the child exits with 0.
 */
CHECK_UNUSED static void as_user(uid_t uid, gid_t gid, void (*fn)(void *), void *arg)
{
	struct stat st;
	pid_t pid;
	int status;

	if (stat(".", &st) < 0 || chmod(".", (st.st_mode & 07777) | 0055) < 0)
		die("chmod .");
	pid = xfork();
	if (pid == 0) {
		become(uid, gid);
		fn(arg);
		fflush(stdout);
		_exit(0);
	}
	status = xwait(pid);
	if (status != 0)
		die("child of uid %d has status 0x%x", (int)uid, status);
}

CHECK_UNUSED static void catch_signal(int sig, void (*handler)(int), int flags)
{
	struct sigaction sa = {.sa_handler = handler, .sa_flags = flags};

	sigemptyset(&sa.sa_mask);
	if (sigaction(sig, &sa, NULL) < 0)
		die("sigaction");
}

static volatile sig_atomic_t signals_seen;

CHECK_UNUSED static void count_signal(int sig)
{
	(void)sig;
	signals_seen++;
}

static pid_t pest_pid;

/*
 * Starts a child that sends this process SIGUSR1 again and again, so that the next call that
 * blocks is interrupted, no matter when it begins to; the handler does not restart system calls.
 */
CHECK_UNUSED static void pest_start(void)
{
	pid_t parent = getpid();

	catch_signal(SIGUSR1, count_signal, 0);
	pest_pid = xfork();
	if (pest_pid == 0)
		while (getppid() == parent) {
			nap_ms(10);
			kill(parent, SIGUSR1);
		}
	if (pest_pid == 0)
		_exit(0);
}

/* Ends that child; keeps errno. */
CHECK_UNUSED static void pest_stop(void)
{
	int err = errno;

	kill(pest_pid, SIGKILL);
	xwait(pest_pid);
	errno = err;
}

/* Milliseconds since an unspecified moment. */
CHECK_UNUSED static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000L + ts.tv_nsec / 1000000;
}

/* The byte value of position i in the pattern that the tests write and verify. */
CHECK_UNUSED static unsigned char pattern_byte(size_t i)
{
	return (i * 131 + (i >> 8) * 7 + 3) & 0xff;
}

CHECK_UNUSED static void pattern_fill(void *buf, size_t len, size_t start)
{
	for (size_t i = 0; i < len; i++)
		((unsigned char *)buf)[i] = pattern_byte(start + i);
}

CHECK_UNUSED static bool pattern_ok(const void *buf, size_t len, size_t start)
{
	for (size_t i = 0; i < len; i++)
		if (((const unsigned char *)buf)[i] != pattern_byte(start + i))
			return false;
	return true;
}

CHECK_UNUSED static bool all_zero(const void *buf, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((const char *)buf)[i])
			return false;
	return true;
}

/* Waits until a byte (or the end of the file) comes through a pipe: a step of another process. */
CHECK_UNUSED static bool await_byte(int fd)
{
	char c;
	ssize_t n;

	while ((n = read(fd, &c, 1)) < 0 && errno == EINTR)
		;
	return n == 1;
}

CHECK_UNUSED static void send_byte(int fd)
{
	if (write(fd, "", 1) != 1)
		die("write");
}

/* Writes to a descriptor that does not block until nothing more fits; returns how much did. */
CHECK_UNUSED static long fill_up(int fd)
{
	static const char zeros[4096];
	long total = 0;
	ssize_t n;

	for (size_t chunk = sizeof(zeros); chunk; chunk /= 2)
		while ((n = write(fd, zeros, chunk)) > 0)
			total += n;
	return total;
}

#endif
