/*
 * platform/ptrace/inject.c - calls that a held guest thread makes for the sentry, see ptrace.h
 *
 * Model: the thread's registers are set to another call and it is run to that call's exit stop; again
 * and again, and in the end onto its own call, which traps as before. All signals are blocked
 * meanwhile. Group stops on the way are passed and made up for later (restop).
 *
 * The guest can change the bytes of its syscall instruction between two calls. Then its own code
 * runs with the sentry's registers, until it traps; whoever does not arrive with the registers that
 * were set is killed, and so is who does not arrive in time.
 *
 * Other tracees go on stopping and dying while one is waited for, and an exec in its thread group
 * even depends on our reaping them: all events are taken, those of others are deferred.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "platform/guestmem.h"
#include "platform/ptrace/door.h"
#include "platform/ptrace/ptrace.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/base/log.h"
#include "sentry/hostproc.h"

#define SYSCALL_STOP (SIGTRAP | 0x80)
#define MAX_OTHER_STOPS 64
#define STOP_SECONDS 10
#define RED_ZONE 128

struct inject {
	struct tracee *tr;
	uint64_t mask;	 /* the guest's */
	bool at_entry;	 /* still at the seccomp stop of the guest's call */
	bool at_seccomp; /* of the last two kinds of stops */
};

/* ---- waiting for one tracee ---- */

/* Its next event; those of others are deferred. -ESRCH: it died or became another. */
static int wait_event(struct tracee *tr, int *status)
{
	struct timespec timeout = {.tv_sec = STOP_SECONDS};
	sigset_t chld;
	bool late = false;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	for (pid_t tid = 0;; tid = waitpid(-1, status, __WALL | WNOHANG)) {
		if (tid == tr->tid && WIFSTOPPED(*status) && *status >> 16 != PTRACE_EVENT_EXEC)
			return 0;
		if (tid > 0)
			tracee_defer_event(tid, *status);
		if (tid == tr->tid || (tid < 0 && errno != EINTR))
			return -ESRCH;
		if (tid == 0 && late)
			return -ETIMEDOUT;
		if (tid == 0)
			late = sigtimedwait(&chld, NULL, &timeout) < 0 && errno == EAGAIN;
	}
}

static bool is_group_stop(int sig)
{
	return sig == SIGSTOP || sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
}

/* Runs it to its next syscall or seccomp stop. */
static int run(struct inject *in, int request)
{
	struct tracee *tr = in->tr;
	int sig = 0, err, status;

	for (int i = 0; i < MAX_OTHER_STOPS; i++) {
		if (ptrace(request, tr->tid, 0, (long)sig) < 0)
			return -ESRCH;
		err = wait_event(tr, &status);
		if (err < 0)
			return err;
		sig = 0;
		in->at_seccomp = status >> 16 == PTRACE_EVENT_SECCOMP;
		if (in->at_seccomp || WSTOPSIG(status) == SYSCALL_STOP)
			return 0;
		if (status >> 16 == PTRACE_EVENT_STOP)
			tr->restop |= is_group_stop(WSTOPSIG(status));
		else if (status >> 16 == 0)
			sig = WSTOPSIG(status); /* SIGSTOP, or a fault: not to be blocked */
	}
	return -EIO;
}

/* ---- one call ---- */

/* 0, or -EIO: it came here in another way than we have sent it. */
static int check_regs(struct tracee *tr, const struct user_regs_struct *want, int nr)
{
	struct user_regs_struct r;
	bool same;

	if (tracee_get_regs(tr, &r) < 0)
		return -ESRCH;
	same = (int)r.orig_rax == nr && r.rip == want->rip + 2 && r.rdi == want->rdi &&
	       r.rsi == want->rsi && r.rdx == want->rdx && r.r10 == want->r10 && r.r8 == want->r8 &&
	       r.r9 == want->r9;
	return same ? 0 : -EIO;
}

