/*
 * syscalls/sys_signalfd.c - signalfd(2), and reading from it
 *
 * Model: a signal can only be taken by the thread itself. When one of the mask is pending the
 * reader is made to run rt_sigtimedwait(2) with a zero time-out natively (platform.h: call_native),
 * into the buffer of its read, which is large enough for the call's three arguments and its answer;
 * the siginfo found there is then rewritten as a struct signalfd_siginfo, and so on while there is
 * room. Another thread may have been faster: then the guest's read is made once more.
 *
 * Differences: no readv(2); a read into a bad buffer does not lose the signal. On a platform
 * without call_native there is no signalfd (ENOSYS).
 */
#include "syscalls/sys_signalfd.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>

#include "fs/anon/anon.h"
#include "fs/vfs/file.h"
#include "platform/platform.h"
#include "sentry/base/mem.h"
#include "sentry/process_watch.h"
#include "syscalls/syscall.h"

/* What the native call reads from the front of the guest's buffer before it writes there. */
struct wait_args {
	uint64_t set;
	struct timespec zero;
};

STATIC_ASSERT_SIZE(struct signalfd_siginfo, 128);
STATIC_ASSERT_SIZE(siginfo_t, 128);

#ifndef SI_KERNEL
#define SI_KERNEL 0x80
#endif

static void fill_child(const siginfo_t *si, struct signalfd_siginfo *ret)
{
	ret->ssi_pid = (uint32_t)si->si_pid;
	ret->ssi_uid = si->si_uid;
	ret->ssi_status = si->si_status;
	ret->ssi_utime = (uint64_t)si->si_utime;
	ret->ssi_stime = (uint64_t)si->si_stime;
}

static void fill_kernel_code(const siginfo_t *si, struct signalfd_siginfo *ret)
{
	switch (si->si_signo) {
	case SIGCHLD: fill_child(si, ret); break;
	case SIGPOLL:
		ret->ssi_band = (uint32_t)si->si_band;
		ret->ssi_fd = si->si_fd;
		break;
	case SIGSYS:
		ret->ssi_call_addr = (uint64_t)(uintptr_t)si->si_call_addr;
		ret->ssi_syscall = si->si_syscall;
		ret->ssi_arch = si->si_arch;
		break;
	case SIGILL:
	case SIGFPE:
	case SIGSEGV:
	case SIGBUS:
	case SIGTRAP: ret->ssi_addr = (uint64_t)(uintptr_t)si->si_addr; break;
	default: ret->ssi_pid = (uint32_t)si->si_pid; ret->ssi_uid = si->si_uid;
	}
}

/* siginfo_layout() of kernel/signal.c decides which fields mean something. */
static void convert(const siginfo_t *si, struct signalfd_siginfo *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->ssi_signo = (uint32_t)si->si_signo;
	ret->ssi_errno = si->si_errno;
	ret->ssi_code = si->si_code;
	if (si->si_code > SI_USER && si->si_code < SI_KERNEL) {
		fill_kernel_code(si, ret);
	} else if (si->si_code == SI_TIMER) {
		ret->ssi_tid = (uint32_t)si->si_timerid;
		ret->ssi_overrun = (uint32_t)si->si_overrun;
		ret->ssi_ptr = (uint64_t)(uintptr_t)si->si_ptr;
		ret->ssi_int = si->si_int;
	} else if (si->si_code == SI_SIGIO) {
		ret->ssi_band = (uint32_t)si->si_band;
		ret->ssi_fd = si->si_fd;
	} else {
		ret->ssi_pid = (uint32_t)si->si_pid;
		ret->ssi_uid = si->si_uid;
		if (si->si_code < 0) {
			ret->ssi_ptr = (uint64_t)(uintptr_t)si->si_ptr;
			ret->ssi_int = si->si_int;
		}
	}
}

/* A read under way; t->call_state. */
struct taking {
	uint64_t mask;
	uint64_t room;		/* records that fit */
	uint64_t nr;		/* taken so far */
	struct wait_args saved; /* what the guest had where our arguments are */
};

static uaddr_t record_at(struct task *t, const struct taking *k)
{
	return t->call.args[1] + k->nr * sizeof(struct signalfd_siginfo);
}

/* Puts the arguments of the next native call into the place of the next record. */
static int put_args(struct task *t, struct taking *k, uint64_t args[6])
{
	uaddr_t at = record_at(t, k);
	struct wait_args wa = {.set = k->mask};

	if (copy_in_obj(t, &k->saved, at) < 0 || copy_out_obj(t, at, &wa) < 0)
		return -EFAULT;
	args[0] = at;
	args[1] = at;
	args[2] = at + offsetof(struct wait_args, zero);
	args[3] = sizeof(uint64_t);
	return 0;
}

static long taking_end(struct task *t, long result)
{
	mem_free(t->call_state);
	t->call_state = NULL;
	return result;
}

