/*
 * sentry/signal.h - signals: who may send, how the sentry sends, how parked calls notice
 *
 * Model: pending sets, masks, dispositions, frames and restart are the host's. The sentry decides
 * who may signal whom; a guest's kill(2) then goes on natively in the sender, so that siginfo is
 * exact. Signals that the kernel itself raises (tty, timers, SIGPIPE, SIGIO, parent death) are sent
 * by the sentry through the target's pidfd or tgkill.
 *
 * Parked calls: a thread whose call the sentry holds does not run its handler until the call is
 * answered. Every source of signals therefore calls signal_kick(process), and the platform looks
 * which parked threads of the group have a deliverable signal and wakes their park with
 * WAKE_SIGNAL (platform.h: watch_signals).
 */
#ifndef SENTRY_SIGNAL_H
#define SENTRY_SIGNAL_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct process;
struct session;
struct task;
struct kernel;

/* May t signal p? kill(2): 0 or -EPERM. */
int signal_permission(struct task *t, struct process *p, int sig);
/* From the sentry to a process or thread (sender shown as the kernel as far as possible). */
int signal_send_process(struct process *p, int sig);
int signal_send_task(struct task *t, int sig);
/* With exact siginfo for SI_TIMER, SI_QUEUE, SI_ASYNCIO, SI_MESGQ, SI_SIGIO. */
int signal_queue_process(struct process *p, int sig, const siginfo_t *info);
int signal_queue_task(struct task *t, int sig, const siginfo_t *info);
/* To every process of a group (tty signals); returns how many. */
int signal_send_pgrp(struct kernel *k, pid_t pgid, int sig);
/* A signal may have become pending in p: parked calls look. in_flight: the task whose continued
 * call sends it, or NULL. */
void signal_kick(struct process *p, struct task *in_flight);

/* The host's view of one thread, read from its /proc/status when needed. */
struct signal_state {
	uint64_t pending, shared_pending, blocked, ignored, caught;
};
int signal_state_read(struct task *t, struct signal_state *ret);
/* tty job control: is sig ignored or blocked by t (tty_check_change())? */
bool signal_is_ignored_or_blocked(struct task *t, int sig);

#endif
