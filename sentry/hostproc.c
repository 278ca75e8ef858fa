/* sentry/hostproc.c - reading the host's /proc about guests, see hostproc.h */
#include "sentry/hostproc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sentry/base/mem.h"
#include "sentry/kernel.h"

static int open_proc(struct kernel *k, pid_t tid, const char *name, int flags)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%d/%s", tid, name);
	fd = openat(k->host_proc_fd, path, flags | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	return fd;
}

int hostproc_open_mem(struct kernel *k, pid_t host_tid)
{
	return open_proc(k, host_tid, "mem", O_RDWR);
}

ssize_t hostproc_read(struct kernel *k, pid_t host_tid, const char *name, char *buf, size_t size)
{
	_cleanup_close_ int fd = open_proc(k, host_tid, name, O_RDONLY);
	size_t done = 0;

	if (fd < 0)
		return fd;
	while (done + 1 < size) {
		ssize_t n = read(fd, buf + done, size - 1 - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	buf[done] = '\0';
	return (ssize_t)done;
}

/* "\nNSpid:\t12\t3": the last number is the innermost namespace's. */
static pid_t last_number(const char *line)
{
	pid_t v = 0;

	while (*line && *line != '\n') {
		char *end;
		long n = strtol(line, &end, 10);

		if (end == line)
			break;
		v = (pid_t)n;
		line = end;
	}
	return v;
}

static const char *field(const char *text, const char *name)
{
	const char *p = strstr(text, name);

	return p ? p + strlen(name) : NULL;
}

/* Linux 6.11 and 6.13; the headers may be older. */
#define NS_GET_TGID_FROM_PIDNS_CALL _IOR(0xb7, 7, int)
#define NS_GET_PID_IN_PIDNS_CALL _IOR(0xb7, 8, int)
#define PIDFD_GET_INFO_CALL _IOWR(0xff, 11, struct pidfd_numbers)
#define PIDFD_NUMBERS 1

struct pidfd_numbers { /* pidfd_info, first version */
	uint64_t mask, cgroup;
	uint32_t pid, tgid, ppid;
	uint32_t ids[9];
};
STATIC_ASSERT_SIZE(struct pidfd_numbers, 64);

/* Its number in the guests' namespace, and from that its group's in ours. */
static bool ask_namespace(struct kernel *k, pid_t host_tid, struct hostproc_ids *ret)
{
	if (k->guest_pid_ns < 0)
		return false;
	ret->guest_tid = ioctl(k->guest_pid_ns, NS_GET_PID_IN_PIDNS_CALL, (long)host_tid);
	if (ret->guest_tid <= 0)
		return false;
	ret->tgid = ioctl(k->guest_pid_ns, NS_GET_TGID_FROM_PIDNS_CALL, (long)ret->guest_tid);
	return ret->tgid > 0;
}

/* Without /proc: two calls of less than a microsecond for a thread, four of some more for a process.
 * False: this host cannot, or the thread is gone. */
static bool ask_kernel(struct kernel *k, pid_t host_tid, struct hostproc_ids *ret)
{
	struct pidfd_numbers numbers = {.mask = PIDFD_NUMBERS};
	struct hostproc_ids ids = HOSTPROC_NO_IDS;
	_cleanup_close_ int fd = -1;

	if (!ask_namespace(k, host_tid, &ids))
		return false;
	if (ids.tgid == host_tid) {
		fd = (int)syscall(SYS_pidfd_open, host_tid, 0);
		if (fd < 0 || ioctl(fd, PIDFD_GET_INFO_CALL, &numbers) < 0 ||
		    !(numbers.mask & PIDFD_NUMBERS) || (pid_t)numbers.pid != host_tid)
			return false;
		ids.ppid = (pid_t)numbers.ppid;
		ids.pidfd = TAKE_FD(fd);
	}
	*ret = ids;
	return true;
}

static int read_ids(struct kernel *k, pid_t host_tid, struct hostproc_ids *ret)
{
	char buf[4096];
	const char *tgid, *ppid, *nspid;
	ssize_t n = hostproc_read(k, host_tid, "status", buf, sizeof(buf));

	if (n < 0)
		return (int)n;
	/* The name line comes first and its value is escaped by the kernel: no newline in it. */
	tgid = field(buf, "\nTgid:");
	ppid = field(buf, "\nPPid:");
	nspid = field(buf, "\nNSpid:");
	if (!tgid || !ppid || !nspid)
		return -EIO;
	*ret = (struct hostproc_ids){
		.tgid = (pid_t)strtol(tgid, NULL, 10),
		.guest_tid = last_number(nspid),
		.pidfd = -1,
	};
	if (ret->tgid == host_tid)
		ret->ppid = (pid_t)strtol(ppid, NULL, 10);
	/* Between its end and that of its entry in /proc it has no numbers. */
	return ret->tgid > 0 && ret->guest_tid > 0 ? 0 : -ESRCH;
}

int hostproc_ids(struct kernel *k, pid_t host_tid, struct hostproc_ids *ret)
{
	return ask_kernel(k, host_tid, ret) ? 0 : read_ids(k, host_tid, ret);
}

void hostproc_ids_done(struct hostproc_ids *ids)
{
	if (ids->pidfd >= 0)
		close(ids->pidfd);
	ids->pidfd = -1;
}

int hostproc_state(struct kernel *k, pid_t host_tid)
{
	char buf[512];
	const char *p;
	ssize_t n = hostproc_read(k, host_tid, "stat", buf, sizeof(buf));

	if (n < 0)
		return (int)n;
	p = strrchr(buf, ')');
	if (!p || p[1] != ' ' || !p[2])
		return -EIO;
	return p[2];
}

int hostproc_syscall_nr(struct kernel *k, pid_t host_tid)
{
	char buf[256];
	ssize_t n = hostproc_read(k, host_tid, "syscall", buf, sizeof(buf));

	if (n < 0)
		return (int)n;
	if (strncmp(buf, "running", 7) == 0)
		return -EAGAIN;
	return (int)strtol(buf, NULL, 10);
}

int hostproc_timerslack_get(struct kernel *k, pid_t host_tid, uint64_t *ret_ns)
{
	char buf[64];
	ssize_t n = hostproc_read(k, host_tid, "timerslack_ns", buf, sizeof(buf));

	if (n < 0)
		return (int)n;
	*ret_ns = strtoull(buf, NULL, 10);
	return 0;
}

int hostproc_timerslack_set(struct kernel *k, pid_t host_tid, uint64_t ns)
{
	_cleanup_close_ int fd = open_proc(k, host_tid, "timerslack_ns", O_WRONLY);
	char buf[32];
	int len;

	if (fd < 0)
		return fd;
	len = snprintf(buf, sizeof(buf), "%llu", (unsigned long long)ns);
	return write(fd, buf, (size_t)len) == len ? 0 : -errno;
}

/* A line of maps, NUL-terminated; its names are cut off if they are long. */
static bool map_line_parse(const char *line, struct hostproc_map *ret)
{
	return sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64, &ret->start,
		      &ret->end, ret->perms, &ret->offset, &ret->major, &ret->minor,
		      &ret->ino) == 7;
}

int hostproc_maps_each(struct kernel *k, pid_t host_tid,
		       bool (*fn)(const struct hostproc_map *map, void *ctx), void *ctx)
{
	_cleanup_close_ int fd = open_proc(k, host_tid, "maps", O_RDONLY);
	struct hostproc_map map;
	char buf[8193];
	size_t have = 0;
	ssize_t n;

	if (fd < 0)
		return fd;
	while ((n = read(fd, buf + have, sizeof(buf) - 1 - have)) > 0) {
		char *line = buf, *end;

		have += (size_t)n;
		buf[have] = '\0';
		while ((end = memchr(line, '\n', have - (size_t)(line - buf)))) {
			*end = '\0';
			if (map_line_parse(line, &map) && fn(&map, ctx))
				return 0;
			line = end + 1;
		}
		have -= (size_t)(line - buf);
		memmove(buf, line, have);
		if (have == sizeof(buf) - 1)
			return -EIO; /* no line is that long: names end at PATH_MAX */
	}
	return n < 0 ? -errno : 0;
}

struct map_search {
	uint64_t addr;
	struct hostproc_map *ret;
	bool found;
};

static bool ends_above(const struct hostproc_map *map, void *ctx)
{
	struct map_search *search = ctx;

	search->found = map->end > search->addr;
	if (search->found)
		*search->ret = *map;
	return search->found;
}

int hostproc_map_find(struct kernel *k, pid_t host_tid, uint64_t addr, struct hostproc_map *ret)
{
	struct map_search search = {.addr = addr, .ret = ret};
	int err = hostproc_maps_each(k, host_tid, ends_above, &search);

	return err < 0 ? err : search.found ? 0 : -ENOENT;
}

/* The last max of what is added: the newest are what is looked for. */
struct tid_list {
	pid_t *tids;
	size_t nr, max;
};

static void tid_add(struct tid_list *l, pid_t tid)
{
	if (l->nr == l->max) {
		l->nr = l->max / 2;
		memmove(l->tids, l->tids + l->max - l->nr, l->nr * sizeof(*l->tids));
	}
	l->tids[l->nr++] = tid;
}

int hostproc_children(struct kernel *k, pid_t host_pid, pid_t host_tid, pid_t *tids, size_t max)
{
	struct tid_list list = {.tids = tids, .max = max};
	_cleanup_close_ int fd = -1;
	char name[32], buf[8192];
	pid_t tid = 0;
	ssize_t n;

	snprintf(name, sizeof(name), "task/%d/children", host_tid);
	fd = open_proc(k, host_pid, name, O_RDONLY);
	if (fd < 0)
		return fd;
	while ((n = read(fd, buf, sizeof(buf))) != 0) {
		if (n < 0 && errno != EINTR)
			return -errno;
		for (ssize_t i = 0; i < n; i++) {
			if (buf[i] >= '0' && buf[i] <= '9') {
				tid = tid * 10 + (buf[i] - '0');
			} else if (tid) {
				tid_add(&list, tid); /* each number has a space behind it */
				tid = 0;
			}
		}
	}
	return (int)list.nr;
}

struct dirent64_raw {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

/* Every entry of a directory that is a number, in the host's order. */
static int each_number(int fd, void (*fn)(pid_t number, void *ctx), void *ctx)
{
	char buf[4096] __attribute__((aligned(8)));

	for (;;) {
		long n = syscall(SYS_getdents64, fd, buf, sizeof(buf));

		if (n < 0)
			return -errno;
		if (n == 0)
			return 0;
		for (long off = 0; off < n;) {
			struct dirent64_raw *d = (struct dirent64_raw *)(buf + off);

			if (d->name[0] >= '0' && d->name[0] <= '9')
				fn((pid_t)strtol(d->name, NULL, 10), ctx);
			off += d->reclen;
		}
	}
}

static void list_tid(pid_t tid, void *ctx)
{
	tid_add(ctx, tid);
}

int hostproc_threads(struct kernel *k, pid_t host_pid, pid_t *tids, size_t max)
{
	_cleanup_close_ int fd = open_proc(k, host_pid, "task", O_RDONLY | O_DIRECTORY);
	struct tid_list list = {.tids = tids, .max = max};
	int err = fd < 0 ? fd : each_number(fd, list_tid, &list);

	return err < 0 ? err : (int)list.nr;
}

int hostproc_nr_threads(struct kernel *k, pid_t host_pid)
{
	char buf[4096];
	ssize_t n = hostproc_read(k, host_pid, "status", buf, sizeof(buf));
	const char *threads = n < 0 ? NULL : field(buf, "\nThreads:");

	return n < 0 ? (int)n : threads ? (int)strtol(threads, NULL, 10) : -EIO;
}

int hostproc_processes_each(struct kernel *k, void (*fn)(pid_t host_pid, void *ctx), void *ctx)
{
	_cleanup_close_ int fd = openat(k->host_proc_fd, ".",
					O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	return fd < 0 ? -errno : each_number(fd, fn, ctx);
}
