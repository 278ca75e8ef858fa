/*
 * fs/devpts/tty.c - terminals: life, files of the guest's side, flow control; see tty.h
 */
#include "fs/devpts/tty.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <time.h>

#include "fs/devpts/devpts.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/base/mem.h"
#include "sentry/kernel.h"
#include "sentry/mem/uio.h"
#include "sentry/signal.h"
#include "sentry/task.h"

#define IN_EVENTS (POLLIN | POLLRDNORM)
#define OUT_EVENTS (POLLOUT | POLLWRNORM)
#define DECISECOND_NS 100000000

const struct ktermios tty_std_termios = {
	.c_iflag = ICRNL | IXON,
	.c_oflag = OPOST | ONLCR,
	.c_cflag = B38400 | CS8 | CREAD,
	.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
	.c_cc = {[VINTR] = 3,
		 [VQUIT] = 28,
		 [VERASE] = 127,
		 [VKILL] = 21,
		 [VEOF] = 4,
		 [VTIME] = 0,
		 [VMIN] = 1,
		 [VSTART] = 17,
		 [VSTOP] = 19,
		 [VSUSP] = 26,
		 [VREPRINT] = 18,
		 [VDISCARD] = 15,
		 [VWERASE] = 23,
		 [VLNEXT] = 22},
	.c_ispeed = 38400,
	.c_ospeed = 38400,
};

/* ---- rings ---- */

void ring_put(struct tty_ring *r, uint8_t c)
{
	r->buf[(r->head + r->len) % r->size] = c;
	r->len++;
}

uint32_t ring_write(struct tty_ring *r, const uint8_t *p, uint32_t n)
{
	n = MIN(n, ring_room(r));
	for (uint32_t i = 0; i < n; i++)
		ring_put(r, p[i]);
	return n;
}

uint32_t ring_peek(const struct tty_ring *r, uint8_t *p, uint32_t n)
{
	n = MIN(n, r->len);
	for (uint32_t i = 0; i < n; i++)
		p[i] = r->buf[(r->head + i) % r->size];
	return n;
}

void ring_drop(struct tty_ring *r, uint32_t n)
{
	n = MIN(n, r->len);
	r->head = (r->head + n) % r->size;
	r->len -= n;
}

uint32_t ring_read(struct tty_ring *r, uint8_t *p, uint32_t n)
{
	n = ring_peek(r, p, n);
	ring_drop(r, n);
	return n;
}

/* ---- life ---- */

static void vtime_passed(struct timer *tm)
{
	struct tty *tty = container_of(tm, struct tty, vtime);

	tty_lock(tty);
	tty->vtime_expired = true;
	tty->vtime_armed = false;
	tty->wake_slave |= IN_EVENTS;
	tty_unlock(tty);
}

static void tty_free(struct tty *tty)
{
	timer_cancel(&tty->vtime);
	ldisc_free(tty);
	mem_free(tty->in.buf);
	mem_free(tty->out.buf);
	wait_queue_destroy(&tty->slave_wq);
	wait_queue_destroy(&tty->master_wq);
	mutex_destroy(&tty->mu);
	mem_free(tty);
}

struct tty *tty_new(struct kernel *k, const struct tty_driver *driver, uint64_t rdev)
{
	struct tty *tty = mem_zalloc(sizeof(*tty));

	if (!tty)
		return NULL;
	ref_init(&tty->ref, 1);
	tty->kernel = k;
	tty->driver = driver;
	tty->rdev = rdev;
	tty->termios = tty_std_termios;
	mutex_init(&tty->mu, LOCK_TTY);
	wait_queue_init(&tty->slave_wq);
	wait_queue_init(&tty->master_wq);
	timer_init(&tty->vtime, vtime_passed);
	tty->in.buf = mem_alloc(TTY_IN_SIZE);
	tty->in.size = TTY_IN_SIZE;
	tty->out.buf = mem_alloc(TTY_OUT_SIZE);
	tty->out.size = TTY_OUT_SIZE;
	if (ldisc_init(tty) < 0 || !tty->in.buf || !tty->out.buf || !tty_core_get(k)) {
		tty_free(tty);
		return NULL;
	}
	return tty;
}