/* From a stop after a call onto the syscall instruction again, to the first stop of call nr. */
static int enter(struct inject *in, int nr, const uint64_t args[6], int request)
{
	struct user_regs_struct regs;
	int err;

	tracee_reenter_regs(in->tr, nr, args, &regs);
	if (tracee_set_regs(in->tr, &regs) < 0)
		return -ESRCH;
	err = run(in, request);
	return err < 0 ? err : check_regs(in->tr, &regs, nr);
}

static int enter_first(struct inject *in, int nr, const uint64_t args[6])
{
	struct tracee *tr = in->tr;
	struct user_regs_struct regs;

	tracee_reenter_regs(tr, nr, args, &regs);
	regs.rip = tr->regs.rip;
	regs.rax = tr->regs.rax;
	regs.orig_rax = (unsigned long long)nr;
	in->at_entry = false;
	return tracee_set_regs(tr, &regs);
}

/* Makes call nr; *ret is its result. request: PTRACE_CONT if the guests' program traps it in any
 * case, PTRACE_SYSCALL if it may be a forwarded one. An error here means that the thread is lost. */
static int make_call(struct inject *in, int nr, const uint64_t args[6], int request, long *ret)
{
	struct user_regs_struct regs;
	int err;

	if (in->at_entry)
		err = enter_first(in, nr, args);
	else
		err = enter(in, nr, args, request);
	if (err == 0)
		err = run(in, PTRACE_SYSCALL);
	if (err == 0 && in->at_seccomp) /* the one before was the entry stop */
		err = run(in, PTRACE_SYSCALL);
	if (err == 0)
		err = tracee_get_regs(in->tr, &regs);
	if (err == 0)
		*ret = (long)regs.rax;
	return err;
}

/* ---- begin, end ---- */

static int begin(struct inject *in, struct tracee *tr, bool at_entry)
{
	uint64_t all = ~0ULL;

	*in = (struct inject){.tr = tr, .at_entry = at_entry};
	if (ptrace(PTRACE_GETSIGMASK, tr->tid, sizeof(in->mask), &in->mask) < 0 ||
	    ptrace(PTRACE_SETSIGMASK, tr->tid, sizeof(all), &all) < 0)
		return -ESRCH;
	return 0;
}

static void unmask(struct inject *in)
{
	ptrace(PTRACE_SETSIGMASK, in->tr->tid, sizeof(in->mask), &in->mask);
}

/* The thread's call ends here: it did not do what was asked of it, or it is gone (-ESRCH), and then
 * its number may be another's by now. */
static void give_up(struct inject *in, int err)
{
	if (err != -ESRCH) {
		log_ratelimited(LOG_LEVEL_WARN, "thread %d evades a call: killed (error %d)",
				in->tr->tid, -err);
		ptrace(PTRACE_KILL, in->tr->tid, 0, 0);
	}
	tracee_call_end(in->tr);
}

/* Back to the seccomp stop of the guest's own call. */
static int end(struct inject *in, int err)
{
	struct task *t = in->tr->task;

	if (err == 0 && !in->at_entry)
		err = enter(in, t->call.nr, t->call.args, PTRACE_CONT);
	if (err < 0) {
		give_up(in, err);
		return -ESRCH;
	}
	unmask(in);
	return 0;
}

/* ---- platform.h: call_native ---- */

void inject_guest_call(struct tracee *tr, const struct verdict *v, bool at_entry)
{
	struct task *t = task_get(tr->task);
	struct user_regs_struct regs = tr->regs;
	struct verdict call = *v;
	struct inject in;
	long result = CALL_NATIVE_AGAIN;
	int err = begin(&in, tr, at_entry);

	while (err == 0 && result == CALL_NATIVE_AGAIN) {
		err = make_call(&in, call.nr, call.args, PTRACE_SYSCALL, &result);
		if (err == 0)
			result = call.done(t, result, call.args);
	}
	if (err < 0) {
		(void)call.done(t, -EINTR, call.args); /* it only tidies up */
		give_up(&in, err);
		task_put(t);
		return;
	}
	if (result == -ERESTARTNOINTR)
		tracee_reenter_regs(tr, t->call.nr, t->call.args, &regs);
	else
		regs.rax = (unsigned long long)result;
	tracee_set_regs(tr, &regs);
	unmask(&in);
	tracee_call_end(tr);
	tracee_resume(tr, 0);
	task_put(t);
}

