/*
 * fs/devpts/tty.h - terminals: struct tty and what its files share
 *
 * Model: a tty is the guest's side of a terminal: modes, window size, line discipline, and two
 * rings. `in` holds what came from the other side and the line discipline has not taken yet; `out`
 * holds what the other side has not fetched. The other side is the master of a pty (pty.c) or the
 * host terminal (hosttty.c), told apart by struct tty_driver.
 *
 *	master/host -> in -> ldisc (echo -> out) -> read(2)
 *	write(2) -> ldisc (OPOST) -> out -> master/host
 *
 * Hang-up: hangups counts; a file that was opened before the last one is dead (reads 0, writes
 * -EIO). Job control: ctty.c.
 *
 * Locking: tty->mu (LOCK_TTY) for all but session and pgid, which are guarded by the kernel's
 * tty_core.mu (LOCK_CTTY), taken before. Signals are noted under the lock and sent by tty_unlock(),
 * since sending looks into the process tree. No lock is held over a guest copy.
 *
 * Differences from Linux: echoes are made when a character arrives, whether or not output is
 * stopped, and kept back until it flows again; in raw mode a read with VMIN > 1 leaves bytes in the
 * buffer until it has VMIN, where Linux takes them piecemeal.
 */
#ifndef FS_DEVPTS_TTY_H
#define FS_DEVPTS_TTY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/types.h>

#include "fs/vfs/file.h"
#include "sentry/base/lock.h"
#include "sentry/base/ref.h"
#include "sentry/timer.h"
#include "sentry/wait.h"

struct kernel;
struct session;
struct task;
struct tty;

/* struct termios2 of the kernel; the first 36 bytes are its struct termios. */
struct ktermios {
	uint32_t c_iflag, c_oflag, c_cflag, c_lflag;
	uint8_t c_line;
	uint8_t c_cc[19];
	uint32_t c_ispeed, c_ospeed;
};
STATIC_ASSERT_SIZE(struct ktermios, 44);
#define KTERMIOS_OLD_SIZE 36

#define TTY_BUF_SIZE 4096 /* of the line discipline: the longest line */
#define TTY_IN_SIZE 8192
#define TTY_OUT_SIZE 12288
#define TTY_ECHO_SIZE 4096

struct tty_ring {
	uint8_t *buf;
	uint32_t size, head, len;
};

static inline uint32_t ring_room(const struct tty_ring *r)
{
	return r->size - r->len;
}
void ring_put(struct tty_ring *r, uint8_t c); /* there is room */
uint32_t ring_write(struct tty_ring *r, const uint8_t *p, uint32_t n);
uint32_t ring_read(struct tty_ring *r, uint8_t *p, uint32_t n);
uint32_t ring_peek(const struct tty_ring *r, uint8_t *p, uint32_t n);
void ring_drop(struct tty_ring *r, uint32_t n);

/* State of the line discipline, ldisc.c. Positions run freely; index = position % TTY_BUF_SIZE. */
struct ldisc {
	uint8_t *buf;
	uint64_t line_ends[TTY_BUF_SIZE / 64];
	uint32_t read_head, canon_head, read_tail;
	uint32_t column, canon_column;
	bool lnext, erasing;
	struct tty_ring echo; /* not yet in out: stopped, or no room */
};

struct tty_driver {
	const char *name;
	/* After out grew, or in has room again; mu held. */
	void (*output)(struct tty *tty);
	void (*input_room)(struct tty *tty);
	/* Last reference gone. */
	void (*destroy)(struct tty *tty);
};

struct tty {
	struct ref ref;
	struct kernel *kernel;
	const struct tty_driver *driver;
	uint32_t index;
	uint64_t rdev;
	struct super *devpts; /* whose name it has, or NULL */

	/* LOCK_CTTY */
	struct session *session; /* whose tty this is; not referenced, see ctty_session_free() */
	pid_t pgid;		 /* foreground group, 0: none */

	struct mutex mu; /* LOCK_TTY */
	struct ktermios termios;
	struct ktermios
		termios_locked; /* bits and characters that stay as they are: TIOCSLCKTRMIOS */
	struct winsize winsize;
	struct ldisc ldisc;
	struct tty_ring in, out;
	unsigned int nr_files; /* open files of this side */
	unsigned int hangups;
	bool locked;	   /* pty: the slave cannot be opened yet */
	bool exclusive;	   /* TIOCEXCL */
	bool other_closed; /* no master any more */
	bool was_opened;   /* the slave, ever since the master */
	bool stopped;	   /* ^S or TCOOFF */
	bool tco_stopped;
	bool packet; /* TIOCPKT on the master */
	uint8_t pkt_status;
	bool vtime_armed, vtime_expired;
	size_t vtime_have; /* bytes that were there when it was armed */
	struct timer vtime;
	uint64_t signals;		  /* bit sig: to send to the foreground group at unlock */
	uint32_t wake_slave, wake_master; /* poll events to report at unlock */
	struct wait_queue slave_wq, master_wq;
	void *priv; /* the driver's */
};

struct tty_file {
	struct tty *tty;
	unsigned int hangups; /* tty->hangups at open */
};

extern const struct ktermios tty_std_termios;

