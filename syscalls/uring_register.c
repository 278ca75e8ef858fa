/*
 * syscalls/uring_register.c - io_uring_register(2): files, buffers, and the rest that a ring remembers
 *
 * Model: both tables are arrays of slots (fs/anon/uring.h). A slot's tag is told by a completion when
 * what was in it is gone from the table; requests that have it go on with it.
 */
#include <limits.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/uio.h>

#include "fs/anon/anon.h"
#include "fs/vfs/file.h"
#include "sentry/base/mem.h"
#include "syscalls/uring.h"

#define OPS_TOLD 58
#define BUFFER_MAX (1ULL << 30)

/* ---- tables ---- */

/* Empties a slot; its tag is posted. Without locks. */
static void slot_drop(struct uring *u, struct uring_slot *s)
{
	if (s->file)
		file_put(s->file);
	if (s->tag)
		uring_post_raw(u, s->tag, 0, 0);
	*s = (struct uring_slot){.file = NULL};
}

static void table_free(struct uring *u, struct uring_table *tab, bool tell)
{
	for (uint32_t i = 0; i < tab->nr; i++) {
		if (!tell)
			tab->slots[i].tag = 0;
		slot_drop(u, &tab->slots[i]);
	}
	uring_free(u->kernel, tab->slots, tab->nr, sizeof(*tab->slots));
}

static long table_remove(struct uring *u, struct uring_table *where)
{
	struct uring_table old;

	mutex_lock(&u->mu);
	old = *where;
	*where = (struct uring_table){.slots = NULL};
	mutex_unlock(&u->mu);
	if (!old.slots)
		return -ENXIO;
	table_free(u, &old, true);
	return 0;
}

void uring_tables_free(struct uring *u)
{
	table_free(u, &u->files, false);
	table_free(u, &u->buffers, false);
	for (size_t i = 0; i < ARRAY_SIZE(u->creds); i++)
		cred_put(u->creds[i]);
	uring_buf_free_all(u);
}

/* One slot's contents from the guest; fd -1 or no address: empty. */
static int read_slot(struct task *t, bool files, uaddr_t data, uaddr_t tags, uint32_t i,
		     struct uring_slot *ret)
{
	struct iovec iov;
	char probe;
	int fd;

	*ret = (struct uring_slot){.file = NULL};
	if (tags && copy_in_obj(t, &ret->tag, tags + (uint64_t)i * 8) < 0)
		return -EFAULT;
	if (files) {
		if (copy_in_obj(t, &fd, data + (uint64_t)i * 4) < 0)
			return -EFAULT;
		if (fd == -1)
			return ret->tag ? -EINVAL : 0;
		ret->file = fd_get(t, fd);
		if (ret->file && uring_of_file(ret->file))
			file_put(TAKE_PTR(ret->file));
		if (!ret->file)
			ret->tag = 0;
		return ret->file ? 0 : -EBADF;
	}
	if (copy_in_obj(t, &iov, data + (uint64_t)i * sizeof(iov)) < 0)
		return -EFAULT;
	if (!iov.iov_base)
		return iov.iov_len ? -EFAULT : ret->tag ? -EINVAL : 0;
	if (iov.iov_len == 0 || iov.iov_len > BUFFER_MAX ||
	    !user_range_ok((uaddr_t)iov.iov_base, iov.iov_len) ||
	    copy_in_obj(t, &probe, (uaddr_t)iov.iov_base) < 0 ||
	    copy_in_obj(t, &probe, (uaddr_t)iov.iov_base + iov.iov_len - 1) < 0)
		return -EFAULT;
	ret->addr = (uint64_t)iov.iov_base;
	ret->len = iov.iov_len;
	return 0;
}

