/*
 * platform/ptrace/ptrace.h - the ptrace platform: guests are traced, each trapped call is a stop
 *
 * Model: one owner, worker 0, is the tracer of all guest threads, and only a tracer may touch a
 * tracee; so the owner serves all calls itself and resumes all parked ones. It sleeps in
 * rt_sigtimedwait() for SIGCHLD (a tracee stopped or died) and SIGUSR1 (somebody filled the run
 * queue), both blocked in every thread of the sentry, so that no wake-up falls between look and
 * sleep. The guests' seccomp program says RET_TRACE where the notify platform's says USER_NOTIF.
 *
 * States of a tracee, with what may happen next:
 *  RUNNING      in user mode or in a native call. A seccomp stop is a trapped call: IN_CALL.
 *  UNKNOWN      new, and at its first seccomp stop before its parent's clone event.
 *  IN_CALL      at its seccomp stop, the sentry serves the call. An answer skips the call and puts the
 *               result into rax. A call that parks stays here (held) until the owner has nothing else
 *               to do, then it becomes NATIVE: most calls that park are woken within that time.
 *  NATIVE       parked. The thread sleeps in the host's pause(2), put in place of its call: there the
 *               host interrupts it for signals and group stops.
 *  SIGNALLED    parked and held at a signal's delivery stop or a group stop; its park was woken with
 *               WAKE_SIGNAL.
 *  COMPLETING   the verdict is there, PTRACE_INTERRUPT was sent; carried out at the next stop.
 *  REENTERING   registers are set to another call, which the thread is about to make.
 *  REDIRECTING  in another call; its exit stop brings the argument registers back.
 *  EXECING      in the execve of the stub; an exit stop means that the host refused.
 *
 * Restart classes: stops of signals, of groups and of PTRACE_INTERRUPT all lie where the host is
 * about to look at -ERESTART* results. With orig_rax = the guest's number, rax = the class and the
 * registers of the trap, the host does the rest: handler and EINTR, SA_RESTART, restart.
 *
 * Signals: each one is a stop. Also those that are ignored, which must not interrupt a parked call:
 * stop.c looks up the disposition. The real parent hears of a death when the owner has reaped the
 * tracee, so a process's files are released before.
 *
 * exec: the stub's path is written below the red zone and the call becomes an execve of it. When the
 * exec'ing thread is not the leader it gets the leader's tid; the exec event tells both.
 *
 * Injected calls (inject.c): a thread at its seccomp stop makes other calls first, with all signals
 * blocked, by going back onto its syscall instruction again and again. Nothing that comes out of
 * guest memory is believed; registers at each stop are compared with what they must be.
 *
 * Processors: threads that make many calls run on the owner's processor: place.c.
 *
 * Lifetimes: task->plat.priv is the tracee while a call of the task is being handled, and
 * tracee->task holds a reference for that time. A tracee that dies ends both, so a verdict that comes
 * too late finds NULL.
 *
 * Locking: none; everything here belongs to the owner.
 */
#ifndef PLATFORM_PTRACE_PTRACE_H
#define PLATFORM_PTRACE_PTRACE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

#include "platform/affinity.h"
#include "platform/platform.h"
#include "sentry/base/hash.h"
#include "sentry/base/list.h"

enum tracee_state {
	TRACEE_RUNNING,
	TRACEE_UNKNOWN,
	TRACEE_IN_CALL,
	TRACEE_NATIVE,
	TRACEE_SIGNALLED,
	TRACEE_COMPLETING,
	TRACEE_REENTERING,
	TRACEE_REDIRECTING,
	TRACEE_EXECING,
};

enum verdict_kind {
	VERDICT_ANSWER, /* result */
	VERDICT_CONTINUE,
	VERDICT_REDIRECT, /* nr, args */
	VERDICT_CALL,	  /* nr, args, done: platform.h, call_native */
};

struct verdict {
	enum verdict_kind kind;
	long result;
	int nr;
	uint64_t args[6];
	long (*done)(struct task *t, long result, uint64_t args[6]);
};

/* An rt_sigtimedwait(2) that ignored signals interrupt: stop.c. */
struct wait_repeat {
	uint64_t ip, sp; /* of the call; ip 0: none */
	int64_t first_ns, last_ns;
};

/* Where it runs: place.c. */
struct place {
	struct list node;    /* bound; else unlinked */
	struct affinity own; /* bound: what it would have otherwise */
	int cpu;	     /* bound: to this one */
	bool known;	     /* place_born() was called */
	/* What it did since since_ns, to be looked at after a window of calls. */
	unsigned int calls, window;
	unsigned int parallel; /* calls while another one ran */
	int64_t since_ns, ran_ns, waited_ns;
	int64_t last_ns;		/* its last call, or a look since */
	unsigned int looks;		/* since its last call */
	int64_t usual_ns;		/* of processor time per call */
	int64_t free_ns, free_until_ns; /* not to be bound again before, as it runs in parallel */
};

