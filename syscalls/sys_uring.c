/*
 * syscalls/sys_uring.c - io_uring_setup(2) and io_uring_enter(2)
 *
 * io_uring_enter takes entries in and begins them (uring_req.c), then waits for completions like
 * poll(2) does for events.
 */
#include <poll.h>
#include <string.h>

#include "fs/vfs/file.h"
#include "sentry/base/mem.h"
#include "syscalls/poll_wait.h"
#include "syscalls/uring.h"

#define FEATURES                                                                                   \
	(IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP | IORING_FEAT_SUBMIT_STABLE |                \
	 IORING_FEAT_RW_CUR_POS | IORING_FEAT_CUR_PERSONALITY | IORING_FEAT_FAST_POLL |            \
	 IORING_FEAT_POLL_32BITS | IORING_FEAT_SQPOLL_NONFIXED | IORING_FEAT_EXT_ARG |             \
	 IORING_FEAT_NATIVE_WORKERS | IORING_FEAT_RSRC_TAGS | IORING_FEAT_CQE_SKIP |               \
	 IORING_FEAT_LINKED_FILE)
#define ENTER_KNOWN                                                                                \
	(IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP | IORING_ENTER_SQ_WAIT |                  \
	 IORING_ENTER_EXT_ARG)

/* ---- io_uring_setup ---- */

static void uring_fini(struct uring *u)
{
	uring_tables_free(u);
}

static int check_flags(const struct io_uring_params *p, unsigned int nr_cpus)
{
	unsigned int f = p->flags;
	unsigned int deferred = IORING_SETUP_COOP_TASKRUN | IORING_SETUP_DEFER_TASKRUN;

	for (size_t i = 0; i < ARRAY_SIZE(p->resv); i++)
		if (p->resv[i])
			return -EINVAL;
	if (f & ~URING_SETUP_KNOWN)
		return -EINVAL;
	if ((f & IORING_SETUP_SQ_AFF) && !(f & IORING_SETUP_SQPOLL))
		return -EINVAL;
	if ((f & IORING_SETUP_SQ_AFF) && p->sq_thread_cpu >= nr_cpus)
		return -EINVAL;
	if ((f & IORING_SETUP_SQPOLL) && (f & (deferred | IORING_SETUP_TASKRUN_FLAG)))
		return -EINVAL;
	if ((f & IORING_SETUP_TASKRUN_FLAG) && !(f & deferred))
		return -EINVAL;
	if ((f & IORING_SETUP_DEFER_TASKRUN) && !(f & IORING_SETUP_SINGLE_ISSUER))
		return -EINVAL;
	return 0;
}

/* IORING_SETUP_ATTACH_WQ: workers in common, of which there are none. */
static int check_attached(struct task *t, const struct io_uring_params *p)
{
	struct file *f;
	bool is_ring;

	if (!(p->flags & IORING_SETUP_ATTACH_WQ))
		return 0;
	f = fd_get(t, (int)p->wq_fd);
	if (!f)
		return -ENXIO;
	is_ring = uring_of_file(f);
	file_put(f);
	return is_ring ? 0 : -EINVAL;
}

long sys_io_uring_setup(struct task *t, const uint64_t *a)
{
	struct io_uring_params p;
	struct uring *u;
	struct file *f;
	int err;

	if (t->kernel->no_io_uring)
		return -ENOSYS;
	if (copy_in_obj(t, &p, a[1]) < 0)
		return -EFAULT;
	err = check_flags(&p, t->kernel->nr_cpus);
	if (err == 0)
		err = check_attached(t, &p);
	if (err == 0)
		err = uring_new(t->kernel, (uint32_t)a[0], &p, p.flags & IORING_SETUP_SQPOLL, &f);
	if (err < 0)
		return err;
	u = uring_of_file(f);
	u->closed = uring_closed;
	u->fini = uring_fini;
	if ((p.flags & IORING_SETUP_SINGLE_ISSUER) &&
	    !(p.flags & (IORING_SETUP_R_DISABLED | IORING_SETUP_SQPOLL)))
		u->issuer = t;
	p.features = FEATURES;
	if (copy_out_obj(t, a[1], &p) < 0) {
		file_put(f);
		return -EFAULT;
	}
	return fd_install(t, f, true);
}

/* ---- waiting ---- */

struct enter_wait {
	struct poll_wait w;
	struct file *file;
	struct uring *ring; /* the file's */
	uint32_t need;
	long submitted;
};

static struct enter_wait *enter_of(struct poll_wait *w)
{
	return container_of(w, struct enter_wait, w);
}