struct tty *tty_get(struct tty *tty)
{
	ref_get(&tty->ref);
	return tty;
}

void tty_put(struct tty *tty)
{
	if (!tty || !ref_put(&tty->ref))
		return;
	if (tty->driver->destroy)
		tty->driver->destroy(tty);
	tty_free(tty);
}

void tty_lock(struct tty *tty)
{
	mutex_lock(&tty->mu);
}

/* A job-control signal goes to the foreground group as it is now. */
static void send_signals(struct tty *tty, uint64_t signals)
{
	pid_t pgid = ctty_pgid(tty);

	for (int sig = 1; pgid > 0 && sig < 64; sig++)
		if (signals >> sig & 1)
			signal_send_pgrp(tty->kernel, pgid, sig);
}

void tty_unlock(struct tty *tty)
{
	uint64_t signals = TAKE(tty->signals, 0);
	uint32_t slave = TAKE(tty->wake_slave, 0), master = TAKE(tty->wake_master, 0);

	if (slave)
		wait_wake(&tty->slave_wq, slave);
	if (master)
		wait_wake(&tty->master_wq, master);
	mutex_unlock(&tty->mu);
	if (signals)
		send_signals(tty, signals);
}

/* ---- data from and to the other side ---- */

static void output_changed(struct tty *tty)
{
	if (tty->out.len > 0) {
		tty->wake_master |= IN_EVENTS;
		if (tty->driver->output)
			tty->driver->output(tty);
	}
}

void tty_push_input(struct tty *tty)
{
	uint8_t buf[256];

	while (tty->in.len > 0) {
		uint32_t n = ring_peek(&tty->in, buf, sizeof(buf)), before = tty->in.len, took;

		took = ldisc_receive(tty, buf, n);
		/* A signal character may have flushed the ring. */
		if (tty->in.len == before)
			ring_drop(&tty->in, took);
		if (took == 0)
			break;
	}
	output_changed(tty);
	if (ring_room(&tty->in) > 0) {
		tty->wake_master |= OUT_EVENTS;
		if (tty->driver->input_room)
			tty->driver->input_room(tty);
	}
}

uint32_t tty_receive(struct tty *tty, const uint8_t *p, uint32_t n)
{
	uint32_t done = 0;

	while (done < n) {
		uint32_t took = ring_write(&tty->in, p + done, n - done);

		if (took == 0)
			break;
		done += took;
		tty_push_input(tty);
	}
	return done;
}

void tty_flush_input(struct tty *tty)
{
	tty->in.len = 0;
	ldisc_flush(tty);
	tty->wake_master |= OUT_EVENTS;
	if (tty->packet) {
		tty->pkt_status |= TIOCPKT_FLUSHREAD;
		tty->wake_master |= POLLPRI | IN_EVENTS;
	}
	if (tty->driver->input_room)
		tty->driver->input_room(tty);
}

void tty_flush_output(struct tty *tty)
{
	tty->out.len = 0;
	tty->wake_slave |= OUT_EVENTS;
	if (tty->packet) {
		tty->pkt_status |= TIOCPKT_FLUSHWRITE;
		tty->wake_master |= POLLPRI | IN_EVENTS;
	}
}

static void packet_flow(struct tty *tty, uint8_t set, uint8_t clear)
{
	if (!tty->packet)
		return;
	tty->pkt_status = (tty->pkt_status & ~clear) | set;
	tty->wake_master |= POLLPRI | IN_EVENTS;
}

void tty_stop(struct tty *tty)
{
	if (tty->stopped)
		return;
	tty->stopped = true;
	packet_flow(tty, TIOCPKT_STOP, TIOCPKT_START);
}

void tty_start(struct tty *tty)
{
	if (!tty->stopped || tty->tco_stopped)
		return;
	tty->stopped = false;
	packet_flow(tty, TIOCPKT_START, TIOCPKT_STOP);
	ldisc_flush_echoes(tty);
	tty->wake_slave |= OUT_EVENTS;
	output_changed(tty);
}

void tty_set_winsize(struct tty *tty, const struct winsize *ws)
{
	tty_lock(tty);
	if (memcmp(&tty->winsize, ws, sizeof(*ws)) != 0) {
		tty->winsize = *ws;
		tty->signals |= UINT64_C(1) << SIGWINCH;
	}
	tty_unlock(tty);
}