/* ---- tty.c ---- */
/* One reference. NULL: no memory. */
struct tty *tty_new(struct kernel *k, const struct tty_driver *driver, uint64_t rdev);
struct tty *tty_get(struct tty *tty);
void tty_put(struct tty *tty);
void tty_lock(struct tty *tty);
void tty_unlock(struct tty *tty); /* wakes and signals as noted */
/* Input arrived, from the other side. Returns what was taken (in has limited room). mu held. */
uint32_t tty_receive(struct tty *tty, const uint8_t *p, uint32_t n);
void tty_flush_input(struct tty *tty);	/* mu held */
void tty_flush_output(struct tty *tty); /* mu held */
void tty_stop(struct tty *tty);		/* mu held */
void tty_start(struct tty *tty);	/* mu held */
/* Moves from `in` to the line discipline what fits; mu held. */
void tty_push_input(struct tty *tty);
void tty_set_winsize(struct tty *tty, const struct winsize *ws); /* no locks held */
/* Everybody's files are dead, the session loses it; no locks held. */
void tty_hangup(struct tty *tty);
/* Opens this side: f->ops, f->data, and the controlling terminal where open(2) gives one. -EIO,
 * -EBUSY. */
must_check int tty_open(struct tty *tty, struct file *f, struct task *t);
/* The same without a file: what f->data is to be. */
must_check int tty_file_new(struct tty *tty, struct task *t, struct tty_file **ret);
void tty_file_free(struct tty_file *tf);
extern const struct file_ops tty_fops;
static inline struct tty *tty_of_file(struct file *f)
{
	return ((struct tty_file *)f->data)->tty;
}
bool tty_file_hung_up(struct file *f);
/* -EIO and so on, or NULL if f is no terminal. Both sides of a pty. */
struct tty *tty_from_file(struct file *f);

/* ---- ioctl.c ---- */
long tty_slave_ioctl(struct file *f, struct task *t, unsigned int cmd, uint64_t arg);
/* Those that both sides of a pty know; master: called on that side. */
long tty_common_ioctl(struct tty *tty, struct task *t, unsigned int cmd, uint64_t arg, bool master,
		      struct file *f);
void tty_set_termios(struct tty *tty, const struct ktermios *new_termios); /* mu held */

/* ---- ldisc.c: all with mu held ---- */
must_check int ldisc_init(struct tty *tty);
void ldisc_free(struct tty *tty);
uint32_t ldisc_receive(struct tty *tty, const uint8_t *p, uint32_t n); /* taken */
void ldisc_flush(struct tty *tty);
void ldisc_termios_changed(struct tty *tty, const struct ktermios *old);
/* Bytes copied to p (0: end of file was typed), -EAGAIN. want: what the reader asked for, which
 * bounds VMIN; n: the space at p, TTY_BUF_SIZE unless want is less. */
ssize_t ldisc_read(struct tty *tty, uint8_t *p, size_t n, size_t want);
bool ldisc_readable(struct tty *tty, size_t want, bool poll);
uint32_t ldisc_write(struct tty *tty, const uint8_t *p, uint32_t n);
uint32_t ldisc_chars_available(struct tty *tty); /* FIONREAD */
void ldisc_flush_echoes(struct tty *tty);

/* ---- ctty.c ---- */
struct tty_core {
	struct mutex mu; /* LOCK_CTTY */
};
struct tty_core *tty_core_get(struct kernel *k); /* NULL: no memory */
/* The controlling terminal of t's session; new reference or NULL. */
struct tty *ctty_get(struct task *t);
bool ctty_is(struct task *t, struct tty *tty);
/* open(2) without O_NOCTTY of a free terminal by a session leader that has none. */
void ctty_open(struct tty *tty, struct task *t, struct file *f);
long ctty_ioctl_set(struct tty *tty, struct task *t, struct file *f, uint64_t arg); /* TIOCSCTTY */
long ctty_ioctl_give_up(struct tty *tty, struct task *t);			    /* TIOCNOTTY */
void ctty_assign(struct tty *tty, struct session *s, pid_t pgid);
/* The session forgets the terminal; the terminal forgets the session. */
void ctty_clear(struct tty *tty);
pid_t ctty_pgid(struct tty *tty);
/* Leader: SIGHUP, SIGCONT; as a hang-up does. */
void ctty_hangup(struct tty *tty);
/* Job control: may t, perhaps in the background, go on? 0, -EIO, or -ERESTARTSYS after sig was sent
 * to its group (SIGTTIN, SIGTTOU). */
must_check int tty_check_change(struct tty *tty, struct task *t, int sig);
long ctty_get_pgrp(struct tty *tty, struct task *t, bool master, pid_t *ret);
long ctty_set_pgrp(struct tty *tty, struct task *t, pid_t pgid);
long ctty_get_sid(struct tty *tty, struct task *t, bool master, pid_t *ret);

/* For chrdev.c: /dev/tty and /dev/console. -ENXIO, -EIO. */
must_check int tty_open_current(struct file *f, struct task *t);
must_check int tty_open_console(struct file *f, struct task *t);

/* ---- pty.c ---- */
/* A new pair: f becomes the master, tty->devpts stays NULL. */
must_check int pty_open_master(struct kernel *k, struct file *f, struct tty **ret);
extern const struct file_ops pty_master_fops;
extern const struct tty_driver pty_driver;

#endif