/* ---- putting an fd into the guest ---- */

/* What the calls read and write in guest memory, below the red zone. */
struct scratch {
	struct {
		uint16_t family;
		char path[sizeof(DOOR_PATH)];
	} addr;
	struct msghdr msg;
	struct iovec iov;
	uint64_t byte;
	struct cmsghdr cmsg;
	int fd;
};

struct transfer {
	struct inject in;
	struct task *t;
	uint64_t at; /* scratch's address in the guest */
	int lost;    /* -errno: the thread is, no more calls */
};

static uint64_t scratch_addr(const struct transfer *x, size_t offset)
{
	return x->at + offset;
}

static void fill_scratch(const struct transfer *x, struct scratch *s)
{
	memset(s, 0, sizeof(*s));
	s->addr.family = AF_UNIX;
	memcpy(s->addr.path, DOOR_PATH, sizeof(DOOR_PATH));
	s->iov.iov_base = (void *)scratch_addr(x, offsetof(struct scratch, byte));
	s->iov.iov_len = 1;
	s->msg.msg_iov = (void *)scratch_addr(x, offsetof(struct scratch, iov));
	s->msg.msg_iovlen = 1;
	s->msg.msg_control = (void *)scratch_addr(x, offsetof(struct scratch, cmsg));
	s->msg.msg_controllen = CMSG_LEN(sizeof(int));
}

/* The result of the guest's call. */
static long call(struct transfer *x, int nr, uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t args[6] = {a, b, c, 0, 0, 0};
	long ret = -ESRCH;

	if (x->lost == 0)
		x->lost = make_call(&x->in, nr, args, PTRACE_CONT, &ret);
	return x->lost < 0 ? -ESRCH : ret;
}