struct tracee {
	struct hash_node node;
	pid_t tid; /* host's */
	enum tracee_state state;
	struct task *task;     /* whose call is being handled, referenced; else NULL */
	struct process *leads; /* the process whose leader this is, referenced; NULL: not known */
	struct user_regs_struct regs; /* as the call trapped */
	struct verdict verdict;
	struct list held;	/* IN_CALL and parked, or UNKNOWN */
	struct list event_node; /* an event came while another tracee was waited for */
	int event;		/* its status */
	int stop_signal;	/* SIGNALLED: to be delivered, 0 at a group stop */
	bool group_stop;	/* SIGNALLED: at a group stop */
	bool masked;		/* NATIVE: task->wait_mask is held back, mask is to come back */
	uint64_t mask;
	bool listening;		/* stopped with its group */
	bool restop;		/* it passed a group stop: stop it again when its call is done */
	struct process *kicked; /* who its continued kill went to, referenced */
	bool kicked_many;	/* ... and others */
	struct wait_repeat repeat;
	bool swap_siginfo; /* its next SIGSYS gets this siginfo */
	siginfo_t siginfo;
	struct place place;
};

struct ptrace_platform {
	struct kernel *k;
	struct hash tracees;
	struct list held; /* parked in IN_CALL */
	struct list unknown;
	struct list events;  /* deferred */
	unsigned int unfair; /* events served since all that waited were put in a line */
	int door_fd;	     /* listening socket: door.h */
};
extern struct ptrace_platform pt;

/* ---- tracee.c: the table, and ptrace(2) with errors as values ---- */
void tracee_init(void);
struct tracee *tracee_find(pid_t tid);
struct tracee *tracee_get(pid_t tid); /* finds or makes; NULL: out of memory */
void tracee_free(struct tracee *tr);  /* drops its call as well */
void tracee_rename(struct tracee *tr, pid_t tid);
void tracee_call_begin(struct tracee *tr, struct task *t);
void tracee_call_end(struct tracee *tr);
int tracee_get_regs(struct tracee *tr, struct user_regs_struct *regs);
int tracee_set_regs(struct tracee *tr, const struct user_regs_struct *regs);
void tracee_interrupt(struct tracee *tr);
/* Lets it go on from a stop, with a signal or 0, to the next stop that its state waits for. */
void tracee_resume(struct tracee *tr, int sig);
void tracee_listen(struct tracee *tr); /* from a group stop: stays stopped, SIGCONT is heard */
/* For a parked call that holds signals back; undone at a stop. */
void tracee_mask(struct tracee *tr, uint64_t more);
void tracee_unmask(struct tracee *tr);
/* Registers for making call nr at the guest's syscall instruction. */
void tracee_reenter_regs(const struct tracee *tr, int nr, const uint64_t args[6],
			 struct user_regs_struct *regs);
/* The next event of any tracee, deferred ones first: its tid; 0: none. */
pid_t tracee_next_event(int *status);
void tracee_defer_event(pid_t tid, int status);

/* ---- stop.c: what each event means ---- */
void stop_handle(pid_t tid, int status);

/* ---- place.c ---- */
void place_init(void);
void place_born(struct tracee *child, const struct tracee *parent); /* parent NULL: not known */
void place_called(struct tracee *tr);				    /* it is at its seccomp stop */
void place_release(struct tracee *tr); /* it gets back its own affinity */
void place_gone(struct tracee *tr);
/* How long the owner may sleep before it calls place_quiet(); NULL: for ever. */
const struct timespec *place_patience(void);
void place_quiet(void);

/* ---- verdict.c ---- */
void verdict_give(struct task *t, const struct verdict *v);
/* A verdict is carried out at a stop in the host's signal code: sig is to be delivered (0: none). */
void verdict_complete(struct tracee *tr, int sig, bool group_stop);
/* A signal came before the other call was made: the guest's call is interrupted instead. */
void verdict_cancel(struct tracee *tr);
int verdict_exec_stub(struct task *t, const char *name);
void verdict_answer_with_signal(struct task *t, long result, const siginfo_t *info);
void verdict_parked(struct task *t);
bool verdict_release_held(void); /* held threads go to sleep natively; false: there were none */

/* ---- inject.c ---- */
int inject_install_fd(struct task *t, int host_fd, int at);
/* The thread is at its seccomp stop (at_entry), or at a stop in the signal code. */
void inject_guest_call(struct tracee *tr, const struct verdict *v, bool at_entry);

#endif
