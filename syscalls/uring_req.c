/*
 * syscalls/uring_req.c - the life of io_uring's requests: taking in, running, linking, completing
 *
 * Locking: see uring.h. Files are put, guest memory is copied and shadows end without ring->mu.
 */
#include <poll.h>
#include <string.h>

#include "fs/vfs/file.h"
#include "sentry/base/mem.h"
#include "syscalls/uring.h"

#define SQE_FLAGS                                                                                  \
	(IOSQE_FIXED_FILE | IOSQE_IO_DRAIN | IOSQE_IO_LINK | IOSQE_IO_HARDLINK | IOSQE_ASYNC |     \
	 IOSQE_BUFFER_SELECT | IOSQE_CQE_SKIP_SUCCESS)
#define LINK_FLAGS (IOSQE_IO_LINK | IOSQE_IO_HARDLINK)

/* ---- birth and death ---- */

static struct uring_req *req_alloc(struct kernel *k)
{
	struct uring_req *r = NULL;

	if (atomic_fetch_add(&k->uring_requests, 1) < URING_REQUESTS_MAX)
		r = mem_zalloc(sizeof(*r));
	if (!r)
		atomic_fetch_sub(&k->uring_requests, 1);
	return r;
}

static void req_unalloc(struct kernel *k, struct uring_req *r)
{
	mem_free(r);
	atomic_fetch_sub(&k->uring_requests, 1);
}

static void req_init(struct uring_req *r, struct task *t, struct uring *u)
{
	list_init(&r->node);
	r->ring = uring_get(u);
	r->like = task_get(t);
	r->program = atomic_load(&t->process->program);
	r->deadline_ns = TIMER_NEVER;
}

/* What it holds goes before others hear of its end. */
static void req_drop(struct uring_req *r)
{
	if (r->has_buf)
		uring_buf_put_back(r);
	if (r->file)
		file_put(TAKE_PTR(r->file));
	mem_free(TAKE_PTR(r->iov));
	uring_uncharge(r->ring->kernel, r->iov_bytes);
	r->iov_bytes = 0;
}

static void req_free(struct uring_req *r)
{
	struct uring *u = r->ring;

	req_drop(r);
	cred_put(r->cred);
	task_put(r->like);
	req_unalloc(u->kernel, r);
	uring_put(u);
}

/* ---- taking in ---- */

static bool has_unknown_fields(const struct uring_op *op, const struct io_uring_sqe *s)
{
	return ((op->zero & ZERO_OFF) && s->off) || ((op->zero & ZERO_ADDR) && s->addr) ||
	       ((op->zero & ZERO_LEN) && s->len) || ((op->zero & ZERO_FLAGS) && s->rw_flags) ||
	       ((op->zero & ZERO_BUF) && s->buf_index) ||
	       ((op->zero & ZERO_INDEX) && s->splice_fd_in) ||
	       ((op->zero & ZERO_ADDR3) && s->addr3);
}

static int check_restrictions_locked(const struct uring *u, const struct io_uring_sqe *s)
{
	if (!u->restricted)
		return 0;
	if (!(u->allowed_ops[s->opcode / 64] & (1ULL << (s->opcode % 64))) ||
	    (s->flags & u->required_flags) != u->required_flags ||
	    (s->flags & ~(u->allowed_flags | u->required_flags)))
		return -EACCES;
	return 0;
}

