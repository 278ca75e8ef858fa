/*
 * syscalls/sys_prctl.c - prctl(2), arch_prctl(2), personality(2), seccomp(2)
 *
 * Model: an allow-list. What touches only the caller's own thread on the host (its name as the host
 * shows it is nobody's business) goes on; credentials, dumpability, subreaper, seccomp and timer
 * slack are the sentry's. PR_SET_MM is the stub's alone. What is not listed is EINVAL, as on a kernel
 * without it.
 */
#include <asm/prctl.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <string.h>
#include <sys/personality.h>

#include "platform/platform.h"
#include "sentry/guest_seccomp.h"
#include "sentry/task_exec.h"
#include "syscalls/syscall.h"

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_GET_MDWE 66
#endif

static long set_name(struct task *t, uaddr_t addr)
{
	char name[TASK_COMM_LEN] = {0};
	ssize_t n = copy_in_str(t, name, addr, sizeof(name) - 1);

	if (n < 0 && n != -ENAMETOOLONG)
		return -EFAULT;
	name[TASK_COMM_LEN - 1] = '\0';
	task_comm_set(t, name);
	return 0;
}

static long get_name(struct task *t, uaddr_t addr)
{
	char name[TASK_COMM_LEN];

	task_comm_get(t, name);
	return copy_out(t, addr, name, sizeof(name));
}

static long drop_bounding(struct task *t, uint64_t cap)
{
	struct cred *c;

	if (!task_has_cap(t, CAP_SETPCAP))
		return -EPERM;
	if (cap > CAP_LAST_CAP)
		return -EINVAL;
	c = cred_copy(task_cred(t));
	if (!c)
		return -ENOMEM;
	c->cap_bounding &= ~(1ULL << cap);
	task_set_cred(t, c);
	return 0;
}

#define SECURE_ALL (SECURE_ALL_BITS | SECURE_ALL_LOCKS)

/* cap_task_prctl(), security/commoncap.c */
static long set_securebits(struct task *t, uint64_t bits)
{
	uint32_t old = task_cred(t)->securebits;
	struct cred *c;

	if ((((old & SECURE_ALL_LOCKS) >> 1) & (old ^ bits)) ||
	    ((old & SECURE_ALL_LOCKS) & ~bits) || (bits & ~(uint64_t)SECURE_ALL) ||
	    !task_has_cap(t, CAP_SETPCAP))
		return -EPERM;
	c = cred_copy(task_cred(t));
	if (!c)
		return -ENOMEM;
	c->securebits = (uint32_t)bits;
	task_set_cred(t, c);
	return 0;
}

static long set_keepcaps(struct task *t, uint64_t on)
{
	struct cred *c;

	if (on > 1)
		return -EINVAL;
	if (task_cred(t)->securebits & SECBIT_KEEP_CAPS_LOCKED)
		return -EPERM;
	c = cred_copy(task_cred(t));
	if (!c)
		return -ENOMEM;
	c->securebits = (c->securebits & ~(uint32_t)SECBIT_KEEP_CAPS) | (on ? SECBIT_KEEP_CAPS : 0);
	task_set_cred(t, c);
	return 0;
}

static long ambient(struct task *t, const uint64_t *a)
{
	const struct cred *old = task_cred(t);
	uint64_t bit;
	struct cred *c;

	if (a[1] == PR_CAP_AMBIENT_CLEAR_ALL) {
		if (a[2] | a[3] | a[4])
			return -EINVAL;
		bit = 0;
	} else {
		if ((a[3] | a[4]) || a[2] > CAP_LAST_CAP)
			return -EINVAL;
		bit = 1ULL << a[2];
	}
	if (a[1] == PR_CAP_AMBIENT_IS_SET)
		return !!(old->cap_ambient & bit);
	if (a[1] != PR_CAP_AMBIENT_RAISE && a[1] != PR_CAP_AMBIENT_LOWER &&
	    a[1] != PR_CAP_AMBIENT_CLEAR_ALL)
		return -EINVAL;
	if (a[1] == PR_CAP_AMBIENT_RAISE && (!(old->cap_permitted & old->cap_inheritable & bit) ||
					     (old->securebits & SECBIT_NO_CAP_AMBIENT_RAISE)))
		return -EPERM;
	c = cred_copy(old);
	if (!c)
		return -ENOMEM;
	if (a[1] == PR_CAP_AMBIENT_RAISE)
		c->cap_ambient |= bit;
	else
		c->cap_ambient &= a[1] == PR_CAP_AMBIENT_CLEAR_ALL ? 0 : ~bit;
	task_set_cred(t, c);
	return 0;
}

static long credentials_prctl(struct task *t, const uint64_t *a)
{
	switch ((int)a[0]) {
	case PR_CAPBSET_READ:
		if (a[1] > CAP_LAST_CAP)
			return -EINVAL;
		return !!(task_cred(t)->cap_bounding & (1ULL << a[1]));
	case PR_CAPBSET_DROP: return drop_bounding(t, a[1]);
	case PR_GET_SECUREBITS: return task_cred(t)->securebits;
	case PR_SET_SECUREBITS: return set_securebits(t, a[1]);
	case PR_GET_KEEPCAPS: return !!(task_cred(t)->securebits & SECBIT_KEEP_CAPS);
	case PR_SET_KEEPCAPS: return set_keepcaps(t, a[1]);
	case PR_CAP_AMBIENT: return ambient(t, a);
	case PR_SET_NO_NEW_PRIVS:
		if (a[1] != 1 || a[2] || a[3] || a[4])
			return -EINVAL;
		t->no_new_privs = true;
		return 0;
	case PR_GET_NO_NEW_PRIVS: return a[1] || a[2] || a[3] || a[4] ? -EINVAL : t->no_new_privs;
	}
	return -EINVAL;
}