/* One native call is over; its siginfo, if it took a signal, is where the record will be. */
static long native_done(struct task *t, long result, uint64_t args[6])
{
	struct taking *k = t->call_state;
	uaddr_t at = record_at(t, k);
	long taken = (long)(k->nr * sizeof(struct signalfd_siginfo));
	struct signalfd_siginfo out;
	siginfo_t si;

	if (result <= 0) {
		bool none = result == -EAGAIN || result == -EINTR;

		if (copy_out_obj(t, at, &k->saved) < 0)
			none = false;
		if (taken)
			return taking_end(t, taken);
		return taking_end(t, none ? -ERESTARTNOINTR : result);
	}
	if (copy_in_obj(t, &si, at) < 0)
		return taking_end(t, taken ? taken : -EFAULT);
	convert(&si, &out);
	if (copy_out_obj(t, at, &out) < 0)
		return taking_end(t, taken ? taken : -EFAULT);
	k->nr++;
	if (k->nr < k->room && put_args(t, k, args) == 0)
		return CALL_NATIVE_AGAIN;
	return taking_end(t, taken + (long)sizeof(out));
}

static long take_signals(struct task *t, uint64_t mask)
{
	struct taking *k = mem_zalloc(sizeof(*k));
	uint64_t args[6] = {0};

	if (k == NULL)
		return -ENOMEM;
	if (task_punts(t)) { /* nobody holds the thread */
		mem_free(k);
		return -EINTR;
	}
	k->mask = mask;
	k->room = MIN(t->call.args[2] / sizeof(struct signalfd_siginfo), (uint64_t)64);
	t->call_state = k;
	if (put_args(t, k, args) < 0)
		return taking_end(t, -EFAULT);
	if (t->kernel->platform->call_native(t, SYS_rt_sigtimedwait, args, native_done) < 0)
		return taking_end(t, -EINTR);
	return SYS_DONE;
}

struct read_wait {
	struct file *file;
	struct process_watch *watch;
};

static void read_wait_drop(struct task *t)
{
	struct read_wait *r = t->park.state;

	process_watch_put(r->watch);
	file_put(r->file);
	mem_free(r);
}

/* The park ends before the thread is let go. */
static long read_wait_resume(struct task *t, unsigned int reasons)
{
	struct read_wait *r = t->park.state;
	uint64_t mask = signalfd_mask(r->file);
	bool ready;

	while (!(ready = signalfd_ready(r->file, t)) && !(reasons & WAKE_SIGNAL)) {
		if (park_commit(t, &reasons))
			return SYS_PARKED;
		mask = signalfd_mask(r->file);
	}
	park_end(t);
	return ready ? take_signals(t, mask) : -ERESTARTSYS;
}

long signalfd_read(struct task *t, struct file *f, uint64_t count)
{
	uint64_t mask = signalfd_mask(f);
	struct read_wait *r;
	bool ready;

	if (count < sizeof(struct signalfd_siginfo) || t->call.nr != SYS_read) {
		file_put(f);
		return -EINVAL;
	}
	ready = signalfd_ready(f, t);
	if (ready || file_nonblock(f)) {
		file_put(f);
		return ready ? take_signals(t, mask) : -EAGAIN;
	}
	r = mem_alloc(sizeof(*r));
	if (r)
		r->watch = process_watch_get(t->process);
	if (r == NULL || r->watch == NULL) {
		mem_free(r);
		file_put(f);
		return -ENOMEM;
	}
	r->file = f;
	park_begin(t, read_wait_resume, read_wait_drop, r);
	park_add_wait(t, &r->watch->signals, POLLIN);
	return read_wait_resume(t, 0);
}

static long do_signalfd(struct task *t, const uint64_t *a, int flags)
{
	uint64_t mask;
	struct file *f;
	int fd = (int)a[0], err;

	if (t->kernel->platform->call_native == NULL)
		return -ENOSYS;
	if (a[2] != sizeof(mask))
		return -EINVAL;
	if (copy_in_obj(t, &mask, a[1]) < 0)
		return -EFAULT;
	if (flags & ~(SFD_CLOEXEC | SFD_NONBLOCK))
		return -EINVAL;
	mask &= ~(1ULL << (SIGKILL - 1) | 1ULL << (SIGSTOP - 1));
	if (fd == -1) {
		err = signalfd_new(t, mask, flags & O_NONBLOCK, &f);
		return err < 0 ? err : fd_install(t, f, flags & SFD_CLOEXEC);
	}
	f = fd_get(t, fd);
	if (f == NULL)
		return -EBADF;
	err = file_is_signalfd(f) ? fd : -EINVAL;
	if (err >= 0)
		signalfd_set_mask(f, mask);
	file_put(f);
	return err;
}

long sys_signalfd(struct task *t, const uint64_t *a)
{
	return do_signalfd(t, a, 0);
}

long sys_signalfd4(struct task *t, const uint64_t *a)
{
	return do_signalfd(t, a, (int)a[3]);
}
