/*
 * fs/devpts/hosttty.c - the host terminal behind the sandbox, see hosttty.h
 *
 * Model: one tty whose other side is a host fd. Output is written to it once it is made, under
 * the tty's lock, as the fd never blocks; what it does not take waits for EPOLLOUT. Input is read
 * by the event thread whenever there is room: ^C must work without a reader. Each watch is one-shot
 * and armed anew for what is wanted.
 */
#include "fs/devpts/hosttty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include "fs/devpts/devpts.h"
#include "fs/devpts/tty.h"
#include "sentry/base/hostcall.h"
#include "sentry/base/mem.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

struct hosttty {
	struct event_source src;
	struct tty *tty; /* which owns this */
	bool dead;	 /* the host's terminal is gone; tty->mu */
};

/* Asks for what is wanted now; mu held. */
static void arm(struct hosttty *h)
{
	uint32_t events = 0;

	if (h->dead)
		return;
	if (ring_room(&h->tty->in) > 0)
		events |= EPOLLIN;
	if (h->tty->out.len > 0)
		events |= EPOLLOUT;
	event_watch(&h->src, events | EPOLLONESHOT);
}

/* Writes what the host takes; mu held. */
static void drain(struct hosttty *h)
{
	struct tty *tty = h->tty;
	uint8_t buf[1024];

	while (tty->out.len > 0) {
		uint32_t n = ring_peek(&tty->out, buf, sizeof(buf));
		ssize_t took = write(h->src.fd, buf, n);

		if (took < 0 && errno == EINTR)
			continue;
		if (took < 0 && errno != EAGAIN)
			took = n; /* gone: the event thread will notice */
		if (took <= 0)
			break;
		ring_drop(&tty->out, (uint32_t)took);
		tty->wake_slave |= POLLOUT | POLLWRNORM;
	}
}

static void host_output(struct tty *tty)
{
	struct hosttty *h = tty->priv;

	drain(h);
	ldisc_flush_echoes(tty);
	if (tty->out.len > 0)
		arm(h);
}

static void host_input_room(struct tty *tty)
{
	arm(tty->priv);
}

/* The host hung up: nobody will read or write there any more. */
static void host_gone(struct hosttty *h)
{
	struct tty *tty = h->tty;

	tty_lock(tty);
	h->dead = true;
	tty->other_closed = true;
	tty->out.len = 0;
	tty_unlock(tty);
	tty_hangup(tty);
}

static void host_event(struct event_source *src, uint32_t events)
{
	struct hosttty *h = container_of(src, struct hosttty, src);
	struct tty *tty = h->tty;
	uint8_t buf[TTY_IN_SIZE];
	uint32_t room;
	ssize_t n = 1;

	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
		tty_lock(tty);
		room = ring_room(&tty->in);
		tty_unlock(tty);
		if (room > 0)
			n = read(src->fd, buf, room);
		else
			n = events & (EPOLLHUP | EPOLLERR) ? 0 : 1;
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
			host_gone(h);
			return;
		}
		if (room == 0)
			n = -1;
	} else {
		n = -1;
	}
	tty_lock(tty);
	if (n > 0)
		tty_receive(tty, buf, (uint32_t)n);
	drain(h);
	ldisc_flush_echoes(tty);
	drain(h);
	arm(h);
	tty_unlock(tty);
}

static void host_destroy(struct tty *tty)
{
	struct hosttty *h = tty->priv;

	event_unwatch(&h->src);
	close(h->src.fd);
	mem_free(h);
}

static const struct tty_driver host_driver = {
	.name = "host",
	.output = host_output,
	.input_room = host_input_room,
	.destroy = host_destroy,
};

/* Takes host_fd in every case. */
static struct tty *host_tty_new(struct kernel *k, int host_fd)
{
	struct hosttty *h = mem_zalloc(sizeof(*h));
	struct tty *tty = h ? tty_new(k, &host_driver, makedev(5, 1)) : NULL;

	if (!tty) {
		mem_free(h);
		close(host_fd);
		return NULL;
	}
	h->src.fd = host_fd;
	h->src.fn = host_event;
	h->tty = tty;
	tty->priv = h;
	tty->termios.c_iflag |= IUTF8;
	if (ioctl(host_fd, TIOCGWINSZ, &tty->winsize) < 0)
		tty->winsize = (struct winsize){.ws_row = 24, .ws_col = 80};
	return tty;
}

/* The inode by which fstat(2) knows the terminal: that of its name, if it has one. */
static struct inode *host_inode(struct kernel *k, struct tty *tty, char *name, size_t size)
{
	struct super *devpts = atomic_load(&k->devpts);
	struct inode *in;

	if (devpts && devpts_add(devpts, tty, NULL) == 0) {
		snprintf(name, size, "/dev/pts/%u", tty->index);
		return devpts_inode(devpts, tty->index);
	}
	in = anon_inode_new(k, S_IFCHR | 0620);
	if (in)
		in->rdev = tty->rdev;
	snprintf(name, size, "/dev/console");
	return in;
}

int hosttty_create(struct kernel *k, int host_fd, struct file **ret, struct tty **ret_tty)
{
	struct tty *tty = host_tty_new(k, host_fd);
	struct tty_file *tf = NULL;
	struct inode *in;
	char name[32];
	int err;

	if (!tty)
		return -ENOMEM;
	in = host_inode(k, tty, name, sizeof(name));
	err = in ? tty_file_new(tty, NULL, &tf) : -ENOMEM;
	if (err == 0)
		err = file_new_anon(k, name, in, &tty_fops, tf, O_RDWR,
				    FMODE_READ | FMODE_WRITE | FMODE_STREAM, ret);
	if (in)
		inode_put(in);
	if (err) {
		if (tf)
			tty_file_free(tf);
		if (tty->devpts)
			devpts_remove(tty->devpts, tty->index);
		tty_put(tty);
		return err;
	}
	*ret_tty = tty;
	tty_lock(tty);
	arm(tty->priv);
	tty_unlock(tty);
	return 0;
}

void hosttty_attach(struct tty *tty, struct process *init)
{
	if (init->session)
		ctty_assign(tty, init->session, init->pgid);
}

void hosttty_winch(struct tty *tty)
{
	struct hosttty *h = tty->priv;
	struct winsize ws;

	if (ioctl(h->src.fd, TIOCGWINSZ, &ws) == 0)
		tty_set_winsize(tty, &ws);
}

bool hosttty_drain(struct tty *tty, int timeout_ms)
{
	struct hosttty *h = tty->priv;

	for (;;) {
		struct pollfd p = {.fd = h->src.fd, .events = POLLOUT};
		uint32_t left;

		tty_lock(tty);
		drain(h);
		left = tty->out.len;
		tty_unlock(tty);
		if (left == 0)
			return true;
		if (host_poll(&p, 1, timeout_ms) <= 0)
			return false;
	}
}

void hosttty_end(struct tty *tty)
{
	if (tty->devpts)
		devpts_remove(tty->devpts, tty->index);
	tty_put(tty);
}