static long table_register(struct task *t, struct uring *u, bool files, uaddr_t data, uaddr_t tags,
			   uint32_t nr)
{
	struct uring_table *where = files ? &u->files : &u->buffers;
	struct uring_table tab = {.nr = nr, .alloc_to = nr};
	bool busy;
	int err = 0;

	if (nr == 0 || (!files && nr > URING_MAX_BUFFERS))
		return -EINVAL;
	if (files && (nr > URING_MAX_FILES || nr > task_rlimit(t, RLIMIT_NOFILE)))
		return -EMFILE;
	tab.slots = uring_alloc(u->kernel, nr, sizeof(*tab.slots));
	if (!tab.slots)
		return -ENOMEM;
	for (uint32_t i = 0; data && err == 0 && i < nr; i++)
		err = read_slot(t, files, data, tags, i, &tab.slots[i]);
	mutex_lock(&u->mu);
	busy = where->slots;
	if (err == 0 && !busy)
		*where = tab;
	mutex_unlock(&u->mu);
	if (err == 0 && !busy)
		return 0;
	table_free(u, &tab, false);
	return busy ? -EBUSY : err;
}

/* Puts *s into a slot of the table, or fails; what was there comes out in *s. */
static int swap_slot(struct uring *u, struct uring_table *where, uint32_t slot,
		     struct uring_slot *s)
{
	struct uring_slot old;
	int err = -ENXIO;

	mutex_lock(&u->mu);
	if (where->slots) {
		err = slot < where->nr ? 0 : -EINVAL;
		if (err == 0) {
			slot = (uint32_t)array_index_nospec(slot, where->nr);
			old = where->slots[slot];
			where->slots[slot] = *s;
			if (!s->file && slot >= where->alloc_from)
				where->taken = MIN(where->taken, slot);
			*s = old;
		}
	}
	mutex_unlock(&u->mu);
	return err;
}

static long table_update(struct task *t, struct uring *u, bool files, uint32_t off, uaddr_t data,
			 uaddr_t tags, uint32_t nr)
{
	struct uring_table *where = files ? &u->files : &u->buffers;
	uint32_t end, size;
	long err = 0;
	uint32_t i;

	mutex_lock(&u->mu);
	size = where->nr;
	mutex_unlock(&u->mu);
	if (nr == 0)
		return -EINVAL;
	if (size == 0)
		return -ENXIO;
	if (__builtin_add_overflow(off, nr, &end))
		return -EOVERFLOW;
	if (end > size)
		return -EINVAL;
	for (i = 0; i < nr; i++) {
		struct uring_slot s;
		int fd = 0;

		if (files && copy_in_obj(t, &fd, data + (uint64_t)i * 4) < 0) {
			err = -EFAULT;
			break;
		}
		if (fd == IORING_REGISTER_FILES_SKIP)
			continue;
		err = read_slot(t, files, data, tags, i, &s);
		if (err == 0 || err == -EBADF) { /* what is no file empties the slot */
			long swapped = swap_slot(u, where, off + i, &s);

			err = err < 0 ? err : swapped;
			if (swapped < 0)
				s.tag = 0;
		} else {
			s.tag = 0;
		}
		slot_drop(u, &s);
		if (err < 0)
			break;
	}
	return i ? (long)i : err;
}

long uring_update_files(struct task *t, struct uring *u, uint32_t off, uaddr_t fds, uint32_t nr,
			uaddr_t tags)
{
	return table_update(t, u, true, off, fds, tags, nr);
}

struct file *uring_fixed_file(struct uring *u, uint32_t slot)
{
	struct file *f = NULL;

	mutex_lock(&u->mu);
	if (slot < u->files.nr)
		f = u->files.slots[array_index_nospec(slot, u->files.nr)].file;
	if (f)
		file_get(f);
	mutex_unlock(&u->mu);
	return f;
}