static long enter_check(struct task *t, struct poll_wait *w)
{
	struct enter_wait *e = enter_of(w);

	(void)t;
	uring_flush_overflow(e->ring);
	return uring_ready(e->ring) >= e->need ? 1 : 0;
}

static int enter_watch(struct task *t, struct poll_wait *w)
{
	park_add_wait(t, &enter_of(w)->ring->wq, POLLIN);
	return 0;
}

static long enter_finish(struct task *t, struct poll_wait *w, long n)
{
	long submitted = enter_of(w)->submitted;

	(void)t;
	if (n == 0)
		n = -ETIME;
	if (submitted > 0)
		return submitted;
	return n > 0 ? submitted : n;
}

static void enter_free(struct poll_wait *w)
{
	struct enter_wait *e = enter_of(w);

	file_put(e->file);
	mem_free(e);
}

/* The mask and the time-out, in either form of the arguments. */
static int wait_args(struct task *t, const uint64_t *a, struct poll_wait *w)
{
	struct io_uring_getevents_arg arg;
	struct timespec ts;

	w->deadline_ns = TIMER_NEVER;
	if (!((unsigned int)a[3] & IORING_ENTER_EXT_ARG))
		return poll_copy_mask(t, a[4], a[5], w);
	if (a[5] != sizeof(arg))
		return -EINVAL;
	if (copy_in_obj(t, &arg, a[4]) < 0)
		return -EFAULT;
	if (arg.pad)
		return -EINVAL;
	if (arg.ts) {
		if (copy_in_obj(t, &ts, arg.ts) < 0)
			return -EFAULT;
		if (poll_deadline(&ts, &w->deadline_ns) < 0)
			return -EINVAL;
	}
	return poll_copy_mask(t, arg.sigmask, arg.sigmask_sz, w);
}

/* Takes f. */
static long wait_for(struct task *t, const uint64_t *a, struct file *f, struct uring *u,
		     long submitted)
{
	struct enter_wait *e = mem_alloc(sizeof(*e));
	int err = -ENOMEM;

	if (e) {
		*e = (struct enter_wait){
			.w = {.check = enter_check,
			      .watch = enter_watch,
			      .nr_waits = 1,
			      .finish = enter_finish,
			      .free = enter_free,
			      .on_signal = -EINTR},
			.file = f,
			.ring = u,
			.need = MIN((uint32_t)a[2], u->cq_entries),
			.submitted = submitted,
		};
		err = wait_args(t, a, &e->w);
	}
	if (err == 0)
		return poll_wait_run(t, &e->w);
	mem_free(e);
	file_put(f);
	return submitted > 0 ? submitted : err;
}

/* ---- io_uring_enter ---- */

static long may_enter(struct task *t, struct uring *u, bool as_issuer)
{
	long err = 0;

	mutex_lock(&u->mu);
	if (u->disabled)
		err = -EBADFD;
	else if (as_issuer && u->issuer && u->issuer != t)
		err = -EEXIST;
	mutex_unlock(&u->mu);
	return err;
}

/* What is submitted; the thread of a ring that has one for that always sleeps, and is us. */
static long submit(struct task *t, struct uring *u, uint32_t n, unsigned int flags)
{
	if (!(u->flags & IORING_SETUP_SQPOLL))
		return n ? uring_submit(t, u, n) : 0;
	if (flags & IORING_ENTER_SQ_WAKEUP)
		(void)uring_submit(t, u, u->sq_entries);
	return n;
}

long sys_io_uring_enter(struct task *t, const uint64_t *a)
{
	unsigned int flags = (unsigned int)a[3];
	uint32_t to_submit = (uint32_t)a[1];
	struct uring *u;
	struct file *f;
	long n;

	if (t->kernel->no_io_uring)
		return -ENOSYS;
	if (flags & ~ENTER_KNOWN)
		return -EINVAL;
	f = fd_get(t, (int)a[0]);
	if (!f)
		return -EBADF;
	u = uring_of_file(f);
	n = u ? may_enter(t, u,
			  to_submit || ((u->flags & IORING_SETUP_DEFER_TASKRUN) &&
					(flags & IORING_ENTER_GETEVENTS)))
	      : -EOPNOTSUPP;
	if (n == 0)
		n = submit(t, u, to_submit, flags);
	if (n == (long)to_submit && (flags & IORING_ENTER_GETEVENTS))
		return wait_for(t, a, f, u, n);
	file_put(f);
	return n;
}
