/*
 * syscalls/sys_misc.c - uname(2), sethostname(2), sysinfo(2), getcpu(2), getrandom(2), futex(2) and
 * other calls with little behind them
 */
#include <linux/futex.h>
#include <linux/random.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "sentry/hostmem.h"
#include "sentry/timer.h"
#include "syscalls/syscall.h"

/* ---- UTS ---- */

long sys_uname(struct task *t, const uint64_t *a)
{
	struct kernel *k = t->kernel;
	struct utsname u;

	memset(&u, 0, sizeof(u));
	strncpy(u.sysname, GUEST_SYSNAME, sizeof(u.sysname) - 1);
	strncpy(u.release, GUEST_RELEASE, sizeof(u.release) - 1);
	strncpy(u.version, GUEST_VERSION, sizeof(u.version) - 1);
	strncpy(u.machine, (t->personality & PER_MASK) == PER_LINUX32 ? "i686" : GUEST_MACHINE,
		sizeof(u.machine) - 1);
	mutex_lock(&k->uts_mu);
	memcpy(u.nodename, k->hostname, UTS_LEN);
	memcpy(u.domainname, k->domainname, UTS_LEN);
	mutex_unlock(&k->uts_mu);
	return copy_out_obj(t, a[0], &u);
}

static long set_uts_name(struct task *t, const uint64_t *a, char *name)
{
	struct kernel *k = t->kernel;
	char buf[UTS_LEN] = {0};
	int len = (int)a[1];

	if (!task_has_cap(t, CAP_SYS_ADMIN))
		return -EPERM;
	if (len < 0 || len > UTS_LEN - 1)
		return -EINVAL;
	if (copy_in(t, buf, a[0], (size_t)len) < 0)
		return -EFAULT;
	mutex_lock(&k->uts_mu);
	memcpy(name, buf, UTS_LEN);
	mutex_unlock(&k->uts_mu);
	return 0;
}

long sys_sethostname(struct task *t, const uint64_t *a)
{
	return set_uts_name(t, a, t->kernel->hostname);
}

long sys_setdomainname(struct task *t, const uint64_t *a)
{
	return set_uts_name(t, a, t->kernel->domainname);
}

/* ---- the machine ---- */

long sys_sysinfo(struct task *t, const uint64_t *a)
{
	struct kernel *k = t->kernel;
	struct hostmem mem;
	struct sysinfo si;

	memset(&si, 0, sizeof(si));
	hostmem_read(k, &mem);
	si.uptime = (clock_now_ns(CLOCK_MONOTONIC) - k->boot_monotonic_ns) / 1000000000;
	si.totalram = mem.total;
	si.freeram = mem.free;
	si.bufferram = mem.buffers;
	si.procs = (unsigned short)MIN(k->nr_tasks, 65535U);
	si.mem_unit = 1;
	return copy_out_obj(t, a[0], &si);
}

long sys_getcpu(struct task *t, const uint64_t *a)
{
	(void)t;
	(void)a;
	return SYS_CONTINUE;
}

long sys_getrandom(struct task *t, const uint64_t *a)
{
	unsigned int flags = (unsigned int)a[2];

	(void)t;
	if ((flags & ~7U) || (flags & 6U) == 6U)
		return -EINVAL;
	return SYS_CONTINUE;
}

/* ---- own memory and threads ---- */

/* The plain operations are forwarded; PI and WAKE_OP lists live in host kernel code with a history
 * of bugs, but libc's PI mutexes need them: they go on only for private futexes' owners. */
long sys_futex(struct task *t, const uint64_t *a)
{
	int op = (int)a[1] & FUTEX_CMD_MASK;

	(void)t;
	switch (op) {
	case FUTEX_WAIT:
	case FUTEX_WAKE:
	case FUTEX_REQUEUE:
	case FUTEX_CMP_REQUEUE:
	case FUTEX_WAIT_BITSET:
	case FUTEX_WAKE_BITSET:
	case FUTEX_WAKE_OP:
	case FUTEX_LOCK_PI:
	case FUTEX_LOCK_PI2:
	case FUTEX_UNLOCK_PI:
	case FUTEX_TRYLOCK_PI:
	case FUTEX_WAIT_REQUEUE_PI:
	case FUTEX_CMP_REQUEUE_PI: return SYS_CONTINUE;
	}
	return -ENOSYS;
}