/* A free slot of the range that was set for that; taken by f. */
static long install_anywhere(struct uring *u, struct file *f)
{
	struct uring_table *tab = &u->files;
	long slot = -ENFILE;

	mutex_lock(&u->mu);
	while (tab->taken < MIN(tab->alloc_to, tab->nr) && tab->slots[tab->taken].file)
		tab->taken++;
	if (tab->taken < MIN(tab->alloc_to, tab->nr))
		slot = tab->taken;
	if (!tab->slots)
		slot = -ENXIO;
	else if (slot >= 0)
		tab->slots[slot].file = TAKE_PTR(f);
	mutex_unlock(&u->mu);
	if (f)
		file_put(f);
	return slot;
}

long uring_install_fixed(struct uring *u, struct file *f, uint32_t slot)
{
	struct uring_slot s = {.file = f};
	int err;

	if (uring_of_file(f)) {
		file_put(f);
		return -EBADF;
	}
	if (slot == IORING_FILE_INDEX_ALLOC)
		return install_anywhere(u, f);
	err = swap_slot(u, &u->files, slot - 1, &s);
	if (err < 0)
		s.tag = 0;
	slot_drop(u, &s);
	return err;
}

long uring_install_files(struct task *t, struct uring *u, uaddr_t fds, uint32_t nr)
{
	long err = 0;
	uint32_t i;

	for (i = 0; err >= 0 && i < nr; i++) {
		uaddr_t at = fds + (uint64_t)i * 4;
		struct file *f;
		int fd;

		if (copy_in_obj(t, &fd, at) < 0) {
			err = -EFAULT;
			break;
		}
		f = fd_get(t, fd);
		err = f ? uring_install_fixed(u, f, IORING_FILE_INDEX_ALLOC) : -EBADF;
		if (err < 0)
			break;
		fd = (int)err;
		if (copy_out_obj(t, at, &fd) < 0) {
			(void)uring_remove_fixed(u, (uint32_t)fd);
			err = -EFAULT;
			break;
		}
	}
	return i ? (long)i : err;
}

long uring_remove_fixed(struct uring *u, uint32_t slot)
{
	struct uring_slot s = {.file = NULL};
	int err = swap_slot(u, &u->files, slot, &s);

	if (err == 0 && !s.file)
		err = -EBADF;
	slot_drop(u, &s);
	return err;
}

long uring_fixed_range(struct uring *u, uint32_t index, uint64_t addr, uint64_t len)
{
	const struct uring_slot *s;
	uint64_t end;
	long err = -EFAULT;

	mutex_lock(&u->mu);
	if (index < u->buffers.nr && !__builtin_add_overflow(addr, len, &end)) {
		s = &u->buffers.slots[array_index_nospec(index, u->buffers.nr)];
		if (s->len && addr >= s->addr && end <= s->addr + s->len)
			err = 0;
	}
	mutex_unlock(&u->mu);
	return err;
}

/* ---- the forms with tags ---- */

static long register_tagged(struct task *t, struct uring *u, bool files, uaddr_t arg, uint32_t size)
{
	struct io_uring_rsrc_register reg;

	if (size != sizeof(reg))
		return -EINVAL;
	if (copy_in_obj(t, &reg, arg) < 0)
		return -EFAULT;
	if (reg.resv2 || (reg.flags & ~IORING_RSRC_REGISTER_SPARSE) || !reg.nr)
		return -EINVAL;
	if ((reg.flags & IORING_RSRC_REGISTER_SPARSE) && reg.data)
		return -EINVAL;
	if (!(reg.flags & IORING_RSRC_REGISTER_SPARSE) && !reg.data)
		return -EFAULT;
	return table_register(t, u, files, reg.data, reg.data ? reg.tags : 0, reg.nr);
}

static long update_tagged(struct task *t, struct uring *u, bool files, uaddr_t arg, uint32_t size)
{
	struct io_uring_rsrc_update2 up;

	if (size != sizeof(up))
		return -EINVAL;
	if (copy_in_obj(t, &up, arg) < 0)
		return -EFAULT;
	if (!up.nr || up.resv || up.resv2)
		return -EINVAL;
	return table_update(t, u, files, up.offset, up.data, up.tags, up.nr);
}

