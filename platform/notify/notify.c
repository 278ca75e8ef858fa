/* platform/notify/notify.c - events, verdicts and memory on the notify platform, see notify.h */
#include "platform/notify/attach_call.h"
#include "platform/notify/attach_fast.h"
#include "platform/notify/exec_channel.h"
#include "platform/notify/exec_name.h"
#include "platform/notify/known_sites.h"
#include "platform/notify/notify.h"
#include "platform/notify/thread_channel.h"

#include <elf.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/fastpath/share.h"
#include "platform/guestmem.h"
#include "platform/stub/embed.h"
#include "platform/stub/stub_abi.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/base/log.h"
#include "sentry/base/strbuf.h"
#include "sentry/hostproc.h"
#include "sentry/mem/usermem.h"
#include "sentry/signal.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif
#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

static struct {
	int listener;
	unsigned int nr_workers;
} notify;

uint64_t notify_stub_entry(void)
{
	Elf64_Ehdr head;

	memcpy(&head, guest_stub_start, sizeof(head));
	return head.e_entry;
}

/* ---- verdicts ---- */

int notify_send(struct task *t, int64_t val, int32_t error, uint32_t flags)
{
	struct seccomp_notif_resp resp = {
		.id = t->plat.cookie,
		.val = val,
		.error = error,
		.flags = flags,
	};

	handover_give(t);
	if (ioctl(notify.listener, SECCOMP_IOCTL_NOTIF_SEND, &resp) < 0)
		return -errno;
	return 0;
}

static bool is_restart(long result)
{
	return result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK;
}

static void notify_answer(struct task *t, long result)
{
	if (is_restart(result)) {
		/* Only in D is a restart class safe from leaking to the guest, if a signal is why. */
		bool safe = !t->plat.got_fd && hostproc_state(t->kernel, t->plat.host_tid) == 'D';

		if (!safe && attach_restart(t, (int)-result) == 0)
			return;
		if (!safe || (result == -ERESTARTSYS && sigaction_interrupts(t)))
			result = -EINTR;
	}
	if (result < 0 && result >= -4095)
		notify_send(t, 0, (int32_t)result, 0);
	else
		notify_send(t, result, 0, 0);
}

static void notify_continue(struct task *t)
{
	notify_send(t, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE);
}

static void notify_redirect(struct task *t, int nr, const uint64_t args[6])
{
	if (task_punts(t))
		return;
	task_serve_end(t); /* the thread may trap again before this returns */
	if (attach_redirect(t, nr, args) < 0)
		notify_send(t, 0, -EINTR, 0);
}

static bool is_deliverable(struct task *t, int sig)
{
	struct signal_state st;
	uint64_t bit = 1ULL << (sig - 1);

	return signal_state_read(t, &st) == 0 && !((st.blocked | st.ignored) & bit);
}

static void notify_answer_with_signal(struct task *t, long result, const siginfo_t *info)
{
	if (task_punts(t))
		return;
	task_serve_end(t);
	if (is_deliverable(t, info->si_signo)) {
		attach_answer_with_signal(t, result, info);
		return;
	}
	signal_send_process(t->process, SIGKILL);
	notify_send(t, 0, -EINTR, 0);
}

/* Nothing of the old program is copied from now on; the thread may trap again before this returns. */
static void let_exec_go(struct task *t)
{
	t->plat.flags |= PT_EXEC_GONE;
	task_exec_going(t);
	task_serve_end(t);
	notify_continue(t);
}

static int notify_exec_stub(struct task *t, const char *path)
{
	fast_leave(t); /* a request must not be served in the new program */
	if (t->call.nr == SYS_execve && exec_name_leads_to_stub(path)) {
		let_exec_go(t);
		return 0;
	}
	task_serve_end(t); /* the thread may trap again before this returns */
	return attach_exec(t);
}