static long process_prctl(struct task *t, const uint64_t *a)
{
	struct process *p = t->process;
	int v;

	switch ((int)a[0]) {
	case PR_SET_PDEATHSIG:
		if (a[1] > 64)
			return -EINVAL;
		t->pdeath_signal = (int)a[1];
		return 0;
	case PR_GET_PDEATHSIG: v = t->pdeath_signal; return copy_out_obj(t, a[1], &v);
	case PR_GET_DUMPABLE: return p->dumpable;
	case PR_SET_DUMPABLE:
		if (a[1] > 1)
			return -EINVAL;
		p->dumpable = (int)a[1];
		return 0;
	case PR_SET_CHILD_SUBREAPER:
		p->is_subreaper = a[1] != 0;
		return SYS_CONTINUE; /* the host does the reparenting */
	case PR_GET_CHILD_SUBREAPER: v = p->is_subreaper; return copy_out_obj(t, a[1], &v);
	case PR_SET_TIMERSLACK:
		t->timerslack_ns = (int64_t)a[1] <= 0 ? t->default_timerslack_ns : a[1];
		return 0;
	case PR_GET_TIMERSLACK: return (long)MIN(t->timerslack_ns, (uint64_t)INT64_MAX);
	case PR_GET_TID_ADDRESS: return SYS_CONTINUE;
	}
	return -EINVAL;
}

long sys_prctl(struct task *t, const uint64_t *a)
{
	switch ((int)a[0]) {
	case PR_SET_NAME: return set_name(t, a[1]);
	case PR_GET_NAME: return get_name(t, a[1]);
	case PR_CAPBSET_READ:
	case PR_CAPBSET_DROP:
	case PR_GET_SECUREBITS:
	case PR_SET_SECUREBITS:
	case PR_GET_KEEPCAPS:
	case PR_SET_KEEPCAPS:
	case PR_CAP_AMBIENT:
	case PR_SET_NO_NEW_PRIVS:
	case PR_GET_NO_NEW_PRIVS: return credentials_prctl(t, a);
	case PR_SET_PDEATHSIG:
	case PR_GET_PDEATHSIG:
	case PR_GET_DUMPABLE:
	case PR_SET_DUMPABLE:
	case PR_SET_CHILD_SUBREAPER:
	case PR_GET_CHILD_SUBREAPER:
	case PR_SET_TIMERSLACK:
	case PR_GET_TIMERSLACK:
	case PR_GET_TID_ADDRESS: return process_prctl(t, a);
	case PR_GET_SECCOMP: return guest_seccomp_mode(t);
	case PR_SET_SECCOMP:
		if (a[1] == SECCOMP_MODE_STRICT)
			return guest_seccomp_op(t, SECCOMP_SET_MODE_STRICT, 0, 0);
		if (a[1] == SECCOMP_MODE_FILTER)
			return guest_seccomp_op(t, SECCOMP_SET_MODE_FILTER, 0, a[2]);
		return -EINVAL;
	case PR_SET_MM: return stub_prctl(t, a);
	case PR_SET_THP_DISABLE:
	case PR_GET_THP_DISABLE:
	case PR_SET_VMA:
	case PR_SET_TSC:
	case PR_GET_TSC:
	case PR_MCE_KILL:
	case PR_MCE_KILL_GET:
	case PR_SET_MDWE:
	case PR_GET_MDWE:
	case PR_GET_SPECULATION_CTRL:
	case PR_GET_TIMING:
	case PR_SET_TIMING:
	case PR_GET_FPEMU:
	case PR_GET_ENDIAN:
	case PR_GET_UNALIGN: return SYS_CONTINUE; /* own memory and registers only */
	}
	return -EINVAL;
}

long sys_arch_prctl(struct task *t, const uint64_t *a)
{
	const uint64_t zero = 0;

	switch ((int)a[0]) {
	case ARCH_SET_GS:
		atomic_store(&t->process->own_gs, true);
		if (t->kernel->platform->no_fast_path)
			t->kernel->platform->no_fast_path(t);
		return SYS_CONTINUE;
	case ARCH_GET_GS:
		/* Not set by the guest, but perhaps by the fast path. */
		return atomic_load(&t->process->own_gs) ? SYS_CONTINUE
							: copy_out_obj(t, a[1], &zero);
	case ARCH_SET_FS:
	case ARCH_GET_FS:
	case ARCH_GET_CPUID:
	case ARCH_SET_CPUID:
	case 0x1021: /* ARCH_GET_XCOMP_SUPP */
	case 0x1022: /* ARCH_GET_XCOMP_PERM */
	case 0x1023: /* ARCH_REQ_XCOMP_PERM */ return SYS_CONTINUE;
	}
	return -EINVAL;
}

/* What changes the layout or the ABI of the host process is remembered, not passed on. */
long sys_personality(struct task *t, const uint64_t *a)
{
	uint64_t old = t->personality;

	if ((unsigned int)a[0] != 0xffffffffU)
		t->personality = (unsigned int)a[0];
	return (long)old;
}

long sys_seccomp(struct task *t, const uint64_t *a)
{
	return guest_seccomp_op(t, (unsigned int)a[0], (unsigned int)a[1], a[2]);
}