static long update_plain(struct task *t, struct uring *u, uaddr_t arg, uint32_t nr)
{
	struct io_uring_rsrc_update up;

	if (!nr)
		return -EINVAL;
	if (copy_in_obj(t, &up, arg) < 0)
		return -EFAULT;
	if (up.resv)
		return -EINVAL;
	return table_update(t, u, true, up.offset, up.data, 0, nr);
}

static long set_alloc_range(struct task *t, struct uring *u, uaddr_t arg)
{
	struct io_uring_file_index_range range;
	uint32_t end;
	long err = 0;

	if (copy_in_obj(t, &range, arg) < 0)
		return -EFAULT;
	if (__builtin_add_overflow(range.off, range.len, &end))
		return -EOVERFLOW;
	mutex_lock(&u->mu);
	if (range.resv || end > u->files.nr) {
		err = -EINVAL;
	} else {
		u->files.alloc_from = u->files.taken = range.off;
		u->files.alloc_to = end;
	}
	mutex_unlock(&u->mu);
	return err;
}

/* ---- eventfd, personalities, probe ---- */

static long register_eventfd(struct task *t, struct uring *u, uaddr_t arg, bool async)
{
	struct file *f;
	long err = 0;
	int fd;

	if (copy_in_obj(t, &fd, arg) < 0)
		return -EFAULT;
	f = fd_get(t, fd);
	if (!f)
		return -EBADF;
	if (!file_is_eventfd(f))
		err = -EINVAL;
	mutex_lock(&u->mu);
	if (u->eventfd)
		err = -EBUSY;
	if (err == 0) {
		u->eventfd = TAKE_PTR(f);
		u->eventfd_async = async;
	}
	mutex_unlock(&u->mu);
	if (f)
		file_put(f);
	return err;
}

static long unregister_eventfd(struct uring *u)
{
	struct file *f;

	mutex_lock(&u->mu);
	f = TAKE_PTR(u->eventfd);
	mutex_unlock(&u->mu);
	if (!f)
		return -ENXIO;
	file_put(f);
	return 0;
}

static long register_personality(struct task *t, struct uring *u)
{
	struct cred *c = task_cred_get(t);
	long id = -EBUSY;

	mutex_lock(&u->mu);
	for (size_t i = 0; c && i < ARRAY_SIZE(u->creds); i++) {
		if (u->creds[i])
			continue;
		u->creds[i] = TAKE_PTR(c);
		id = (long)i + 1;
	}
	mutex_unlock(&u->mu);
	cred_put(c);
	return id;
}

static long unregister_personality(struct uring *u, uint32_t id)
{
	struct cred *c = NULL;

	mutex_lock(&u->mu);
	if (id >= 1 && id <= ARRAY_SIZE(u->creds))
		c = TAKE_PTR(u->creds[array_index_nospec(id - 1, ARRAY_SIZE(u->creds))]);
	mutex_unlock(&u->mu);
	if (!c)
		return -EINVAL;
	cred_put(c);
	return 0;
}

static long tell_probe(struct task *t, uaddr_t arg, uint32_t nr)
{
	uint64_t buf[(sizeof(struct io_uring_probe) + OPS_TOLD * sizeof(struct io_uring_probe_op)) /
		     sizeof(uint64_t)] = {0};
	struct io_uring_probe *p = (struct io_uring_probe *)buf;
	size_t size;

	if (nr > 256)
		return -EINVAL;
	nr = MIN(nr, (uint32_t)OPS_TOLD);
	size = sizeof(*p) + nr * sizeof(*p->ops);
	if (copy_in(t, buf, arg, size) < 0)
		return -EFAULT;
	for (size_t i = 0; i < ARRAY_SIZE(buf); i++)
		if (buf[i])
			return -EINVAL;
	p->last_op = OPS_TOLD - 1;
	p->ops_len = (uint8_t)nr;
	for (uint32_t i = 0; i < nr; i++)
		p->ops[i] = (struct io_uring_probe_op){
			.op = (uint8_t)i, .flags = uring_op(i) ? IO_URING_OP_SUPPORTED : 0};
	return copy_out(t, arg, buf, size);
}

