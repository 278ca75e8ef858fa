/*
 * platform/notify/notify.h - the notify platform: seccomp user notification
 *
 * Model: one listener for all guests. A trapped thread sleeps in the host kernel until the sentry
 * sends a verdict for its notification id; workers sit in the RECV ioctl (receive.c: how many). The listener was made
 * with WAIT_KILLABLE_RECV: a call that the sentry has received is interrupted by fatal signals
 * only, so its result and side effects are never lost; the SYNC_WAKE_UP flag makes the host run the
 * worker on the trapping thread's CPU, which is what makes a round trip 5 us instead of 50.
 *
 * Registers are not ours on this platform. Where a call has to be replaced (exec by the stub's, a
 * wait with a signal mask) the thread is attached for a moment: PTRACE_SEIZE, INTERRUPT, a verdict
 * that lets it leave the call, registers changed, DETACH; the changed call traps again and is
 * continued. attach.c does that.
 *
 * Signals and held calls (kick.c): a received thread sleeps in state S, and moves to D exactly when
 * the host signals that thread. R means that it is just being woken: look again. Nothing is polled
 * unless a signal may have been sent. A call that was not received yet is restarted by the host
 * after a signal: sigaction.c sees to it.
 *
 * Locking: notify_mu (LOCK_PLATFORM) for the list of senders.
 */
#ifndef PLATFORM_NOTIFY_NOTIFY_H
#define PLATFORM_NOTIFY_NOTIFY_H

#include "platform/platform.h"

struct user_regs_struct;

/* plat_thread.flags */
enum {
	PT_REDIRECTED = 1,   /* the next trap with that number and arguments is ours: continue it */
	PT_EXEC_PENDING = 2, /* the next execve trap is the redirected one */
	PT_EXEC_GONE = 4,    /* it was continued; any further trap but the stub's means failure */
	PT_SENDER = 8,	     /* on the list of continued kills */
};
/* plat_thread.saved[] */
enum { SAVED_REDIRECT_NR, SAVED_EXEC_PATH, SAVED_REDIRECT_ARGS /* six */ };

/* The address of the stub's entry point in every guest. */
uint64_t notify_stub_entry(void);

/* Sends a verdict for t's notification: 0 or -errno (-ENOENT: the thread is gone). */
int notify_send(struct task *t, int64_t val, int32_t error, uint32_t flags);

/* The thread's next call will be this one, made by us. */
void notify_set_redirected(struct task *t, int nr, const uint64_t args[6]);

/* attach.c: runs with t's call held. Each gives the verdict. 0 or -errno (nothing was sent). */
int attach_restart(struct task *t, int restart_errno);
int attach_redirect(struct task *t, int nr, const uint64_t args[6]);
/* As attach_redirect() with other second and third arguments than the guest's, and the guest's are
 * in their registers again when the call has returned. */
int attach_stub_call(struct task *t, int nr, uint64_t arg1, uint64_t arg2);
int attach_exec(struct task *t);
/* What these are made of. No exec of its group goes on natively between attach_seize() and the end by
 * one of the other three. */
struct attach {
	pid_t tid;
	struct process *process; /* a reference */
};
/* It will stop as soon as its call gets a verdict: 0 or -errno. */
int attach_seize(struct attach *a, struct task *t, unsigned int options);
int attach_wait_stop(pid_t tid); /* the signal it has stopped for; -ESRCH: it died instead */
void attach_detach(struct attach *a, int sig);
void attach_gone(struct attach *a); /* it died and was waited for */
/* It was killed while it was stopped: it is our zombie, and its group's exec or its parent would wait
 * for it until we have. */
void attach_reap(struct attach *a);
/* Back onto the syscall instruction, for another call, with no restart logic on the answer. */
void attach_set_call(struct user_regs_struct *regs, int nr, const uint64_t args[6]);
void attach_answer_with_signal(struct task *t, long result, const siginfo_t *info);

/* sigaction.c: will the signal that the host is about to deliver to t end its call? */
bool sigaction_interrupts(struct task *t);
long notify_sigaction(struct task *t, const uint64_t *args);

/* spread.c: a call of t has trapped on this processor. */
void spread_trapped(struct task *t);

/* receive.c: the next notification for this worker, 0 or -errno; -ESHUTDOWN when there are no guests
 * any more. A worker that is going to wait for what other guests' calls bring about calls
 * receive_cover() first. */
struct seccomp_notif;
void receive_init(int listener, unsigned int nr_workers);
void receive_stand_by(void); /* until needed: how all workers but the first begin */
int receive_next(struct seccomp_notif *req);
void receive_cover(void);

/* kick.c */
void kick_init(void);
void kick_process_init(struct process *p);
void kick_process_free(struct process *p);
void kick_watch(struct process *p, struct task *sender);
void kick_received(struct task *t);
void kick_parked(struct task *t);
void kick_sender_trapped(struct task *t);
bool kick_is_signalled(struct task *t);

#endif
