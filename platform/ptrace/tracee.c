/* platform/ptrace/tracee.c - the table of tracees, and ptrace(2) upon them, see ptrace.h */
#include "platform/ptrace/ptrace.h"

#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "sentry/base/log.h"
#include "sentry/base/mem.h"

/* Events that are served as the host hands them out before all that wait are put in a line. */
#define FAIR_EVENTS 16

static uint64_t tid_hash(pid_t tid)
{
	return hash_u64((uint64_t)(uint32_t)tid);
}

void tracee_init(void)
{
	hash_init(&pt.tracees);
	list_init(&pt.held);
	list_init(&pt.unknown);
	list_init(&pt.events);
}

/* ---- records ---- */

struct tracee *tracee_find(pid_t tid)
{
	struct tracee *tr;

	hash_for_each_possible(&pt.tracees, tr, node, tid_hash(tid))
		if (tr->tid == tid)
			return tr;
	return NULL;
}

struct tracee *tracee_get(pid_t tid)
{
	struct tracee *tr = tracee_find(tid);

	if (tr)
		return tr;
	tr = mem_zalloc(sizeof(*tr));
	if (!tr)
		return NULL;
	tr->tid = tid;
	list_init(&tr->held);
	list_init(&tr->event_node);
	list_init(&tr->place.node);
	hash_add(&pt.tracees, &tr->node, tid_hash(tid));
	return tr;
}

void tracee_free(struct tracee *tr)
{
	tracee_call_end(tr);
	place_gone(tr);
	list_del(&tr->event_node);
	hash_del(&pt.tracees, &tr->node);
	process_put(tr->leads);
	process_put(tr->kicked);
	mem_free(tr);
}

void tracee_rename(struct tracee *tr, pid_t tid)
{
	hash_del(&pt.tracees, &tr->node);
	tr->tid = tid;
	hash_add(&pt.tracees, &tr->node, tid_hash(tid));
}

void tracee_call_begin(struct tracee *tr, struct task *t)
{
	tr->task = task_get(t);
	t->plat.priv = tr;
	tr->state = TRACEE_IN_CALL;
}

void tracee_call_end(struct tracee *tr)
{
	struct task *t = TAKE_PTR(tr->task);

	tr->state = TRACEE_RUNNING;
	list_del(&tr->held);
	if (!t)
		return;
	t->plat.priv = NULL;
	task_put(t);
}

/* ---- ptrace(2): a tracee may be killed at any time, then its exit event follows ---- */

int tracee_get_regs(struct tracee *tr, struct user_regs_struct *regs)
{
	return ptrace(PTRACE_GETREGS, tr->tid, 0, regs) < 0 ? -errno : 0;
}

int tracee_set_regs(struct tracee *tr, const struct user_regs_struct *regs)
{
	return ptrace(PTRACE_SETREGS, tr->tid, 0, regs) < 0 ? -errno : 0;
}

void tracee_interrupt(struct tracee *tr)
{
	ptrace(PTRACE_INTERRUPT, tr->tid, 0, 0);
}

static bool wants_exit_stop(const struct tracee *tr)
{
	switch (tr->state) {
	case TRACEE_RUNNING: return tr->kicked != NULL;
	case TRACEE_REENTERING: return tr->verdict.kind == VERDICT_REDIRECT;
	case TRACEE_REDIRECTING:
	case TRACEE_EXECING: return true;
	default: return false;
	}
}

void tracee_resume(struct tracee *tr, int sig)
{
	tr->listening = false;
	if (tr->restop && tr->state != TRACEE_IN_CALL) {
		tr->restop = false;
		tracee_interrupt(tr);
	}
	if (wants_exit_stop(tr))
		ptrace(PTRACE_SYSCALL, tr->tid, 0, (long)sig);
	else
		ptrace(PTRACE_CONT, tr->tid, 0, (long)sig);
}

void tracee_listen(struct tracee *tr)
{
	tr->listening = true;
	ptrace(PTRACE_LISTEN, tr->tid, 0, 0);
}

void tracee_mask(struct tracee *tr, uint64_t more)
{
	uint64_t mask;

	if (!more || ptrace(PTRACE_GETSIGMASK, tr->tid, sizeof(tr->mask), &tr->mask) < 0)
		return;
	mask = tr->mask | more;
	tr->masked = ptrace(PTRACE_SETSIGMASK, tr->tid, sizeof(mask), &mask) == 0;
}

void tracee_unmask(struct tracee *tr)
{
	if (!tr->masked)
		return;
	tr->masked = false;
	ptrace(PTRACE_SETSIGMASK, tr->tid, sizeof(tr->mask), &tr->mask);
}

void tracee_reenter_regs(const struct tracee *tr, int nr, const uint64_t args[6],
			 struct user_regs_struct *regs)
{
	*regs = tr->regs;
	regs->rip -= 2; /* onto the syscall instruction */
	regs->rax = (unsigned long long)nr;
	regs->orig_rax = (unsigned long long)-1; /* not from a call: nothing to restart */
	regs->rdi = args[0];
	regs->rsi = args[1];
	regs->rdx = args[2];
	regs->r10 = args[3];
	regs->r8 = args[4];
	regs->r9 = args[5];
}

/* ---- events ---- */

static pid_t next_status(int *status)
{
	pid_t tid;

	do
		tid = waitpid(-1, status, __WALL | WNOHANG);
	while (tid < 0 && errno == EINTR);
	return tid > 0 ? tid : 0;
}

/* Each has at most one event: who is stopped does nothing more before it is served. */
static void collect_events(void)
{
	int status;
	pid_t tid;

	while ((tid = next_status(&status)))
		tracee_defer_event(tid, status);
}

/* waitpid(2) looks at the newest thread first. One that runs to its next call as soon as it is let
 * go, on the owner's own processor, is stopped again before the next look: nobody else would ever be
 * served. So those that wait are put in a line now and then. */
pid_t tracee_next_event(int *status)
{
	struct tracee *tr;

	if (list_empty(&pt.events) && ++pt.unfair == FAIR_EVENTS) {
		pt.unfair = 0;
		collect_events();
	}
	tr = list_first_entry_or_null(&pt.events, struct tracee, event_node);
	if (!tr)
		return next_status(status);
	list_del(&tr->event_node);
	*status = tr->event;
	return tr->tid;
}

/* A later event replaces an earlier one: only death comes out of a stop without our doing. */
void tracee_defer_event(pid_t tid, int status)
{
	struct tracee *tr = tracee_get(tid);

	if (!tr) {
		log_err("thread %d: out of memory for its event", tid);
		ptrace(PTRACE_KILL, tid, 0, 0);
		return;
	}
	tr->event = status;
	if (list_empty(&tr->event_node))
		list_add_tail(&tr->event_node, &pt.events);
}