void tty_hangup(struct tty *tty)
{
	ctty_hangup(tty);
	tty_lock(tty);
	tty->hangups++;
	tty->in.len = 0;
	ldisc_flush(tty);
	tty->stopped = tty->tco_stopped = false;
	tty->signals = 0;
	tty->wake_slave |= IN_EVENTS | OUT_EVENTS | POLLHUP | POLLERR;
	tty_unlock(tty);
}

/* ---- files of this side ---- */

bool tty_file_hung_up(struct file *f)
{
	struct tty_file *tf = f->data;
	bool dead;

	mutex_lock(&tf->tty->mu);
	dead = tf->hangups != tf->tty->hangups;
	mutex_unlock(&tf->tty->mu);
	return dead;
}

int tty_file_new(struct tty *tty, struct task *t, struct tty_file **ret)
{
	struct tty_file *tf = mem_zalloc(sizeof(*tf));
	int err = 0;

	if (!tf)
		return -ENOMEM;
	tty_lock(tty);
	if (tty->other_closed || tty->locked)
		err = -EIO;
	else if (tty->exclusive && t && !task_has_cap(t, CAP_SYS_ADMIN))
		err = -EBUSY;
	if (err == 0) {
		tf->tty = tty_get(tty);
		tf->hangups = tty->hangups;
		tty->nr_files++;
		tty->was_opened = true;
	}
	tty_unlock(tty);
	if (err)
		mem_free(tf);
	else
		*ret = tf;
	return err;
}

int tty_open(struct tty *tty, struct file *f, struct task *t)
{
	struct tty_file *tf;
	int err = tty_file_new(tty, t, &tf);

	if (err)
		return err;
	f->ops = &tty_fops;
	f->data = tf;
	f->mode |= FMODE_STREAM;
	if (t)
		ctty_open(tty, t, f);
	return 0;
}

void tty_file_free(struct tty_file *tf)
{
	struct tty *tty = tf->tty;
	bool last;

	tty_lock(tty);
	last = --tty->nr_files == 0;
	if (last) {
		tty->exclusive = false;
		tty->wake_master |= POLLHUP | IN_EVENTS;
	}
	tty_unlock(tty);
	if (last)
		ctty_clear(tty);
	tty_put(tty);
	mem_free(tf);
}

static void tty_release(struct file *f)
{
	tty_file_free(f->data);
}

static void vtime_arm(struct tty *tty, size_t have)
{
	if (tty->vtime_armed && tty->vtime_have == have)
		return;
	tty->vtime_armed = true;
	tty->vtime_have = have;
	timer_arm(&tty->vtime, clock_now_ns(CLOCK_MONOTONIC) +
				       (int64_t)tty->termios.c_cc[VTIME] * DECISECOND_NS);
}

static void vtime_reset(struct tty *tty)
{
	if (tty->vtime_armed)
		timer_cancel_nowait(&tty->vtime);
	tty->vtime_armed = tty->vtime_expired = false;
}

/* Nothing (or not enough) to read in raw mode: 0 or -EAGAIN, with a timer where VTIME asks for one.
 * A call that has no park yet makes its first attempt: it starts the time anew. */
static ssize_t read_raw_wait(struct tty *tty, struct file *f, bool first)
{
	const uint8_t *cc = tty->termios.c_cc;
	size_t have = tty->ldisc.read_head - tty->ldisc.read_tail;

	if (cc[VMIN] == 0 && cc[VTIME] == 0)
		return 0;
	if (file_nonblock(f) || cc[VTIME] == 0)
		return -EAGAIN;
	if (first)
		vtime_reset(tty);
	if (cc[VMIN] == 0) {
		if (tty->vtime_expired) {
			vtime_reset(tty);
			return 0;
		}
		if (!tty->vtime_armed)
			vtime_arm(tty, 0);
	} else if (have > 0) {
		vtime_arm(tty, have);
	}
	return -EAGAIN;
}