/* io_init_req(): everything that can be said without guest memory. */
static int prep_locked(struct uring_req *r)
{
	const struct io_uring_sqe *s = &r->sqe;
	const struct uring_op *op = uring_op(s->opcode);
	struct uring *u = r->ring;
	int err;

	r->user_data = s->user_data;
	if (!op)
		return -EINVAL;
	r->op = op;
	if (s->flags & ~SQE_FLAGS)
		return -EINVAL;
	if ((s->flags & IOSQE_BUFFER_SELECT) && !(op->flags & OP_SELECT))
		return -EOPNOTSUPP;
	u->no_drain |= (s->flags & IOSQE_CQE_SKIP_SUCCESS) != 0;
	if ((s->flags & IOSQE_IO_DRAIN) && u->no_drain)
		return -EOPNOTSUPP;
	err = check_restrictions_locked(u, s);
	if (err < 0)
		return err;
	if (s->ioprio && !(op->flags & OP_PRIO))
		return -EINVAL;
	if (s->personality) {
		if (s->personality > ARRAY_SIZE(u->creds) || !u->creds[s->personality - 1])
			return -EINVAL;
		r->cred = cred_get(u->creds[s->personality - 1]);
	}
	if (has_unknown_fields(op, s))
		return -EINVAL;
	if ((s->flags & IOSQE_FIXED_FILE) && (op->flags & OP_NO_FIXED))
		return -EBADF;
	return op->prep ? op->prep(r) : 0;
}

/* ---- completing ---- */

static void post_locked(struct uring_req *r, long res, uint32_t cflags) REQUIRES(&r->ring->mu)
{
	struct uring_cqe c = {.user_data = r->user_data, .res = (int32_t)res, .flags = cflags};

	(void)uring_post_locked(r->ring, &c, r->async, false);
}

uint32_t uring_told_locked(const struct uring *u)
{
	return u->cq_tail + u->nr_overflow - u->nr_timeouts;
}

/* Time-outs that wait for a number of completions. */
static void fire_counted_locked(struct uring *u) REQUIRES(&u->mu)
{
	struct uring_req *r;

	if (u->nr_counted == 0)
		return;
	list_for_each_entry(r, &u->active, node)
		if (r->counted && r->shadow &&
		    uring_told_locked(u) - r->counts_from >= (uint32_t)r->sqe.off)
			park_wake(r->shadow, WAKE_READY);
}

bool uring_post_more(struct uring_req *r, long res, uint32_t cflags)
{
	struct uring_cqe c = {.res = (int32_t)res, .flags = cflags | IORING_CQE_F_MORE};
	struct uring *u = r->ring;
	bool ok;

	mutex_lock(&u->mu);
	c.user_data = r->user_data;
	ok = !u->dead && uring_post_locked(u, &c, r->async, true);
	if (ok)
		fire_counted_locked(u);
	mutex_unlock(&u->mu);
	return ok;
}

void uring_post_raw(struct uring *u, uint64_t user_data, long res, uint32_t cflags)
{
	struct uring_cqe c = {.user_data = user_data, .res = (int32_t)res, .flags = cflags};

	mutex_lock(&u->mu);
	(void)uring_post_locked(u, &c, true, false);
	fire_counted_locked(u);
	mutex_unlock(&u->mu);
}

/* A shadow is never interrupted by a signal, only cancelled. */
static long final_result(long n)
{
	if (n == -EINTR || (n <= -ERESTARTSYS && n >= -ERESTART_RESTARTBLOCK))
		return -ECANCELED;
	return n < -4095 || n == SYS_PARKED ? -EINVAL : n;
}

/* Off the list, told, and free. What else has to end, or to begin, because of that: *ret_timeout, a linked
 * time-out that has not begun. True: what was deferred can begin. */
static bool end_req(struct uring_req *r, long n, bool tell, struct uring_req **ret_timeout)
{
	struct uring *u = r->ring;
	struct uring_req *lt;
	bool kick;

	req_drop(r);
	mutex_lock(&u->mu);
	list_del(&r->node);
	u->nr_active--;
	u->nr_counted -= r->counted;
	u->nr_timeouts += r->sqe.opcode == IORING_OP_TIMEOUT;
	if (tell && !u->dead)
		post_locked(r, n, r->cflags);
	fire_counted_locked(u);
	lt = TAKE_PTR(r->timeout);
	if (lt) {
		lt->target = NULL;
		if (lt->shadow)
			park_wake(lt->shadow, WAKE_SIGNAL);
		if (lt->armed) /* it ends by itself, or is just ending */
			lt = NULL;
	}
	if (r->target) /* a linked time-out goes first */
		r->target->timeout = NULL;
	kick = u->nr_active == 0 && !list_empty(&u->deferred);
	mutex_unlock(&u->mu);
	*ret_timeout = lt;
	return kick;
}