/* ---- restrictions ---- */

static long restrict_one(struct uring *u, const struct io_uring_restriction *r) REQUIRES(&u->mu)
{
	switch (r->opcode) {
	case IORING_RESTRICTION_REGISTER_OP:
		if (r->register_op >= 64)
			return -EINVAL;
		u->allowed_registers |= 1ULL << r->register_op;
		return 0;
	case IORING_RESTRICTION_SQE_OP:
		if (r->sqe_op >= OPS_TOLD)
			return -EINVAL;
		u->allowed_ops[r->sqe_op / 64] |= 1ULL << (r->sqe_op % 64);
		return 0;
	case IORING_RESTRICTION_SQE_FLAGS_ALLOWED: u->allowed_flags = r->sqe_flags; return 0;
	case IORING_RESTRICTION_SQE_FLAGS_REQUIRED: u->required_flags = r->sqe_flags; return 0;
	}
	return -EINVAL;
}

static long register_restrictions(struct task *t, struct uring *u, uaddr_t arg, uint32_t nr)
{
	struct io_uring_restriction list[64];
	long err = 0;

	if (nr == 0 || nr > ARRAY_SIZE(list))
		return -EINVAL;
	if (copy_in(t, list, arg, nr * sizeof(*list)) < 0)
		return -EFAULT;
	mutex_lock(&u->mu);
	if (!u->disabled)
		err = -EBADFD;
	else if (u->restricted)
		err = -EBUSY;
	for (uint32_t i = 0; err == 0 && i < nr; i++)
		err = restrict_one(u, &list[i]);
	u->restricted |= err == 0;
	mutex_unlock(&u->mu);
	return err;
}

static long enable(struct task *t, struct uring *u)
{
	long err = 0;

	mutex_lock(&u->mu);
	if (!u->disabled)
		err = -EBADFD;
	u->disabled = false;
	if ((u->flags & IORING_SETUP_SINGLE_ISSUER) && !(u->flags & IORING_SETUP_SQPOLL))
		u->issuer = u->issuer ? u->issuer : t;
	mutex_unlock(&u->mu);
	return err;
}

/* ---- io_uring_register ---- */

/* There are no workers whose number or place could be set: the values are checked, and remembered by
 * nobody. */
static long tell_workers(struct task *t, uaddr_t arg)
{
	uint32_t n[2];

	if (copy_in_obj(t, &n, arg) < 0)
		return -EFAULT;
	if (n[0] > INT_MAX || n[1] > INT_MAX)
		return -EINVAL;
	n[0] = 4 * t->kernel->nr_cpus;
	n[1] = t->kernel->max_tasks;
	return copy_out_obj(t, arg, &n);
}

static long set_affinity(struct task *t, uaddr_t arg, uint32_t len)
{
	uint8_t byte;

	if (len == 0 || !arg)
		return -EINVAL;
	return copy_in_obj(t, &byte, arg);
}

