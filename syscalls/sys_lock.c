/*
 * syscalls/sys_lock.c - flock(2), and record locks of fcntl(2)
 *
 * Model: fs/vfs/locks.c tries; a call that may wait is run by io_wait_loop() on the file's lock
 * queue. A waiting POSIX lock stays announced between tries, which is how others see a deadlock.
 */
#include "syscalls/sys_lock.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>

#include "fs/vfs/file.h"
#include "fs/vfs/locks.h"
#include "sentry/base/mem.h"
#include "syscalls/syscall.h"

struct lock_call {
	struct file *file; /* borrowed from the io_wait */
	struct kernel *kernel;
	struct file_lock req;
	struct lock_wait wait;
	int flock_op; /* flock(2) */
};

bool is_lock_cmd(unsigned int cmd)
{
	return cmd == F_GETLK || cmd == F_SETLK || cmd == F_SETLKW || cmd == F_OFD_GETLK ||
	       cmd == F_OFD_SETLK || cmd == F_OFD_SETLKW;
}

static bool is_ofd(unsigned int cmd)
{
	return cmd == F_OFD_GETLK || cmd == F_OFD_SETLK || cmd == F_OFD_SETLKW;
}

static long lock_run(struct task *t, struct lock_call *c, long (*op)(struct task *, void *),
		     void (*drop)(void *))
{
	struct wait_queue *wq = locks_wait_queue(c->file);

	if (wq == NULL) {
		file_put(c->file);
		drop(c);
		return -ENOMEM;
	}
	return io_wait_loop(t, &(struct io_wait){
				       .file = c->file,
				       .wq = wq,
				       .events = POLLOUT,
				       .deadline_ns = TIMER_NEVER,
				       .on_signal = -ERESTARTSYS,
				       .op = op,
				       .drop = drop,
				       .state = c,
			       });
}

/* ---- fcntl ---- */

static long setlkw_op(struct task *t, void *state)
{
	struct lock_call *c = state;

	(void)t;
	return posix_lock_try(c->file, &c->req, c->req.ofd ? NULL : &c->wait);
}

static void setlkw_drop(void *state)
{
	struct lock_call *c = state;

	if (!c->req.ofd)
		posix_lock_wait_end(c->kernel, &c->wait);
	mem_free(c);
}

/* Takes f. */
static long lock_wait_for(struct task *t, struct file *f, const struct file_lock *req)
{
	struct lock_call *c = mem_zalloc(sizeof(*c));

	if (c == NULL) {
		file_put(f);
		return -ENOMEM;
	}
	c->file = f;
	c->kernel = t->kernel;
	c->req = *req;
	list_init(&c->wait.node);
	c->wait.owner = req->owner;
	return lock_run(t, c, setlkw_op, setlkw_drop);
}

static int decode(struct task *t, struct file *f, bool ofd, const struct flock *fl,
		  struct file_lock *ret)
{
	int err;

	if (ofd && fl->l_pid != 0)
		return -EINVAL;
	memset(ret, 0, sizeof(*ret));
	err = file_lock_range(f, fl, ret);
	if (err < 0)
		return err;
	list_init(&ret->node);
	ret->type = fl->l_type;
	ret->ofd = ofd;
	ret->owner = ofd ? (const void *)f : (const void *)t->files;
	ret->pid = ofd ? -1 : t->process->pid;
	return 0;
}

static long getlk(struct task *t, struct file *f, const struct file_lock *req, struct flock *fl,
		  uaddr_t arg)
{
	struct file_lock found;

	posix_lock_test(f, req, &found);
	fl->l_type = (short)found.type;
	if (found.type != F_UNLCK) {
		fl->l_whence = SEEK_SET;
		fl->l_start = found.start;
		fl->l_len = found.end == INT64_MAX ? 0 : found.end - found.start + 1;
		fl->l_pid = found.pid;
	}
	return copy_out_obj(t, arg, fl);
}

long fcntl_lock(struct task *t, struct file *f, unsigned int cmd, uint64_t arg)
{
	bool get = cmd == F_GETLK || cmd == F_OFD_GETLK;
	struct file_lock req;
	struct flock fl;
	long err = -EINVAL;

	if (copy_in_obj(t, &fl, arg) < 0)
		err = -EFAULT;
	else if (fl.l_type == F_RDLCK || fl.l_type == F_WRLCK ||
		 (fl.l_type == F_UNLCK && (!get || is_ofd(cmd))))
		err = decode(t, f, is_ofd(cmd), &fl, &req);
	if (err == 0 && get)
		err = getlk(t, f, &req, &fl, arg);
	else if (err == 0 && (cmd == F_SETLKW || cmd == F_OFD_SETLKW))
		return lock_wait_for(t, f, &req);
	else if (err == 0)
		err = posix_lock_try(f, &req, NULL);
	file_put(f);
	return err;
}

/* ---- flock(2) ---- */

static long flock_op(struct task *t, void *state)
{
	struct lock_call *c = state;

	(void)t;
	return flock_try(c->file, c->flock_op);
}

long sys_flock(struct task *t, const uint64_t *a)
{
	int op = (int)a[1] & ~LOCK_NB;
	struct lock_call *c;
	struct file *f;
	long err;

	if (op != LOCK_SH && op != LOCK_EX && op != LOCK_UN)
		return -EINVAL;
	f = fd_get(t, (int)a[0]);
	if (f == NULL)
		return -EBADF;
	if (op != LOCK_UN && !(f->mode & (FMODE_READ | FMODE_WRITE))) {
		file_put(f);
		return -EBADF;
	}
	if ((int)a[1] & LOCK_NB || op == LOCK_UN) {
		err = flock_try(f, op);
		file_put(f);
		return err;
	}
	c = mem_zalloc(sizeof(*c));
	if (c == NULL) {
		file_put(f);
		return -ENOMEM;
	}
	c->file = f;
	c->flock_op = op;
	return lock_run(t, c, flock_op, mem_free);
}