static ssize_t read_locked(struct tty *tty, struct file *f, uint8_t *buf, size_t want, bool first)
{
	ssize_t n;

	if (((struct tty_file *)f->data)->hangups != tty->hangups)
		return 0;
	if (first)
		tty->vtime_expired = false;
	/* Who does not wait takes what there is. */
	n = ldisc_read(tty, buf, MIN(want, (size_t)TTY_BUF_SIZE), file_nonblock(f) ? 1 : want);
	if (n == -EAGAIN) {
		if (tty->other_closed)
			return -EIO;
		if (!(tty->termios.c_lflag & ICANON))
			return read_raw_wait(tty, f, first);
		return n;
	}
	vtime_reset(tty);
	tty_push_input(tty);
	return n;
}

static ssize_t tty_read(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	struct tty *tty = tty_of_file(f);
	uint8_t buf[TTY_BUF_SIZE];
	size_t want = u->left, moved;
	ssize_t n;

	(void)pos, (void)flags;
	if (want == 0)
		return 0;
	if (u->task && !tty_file_hung_up(f)) {
		int err = tty_check_change(tty, u->task, SIGTTIN);

		if (err)
			return err;
	}
	tty_lock(tty);
	n = read_locked(tty, f, buf, want, !u->task || !u->task->park.state);
	tty_unlock(tty);
	if (n <= 0)
		return n;
	moved = uio_write(u, buf, (size_t)n);
	return moved ? (ssize_t)moved : -EFAULT;
}

/* What the line discipline takes of buf: -EIO when hung up. */
static ssize_t write_chunk(struct tty *tty, struct file *f, const uint8_t *buf, size_t n)
{
	ssize_t took;

	tty_lock(tty);
	if (((struct tty_file *)f->data)->hangups != tty->hangups || tty->other_closed)
		took = -EIO;
	else
		took = (ssize_t)ldisc_write(tty, buf, (uint32_t)n);
	output_changed(tty);
	tty_unlock(tty);
	return took;
}

static ssize_t tty_write(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	struct tty *tty = tty_of_file(f);
	uint8_t buf[2048];
	size_t done = 0;

	(void)pos, (void)flags;
	if (u->task && (tty->termios.c_lflag & TOSTOP) && !tty_file_hung_up(f)) {
		int err = tty_check_change(tty, u->task, SIGTTOU);

		if (err)
			return err;
	}
	do {
		size_t n = uio_read(u, buf, MIN(u->left, sizeof(buf)));
		ssize_t took;

		if (n == 0 && u->left > 0)
			return done ? (ssize_t)done : -EFAULT;
		took = write_chunk(tty, f, buf, n);
		if (took < (ssize_t)n)
			uio_revert(u, n - (size_t)MAX(took, (ssize_t)0));
		if (took < 0)
			return done ? (ssize_t)done : took;
		done += (size_t)took;
		if (took < (ssize_t)n)
			return done ? (ssize_t)done : -EAGAIN;
	} while (u->left > 0);
	return (ssize_t)done;
}

static uint32_t tty_poll(struct file *f)
{
	struct tty_file *tf = f->data;
	struct tty *tty = tf->tty;
	uint32_t mask = 0;

	tty_lock(tty);
	if (tf->hangups != tty->hangups)
		mask = IN_EVENTS | OUT_EVENTS | POLLERR | POLLHUP;
	if (ldisc_readable(tty, 1, true))
		mask |= IN_EVENTS;
	if (tty->other_closed)
		mask |= POLLHUP | IN_EVENTS;
	if (!tty->stopped && tty->ldisc.echo.len == 0 && ring_room(&tty->out) > 0)
		mask |= OUT_EVENTS;
	tty_unlock(tty);
	return mask;
}

static struct wait_queue *tty_wait_queue(struct file *f)
{
	return &tty_of_file(f)->slave_wq;
}

const struct file_ops tty_fops = {
	.read = tty_read,
	.write = tty_write,
	.poll = tty_poll,
	.wait_queue = tty_wait_queue,
	.ioctl = tty_slave_ioctl,
	.release = tty_release,
};

struct tty *tty_from_file(struct file *f)
{
	if (f->ops == &tty_fops)
		return tty_of_file(f);
	return f->ops == &pty_master_fops ? f->data : NULL;
}