static long register_simple(struct task *t, struct uring *u, unsigned int opcode, uaddr_t arg,
			    uint32_t nr)
{
	switch (opcode) {
	case IORING_UNREGISTER_BUFFERS: return arg || nr ? -EINVAL : table_remove(u, &u->buffers);
	case IORING_UNREGISTER_FILES: return arg || nr ? -EINVAL : table_remove(u, &u->files);
	case IORING_REGISTER_EVENTFD: return nr != 1 ? -EINVAL : register_eventfd(t, u, arg, false);
	case IORING_REGISTER_EVENTFD_ASYNC:
		return nr != 1 ? -EINVAL : register_eventfd(t, u, arg, true);
	case IORING_UNREGISTER_EVENTFD: return arg || nr ? -EINVAL : unregister_eventfd(u);
	case IORING_REGISTER_PERSONALITY: return arg || nr ? -EINVAL : register_personality(t, u);
	case IORING_UNREGISTER_PERSONALITY: return arg ? -EINVAL : unregister_personality(u, nr);
	case IORING_REGISTER_ENABLE_RINGS: return arg || nr ? -EINVAL : enable(t, u);
	case IORING_REGISTER_PROBE: return arg ? tell_probe(t, arg, nr) : -EINVAL;
	case IORING_REGISTER_IOWQ_AFF: return set_affinity(t, arg, nr);
	case IORING_UNREGISTER_IOWQ_AFF: return arg || nr ? -EINVAL : 0;
	case IORING_REGISTER_IOWQ_MAX_WORKERS:
		return arg && nr == 2 ? tell_workers(t, arg) : -EINVAL;
	case IORING_REGISTER_PBUF_RING:
		return arg && nr == 1 ? uring_buf_register_ring(t, u, arg) : -EINVAL;
	case IORING_UNREGISTER_PBUF_RING:
		return arg && nr == 1 ? uring_buf_unregister_ring(t, u, arg) : -EINVAL;
	case IORING_REGISTER_SYNC_CANCEL:
		return arg && nr == 1 ? uring_sync_cancel(t, u, arg) : -EINVAL;
	case IORING_REGISTER_FILE_ALLOC_RANGE:
		return arg && !nr ? set_alloc_range(t, u, arg) : -EINVAL;
	}
	return -EINVAL;
}

static long do_register(struct task *t, struct uring *u, unsigned int opcode, uaddr_t arg,
			uint32_t nr)
{
	switch (opcode) {
	case IORING_REGISTER_BUFFERS:
		return arg ? table_register(t, u, false, arg, 0, nr) : -EFAULT;
	case IORING_REGISTER_FILES: return arg ? table_register(t, u, true, arg, 0, nr) : -EFAULT;
	case IORING_REGISTER_FILES_UPDATE: return update_plain(t, u, arg, nr);
	case IORING_REGISTER_FILES2: return register_tagged(t, u, true, arg, nr);
	case IORING_REGISTER_BUFFERS2: return register_tagged(t, u, false, arg, nr);
	case IORING_REGISTER_FILES_UPDATE2: return update_tagged(t, u, true, arg, nr);
	case IORING_REGISTER_BUFFERS_UPDATE: return update_tagged(t, u, false, arg, nr);
	case IORING_REGISTER_RESTRICTIONS: return register_restrictions(t, u, arg, nr);
	}
	return register_simple(t, u, opcode, arg, nr);
}

static long check_register(struct task *t, struct uring *u, unsigned int opcode)
{
	long err = 0;

	mutex_lock(&u->mu);
	if (u->issuer && u->issuer != t)
		err = -EEXIST;
	else if (u->restricted && !u->disabled &&
		 (opcode >= 64 || !(u->allowed_registers & (1ULL << opcode))))
		err = -EACCES;
	mutex_unlock(&u->mu);
	return err;
}

long sys_io_uring_register(struct task *t, const uint64_t *a)
{
	unsigned int opcode = (unsigned int)a[1];
	struct uring *u;
	struct file *f;
	long n;

	if (t->kernel->no_io_uring)
		return -ENOSYS;
	if (opcode >= 64)
		return -EINVAL;
	f = fd_get(t, (int)a[0]);
	if (!f)
		return -EBADF;
	u = uring_of_file(f);
	n = u ? check_register(t, u, opcode) : -EOPNOTSUPP;
	if (n == 0)
		n = do_register(t, u, opcode, a[2], (uint32_t)a[3]);
	file_put(f);
	return n;
}
