/* sentry/guest_seccomp.c - interpreting the guest's own seccomp filters, see guest_seccomp.h */
#include "sentry/guest_seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#include "platform/platform.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/base/log.h"
#include "sentry/base/mem.h"
#include "sentry/bpf.h"
#include "sentry/mem/usermem.h"
#include "sentry/signal.h"
#include "sentry/task.h"

#define MAX_INSNS_PER_PATH 32768 /* kernel/seccomp.c: the whole chain, with 4 per filter */
#define ALLOWED_WORDS 8		 /* numbers up to 511 */

struct guest_seccomp {
	struct ref ref;
	struct guest_seccomp *prev; /* older filter, referenced */
	unsigned int mode;	    /* SECCOMP_MODE_* */
	bool profile;		    /* given with the container, not by a guest */
	uint32_t depth;		    /* filters in the chain */
	uint32_t chain_len;	    /* instructions of this and all older filters */
	/* Numbers that the whole chain allows whatever the arguments are. */
	uint64_t allowed[ALLOWED_WORDS];
	uint32_t len;
	struct sock_filter insns[];
};

struct guest_seccomp *guest_seccomp_get(struct guest_seccomp *s)
{
	if (s)
		ref_get(&s->ref);
	return s;
}

void guest_seccomp_put(struct guest_seccomp *s)
{
	while (s && ref_put(&s->ref)) {
		struct guest_seccomp *prev = s->prev;

		mem_free(s);
		s = prev;
	}
}

int guest_seccomp_mode(const struct task *t)
{
	return t->seccomp ? (int)t->seccomp->mode : 0;
}

unsigned int guest_seccomp_depth(const struct task *t)
{
	return t->seccomp ? t->seccomp->depth : 0;
}

/* ---- verdicts ---- */

/* As Linux's cache: most numbers need no run of the programs. */
static void fill_allowed(struct guest_seccomp *s)
{
	uint32_t r;

	for (int nr = 0; nr < ALLOWED_WORDS * 64; nr++)
		if (bpf_verdict_of_number(s->insns, s->len, nr, &r) &&
		    (r & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ALLOW)
			s->allowed[nr / 64] |= 1ULL << (nr % 64);
}

bool guest_seccomp_allows(const struct guest_seccomp *s, int nr)
{
	size_t i = (size_t)(unsigned int)nr;

	if (i >= ALLOWED_WORDS * 64)
		return false;
	i = array_index_nospec(i, ALLOWED_WORDS * 64);
	return s->allowed[i / 64] >> (i % 64) & 1;
}

bool guest_seccomp_is_profile(const struct guest_seccomp *s)
{
	return s->profile;
}

bool guest_seccomp_leaves_to_host(const struct guest_seccomp *s, int nr)
{
	uint32_t r;

	if (guest_seccomp_allows(s, nr))
		return true;
	return nr == SYS_clone3 && bpf_verdict_of_number(s->insns, s->len, nr, &r) &&
	       r == (SECCOMP_RET_ERRNO | ENOSYS);
}

static uint32_t ask_filters(const struct guest_seccomp *s, const struct seccomp_data *data)
{
	uint32_t ret = SECCOMP_RET_ALLOW;

	for (; s; s = s->prev) {
		uint32_t r = s->mode == SECCOMP_MODE_FILTER ? bpf_run(s->insns, s->len, data) : ret;

		if ((int32_t)(r & SECCOMP_RET_ACTION_FULL) <
		    (int32_t)(ret & SECCOMP_RET_ACTION_FULL))
			ret = r;
	}
	return ret;
}

static bool strict_allows(int nr)
{
	return nr == SYS_read || nr == SYS_write || nr == SYS_exit || nr == SYS_rt_sigreturn;
}

/* Linux ends the thread or group with SIGSYS whatever its handlers. A caught or blocked SIGSYS
 * cannot be forced from outside, nor any on process 1 of a namespace: then the group gets SIGKILL. */
static long kill_caller(struct task *t, int sig)
{
	struct signal_state st;
	uint64_t bit = 1ULL << (sig - 1);

	if (t->process->pid == 1 || signal_state_read(t, &st) < 0 ||
	    ((st.caught | st.blocked | st.ignored) & bit)) {
		atomic_store(&t->process->killed_as, sig);
		sig = SIGKILL;
	}
	signal_send_process(t->process, sig);
	return -EINTR;
}

static long trap(struct task *t, uint32_t data)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_signo = SIGSYS;
	info.si_code = 1; /* SYS_SECCOMP */
	info.si_errno = (int)data;
	info.si_call_addr = (void *)t->call.ip;
	info.si_syscall = t->call.nr;
	info.si_arch = AUDIT_ARCH_X86_64;
	if (!t->kernel->platform->answer_with_signal)
		return kill_caller(t, SIGSYS);
	t->kernel->platform->answer_with_signal(t, t->call.nr, &info);
	return SYS_DONE;
}

