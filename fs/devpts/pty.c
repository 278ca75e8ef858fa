/*
 * fs/devpts/pty.c - the master's side of pseudoterminals: pty(7), ioctl_tty(2)
 *
 * Model: f->data of a master is the tty itself. Reading takes from tty->out, writing puts into
 * tty->in. Closing the master hangs up the other side and removes its name.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/sysmacros.h>
#include <termios.h>

#include "fs/devpts/devpts.h"
#include "fs/devpts/tty.h"
#include "sentry/fdtable.h"
#include "sentry/mem/uio.h"
#include "sentry/mem/usermem.h"
#include "sentry/task.h"

#ifndef TIOCGPTPEER
#define TIOCGPTPEER 0x5441
#endif

static bool slave_is_closed(struct tty *tty)
{
	return tty->was_opened && tty->nr_files == 0;
}

/* Some output, in packet mode behind its zero byte or, alone, the status byte. */
static ssize_t master_take(struct tty *tty, uint8_t *buf, size_t n, bool first)
{
	size_t at = 0;

	if (tty->packet && first) {
		if (tty->pkt_status) {
			buf[0] = TAKE(tty->pkt_status, 0);
			return 1;
		}
		if (tty->out.len > 0)
			buf[at++] = TIOCPKT_DATA;
	}
	if (tty->out.len == 0)
		return slave_is_closed(tty) ? -EIO : -EAGAIN;
	at += ring_read(&tty->out, buf + at, (uint32_t)(n - at));
	ldisc_flush_echoes(tty);
	tty_push_input(tty);
	tty->wake_slave |= POLLOUT | POLLWRNORM;
	return (ssize_t)at;
}

static ssize_t master_read(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	struct tty *tty = f->data;
	uint8_t buf[4096];
	size_t done = 0;

	(void)pos, (void)flags;
	while (u->left > 0) {
		size_t want = MIN(u->left, sizeof(buf)), moved;
		ssize_t n;

		tty_lock(tty);
		n = tty->pkt_status && tty->packet && done ? 0
							   : master_take(tty, buf, want, done == 0);
		tty_unlock(tty);
		if (n <= 0)
			return done ? (ssize_t)done : n;
		moved = uio_write(u, buf, (size_t)n);
		if (moved == 0)
			return done ? (ssize_t)done : -EFAULT;
		done += moved;
		if ((size_t)n < want)
			break;
	}
	return (ssize_t)done;
}

static ssize_t master_write(struct file *f, struct uio *u, int64_t *pos, int flags)
{
	struct tty *tty = f->data;
	uint8_t buf[2048];
	size_t done = 0;

	(void)pos, (void)flags;
	while (u->left > 0) {
		size_t n = uio_read(u, buf, MIN(u->left, sizeof(buf))), took;

		if (n == 0)
			return done ? (ssize_t)done : -EFAULT;
		tty_lock(tty);
		took = tty_receive(tty, buf, (uint32_t)n);
		tty_unlock(tty);
		done += took;
		if (took < n) {
			uio_revert(u, n - took);
			return done ? (ssize_t)done : -EAGAIN;
		}
	}
	return (ssize_t)done;
}

static uint32_t master_poll(struct file *f)
{
	struct tty *tty = f->data;
	uint32_t mask = 0;

	tty_lock(tty);
	if (tty->out.len > 0)
		mask |= POLLIN | POLLRDNORM;
	if (tty->packet && tty->pkt_status)
		mask |= POLLPRI | POLLIN | POLLRDNORM;
	if (slave_is_closed(tty))
		mask |= POLLHUP;
	if (ring_room(&tty->in) > 0)
		mask |= POLLOUT | POLLWRNORM;
	tty_unlock(tty);
	return mask;
}

static struct wait_queue *master_wait_queue(struct file *f)
{
	return &((struct tty *)f->data)->master_wq;
}

static void master_release(struct file *f)
{
	struct tty *tty = f->data;

	tty_lock(tty);
	tty->other_closed = true;
	tty_unlock(tty);
	if (tty->devpts)
		devpts_remove(tty->devpts, tty->index);
	tty_hangup(tty);
	tty_put(tty);
}

/* ---- ioctls ---- */

