/* fs/hostfs/host_watch.c - see host_watch.h */
#define LOG_SUBSYS "watch"

#include "fs/hostfs/host_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/fanotify.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "fs/anon/inotify.h"
#include "fs/hostfs/host_inode.h"
#include "sentry/base/log.h"
#include "sentry/base/mem.h"
#include "sentry/kernel.h"

/* Of newer headers. */
#ifndef FAN_RENAME
#define FAN_RENAME 0x10000000
#define FAN_EVENT_INFO_TYPE_OLD_DFID_NAME 10
#define FAN_EVENT_INFO_TYPE_NEW_DFID_NAME 12
#endif
#ifndef AT_HANDLE_FID
#define AT_HANDLE_FID 0x200
#endif

#define GROUP_FLAGS                                                                                \
	(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | FAN_REPORT_FID | FAN_REPORT_DFID_NAME)
#define SELF_EVENTS                                                                                \
	(FAN_MODIFY | FAN_ATTRIB | FAN_CLOSE_WRITE | FAN_DELETE_SELF | FAN_MOVE_SELF | FAN_ONDIR)
#define DIR_EVENTS (SELF_EVENTS | FAN_CREATE | FAN_DELETE | FAN_EVENT_ON_CHILD)
#define MAX_HANDLE 128
#define BUFFER 8192

/* What an event says of an object. */
struct object_id {
	int32_t fsid[2];
	int32_t type;
	uint32_t bytes;
	unsigned char handle[MAX_HANDLE];
};

struct watched {
	struct hash_node by_id, by_inode;
	struct inode *inode; /* a reference */
	struct object_id id;
	uint64_t mask; /* of the mark */
};

static struct {
	bool enabled;
	struct mutex change_mu, table_mu;
	bool tried, ready;	 /* change_mu; ready: src is watched, and the tables are there */
	uint32_t nr_lost;	 /* change_mu: marks that could not be taken back */
	struct event_source src; /* the group */
	struct hash ids, inodes; /* table_mu */
} hw = {
	.change_mu = {.host = PTHREAD_MUTEX_INITIALIZER, .rank = LOCK_HOST_WATCH},
	.table_mu = {.host = PTHREAD_MUTEX_INITIALIZER, .rank = LOCK_ANON},
};

void host_watch_enable(void)
{
	hw.enabled = true;
}

/* ---- ids ---- */

static uint64_t id_hash(const struct object_id *id)
{
	return hash_bytes(id, offsetof(struct object_id, handle) + id->bytes);
}

static bool same_id(const struct object_id *a, const struct object_id *b)
{
	return memcmp(a, b, offsetof(struct object_id, handle)) == 0 &&
	       memcmp(a->handle, b->handle, a->bytes) == 0;
}

static int ask_handle(int fd, int flags, struct file_handle *h)
{
	int mount;

	h->handle_bytes = MAX_HANDLE;
	return syscall(SYS_name_to_handle_at, fd, "", h, &mount, AT_EMPTY_PATH | flags) < 0 ? -errno
											    : 0;
}

static int id_of_fd(int fd, struct object_id *ret)
{
	union {
		struct file_handle h;
		unsigned char room[sizeof(struct file_handle) + MAX_HANDLE];
	} u = {0};
	struct statfs st;
	int err = ask_handle(fd, AT_HANDLE_FID, &u.h); /* as events have it; since Linux 6.5 */

	if (err < 0)
		err = ask_handle(fd, 0, &u.h);
	if (err < 0)
		return err;
	if (u.h.handle_bytes > MAX_HANDLE)
		return -EOVERFLOW;
	if (fstatfs(fd, &st) < 0)
		return -errno;
	*ret = (struct object_id){.type = u.h.handle_type, .bytes = u.h.handle_bytes};
	memcpy(ret->fsid, &st.f_fsid, sizeof(ret->fsid));
	memcpy(ret->handle, u.h.f_handle, ret->bytes);
	return 0;
}

/* ---- events ---- */

/* All inodes of one object: it may be in several trees. References, at most max. */
static size_t inodes_of(const struct object_id *id, struct inode **ret, size_t max)
{
	struct watched *w;
	size_t n = 0;

	mutex_lock(&hw.table_mu);
	hash_for_each_possible(&hw.ids, w, by_id, id_hash(id))
		if (n < max && same_id(&w->id, id))
			ret[n++] = inode_get(w->inode);
	mutex_unlock(&hw.table_mu);
	return n;
}

/* An event's part about one object. name: in it as a directory; NULL or ".": itself. */
struct part {
	int type;
	struct object_id id;
	const char *name;
};