static void start_deferred(struct uring *u);

/* Ends all of a chain that was not begun. Returns whether deferred ones can begin. */
static bool cancel_chain(struct uring_req *r, bool tell)
{
	bool kick = false;

	while (r) {
		struct uring_req *next = r->next, *lt;

		kick |= end_req(r, r->prep_err ? r->prep_err : -ECANCELED, tell, &lt);
		req_free(r);
		r = next;
	}
	return kick;
}

static bool is_wanted_timeout(const struct uring_req *r)
{
	return r->sqe.opcode == IORING_OP_TIMEOUT &&
	       (r->sqe.timeout_flags & IORING_TIMEOUT_ETIME_SUCCESS);
}

/* The next of the link, to be run by the caller; NULL: none. */
static struct uring_req *complete(struct uring_req *r, long n)
{
	struct uring_req *next = r->next, *lt;
	struct uring *u = uring_get(r->ring);
	uint8_t flags = r->sqe.flags;
	bool kick, skip = flags & IOSQE_CQE_SKIP_SUCCESS, failed;

	n = final_result(n);
	failed = (n < 0 && !(n == -ETIME && is_wanted_timeout(r))) || r->failed ||
		 ((r->op->flags & OP_SHORT) && n >= 0 && (size_t)n < r->total);
	kick = end_req(r, n, !skip || (failed && r->sqe.opcode != IORING_OP_LINK_TIMEOUT), &lt);
	req_free(r);
	if (lt)
		kick |= cancel_chain(lt, !(lt->sqe.flags & IOSQE_CQE_SKIP_SUCCESS));
	if (failed && !(flags & IOSQE_IO_HARDLINK)) {
		kick |= cancel_chain(next, !skip);
		next = NULL;
	}
	if (kick)
		start_deferred(u);
	uring_put(u);
	return next;
}

/* ---- running ---- */

static int take_file(struct task *t, struct uring_req *r)
{
	if (!(r->op->flags & OP_FILE) || r->file)
		return 0;
	if (r->sqe.flags & IOSQE_FIXED_FILE)
		r->file = uring_fixed_file(r->ring, (uint32_t)r->sqe.fd);
	else
		r->file = fd_get(t, r->sqe.fd);
	return r->file ? 0 : -EBADF;
}

/* The loop of an operation that has issue() alone. */
static long wait_resume(struct task *s, unsigned int reasons)
{
	struct uring_req *r = s->shadow->owner;
	long n;

	for (;;) {
		if (reasons & WAKE_SIGNAL) {
			n = -ECANCELED;
			break;
		}
		n = reasons & WAKE_TIMEOUT ? r->op->expired(s, r) : r->op->issue(s, r);
		if (n != -EAGAIN || r->nowait)
			break;
		if (park_commit(s, &reasons))
			return SYS_PARKED;
	}
	park_end(s);
	return n;
}

static long wait_begin(struct task *s, struct uring_req *r)
{
	struct wait_queue *wq = r->file ? file_wait_queue(r->file) : NULL;
	uint32_t events = r->op->events ? r->op->events : r->poll_events;

	park_begin(s, wait_resume, NULL, r);
	if (wq)
		park_add_wait(s, wq, events);
	park_set_deadline(s, r->deadline_ns);
	return wait_resume(s, 0);
}

/* r has its shadow: others may cancel it from here on. False: too late, it is cancelled. */
static bool publish(struct uring_req *r, struct task *s)
{
	bool ok;

	mutex_lock(&r->ring->mu);
	ok = !r->cancelled && !r->ring->dead;
	r->shadow = s;
	mutex_unlock(&r->ring->mu);
	return ok && !task_is_dead(s);
}

static struct task *unpublish(struct uring_req *r)
{
	struct task *s;