bool guest_seccomp_check(struct task *t, long *ret)
{
	struct seccomp_data data = {
		.nr = t->call.nr,
		.arch = AUDIT_ARCH_X86_64,
		.instruction_pointer = t->call.ip,
	};
	uint32_t r;

	if (likely(guest_seccomp_allows(t->seccomp, t->call.nr)))
		return false;
	if (t->in_channel) { /* it traps then, where every verdict is possible */
		*ret = SYS_CHANNEL_PUNT;
		return true;
	}
	if (t->seccomp->mode == SECCOMP_MODE_STRICT) {
		if (strict_allows(t->call.nr))
			return false;
		*ret = kill_caller(t, SIGKILL);
		return true;
	}
	for (int i = 0; i < 6; i++)
		data.args[i] = t->call.args[i];
	r = ask_filters(t->seccomp, &data);
	switch (r & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
	case SECCOMP_RET_LOG: return false;
	case SECCOMP_RET_ERRNO: *ret = -(long)MIN(r & SECCOMP_RET_DATA, 4095U); return true;
	case SECCOMP_RET_TRAP: *ret = trap(t, r & SECCOMP_RET_DATA); return true;
	case SECCOMP_RET_TRACE: /* no tracer in a sandbox */
	case SECCOMP_RET_USER_NOTIF: *ret = -ENOSYS; return true;
	default: *ret = kill_caller(t, SIGSYS); return true;
	}
}

/* ---- the container's profile ---- */

struct guest_seccomp *guest_seccomp_new_profile(const struct sock_filter *insns, uint32_t len)
{
	struct guest_seccomp *s;

	if (len == 0 || len > BPF_MAXINSNS || !bpf_program_ok(insns, len))
		return NULL;
	s = mem_zalloc(sizeof(*s) + len * sizeof(*insns));
	if (!s)
		return NULL;
	ref_init(&s->ref, 1);
	s->mode = SECCOMP_MODE_FILTER;
	s->profile = true;
	s->depth = 1;
	s->len = len;
	s->chain_len = len + 4U;
	memcpy(s->insns, insns, len * sizeof(*insns));
	fill_allowed(s);
	return s;
}

void guest_seccomp_take_profile(struct task *t)
{
	struct kernel *k = t->kernel;

	if (!k->seccomp_profile)
		return;
	rwlock_wrlock(&k->tree_lock);
	if (!t->seccomp)
		t->seccomp = guest_seccomp_get(k->seccomp_profile);
	rwlock_unlock(&k->tree_lock);
}

/* ---- seccomp(2) ---- */

/* What a guest's own filters decide is decided about trapped calls only. */
static void no_fast_path(struct task *t)
{
	if (t->kernel->platform->no_fast_path)
		t->kernel->platform->no_fast_path(t);
}

/* Under the tree lock, as a sibling's TSYNC may give t another chain at the same time. */
static void install_locked(struct task *t, struct guest_seccomp *s)
{
	s->prev = t->seccomp; /* the task's reference moves into the chain */
	s->chain_len = s->len + 4U + (s->prev ? s->prev->chain_len : 0);
	s->depth = 1 + (s->prev ? s->prev->depth : 0);
	for (int i = 0; s->prev && i < ALLOWED_WORDS; i++)
		s->allowed[i] &= s->prev->allowed[i];
	t->seccomp = s;
	no_fast_path(t);
}

static long set_strict(struct task *t)
{
	struct guest_seccomp *s;

	if (t->seccomp)
		return t->seccomp->mode == SECCOMP_MODE_STRICT ? 0 : -EINVAL;
	s = mem_zalloc(sizeof(*s));
	if (!s)
		return -ENOMEM;
	ref_init(&s->ref, 1);
	s->mode = SECCOMP_MODE_STRICT;
	rwlock_wrlock(&t->kernel->tree_lock);
	install_locked(t, s);
	rwlock_unlock(&t->kernel->tree_lock);
	return 0;
}

static bool is_ancestor(const struct guest_seccomp *old, const struct guest_seccomp *chain)
{
	for (; chain; chain = chain->prev)
		if (chain == old)
			return true;
	return old == NULL;
}

/* TSYNC: may all threads take the caller's chain? 0, or one that has filters which the caller lacks. */
static pid_t find_diverged_locked(struct task *t)
{
	struct task *other;

	list_for_each_entry(other, &t->process->tasks, process_node)
		if (!is_ancestor(other->seccomp, t->seccomp))
			return other->tid;
	return 0;
}

static void sync_threads_locked(struct task *t)
{
	struct task *other;

	list_for_each_entry(other, &t->process->tasks, process_node) {
		if (other == t)
			continue;
		/* The old chain is part of the new one: nobody's pointer dangles. */
		guest_seccomp_put(other->seccomp);
		other->seccomp = guest_seccomp_get(t->seccomp);
		no_fast_path(other);
		other->no_new_privs |= t->no_new_privs;
	}
}