static void tell_bits(struct inode *in, uint64_t mask, uint32_t cookie, const struct qstr *name)
{
	/* Gone and there again is what matters of a name: who is told so looks. */
	static const uint32_t order[] = {IN_MOVED_FROM,	 IN_DELETE,    IN_CREATE,
					 IN_MOVED_TO,	 IN_MODIFY,    IN_ATTRIB,
					 IN_CLOSE_WRITE, IN_MOVE_SELF, IN_DELETE_SELF};
	uint32_t on_dir = name && (mask & FAN_ONDIR) ? IN_ISDIR : 0;

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (mask & order[i])
			inotify_event(in, order[i] | on_dir, cookie, name);
}

static void tell(const struct part *p, uint64_t mask, uint32_t cookie)
{
	struct inode *found[8];
	size_t n = inodes_of(&p->id, found, ARRAY_SIZE(found));
	bool itself = !p->name || strcmp(p->name, ".") == 0;
	struct qstr name = {0};

	if (!itself) {
		name.name = p->name;
		name.len = (uint32_t)strlen(p->name);
		mask &= ~(uint64_t)(FAN_DELETE_SELF | FAN_MOVE_SELF);
	} else {
		mask &= SELF_EVENTS;
	}
	for (size_t i = 0; i < n; i++) {
		tell_bits(found[i], mask, cookie, itself ? NULL : &name);
		inode_put(found[i]);
	}
}

static bool read_part(const char *p, size_t len, struct part *ret)
{
	const struct fanotify_event_info_fid *info = (const void *)p;
	const struct file_handle *h = (const void *)info->handle;
	size_t head = sizeof(*info) + sizeof(*h);

	*ret = (struct part){.type = info->hdr.info_type};
	if (len < head || h->handle_bytes > MAX_HANDLE || len < head + h->handle_bytes)
		return false;
	ret->id.type = h->handle_type;
	ret->id.bytes = h->handle_bytes;
	memcpy(ret->id.fsid, &info->fsid, sizeof(ret->id.fsid));
	memcpy(ret->id.handle, h->f_handle, h->handle_bytes);
	if (ret->type == FAN_EVENT_INFO_TYPE_FID || ret->type == FAN_EVENT_INFO_TYPE_DFID)
		return true;
	ret->name = (const char *)h->f_handle + h->handle_bytes;
	return memchr(ret->name, '\0', len - head - h->handle_bytes) != NULL;
}

/* An event's parts, from p to end. */
static void look_at(uint64_t mask, const char *p, const char *end)
{
	uint32_t cookie = mask & FAN_RENAME ? inotify_next_cookie() : 0;
	uint64_t rest = mask & ~(uint64_t)FAN_RENAME;

	while ((size_t)(end - p) >= sizeof(struct fanotify_event_info_header)) {
		size_t len = ((const struct fanotify_event_info_header *)(const void *)p)->len;
		not_zeroed struct part part;

		if (len < sizeof(struct fanotify_event_info_header) || len > (size_t)(end - p))
			return;
		if (read_part(p, len, &part)) {
			if (part.type == FAN_EVENT_INFO_TYPE_OLD_DFID_NAME)
				tell(&part, IN_MOVED_FROM | (rest & FAN_ONDIR), cookie);
			else if (part.type == FAN_EVENT_INFO_TYPE_NEW_DFID_NAME)
				tell(&part, IN_MOVED_TO | (rest & FAN_ONDIR), cookie);
			else
				tell(&part, rest, cookie);
		}
		p += len;
	}
}

static void group_event(struct event_source *src, uint32_t events)
{
	static char buf[BUFFER] __attribute__((aligned(8))); /* the event thread's */
	ssize_t n = read(src->fd, buf, sizeof(buf));
	const char *p = buf, *all = buf + MAX(n, (ssize_t)0);

	(void)events;
	if (n < 0 && errno != EAGAIN)
		log_err("fanotify: errno %d", errno);
	while ((size_t)(all - p) >= sizeof(struct fanotify_event_metadata)) {
		struct fanotify_event_metadata e; /* in the buffer it is aligned to 4 */

		memcpy(&e, p, sizeof(e));
		if (e.vers != FANOTIFY_METADATA_VERSION || e.event_len > (size_t)(all - p) ||
		    e.event_len < e.metadata_len || e.metadata_len < sizeof(e))
			return;
		if (e.mask & FAN_Q_OVERFLOW)
			inotify_lost();
		else if (e.pid != getpid())
			look_at(e.mask, p + e.metadata_len, p + e.event_len);
		p += e.event_len;
	}
}

/* ---- marks ---- */