	mutex_lock(&r->ring->mu);
	s = TAKE_PTR(r->shadow);
	mutex_unlock(&r->ring->mu);
	return s;
}

/* Parks a shadow for r, which a worker then resumes at begin(). */
static bool launch(struct uring_req *r, long (*begin)(struct task *, unsigned int),
		   int64_t deadline)
{
	struct task *s = task_shadow_new(r->like, r->program, r->cred, r);
	unsigned int reasons = 0, came = deadline == TIMER_NEVER ? WAKE_READY : 0;
	bool ok;

	if (!s)
		return false;
	r->async = true;
	park_begin(s, begin, NULL, r);
	park_set_deadline(s, deadline);
	task_get(s); /* a worker may end it at once */
	ok = publish(r, s);
	while (ok && !park_commit(s, &reasons)) {
		came |= reasons;
		ok = !(came & WAKE_SIGNAL);
	}
	if (ok && came)
		park_wake(s, came);
	if (!ok) {
		unpublish(r);
		park_end(s);
		task_shadow_end(s);
	}
	task_put(s);
	return ok;
}

/* The time-out linked to r begins to run, as r is about to wait. */
static void arm_link_timeout(struct task *t, struct uring_req *r)
{
	struct uring_req *lt = r->timeout;
	int err;

	if (!lt)
		return;
	err = uring_timeout_arm(t, lt);
	mutex_lock(&r->ring->mu);
	lt->target = err == 0 ? r : NULL;
	lt->armed = err == 0;
	if (err < 0)
		r->timeout = NULL;
	mutex_unlock(&r->ring->mu);
	if (err == 0 && launch(lt, wait_resume, lt->deadline_ns))
		return;
	mutex_lock(&r->ring->mu);
	r->timeout = NULL;
	lt->target = NULL;
	mutex_unlock(&r->ring->mu);
	lt->prep_err = err < 0 ? err : -ENOMEM;
	(void)cancel_chain(lt, true); /* r is active, so nothing can begin */
}

static long run_on_shadow(struct task *s, struct uring_req *r)
{
	s->shadow->fixed = r->file;
	r->async = true;
	if (!publish(r, s))
		return -ECANCELED;
	if (r->op->call)
		return r->op->call(s, r);
	return wait_begin(s, r);
}

/* t: a thread in its own call. */
static long run_on_new_shadow(struct task *t, struct uring_req *r)
{
	struct task *s = task_shadow_new(t, r->program, r->cred, r);
	struct shadow_run run;
	long n = -ECANCELED;

	if (!s)
		return -ENOMEM;
	if (task_shadow_enter(s, &run))
		n = run_on_shadow(s, r);
	if (n == SYS_PARKED) {
		task_shadow_leave(NULL, &run);
		return n;
	}
	task_shadow_leave(s, &run);
	unpublish(r);
	task_shadow_end(s);
	return n;
}

/* r's result, or SYS_PARKED: somebody else goes on with it. */
static long issue(struct task *t, struct uring_req *r)
{
	const struct uring_op *op = r->op;
	bool is_shadow = t->shadow != NULL;
	bool may_try = op->issue && !(op->flags & OP_LATE) && (is_shadow || !r->cred);
	long n;

	/* Behind another in its link, its thread may have ended since. */
	if (is_shadow && (task_is_dead(t) || !t->files || !t->fs))
		return -ECANCELED;
	n = take_file(t, r);
	if (n < 0)
		return n;
	if (op->arm)
		n = op->arm(t, r);
	if (n < 0)
		return n;
	r->nowait |= !op->call && !op->events && !(op->flags & OP_LATE);
	if (may_try) {
		n = op->issue(t, r);
		if (n != -EAGAIN || r->nowait)
			return n;
	}
	arm_link_timeout(t, r);
	return is_shadow ? run_on_shadow(t, r) : run_on_new_shadow(t, r);
}