static long set_flag(struct tty *tty, struct task *t, uint64_t arg, unsigned int cmd)
{
	int on;

	if (copy_in_obj(t, &on, arg) < 0)
		return -EFAULT;
	tty_lock(tty);
	if (cmd == TIOCSPTLCK) {
		tty->locked = on;
	} else {
		if (on && !tty->packet)
			tty->pkt_status = 0;
		tty->packet = on;
	}
	tty_unlock(tty);
	return 0;
}

static long get_flag(struct tty *tty, struct task *t, uint64_t arg, unsigned int cmd)
{
	int v;

	tty_lock(tty);
	switch (cmd) {
	case TIOCGPTLCK: v = tty->locked; break;
	case TIOCGPKT: v = tty->packet; break;
	case FIONREAD: v = (int)tty->out.len; break;
	default: v = (int)tty->index;
	}
	tty_unlock(tty);
	return copy_out_obj(t, arg, &v);
}

static long signal_ioctl(struct tty *tty, uint64_t arg)
{
	int sig = (int)arg;

	if (sig != SIGINT && sig != SIGQUIT && sig != SIGTSTP)
		return -EINVAL;
	tty_lock(tty);
	tty->signals |= UINT64_C(1) << sig;
	tty_unlock(tty);
	return 0;
}

/* TCFLSH of the master: its input is the guest's output. */
static long master_flush(struct tty *tty, uint64_t arg)
{
	if ((int)arg != TCIFLUSH && (int)arg != TCOFLUSH && (int)arg != TCIOFLUSH)
		return -EINVAL;
	tty_lock(tty);
	if ((int)arg != TCOFLUSH) {
		tty->out.len = 0;
		tty->wake_slave |= POLLOUT | POLLWRNORM;
	}
	if ((int)arg != TCIFLUSH)
		tty->in.len = 0;
	tty_unlock(tty);
	return 0;
}

/* Opens the other side without its name having to be reachable for others. We go by the name and
 * check that it is the one. */
static long open_peer(struct tty *tty, struct task *t, uint64_t arg)
{
	int flags = (int)arg & (O_ACCMODE | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	struct inode *in = tty->devpts ? devpts_inode(tty->devpts, tty->index) : NULL;
	struct file *peer;
	char name[64];
	int err;

	if (!in)
		return -EIO;
	snprintf(name, sizeof(name), "/dev/pts/%u", tty->index);
	err = vfs_open(t, AT_FDCWD, name, flags | O_NOFOLLOW, 0, 0, &peer);
	if (err == 0 && peer->inode != in) {
		file_put(peer);
		err = -EIO;
	}
	inode_put(in);
	return err ? err : fd_install(t, peer, flags & O_CLOEXEC);
}

static long master_ioctl(struct file *f, struct task *t, unsigned int cmd, uint64_t arg)
{
	struct tty *tty = f->data;

	switch (cmd) {
	case TIOCSPTLCK:
	case TIOCPKT: return set_flag(tty, t, arg, cmd);
	case TIOCGPTLCK:
	case TIOCGPKT:
	case TIOCGPTN:
	case FIONREAD: return get_flag(tty, t, arg, cmd);
	case TIOCGPTPEER: return open_peer(tty, t, arg);
	case TIOCSIG: return signal_ioctl(tty, arg);
	case TCFLSH: return master_flush(tty, arg);
	case TCSBRK:
	case TCSBRKP:
	case TIOCSBRK:
	case TIOCCBRK: return 0;
	default: return tty_common_ioctl(tty, t, cmd, arg, true, f);
	}
}

const struct file_ops pty_master_fops = {
	.read = master_read,
	.write = master_write,
	.poll = master_poll,
	.wait_queue = master_wait_queue,
	.ioctl = master_ioctl,
	.release = master_release,
};

const struct tty_driver pty_driver = {
	.name = "pty",
};

int pty_open_master(struct kernel *k, struct file *f, struct tty **ret)
{
	struct tty *tty = tty_new(k, &pty_driver, 0);

	if (!tty)
		return -ENOMEM;
	tty->locked = true;
	f->ops = &pty_master_fops;
	f->data = tty_get(tty);
	f->mode |= FMODE_STREAM;
	*ret = tty;
	return 0;
}
