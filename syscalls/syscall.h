/*
 * syscalls/syscall.h - the form of a syscall handler, and dispatch
 *
 * Model: syscalls/table.def has one row for every number. Each row names a handler sys_<name>,
 * which is declared weak here: a row without a handler answers ENOSYS and says so in the table.
 *
 * A handler gets the task and its six raw arguments (already a private copy). It validates flags,
 * copies in, makes one call down, copies out. It casts arguments as Linux does: an int parameter is
 * (int)a[0], the high half is ignored. It returns a result, -errno, a restart class, SYS_PARKED,
 * SYS_CONTINUE or SYS_DONE (sentry/abi/errno_internal.h).
 *
 * Waiting is done with park.h, in syscalls/io.c and syscalls/poll.c; handlers elsewhere call those.
 */
#ifndef SYSCALLS_SYSCALL_H
#define SYSCALLS_SYSCALL_H

#include <stdint.h>

#include "sentry/abi/errno_internal.h"
#include "sentry/base/base.h"
#include "sentry/fdtable.h"
#include "sentry/kernel.h"
#include "sentry/mem/uio.h"
#include "sentry/mem/usermem.h"
#include "sentry/park.h"
#include "sentry/task.h"
#include "syscalls/args.h"

#define SYSCALL_MAX 512

typedef long (*syscall_fn)(struct task *t, const uint64_t *a);

/* support levels of table.def */
enum syscall_level { LEVEL_FULL, LEVEL_PARTIAL, LEVEL_ERRNO /* refused, with why */ };

struct syscall_row {
	int nr;
	const char *name;
	syscall_fn fn; /* NULL: not implemented, or refused */
	enum syscall_level level;
	const char *note; /* what is missing, or why it is refused */
	int refusal;	  /* the errno of a row without handler; 0: ENOSYS */
	struct syscall_arg args[SYSCALL_MAX_ARGS];
};
const struct syscall_row *syscall_row(int nr); /* NULL: no such number */

/* Every row's handler: long sys_<name>(struct task *, const uint64_t *). */
#define SYSCALL(nr_, name_, ...) long sys_##name_(struct task *t, const uint64_t *a);
#define REFUSED(...)
#include "syscalls/table.def"
#undef SYSCALL
#undef REFUSED

/* Dispatch, the guest's own seccomp filters applied. */
long syscall_dispatch(struct task *t);

/* sys_clone.c: a wait4(2) or waitid(2) that slept, or had not begun, when a signal was handled. */
long syscall_wait_interrupted(struct task *t);

/* sys_library.c: an open by the dynamic linker (STUB_OPEN_LIBRARY). */
long library_open(struct task *t, const uint64_t *a);

/* sys_stat.c */
struct kstat;
struct stat;
void stat_from_kstat(const struct kstat *k, struct stat *st);

/* sys_sched.c: the rules of sched_setscheduler(2); policy < 0 keeps the old one. */
long sched_set_policy(struct task *t, pid_t pid, int policy, int prio);
long sched_set_nice(struct task *t, pid_t pid, int nice); /* setpriority(2) of one thread */

/* ---- syscalls/io.c: the loops that wait and count for reads and writes ---- */
struct file;
/* Reads/writes through uio until done, end, error, signal; consumes the file reference f and
 * copies what it needs of the uio's iovec. pos < 0: the file's own position. */
long io_read(struct task *t, struct file *f, struct uio *u, int64_t pos, int flags);
long io_write(struct task *t, struct file *f, struct uio *u, int64_t pos, int flags);
/* The same for a socket's file (sys_sockmsg.c): time-outs, SIGPIPE as the family wants it. */
long io_socket(struct task *t, struct file *f, const struct uio *u, bool write);
/* Generic: call op until it does not return -EAGAIN, waiting for events on f between tries.
 * state is freed with drop; deadline: monotonic ns or TIMER_NEVER; what a time-out or a signal
 * returns is given. Consumes f. */
struct io_wait {
	struct file *file;
	uint32_t events;
	int64_t deadline_ns;
	long on_timeout, on_signal;
	long (*op)(struct task *t, void *state);
	void (*drop)(void *state);
	void *state;
	/* Optional. A second file that may hold op up (consumed as well), a queue to use instead of
	 * file's, and a last word on the result (partial counts, copying out). */
	struct file *file2;
	uint32_t events2;
	struct wait_queue *wq;
	/* Asked after the first try: one more queue (events2), which state keeps alive. */
	struct wait_queue *(*late_wq)(void *state);
	long (*finish)(struct task *t, void *state, long n);
	bool nonblock; /* -EAGAIN is the result */
};
long io_wait_loop(struct task *t, const struct io_wait *w);
/* splice(2) with its offsets, -1: the file's own. Takes both files. */
long io_splice(struct task *t, struct file *in, int64_t pos_in, struct file *out, int64_t pos_out,
	       size_t len, unsigned int flags);
/* tee(2); takes both files. */
long io_tee(struct task *t, struct file *in, struct file *out, size_t len, unsigned int flags);
/* Is the call not to wait? What io_uring carries out does, whatever the file's flags say. */
bool call_nonblock(const struct task *t, struct file *f);
/* F_SETFL, FIONBIO, FIOASYNC: status flags, and SIGIO with O_ASYNC (sys_fd.c). */
long fd_set_status(struct task *t, int fd, struct file *f, int flags);
/* The end of open(2): waits for the partner of a FIFO's end if need be, then installs f. Takes f. */
long io_open_finish(struct task *t, struct file *f, bool cloexec);

#endif