/* The request behind r is its time-out, which is no part of what runs one after the other. */
static void detach_timeout(struct uring_req *r)
{
	struct uring_req *lt = r->next;

	if (!lt || lt->sqe.opcode != IORING_OP_LINK_TIMEOUT)
		return;
	r->next = TAKE_PTR(lt->next);
	mutex_lock(&r->ring->mu);
	r->timeout = lt;
	mutex_unlock(&r->ring->mu);
}

/* Runs r, or goes on with its result n, and what is linked to it. True: t, a shadow, is parked. */
static bool run_chain(struct task *t, struct uring_req *r, bool done, long n)
{
	while (r) {
		if (!done) {
			detach_timeout(r);
			n = issue(t, r);
		}
		done = false;
		if (n == SYS_PARKED)
			return true;
		if (t->shadow)
			unpublish(r);
		r = complete(r, n);
		if (r && t->shadow)
			task_shadow_reuse(t, r->cred, r);
	}
	return false;
}

void uring_resume(struct task *s)
{
	struct shadow_run run;
	struct uring_req *r;
	long n;

	if (!task_shadow_enter(s, &run))
		park_abort(s);
	n = park_resume(s);
	if (n == SYS_PARKED) {
		task_shadow_leave(NULL, &run);
		return;
	}
	r = s->shadow->owner;
	if (run_chain(s, r, true, n)) {
		task_shadow_leave(NULL, &run);
		return;
	}
	task_shadow_leave(s, &run);
	task_shadow_end(s);
}

/* ---- what a drain held up ---- */

static long deferred_resume(struct task *s, unsigned int reasons)
{
	struct uring_req *r = s->shadow->owner;

	park_end(s);
	if (reasons & WAKE_SIGNAL)
		return -ECANCELED;
	detach_timeout(r);
	return issue(s, r);
}

/* The first of the deferred chains if it may begin. */
static struct uring_req *next_deferred_locked(struct uring *u) REQUIRES(&u->mu)
{
	struct uring_req *r, *c;

	if (list_empty(&u->deferred))
		return NULL;
	r = list_first_entry(&u->deferred, struct uring_req, node);
	if (u->nr_active && (r->sqe.flags & IOSQE_IO_DRAIN))
		return NULL;
	list_del(&r->node);
	for (c = r; c; c = c->next) {
		list_add_tail(&c->node, &u->active);
		u->nr_active++;
	}
	return r;
}

static void start_deferred(struct uring *u)
{
	struct uring_req *r;

	for (;;) {
		mutex_lock(&u->mu);
		r = next_deferred_locked(u);
		mutex_unlock(&u->mu);
		if (!r)
			return;
		if (r->prep_err || !launch(r, deferred_resume, TIMER_NEVER))
			(void)cancel_chain(r, true);
	}
}

/* ---- submitting ---- */

/* What is read of the guest's memory for r, which does not begin now. What fails here fails again. */
static void take_inputs(struct task *t, struct uring_req *r)
{
	switch (r->prep_err ? IORING_OP_NOP : r->sqe.opcode) {
	case IORING_OP_READV:
	case IORING_OP_WRITEV: (void)!uring_take_vector(t, r); break;
	case IORING_OP_TIMEOUT:
	case IORING_OP_LINK_TIMEOUT: (void)!uring_take_time(t, r); break;
	}
}

/* Behind a drain: with what its thread is now. */
static void defer_chain(struct task *t, struct uring_req *head, bool broken)
{
	struct uring *u = head->ring;
	struct uring_req *r;

	take_inputs(t, head);
	for (r = head; r; r = r->next)
		r->cred = r->cred ? r->cred : task_cred_get(t);
	if (broken)
		head->prep_err = head->prep_err ? head->prep_err : -ECANCELED;
	mutex_lock(&u->mu);
	list_add_tail(&head->node, &u->deferred);
	mutex_unlock(&u->mu);
	start_deferred(u); /* what it was to wait for may have ended meanwhile */
}