static bool id_valid(uint64_t id)
{
	return ioctl(notify.listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

static bool notify_call_valid(struct task *t)
{
	return id_valid(t->plat.cookie);
}

static int add_fd(struct task *t, int host_fd, uint32_t flags, int at)
{
	struct seccomp_notif_addfd add = {
		.id = t->plat.cookie,
		.flags = flags,
		.srcfd = (uint32_t)host_fd,
		.newfd = (uint32_t)at,
		.newfd_flags = 02000000, /* O_CLOEXEC */
	};
	int fd;

	t->plat.got_fd = true;
	do
		fd = ioctl(notify.listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
	while (fd < 0 && errno == EINTR);
	return fd < 0 ? -errno : fd;
}

static int notify_install_fd(struct task *t, int host_fd, int at)
{
	int r = add_fd(t, host_fd, SECCOMP_ADDFD_FLAG_SETFD, at);

	return MIN(r, 0);
}

static int notify_install_lowest(struct task *t, int host_fd)
{
	return add_fd(t, host_fd, 0, 0);
}

/* The guest is woken once for both. */
static void notify_answer_with_fd(struct task *t, int host_fd, int at)
{
	struct seccomp_notif_addfd add = {
		.id = t->plat.cookie,
		.flags = SECCOMP_ADDFD_FLAG_SETFD | SECCOMP_ADDFD_FLAG_SEND,
		.srcfd = (uint32_t)host_fd,
		.newfd = (uint32_t)at,
		.newfd_flags = 02000000, /* O_CLOEXEC */
	};
	struct seccomp_notif_resp failed = {.id = add.id, .error = -EMFILE};
	int err;

	task_serve_end(t); /* the thread may trap again before this returns */
	handover_give(t);
	do
		err = ioctl(notify.listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add) < 0 ? -errno : 0;
	while (err == -EINTR);
	if (err < 0)
		ioctl(notify.listener, SECCOMP_IOCTL_NOTIF_SEND, &failed);
}

/* ---- events ---- */

/* The number and all arguments: a signal handler may come first, with calls of its own. */
static bool notify_is_redirected(const struct task *t, const struct seccomp_data *d)
{
	return (t->plat.flags & PT_REDIRECTED) && d->nr == (int)t->plat.saved[SAVED_REDIRECT_NR] &&
	       memcmp(d->args, &t->plat.saved[SAVED_REDIRECT_ARGS], sizeof(d->args)) == 0;
}

void notify_set_redirected(struct task *t, int nr, const uint64_t args[6])
{
	t->plat.saved[SAVED_REDIRECT_NR] = (uint64_t)nr;
	memcpy(&t->plat.saved[SAVED_REDIRECT_ARGS], args, sizeof(t->call.args));
	t->plat.flags |= PT_REDIRECTED;
}

/* Traps that the platform itself caused; true if the verdict was given. */
static bool handle_own_trap(struct task *t)
{
	int flags = t->plat.flags;

	if ((flags & PT_EXEC_PENDING) && t->call.nr == SYS_execve &&
	    t->call.args[0] == t->plat.saved[SAVED_EXEC_PATH]) {
		static const char stub[] = STUB_PATH;

		t->plat.flags &= ~PT_EXEC_PENDING;
		/* A signal handler may have run on the stack where the path lay. */
		(void)guestmem_write(t->plat.host_tid, stub, t->call.args[0], sizeof(stub));
		let_exec_go(t);
		return true;
	}
	if (flags & PT_EXEC_GONE) {
		t->plat.flags &= ~PT_EXEC_GONE;
		if (t->call.nr != STUB_HELLO)
			task_exec_failed(t);
	}
	return false;
}

static void write_slot(struct task *t, uint64_t slot, uint64_t value)
{
	if (copy_out_obj(t, slot, &value) < 0)
		log_debug("thread %d: no slot", t->plat.host_tid);
}

/* Code of ours: the shim's slow way, library.c. */
static bool is_stubs(uint64_t ip)
{
	return ip >= STUB_BASE && ip < STUB_END;
}

/* The fast path's part in a trap; true if the verdict was given. */
static bool improve(struct task *t)
{
	uint64_t slot;
	enum fast_advice advice;

	if (!fast_enabled() || t->plat.flags || t->process->exec_task)
		return false;
	if (fast_fork_needs_copy(t))
		return attach_leave_channel(t);
	slot = fast_may_resume(t);
	if (slot)
		write_slot(t, slot, channel_resume(t));
	if (unlikely(t->plat.new_text))
		known_sites_of_new_text(t);
	advice = fast_note_trap(t);
	if (advice == FAST_SETUP)
		return !thread_give_spare(t) && attach_give_channel(t);
	return advice == FAST_PATCH && !is_stubs(t->call.ip) && attach_replace_site(t);
}

/* A thread of a process that is just ending; or one that no clone can have made, as its parent was
 * killed at a bad moment: that has no rights to make a call with, nor a way to end. */
static void end_unknown(struct kernel *k, const struct seccomp_notif *req)
{
	struct seccomp_notif_resp resp = {.id = req->id, .error = -ENOSYS};
	_cleanup_close_ int pidfd = -1;
	_cleanup_ids_ struct hostproc_ids ids = HOSTPROC_NO_IDS;

	if (hostproc_ids(k, (pid_t)req->pid, &ids) == 0) {
		/* A sibling is on its way through exit_group: that ends this one, and must not be
		 * overtaken by a signal which would become the status. */
		if (process_is_ending(k, ids.tgid))
			return;
		if (!task_clone_known(k, ids.tgid))
			pidfd = (int)syscall(SYS_pidfd_open, ids.tgid, 0);
	}
	if (!id_valid(req->id))
		return; /* it is gone, the numbers may be others' */
	if (pidfd >= 0) {
		log_ratelimited(LOG_LEVEL_WARN,
				"unknown thread %u made a call, its process is killed", req->pid);
		syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
	}
	ioctl(notify.listener, SECCOMP_IOCTL_NOTIF_SEND, &resp);
}

static void serve_notification(struct kernel *k, const struct seccomp_notif *req)
{
	struct task *t = task_for_host_tid(k, (pid_t)req->pid);

	if (!t) {
		end_unknown(k, req);
		return;
	}
	/* A call of the old leader's that was fetched before its end: the number is the new one's by now, whose
	 * call this must not become. */
	if (unlikely(t->process->leader_replaced) && !id_valid(req->id)) {
		task_put(t);
		return;
	}
	if (req->data.nr == STUB_HELLO) {
		struct task *owner = task_exec_owner(t);

		/* A hello of the old leader, from before the exec, has no waiting thread any more. */
		if (owner != t && !id_valid(req->id)) {
			task_put(owner);
			task_put(t);
			return;
		}
		task_put(t);
		t = owner;
	}
	handover_take(t);
	if (unlikely(t->plat.flags) && notify_is_redirected(t, &req->data)) {
		/* Another worker may be waiting for it: t's call is not ours to touch. */
		t->plat.flags &= ~PT_REDIRECTED;
		t->plat.cookie = req->id;
		t->plat.got_fd = false;
		notify_continue(t);
		task_put(t);
		return;
	}
	task_serve_begin(t);
	fast_cancel_request(t);
	t->plat.cookie = req->id;
	t->call.nr = req->data.nr;
	memcpy(t->call.args, req->data.args, sizeof(t->call.args));
	t->call.ip = req->data.instruction_pointer;
	spread_trapped(t);
	if (t->plat.flags & PT_SENDER)
		kick_sender_trapped(t);
	kick_received(t);
	if ((!t->plat.flags || !handle_own_trap(t)) && !improve(t))
		task_serve(t);
	task_put(t);
}

static void drain_runq(void)
{
	struct task *t;

	while ((t = runq_pop()))
		task_resume_parked(t);
}

static void notify_worker(struct kernel *k, unsigned int index)
{
	struct seccomp_notif req;

	if (index == notify.nr_workers) {
		fast_poller(k);
		return;
	}
	if (index > 0)
		receive_stand_by();
	while (!atomic_load(&k->exiting)) {
		int err = receive_next(&req);

		if (err == -ESHUTDOWN)
			return;
		if (err == -EINTR || err == -ENOENT)
			continue;
		if (err < 0) {
			log_err("seccomp listener: %s", strerror(-err));
			return;
		}
		serve_notification(k, &req);
		drain_runq();
	}
}

/* ---- life ---- */

static int notify_init(struct kernel *k, const struct platform_boot *boot)
{
	notify.listener = boot->listener_fd;
	notify.nr_workers = boot->nr_workers;
	/* 6.6 and newer; without it only speed is lost. */
	ioctl(notify.listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	receive_init(notify.listener, notify.nr_workers);
	kick_init();
	exec_name_init(boot->has_names_dir);
	fast_init(k, boot->fast_path);
	return 0;
}

static unsigned int notify_nr_workers(const struct kernel *k)
{
	(void)k;
	return notify.nr_workers + fast_enabled();
}

/* A thread with a thread pointer of its own uses no slot of its maker's. */
static bool notify_clone_starting(struct task *t, uint64_t flags, uint64_t *tls)
{
	bool apart = *tls && (flags & CLONE_THREAD) && thread_slot_is_apart(t, *tls);
	uint64_t slot = 0;
	bool go = fast_clone_starts(t, flags, apart, &slot);

	if (!apart)
		*tls = 0;
	if (slot)
		write_slot(t, slot, 0);
	return go;
}

static void notify_process_free(struct process *p)
{
	fast_process_free(p);
	kick_process_free(p);
}

static int notify_probe(struct strbuf *why)
{
	struct seccomp_notif_sizes sizes;
	uint32_t action = SECCOMP_RET_USER_NOTIF;

	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) < 0 ||
	    syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) < 0) {
		strbuf_puts(why, "the kernel has no seccomp user notification (Linux 5.19 or newer "
				 "with CONFIG_SECCOMP_FILTER is needed)");
		return -ENOSYS;
	}
	/* Without a program: EFAULT if the flags are known. */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		    SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
		    NULL) < 0 &&
	    errno != EFAULT) {
		strbuf_printf(why,
			      "seccomp listeners that wait killably are refused here: %s (Linux "
			      "5.19 or newer is needed, and a container profile that allows "
			      "seccomp(2))",
			      strerror(errno));
		return -ENOSYS;
	}
	return 0;
}