/* The vector and the words it names are the caller's own memory, as with futex(2). */
long sys_futex_waitv(struct task *t, const uint64_t *a)
{
	(void)t;
	(void)a;
	return SYS_CONTINUE;
}

/* Seals mappings of the caller's own against change; the sentry never changes a guest's mappings
 * but through the guest itself. */
long sys_mseal(struct task *t, const uint64_t *a)
{
	(void)t;
	(void)a;
	return SYS_CONTINUE;
}

long sys_set_tid_address(struct task *t, const uint64_t *a)
{
	(void)t;
	(void)a;
	return SYS_CONTINUE;
}

long sys_set_robust_list(struct task *t, const uint64_t *a)
{
	if (a[1] != 24)
		return -EINVAL;
	t->robust_list = a[0];
	return SYS_CONTINUE;
}

long sys_get_robust_list(struct task *t, const uint64_t *a)
{
	struct task *target;

	if ((int)a[0] == 0 || (int)a[0] == t->tid)
		return SYS_CONTINUE;
	target = task_by_tid(t->kernel, (pid_t)a[0]);
	if (!target)
		return -ESRCH;
	task_put(target);
	return -EPERM; /* its registration may have gone by without us */
}

long sys_rseq(struct task *t, const uint64_t *a)
{
	(void)t;
	(void)a;
	return SYS_CONTINUE;
}

/* ---- what needs rights that no guest has ---- */

static long need_cap(struct task *t, int cap, long otherwise)
{
	return task_has_cap(t, cap) ? otherwise : -EPERM;
}

long sys_reboot(struct task *t, const uint64_t *a)
{
	(void)a;
	return need_cap(t, CAP_SYS_BOOT, -EPERM);
}

long sys_syslog(struct task *t, const uint64_t *a)
{
	int type = (int)a[0];

	if (type == 10) /* SYSLOG_ACTION_SIZE_BUFFER */
		return need_cap(t, CAP_SYSLOG, 16384);
	if (type < 0 || type > 10)
		return -EINVAL;
	if ((type == 2 || type == 3 || type == 4) && (!a[1] || (int)a[2] < 0))
		return -EINVAL;
	return need_cap(t, CAP_SYSLOG, 0); /* the log is empty */
}

long sys_vhangup(struct task *t, const uint64_t *a)
{
	(void)a;
	return need_cap(t, CAP_SYS_TTY_CONFIG, 0);
}

long sys_acct(struct task *t, const uint64_t *a)
{
	(void)a;
	return need_cap(t, CAP_SYS_PACCT, -ENOSYS);
}

long sys_swapon(struct task *t, const uint64_t *a)
{
	(void)a;
	return need_cap(t, CAP_SYS_ADMIN, -EPERM);
}

long sys_swapoff(struct task *t, const uint64_t *a)
{
	(void)a;
	return need_cap(t, CAP_SYS_ADMIN, -EINVAL);
}

long sys_iopl(struct task *t, const uint64_t *a)
{
	(void)t;
	return (unsigned int)a[0] > 3 ? -EINVAL : -EPERM;
}

long sys_ioperm(struct task *t, const uint64_t *a)
{
	(void)t;
	return a[0] + a[1] <= a[0] || a[0] + a[1] > 65536 ? -EINVAL : -EPERM;
}

/* ---- security modules ---- */

#define LSM_ID_CAPABILITY_ 100 /* LSM_ID_CAPABILITY, of newer headers */

/* The capabilities are the only one. */
long sys_lsm_list_modules(struct task *t, const uint64_t *a)
{
	const uint64_t ids[] = {LSM_ID_CAPABILITY_};
	uint32_t room, need = sizeof(ids);

	if ((uint32_t)a[2] != 0)
		return -EINVAL;
	if (copy_in_obj(t, &room, a[1]) < 0 || copy_out_obj(t, a[1], &need) < 0)
		return -EFAULT;
	if (room < need)
		return -E2BIG;
	return copy_out_obj(t, a[0], &ids) < 0 ? -EFAULT : (long)ARRAY_SIZE(ids);
}
