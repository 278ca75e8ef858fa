/* platform/ptrace/ptrace.c - the owner's loop, memory, and the table of operations, see ptrace.h */
#include "platform/ptrace/ptrace.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/guestmem.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/base/log.h"
#include "sentry/base/strbuf.h"
#include "sentry/hostproc.h"
#include "sentry/signal.h"

#define OPTIONS                                                                                    \
	(PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |  \
	 PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)
/* Parked calls are not kept from signals for longer than this many events. */
#define HELD_MAX_EVENTS 64
#define EXIT_OURS_STATUS (125 << 8)

struct ptrace_platform pt;

static struct {
	struct platform_boot boot;
	pid_t pid;
	_Atomic pid_t owner_tid;
	atomic_bool kicked; /* SIGUSR1 was sent and the owner has not looked since */
} own;

static _Thread_local bool is_owner;

/* ---- the owner ---- */

/* What the owner sleeps for; in no thread may it be delivered otherwise. */
static void wake_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	sigaddset(set, SIGUSR1);
}

static void pt_kick_workers(struct kernel *k)
{
	(void)k;
	if (is_owner || own.owner_tid == 0 || atomic_exchange(&own.kicked, true))
		return;
	syscall(SYS_tgkill, own.pid, own.owner_tid, SIGUSR1);
}

static void drain_runq(void)
{
	struct task *t;

	while ((t = runq_pop()))
		task_resume_parked(t);
}

static bool serve_event(void)
{
	int status;
	pid_t tid = tracee_next_event(&status);

	if (tid == 0)
		return false;
	stop_handle(tid, status);
	return true;
}

/* The first process waits for the byte before it installs its filter and executes the stub. */
static void attach_init(struct kernel *k)
{
	pid_t tid = own.boot.init_host_tid;

	if (ptrace(PTRACE_SEIZE, tid, 0, OPTIONS) == 0 && tracee_get(tid) &&
	    write(own.boot.release_fd, "", 1) == 1)
		return;
	log_err("cannot trace the guest's first process: %s", strerror(errno));
	kernel_shutdown(k, EXIT_OURS_STATUS);
}

static void pt_worker(struct kernel *k, unsigned int index)
{
	unsigned int events = 0;
	sigset_t wake;

	(void)index;
	is_owner = true;
	own.owner_tid = (pid_t)syscall(SYS_gettid);
	wake_signals(&wake);
	attach_init(k);
	while (!atomic_load(&k->exiting)) {
		bool any;

		atomic_store(&own.kicked, false); /* before the look at the run queue */
		drain_runq();
		any = serve_event();
		if (any ? ++events < HELD_MAX_EVENTS : !runq_empty())
			continue;
		events = 0;
		drain_runq(); /* whoever was woken need not go to sleep */
		verdict_release_held();
		if (!any && sigtimedwait(&wake, NULL, place_patience()) < 0 && errno == EAGAIN)
			place_quiet();
	}
}

/* ---- verdicts ---- */

static void pt_answer(struct task *t, long result)
{
	verdict_give(t, &(struct verdict){.kind = VERDICT_ANSWER, .result = result});
}

static void pt_continue(struct task *t)
{
	verdict_give(t, &(struct verdict){.kind = VERDICT_CONTINUE});
}

static int pt_call_native(struct task *t, int nr, uint64_t args[6],
			  long (*done)(struct task *t, long result, uint64_t args[6]))
{
	struct verdict v = {.kind = VERDICT_CALL, .nr = nr, .done = done};

	memcpy(v.args, args, sizeof(v.args));
	verdict_give(t, &v);
	return 0;
}

static void pt_redirect(struct task *t, int nr, const uint64_t args[6])
{
	struct verdict v = {.kind = VERDICT_REDIRECT, .nr = nr};

	memcpy(v.args, args, sizeof(v.args));
	verdict_give(t, &v);
}

/* The sender's signal is pending when its kill(2) is over: those who look at the pending ones
 * themselves look then (stop.c). Parked threads are interrupted by the host. */
static void pt_watch_signals(struct process *p, struct task *sender)
{
	struct tracee *tr = sender ? sender->plat.priv : NULL;

	if (!tr)
		return;
	if (!tr->kicked)
		tr->kicked = process_get(p);
	else
		tr->kicked_many = true;
}

static bool pt_is_signalled(struct task *t)
{
	struct signal_state st;

	return signal_state_read(t, &st) == 0 &&
	       ((st.pending | st.shared_pending) & ~(st.blocked | st.ignored));
}

static bool pt_is_stopped(struct task *t)
{
	struct tracee *tr = tracee_find(t->plat.host_tid);

	return tr && (tr->listening || (tr->state == TRACEE_SIGNALLED && tr->group_stop));
}

static bool pt_call_valid(struct task *t)
{
	int state = hostproc_state(t->kernel, t->plat.host_tid);

	return !task_is_dead(t) && state > 0 && state != 'Z' && state != 'X';
}

static void pt_own_affinity(struct task *t, enum affinity_use use)
{
	struct tracee *tr = tracee_find(t->plat.host_tid);

	(void)use; /* it is not bound again before its next calls */
	if (tr)
		place_release(tr);
}

/* ---- start ---- */

static int pt_init(struct kernel *k, const struct platform_boot *boot)
{
	sigset_t wake;

	if (boot->door_fd < 0)
		return -EBADF;
	own.boot = *boot;
	own.pid = getpid();
	pt.k = k;
	pt.door_fd = boot->door_fd;
	tracee_init();
	place_init();
	wake_signals(&wake);
	return -pthread_sigmask(SIG_BLOCK, &wake, NULL); /* the threads to come inherit it */
}

static unsigned int pt_nr_workers(const struct kernel *k)
{
	(void)k;
	return 1;
}

/* May we trace a child? Its threads are left alone: a sanitizer's runtime gives each process one, and
 * the child could not be waited for before that one, traced too, was. */
static int try_seize(void)
{
	pid_t pid = fork();
	int err;

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		pause();
		_exit(0);
	}
	err = ptrace(PTRACE_SEIZE, pid, 0, OPTIONS & ~PTRACE_O_TRACECLONE) < 0 ? -errno : 0;
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		;
	return err;
}

static int pt_probe(struct strbuf *why)
{
	uint32_t action = SECCOMP_RET_TRACE;
	int err;

	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) < 0) {
		strbuf_puts(why, "the kernel has no seccomp filters that stop for a tracer "
				 "(CONFIG_SECCOMP_FILTER is needed)");
		return -ENOSYS;
	}
	err = try_seize();
	if (err < 0)
		strbuf_printf(why,
			      "ptrace(2) is refused (%s): is kernel.yama.ptrace_scope 3, or "
			      "does a seccomp profile forbid it?",
			      strerror(-err));
	return err;
}

const struct platform platform_ptrace = {
	.name = "ptrace",
	.one_owner = true,
	.probe = pt_probe,
	.init = pt_init,
	.worker = pt_worker,
	.nr_workers = pt_nr_workers,
	.kick_workers = pt_kick_workers,
	.answer = pt_answer,
	.continue_call = pt_continue,
	.redirect = pt_redirect,
	.call_native = pt_call_native,
	.exec_stub = verdict_exec_stub,
	.answer_with_signal = verdict_answer_with_signal,
	.parked = verdict_parked,
	.call_valid = pt_call_valid,
	.is_signalled = pt_is_signalled,
	.is_stopped = pt_is_stopped,
	.own_affinity = pt_own_affinity,
	.watch_signals = pt_watch_signals,
	.install_fd = inject_install_fd,
	.read_mem = guestmem_readv,
	.write_mem = guestmem_writev,
};
