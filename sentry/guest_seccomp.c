/* sentry/guest_seccomp.c - interpreting the guest's own seccomp filters, see guest_seccomp.h */
#include "sentry/guest_seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#include "platform/platform.h"
#include "sentry/abi/errno_internal.h"
#include "sentry/base/log.h"
#include "sentry/base/mem.h"
#include "sentry/mem/usermem.h"
#include "sentry/signal.h"
#include "sentry/task.h"

#define MAX_INSNS_PER_PATH 32768 /* kernel/seccomp.c: the whole chain, with 4 per filter */

struct guest_seccomp {
	struct ref ref;
	struct guest_seccomp *prev; /* older filter, referenced */
	unsigned int mode;	    /* SECCOMP_MODE_* */
	bool log;
	uint32_t chain_len; /* instructions of this and all older filters */
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

/* ---- classic BPF ---- */

static bool load_ok(uint32_t k)
{
	return !(k & 3) && k < sizeof(struct seccomp_data);
}

/* What seccomp_check_filter() of kernel/seccomp.c lets through, and the jump rules of
 * bpf_check_classic(). */
static bool insn_ok(const struct sock_filter *f, uint32_t pc, uint32_t len)
{
	uint32_t left = len - pc - 1;

	switch (f->code) {
	case BPF_LD | BPF_W | BPF_ABS: return load_ok(f->k);
	case BPF_LD | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_W | BPF_LEN:
	case BPF_RET | BPF_K:
	case BPF_RET | BPF_A:
	case BPF_ALU | BPF_ADD | BPF_K:
	case BPF_ALU | BPF_ADD | BPF_X:
	case BPF_ALU | BPF_SUB | BPF_K:
	case BPF_ALU | BPF_SUB | BPF_X:
	case BPF_ALU | BPF_MUL | BPF_K:
	case BPF_ALU | BPF_MUL | BPF_X:
	case BPF_ALU | BPF_DIV | BPF_X:
	case BPF_ALU | BPF_AND | BPF_K:
	case BPF_ALU | BPF_AND | BPF_X:
	case BPF_ALU | BPF_OR | BPF_K:
	case BPF_ALU | BPF_OR | BPF_X:
	case BPF_ALU | BPF_XOR | BPF_K:
	case BPF_ALU | BPF_XOR | BPF_X:
	case BPF_ALU | BPF_LSH | BPF_X:
	case BPF_ALU | BPF_RSH | BPF_X:
	case BPF_ALU | BPF_NEG:
	case BPF_LD | BPF_IMM:
	case BPF_LDX | BPF_IMM:
	case BPF_MISC | BPF_TAX:
	case BPF_MISC | BPF_TXA: return true;
	case BPF_ALU | BPF_DIV | BPF_K: return f->k != 0;
	case BPF_ALU | BPF_LSH | BPF_K:
	case BPF_ALU | BPF_RSH | BPF_K: return f->k < 32;
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_MEM:
	case BPF_ST:
	case BPF_STX: return f->k < BPF_MEMWORDS;
	case BPF_JMP | BPF_JA: return f->k < left;
	case BPF_JMP | BPF_JEQ | BPF_K:
	case BPF_JMP | BPF_JEQ | BPF_X:
	case BPF_JMP | BPF_JGE | BPF_K:
	case BPF_JMP | BPF_JGE | BPF_X:
	case BPF_JMP | BPF_JGT | BPF_K:
	case BPF_JMP | BPF_JGT | BPF_X:
	case BPF_JMP | BPF_JSET | BPF_K:
	case BPF_JMP | BPF_JSET | BPF_X: return f->jt < left && f->jf < left;
	}
	return false;
}

static bool program_ok(const struct sock_filter *f, uint32_t len)
{
	for (uint32_t pc = 0; pc < len; pc++)
		if (!insn_ok(&f[pc], pc, len))
			return false;
	return BPF_CLASS(f[len - 1].code) == BPF_RET;
}

static uint32_t alu(uint16_t code, uint32_t a, uint32_t v)
{
	switch (BPF_OP(code)) {
	case BPF_ADD: return a + v;
	case BPF_SUB: return a - v;
	case BPF_MUL: return a * v;
	case BPF_DIV: return v ? a / v : 0;
	case BPF_AND: return a & v;
	case BPF_OR: return a | v;
	case BPF_XOR: return a ^ v;
	case BPF_LSH: return v < 32 ? a << v : 0;
	case BPF_RSH: return v < 32 ? a >> v : 0;
	case BPF_NEG: return -a;
	}
	return a;
}

static bool jump_taken(uint16_t code, uint32_t a, uint32_t v)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ: return a == v;
	case BPF_JGE: return a >= v;
	case BPF_JGT: return a > v;
	case BPF_JSET: return a & v;
	}
	return false;
}

/* Programs were checked: jumps go forward and stay inside, so this ends. */
static uint32_t run(const struct sock_filter *f, uint32_t len, const struct seccomp_data *data)
{
	uint32_t a = 0, x = 0, mem[BPF_MEMWORDS] = {0};

	for (uint32_t pc = 0; pc < len; pc++) {
		const struct sock_filter *i = &f[pc];
		uint32_t v = BPF_SRC(i->code) == BPF_X ? x : i->k;

		switch (BPF_CLASS(i->code)) {
		case BPF_LD:
			if (BPF_MODE(i->code) == BPF_ABS)
				memcpy(&a, (const char *)data + i->k, sizeof(a));
			else if (BPF_MODE(i->code) == BPF_MEM)
				a = mem[i->k];
			else
				a = BPF_MODE(i->code) == BPF_LEN ? sizeof(*data) : i->k;
			break;
		case BPF_LDX:
			if (BPF_MODE(i->code) == BPF_MEM)
				x = mem[i->k];
			else
				x = BPF_MODE(i->code) == BPF_LEN ? sizeof(*data) : i->k;
			break;
		case BPF_ST: mem[i->k] = a; break;
		case BPF_STX: mem[i->k] = x; break;
		case BPF_ALU:
			if (BPF_OP(i->code) == BPF_DIV && v == 0)
				return SECCOMP_RET_KILL_THREAD; /* a filter that divides by 0 returns 0 */
			a = alu(i->code, a, v);
			break;
		case BPF_JMP:
			if (BPF_OP(i->code) == BPF_JA)
				pc += i->k;
			else
				pc += jump_taken(i->code, a, v) ? i->jt : i->jf;
			break;
		case BPF_RET: return BPF_RVAL(i->code) == BPF_A ? a : i->k;
		case BPF_MISC:
			if (BPF_MISCOP(i->code) == BPF_TAX)
				x = a;
			else
				a = x;
			break;
		}
	}
	return SECCOMP_RET_KILL_PROCESS;
}

/* ---- verdicts ---- */

static uint32_t ask_filters(const struct guest_seccomp *s, const struct seccomp_data *data)
{
	uint32_t ret = SECCOMP_RET_ALLOW;

	for (; s; s = s->prev) {
		uint32_t r = s->mode == SECCOMP_MODE_FILTER ? run(s->insns, s->len, data) : ret;

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
 * cannot be forced from outside: then the group gets SIGKILL. */
static long kill_caller(struct task *t, int sig)
{
	struct signal_state st;
	uint64_t bit = 1ULL << (sig - 1);

	if (signal_state_read(t, &st) < 0 || ((st.caught | st.blocked | st.ignored) & bit))
		sig = SIGKILL;
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

/* ---- seccomp(2) ---- */

/* Filters are asked about trapped calls only. */
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
	if (!program_ok(s->insns, s->len)) {
		mem_free(s);
		return -EINVAL;
	}
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