void guest_seccomp_follow_locked(struct task *t, const struct task *like)
{
	if (t->seccomp == like->seccomp)
		return;
	guest_seccomp_put(t->seccomp);
	t->seccomp = guest_seccomp_get(like->seccomp);
	t->no_new_privs |= like->no_new_privs;
}

/* All in one step: another thread may be at the same. */
static long install_filter(struct task *t, unsigned int flags, struct guest_seccomp *s)
{
	struct kernel *k = t->kernel;
	bool sync = flags & SECCOMP_FILTER_FLAG_TSYNC;
	long err = 0;

	rwlock_wrlock(&k->tree_lock);
	if (sync) /* an exec may have ended t: the others are of the new program then */
		err = list_empty(&t->process_node) ? -ESRCH : find_diverged_locked(t);
	if (err && (flags & SECCOMP_FILTER_FLAG_TSYNC_ESRCH))
		err = -ESRCH;
	if (!err && (t->seccomp ? t->seccomp->chain_len : 0) + s->len + 4U > MAX_INSNS_PER_PATH)
		err = -ENOMEM;
	if (!err) {
		install_locked(t, s);
		if (sync)
			sync_threads_locked(t);
	}
	rwlock_unlock(&k->tree_lock);
	return err;
}

static long load_filter(struct task *t, uaddr_t args, struct guest_seccomp **ret)
{
	struct {
		uint16_t len;
		uint16_t pad[3];
		uint64_t filter;
	} prog;
	struct guest_seccomp *s;

	if (copy_in_obj(t, &prog, args) < 0)
		return -EFAULT;
	if (prog.len == 0 || prog.len > BPF_MAXINSNS)
		return -EINVAL;
	if (!t->no_new_privs && !task_has_cap(t, CAP_SYS_ADMIN))
		return -EACCES;
	s = mem_zalloc(sizeof(*s) + prog.len * sizeof(struct sock_filter));
	if (!s)
		return -ENOMEM;
	ref_init(&s->ref, 1);
	s->mode = SECCOMP_MODE_FILTER;
	s->len = prog.len;
	if (copy_in(t, s->insns, prog.filter, prog.len * sizeof(struct sock_filter)) < 0) {
		mem_free(s);
		return -EFAULT;
	}
	if (!bpf_program_ok(s->insns, s->len)) {
		mem_free(s);
		return -EINVAL;
	}
	fill_allowed(s);
	*ret = s;
	return 0;
}

static long set_filter(struct task *t, unsigned int flags, uaddr_t args)
{
	struct guest_seccomp *s;
	long err;

	if (flags &
	    ~(unsigned int)(SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG |
			    SECCOMP_FILTER_FLAG_SPEC_ALLOW | SECCOMP_FILTER_FLAG_TSYNC_ESRCH))
		return -EINVAL; /* listeners are not offered inside */
	if (t->seccomp && t->seccomp->mode == SECCOMP_MODE_STRICT)
		return -EINVAL;
	err = load_filter(t, args, &s);
	if (err < 0)
		return err;
	err = install_filter(t, flags, s);
	if (err)
		guest_seccomp_put(s); /* it has no predecessor yet */
	return err;
}

static long action_available(struct task *t, uaddr_t args)
{
	uint32_t action;

	if (copy_in_obj(t, &action, args) < 0)
		return -EFAULT;
	switch (action) {
	case SECCOMP_RET_KILL_PROCESS:
	case SECCOMP_RET_KILL_THREAD:
	case SECCOMP_RET_TRAP:
	case SECCOMP_RET_ERRNO:
	case SECCOMP_RET_TRACE:
	case SECCOMP_RET_LOG:
	case SECCOMP_RET_ALLOW: return 0;
	}
	return -EOPNOTSUPP;
}

/* Listeners are not offered, but libseccomp gives up without an answer, even where it needs none. */
static long notif_sizes(struct task *t, uaddr_t addr)
{
	const struct seccomp_notif_sizes sizes = {
		.seccomp_notif = sizeof(struct seccomp_notif),
		.seccomp_notif_resp = sizeof(struct seccomp_notif_resp),
		.seccomp_data = sizeof(struct seccomp_data),
	};

	return copy_out_obj(t, addr, &sizes) < 0 ? -EFAULT : 0;
}

long guest_seccomp_op(struct task *t, unsigned int op, unsigned int flags, uaddr_t args)
{
	switch (op) {
	case SECCOMP_SET_MODE_STRICT: return flags || args ? -EINVAL : set_strict(t);
	case SECCOMP_SET_MODE_FILTER: return set_filter(t, flags, args);
	case SECCOMP_GET_ACTION_AVAIL: return flags ? -EINVAL : action_available(t, args);
	case SECCOMP_GET_NOTIF_SIZES: return flags ? -EINVAL : notif_sizes(t, args);
	}
	return -EINVAL;
}