/* What threads left behind that died before they were sent something. */
static void drop_connections(void)
{
	int fd;

	while ((fd = accept4(pt.door_fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		close(fd);
}

/* The connection that was just made; it must be of that very process. */
static int accept_from(const struct task *t)
{
	int fd = accept4(pt.door_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (fd < 0)
		return -errno;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	    peer.pid == t->process->host_pid)
		return fd;
	close(fd);
	return -EPERM;
}

static int send_fd(const struct task *t, int fd)
{
	union {
		struct cmsghdr hdr;
		char buf[CMSG_SPACE(sizeof(int))];
	} control = {.hdr = {.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
	char byte = 0;
	struct iovec iov = {&byte, 1};
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = CMSG_LEN(sizeof(int)),
	};
	int conn = accept_from(t), err = 0;

	if (conn < 0)
		return conn;
	control.hdr.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.hdr), &fd, sizeof(fd));
	if (sendmsg(conn, &msg, MSG_NOSIGNAL) < 0)
		err = -errno;
	close(conn); /* what was sent stays in the receiver's queue */
	return err;
}

/* Is this very file under number at already, with the same access? Of links in /proc/tid/fd the mode
 * tells what the fd allows. */
static bool is_installed(const struct task *t, int host_fd, int at)
{
	static const mode_t want_mode[] = {
		[O_RDONLY] = S_IRUSR, [O_WRONLY] = S_IWUSR, [O_RDWR] = S_IRUSR | S_IWUSR};
	int proc = t->kernel->host_proc_fd, access;
	const unsigned int mask = STATX_INO | STATX_MNT_ID;
	struct statx want, have;
	struct stat link;
	char path[48];

	snprintf(path, sizeof(path), "%d/fd/%d", t->plat.host_tid, at);
	if (fstatat(proc, path, &link, AT_SYMLINK_NOFOLLOW) < 0)
		return false;
	access = fcntl(host_fd, F_GETFL) & O_ACCMODE;
	return access != O_ACCMODE && (link.st_mode & (S_IRUSR | S_IWUSR)) == want_mode[access] &&
	       statx(proc, path, 0, mask, &have) == 0 &&
	       statx(host_fd, "", AT_EMPTY_PATH, mask, &want) == 0 &&
	       have.stx_ino == want.stx_ino && have.stx_dev_major == want.stx_dev_major &&
	       have.stx_dev_minor == want.stx_dev_minor && have.stx_mnt_id == want.stx_mnt_id;
}

static void close_both(struct transfer *x, long a, long b)
{
	if (b == a + 1) {
		call(x, SYS_close_range, (uint64_t)a, (uint64_t)b, 0);
		return;
	}
	call(x, SYS_close, (uint64_t)a, 0, 0);
	if (b >= 0)
		call(x, SYS_close, (uint64_t)b, 0, 0);
}

/* The fd arrives under the lowest free number. What the guest's memory says may be a lie, which harms
 * the guest only: see is_installed(). */
static int receive(struct transfer *x, long sock, int host_fd)
{
	int fd = -1, err = send_fd(x->t, host_fd);
	long n;

	if (err < 0)
		return err;
	n = call(x, SYS_recvmsg, (uint64_t)sock, scratch_addr(x, offsetof(struct scratch, msg)),
		 MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (n < 0)
		return (int)n;
	if (!guestmem_read(x->in.tr->tid, &fd, scratch_addr(x, offsetof(struct scratch, fd)),
			   sizeof(fd)))
		return -EIO;
	return fd < 0 ? -EIO : fd;
}

static int transfer(struct transfer *x, int host_fd, int at)
{
	long sock = call(x, SYS_socket, AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	long fd, err = 0;

	if (sock < 0)
		return (int)sock;
	drop_connections();
	fd = call(x, SYS_connect, (uint64_t)sock, scratch_addr(x, 0),
		  sizeof(((struct scratch *)0)->addr));
	if (fd == 0)
		fd = receive(x, sock, host_fd);
	if (fd >= 0 && fd != at)
		err = call(x, SYS_dup3, (uint64_t)fd, (uint64_t)at, O_CLOEXEC);
	else if (fd < 0)
		err = fd;
	if (err >= 0 && fd == at)
		fd = -1; /* arrived where it is to stay */
	if (err >= 0 && sock == at)
		call(x, SYS_close, (uint64_t)fd, 0, 0); /* dup3() has closed the socket */
	else
		close_both(x, sock, fd);
	if (err < 0)
		return (int)err;
	return x->lost == 0 && !is_installed(x->t, host_fd, at) ? -EIO : 0;
}

/* Instead of a file that cannot be mapped: none. */
static int remove_fd(struct tracee *tr, int at)
{
	uint64_t args[6] = {(uint64_t)at};
	struct inject in;
	long ret;
	int err = begin(&in, tr, true);

	if (err < 0)
		return err;
	return end(&in, make_call(&in, SYS_close, args, PTRACE_CONT, &ret));
}

int inject_install_fd(struct task *t, int host_fd, int at)
{
	struct tracee *tr = t->plat.priv;
	struct transfer x = {.t = t};
	struct scratch old, s;
	int err, lost;

	if (!tr || tr->state != TRACEE_IN_CALL)
		return -ESRCH;
	if (host_fd == t->kernel->host_dummy_fd)
		return remove_fd(tr, at);
	if (is_installed(t, host_fd, at))
		return 0;
	err = begin(&x.in, tr, true);
	if (err < 0)
		return err;
	x.at = (tr->regs.rsp - RED_ZONE - sizeof(s)) & ~15ULL;
	fill_scratch(&x, &s);
	err = -EFAULT;
	if (guestmem_read(tr->tid, &old, x.at, sizeof(old)) &&
	    guestmem_write(tr->tid, &s, x.at, sizeof(s))) {
		err = transfer(&x, host_fd, at);
		guestmem_write(tr->tid, &old, x.at, sizeof(old));
	}
	lost = end(&x.in, x.lost);
	return lost < 0 ? lost : err;
}