static void begin_chain(struct task *t, struct uring_req *head, bool broken)
{
	struct uring *u = head->ring;
	struct uring_req *r;
	bool defer;

	for (r = broken ? NULL : head->next; r; r = r->next)
		take_inputs(t, r);
	mutex_lock(&u->mu);
	defer = !list_empty(&u->deferred) || ((head->sqe.flags & IOSQE_IO_DRAIN) && u->nr_active);
	if (!defer) {
		for (r = head; r; r = r->next) {
			list_add_tail(&r->node, &u->active);
			u->nr_active++;
		}
	}
	mutex_unlock(&u->mu);
	if (defer) {
		defer_chain(t, head, broken);
		return;
	}
	if (!broken)
		run_chain(t, head, false, 0);
	else if (cancel_chain(head, true))
		start_deferred(u);
}

/* A linked time-out needs something that it is the time-out of; last was taken before it. */
static bool has_its_place(const struct uring_req *r, const struct uring_req *last)
{
	return r->sqe.opcode != IORING_OP_LINK_TIMEOUT ||
	       (last && (last->sqe.flags & LINK_FLAGS) &&
		last->sqe.opcode != IORING_OP_LINK_TIMEOUT);
}

/* A batch, in order, by r->next; taken under one lock, so that links stay whole. */
static uint32_t take_batch(struct task *t, struct uring *u, uint32_t n, struct uring_req **ret,
			   int *ret_err)
{
	struct uring_req **tail = ret, *r, *last = NULL;
	uint32_t taken = 0;

	mutex_lock(&u->mu);
	n = MIN(n, uring_waiting_sqes(u)); /* not what another thread puts there meanwhile */
	while (taken < n && uring_waiting_sqes(u)) {
		if (!uring_may_submit_locked(u)) {
			*ret_err = -EBUSY;
			break;
		}
		r = req_alloc(u->kernel);
		if (!r) {
			*ret_err = -EAGAIN;
			break;
		}
		if (!uring_next_locked(u, &r->sqe)) {
			req_unalloc(u->kernel, r);
			break;
		}
		req_init(r, t, u);
		taken++;
		*tail = r;
		tail = &r->next;
		r->prep_err = prep_locked(r);
		if (r->prep_err == 0 && !has_its_place(r, last))
			r->prep_err = -EINVAL;
		last = r;
		/* A link is taken in to its end, whatever is wrong with a part of it. */
		if (r->prep_err < 0 && !(u->flags & IORING_SETUP_SUBMIT_ALL) &&
		    !(r->sqe.flags & LINK_FLAGS))
			break;
	}
	mutex_unlock(&u->mu);
	wait_wake(&u->wq, POLLOUT | POLLWRNORM);
	return taken;
}

long uring_submit(struct task *t, struct uring *u, uint32_t n)
{
	struct uring_req *r = NULL, *head = NULL;
	bool broken = false;
	uint32_t taken;
	int err = 0;

	taken = take_batch(t, u, n, &r, &err);
	while (r) {
		struct uring_req *next = r->next;

		if (!head)
			head = r;
		broken |= r->prep_err != 0 || task_is_dead(t);
		if (!(r->sqe.flags & LINK_FLAGS) || !next) {
			r->next = NULL;
			begin_chain(t, TAKE_PTR(head), broken);
			broken = false;
		}
		r = next;
	}
	return taken ? (long)taken : err;
}

/* ---- the end of a ring ---- */

long uring_cancel_locked(struct uring_req *r)
{
	r->cancelled = true;
	if (!r->shadow)
		return -EALREADY;
	if (!park_is_parked(r->shadow)) {
		park_wake(r->shadow, WAKE_SIGNAL);
		return -EALREADY;
	}
	park_wake(r->shadow, WAKE_SIGNAL);
	return 0;
}

void uring_closed(struct uring *u)
{
	struct uring_req *r;

	mutex_lock(&u->mu);
	u->dead = true;
	list_for_each_entry(r, &u->active, node) {
		r->cancelled = true;
		if (r->shadow)
			park_abort(r->shadow);
	}
	mutex_unlock(&u->mu);
}