static bool get_ready(void) REQUIRES(&hw.change_mu)
{
	if (hw.tried)
		return hw.ready;
	hw.tried = true;
	hw.src.fd = (int)syscall(SYS_fanotify_init, GROUP_FLAGS, 0);
	if (hw.src.fd < 0) {
		log_info("changes of others are not watched: fanotify_init: errno %d", errno);
		return false;
	}
	hash_init(&hw.ids);
	hash_init(&hw.inodes);
	hw.src.fn = group_event;
	hw.ready = event_watch(&hw.src, EPOLLIN) == 0;
	return hw.ready;
}

static struct watched *find(const struct inode *in)
{
	struct watched *w;

	hash_for_each_possible(&hw.inodes, w, by_inode, hash_u64((uintptr_t)in))
		if (w->inode == in)
			return w;
	return NULL;
}

static int mark(int fd, unsigned int how, uint64_t mask)
{
	return syscall(SYS_fanotify_mark, hw.src.fd, how, mask, fd, NULL) < 0 ? -errno : 0;
}

static int add_mark(struct host_inode *hi, int fd, uint64_t *ret_mask)
{
	uint64_t mask = is_dir(&hi->inode) ? DIR_EVENTS | FAN_RENAME : SELF_EVENTS;
	int err = mark(fd, FAN_MARK_ADD, mask);

	if (err == -EINVAL && is_dir(&hi->inode)) { /* before Linux 5.17 */
		mask = DIR_EVENTS | FAN_MOVED_FROM | FAN_MOVED_TO;
		err = mark(fd, FAN_MARK_ADD, mask);
	}
	*ret_mask = mask;
	return err;
}

static int open_object(struct host_inode *hi, int *ret_fd)
{
	if (!is_dir(&hi->inode) && !is_regular(&hi->inode))
		return -ENXIO;
	return host_open_fd(hi, O_RDONLY, ret_fd);
}

static int begin(struct host_inode *hi) REQUIRES(&hw.change_mu)
{
	struct watched *w = mem_zalloc(sizeof(*w));
	_cleanup_close_ int fd = -1;
	int err;
	HOST_RIGHTS(host_fs(hi)); /* marks ask for the right to read, too */

	err = w ? open_object(hi, &fd) : -ENOMEM;
	if (err == 0)
		err = id_of_fd(fd, &w->id);
	if (err == 0)
		err = add_mark(hi, fd, &w->mask);
	if (err < 0) {
		mem_free(w);
		return err;
	}
	w->inode = inode_get(&hi->inode);
	mutex_lock(&hw.table_mu);
	hash_add(&hw.ids, &w->by_id, id_hash(&w->id));
	hash_add(&hw.inodes, &w->by_inode, hash_u64((uintptr_t)w->inode));
	mutex_unlock(&hw.table_mu);
	return 0;
}

static bool id_is_watched_locked(const struct object_id *id) REQUIRES(&hw.table_mu)
{
	struct watched *w;

	hash_for_each_possible(&hw.ids, w, by_id, id_hash(id))
		if (same_id(&w->id, id))
			return true;
	return false;
}

/* A file that is gone took its mark with it. */
static void end(struct watched *w) REQUIRES(&hw.change_mu)
{
	_cleanup_close_ int fd = -1;
	bool others;
	int err;

	mutex_lock(&hw.table_mu);
	hash_del(&hw.ids, &w->by_id);
	hash_del(&hw.inodes, &w->by_inode);
	others = id_is_watched_locked(&w->id);
	mutex_unlock(&hw.table_mu);
	if (!others && inode_read(w->inode, nlink)) {
		HOST_RIGHTS(host_fs(to_host(w->inode)));

		err = open_object(to_host(w->inode), &fd);
		if (err == 0)
			err = mark(fd, FAN_MARK_REMOVE, w->mask);
		if (err < 0 && err != -ENOENT)
			hw.nr_lost++;
	}
	inode_put(w->inode);
	mem_free(w);
}

void host_watch_changed(struct inode *in)
{
	struct host_inode *hi = to_host(in);
	struct watched *w;
	bool wanted;
	int err = 0;

	if (!hw.enabled || host_fs(hi)->exclusive)
		return;
	mutex_lock(&hw.change_mu);
	wanted = inotify_is_watched(in);
	if (get_ready()) {
		mutex_lock(&hw.table_mu);
		w = find(in);
		if (!w && wanted && hash_count(&hw.inodes) + hw.nr_lost >= HOST_WATCH_MAX)
			err = -ENOSPC;
		mutex_unlock(&hw.table_mu);
		if (w && !wanted)
			end(w);
		else if (!w && wanted && err == 0)
			err = begin(hi);
	}
	mutex_unlock(&hw.change_mu);
	if (err < 0)
		log_debug("changes of others are not watched: errno %d", -err);
}