static void notify_kick_workers(struct kernel *k)
{
	(void)k; /* workers drain the run queue after each call; the event thread serves the rest */
}

const struct platform platform_notify = {
	.name = "notify",
	.probe = notify_probe,
	.init = notify_init,
	.worker = notify_worker,
	.nr_workers = notify_nr_workers,
	.kick_workers = notify_kick_workers,
	.answer = notify_answer,
	.continue_call = notify_continue,
	.redirect = notify_redirect,
	.call_native = attach_call_native,
	.sigaction = notify_sigaction,
	.exec_stub = notify_exec_stub,
	.answer_with_signal = notify_answer_with_signal,
	.parked = kick_parked,
	.own_affinity = share_own_affinity,
	.call_valid = notify_call_valid,
	.is_signalled = kick_is_signalled,
	.watch_signals = kick_watch,
	.process_init = kick_process_init,
	.process_free = notify_process_free,
	.task_added = fast_task_added,
	.task_removed = fast_task_removed,
	.clone_starting = notify_clone_starting,
	.process_forked = fast_fork,
	.exec_committed = fast_exec,
	.exec_planned = exec_channel_offer,
	.exec_loaded = exec_channel_loaded,
	.file_mapping = known_sites_note_mmap,
	.cred_changed = fast_update_ids,
	.no_fast_path = fast_disable,
	.install_fd = notify_install_fd,
	.install_lowest = notify_install_lowest,
	.answer_with_fd = notify_answer_with_fd,
	.read_mem = guestmem_readv,
	.write_mem = guestmem_writev,
};
