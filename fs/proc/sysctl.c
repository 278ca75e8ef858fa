/*
 * fs/proc/sysctl.c - /proc/sys: see sysctl.h
 *
 * Who may write: the owner of the files is root, so the mode bits decide, as in a container whose
 * root may set its own kernel. Values are single words, read and written without a lock.
 */
#include "fs/proc/sysctl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "fs/proc/proc.h"
#include "sentry/base/mem.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

/* What a fixed file says instead, set at boot. */
struct set_text {
	const struct kernfs_row *row;
	char text[128];
};
#define MAX_SET_TEXTS 32

struct proc_state {
	_Atomic int64_t values[NR_SYSCTLS];
	struct set_text texts[MAX_SET_TEXTS];
	size_t nr_texts;
	char boot_id[37];
};

struct sysctl_desc {
	int64_t def, min, max;
	bool is_unsigned; /* 64 bits */
};

#define I32 INT32_MIN, INT32_MAX
#define NONNEG 0, INT32_MAX

static const struct sysctl_desc descs[NR_SYSCTLS] = {
	[SYSCTL_OVERCOMMIT_MEMORY] = {0, 0, 2},
	[SYSCTL_OVERCOMMIT_RATIO] = {50, NONNEG},
	[SYSCTL_SWAPPINESS] = {60, 0, 200},
	[SYSCTL_MAX_MAP_COUNT] = {65530, NONNEG},
	[SYSCTL_MMAP_MIN_ADDR] = {65536, 0, INT64_MAX},
	[SYSCTL_PID_MAX] = {32768, 301, 4194304},
	[SYSCTL_THREADS_MAX] = {32768, 20, 0x3fffffff},
	[SYSCTL_SHMMAX] = {-16777217, INT64_MIN, INT64_MAX, true},
	[SYSCTL_SHMALL] = {-16777217, INT64_MIN, INT64_MAX, true},
	[SYSCTL_SHMMNI] = {4096, 0, 32768},
	[SYSCTL_MSGMAX] = {8192, NONNEG},
	[SYSCTL_MSGMNB] = {16384, NONNEG},
	[SYSCTL_MSG_NEXT_ID] = {-1, -1, INT32_MAX},
	[SYSCTL_SEM_NEXT_ID] = {-1, -1, INT32_MAX},
	[SYSCTL_SHM_NEXT_ID] = {-1, -1, INT32_MAX},
	[SYSCTL_MSGMNI] = {32000, 0, 32768},
	[SYSCTL_SEMMSL] = {32000, 0, 65536},
	[SYSCTL_SEMMNS] = {1024000000, NONNEG},
	[SYSCTL_SEMOPM] = {500, 0, 32000},
	[SYSCTL_SEMMNI] = {32000, 0, 32768},
	[SYSCTL_SHM_RMID_FORCED] = {0, 0, 1},
	[SYSCTL_FILE_MAX] = {INT64_MAX, 0, INT64_MAX},
	[SYSCTL_NR_OPEN] = {1048576, 64, 2147483584},
	[SYSCTL_PIPE_MAX_SIZE] = {1048576, 4096, INT32_MAX},
	[SYSCTL_PIPE_USER_PAGES_SOFT] = {16384, 0, INT64_MAX},
	[SYSCTL_PIPE_USER_PAGES_HARD] = {0, 0, INT64_MAX},
	[SYSCTL_PROTECTED_HARDLINKS] = {1, 0, 1},
	[SYSCTL_PROTECTED_SYMLINKS] = {1, 0, 1},
	[SYSCTL_PROTECTED_FIFOS] = {1, 0, 2},
	[SYSCTL_PROTECTED_REGULAR] = {2, 0, 2},
	[SYSCTL_LEASE_BREAK_TIME] = {45, I32},
	[SYSCTL_LEASES_ENABLE] = {1, 0, 1},
	[SYSCTL_AIO_MAX_NR] = {65536, 0, INT64_MAX},
	[SYSCTL_INOTIFY_MAX_EVENTS] = {16384, NONNEG},
	[SYSCTL_INOTIFY_MAX_INSTANCES] = {128, NONNEG},
	[SYSCTL_INOTIFY_MAX_WATCHES] = {65536, NONNEG},
	[SYSCTL_EPOLL_MAX_WATCHES] = {1048576, 0, INT64_MAX},
	[SYSCTL_MQ_MSG_DEFAULT] = {10, 1, 65536},
	[SYSCTL_MQ_MSG_MAX] = {10, 1, 65536},
	[SYSCTL_MQ_MSGSIZE_DEFAULT] = {8192, 128, 16777216},
	[SYSCTL_MQ_MSGSIZE_MAX] = {8192, 128, 16777216},
	[SYSCTL_MQ_QUEUES_MAX] = {256, 0, INT32_MAX},
	[SYSCTL_RANDOMIZE_VA_SPACE] = {2, 0, 2},
	[SYSCTL_SCHED_RT_PERIOD] = {1000000, 1, INT32_MAX},
	[SYSCTL_SCHED_RT_RUNTIME] = {950000, -1, INT32_MAX},
	[SYSCTL_SCHED_RR_TIMESLICE] = {100, I32},
	[SYSCTL_SCHED_AUTOGROUP] = {0, 0, 1},
	[SYSCTL_KEYS_MAXKEYS] = {200, 1, INT32_MAX},
	[SYSCTL_KEYS_MAXBYTES] = {20000, 1, INT32_MAX},
	[SYSCTL_KEYS_ROOT_MAXKEYS] = {1000000, 1, INT32_MAX},
	[SYSCTL_KEYS_ROOT_MAXBYTES] = {25000000, 1, INT32_MAX},
	[SYSCTL_KEYS_GC_DELAY] = {300, 0, INT32_MAX},
	[SYSCTL_DMESG_RESTRICT] = {1, 0, 1},
	[SYSCTL_KPTR_RESTRICT] = {1, 0, 2},
	[SYSCTL_PERF_PARANOID] = {4, -1, 4},
	[SYSCTL_CORE_USES_PID] = {0, 0, 1},
	[SYSCTL_SUID_DUMPABLE] = {0, 0, 2},
	[SYSCTL_PANIC] = {0, I32},
	[SYSCTL_SOMAXCONN] = {4096, 0, INT32_MAX},
	[SYSCTL_RMEM_MAX] = {212992, 2304, INT32_MAX},
	[SYSCTL_WMEM_MAX] = {212992, 4608, INT32_MAX},
	[SYSCTL_RMEM_DEFAULT] = {212992, 2304, INT32_MAX},
	[SYSCTL_WMEM_DEFAULT] = {212992, 4608, INT32_MAX},
	[SYSCTL_IP_FORWARD] = {0, 0, 1},
	[SYSCTL_IP_DEFAULT_TTL] = {64, 1, 255},
	[SYSCTL_TCP_SYNCOOKIES] = {1, 0, 2},
	[SYSCTL_TCP_FIN_TIMEOUT] = {60, NONNEG},
	[SYSCTL_TCP_KEEPALIVE_TIME] = {7200, NONNEG},
	[SYSCTL_TCP_KEEPALIVE_INTVL] = {75, NONNEG},
	[SYSCTL_TCP_KEEPALIVE_PROBES] = {9, 0, 255},
	[SYSCTL_TCP_TW_REUSE] = {2, 0, 2},
	[SYSCTL_TCP_SACK] = {1, 0, 255},
	[SYSCTL_TCP_TIMESTAMPS] = {1, 0, 2},
	[SYSCTL_TCP_WINDOW_SCALING] = {1, 0, 1},
	[SYSCTL_TCP_SYN_RETRIES] = {6, 1, 127},
	[SYSCTL_TCP_MAX_SYN_BACKLOG] = {1024, NONNEG},
	[SYSCTL_TCP_FASTOPEN] = {1, NONNEG},
	[SYSCTL_IPV6_DISABLE] = {0, 0, 1},
	[SYSCTL_UNIX_MAX_DGRAM_QLEN] = {512, NONNEG},
};

static void random_uuid(char out[37])
{
	uint8_t b[16];

	if (getrandom(b, sizeof(b), 0) != (ssize_t)sizeof(b))
		memset(b, 0, sizeof(b));
	b[6] = (b[6] & 0x0f) | 0x40;
	b[8] = (b[8] & 0x3f) | 0x80;
	snprintf(out, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		 b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12],
		 b[13], b[14], b[15]);
}

int proc_state_init(struct kernel *k)
{
	struct proc_state *ps, *none = NULL;

	if (atomic_load(&k->proc))
		return 0;
	ps = mem_zalloc(sizeof(*ps));
	if (!ps)
		return -ENOMEM;
	for (size_t i = 0; i < NR_SYSCTLS; i++)
		atomic_init(&ps->values[i], descs[i].def);
	random_uuid(ps->boot_id);
	if (!atomic_compare_exchange_strong(&k->proc, &none, ps))
		mem_free(ps);
	return 0;
}

int64_t sysctl_get(struct kernel *k, enum sysctl which)
{
	struct proc_state *ps = atomic_load(&k->proc);

	return ps ? atomic_load(&ps->values[which]) : descs[which].def;
}

_Atomic int64_t *sysctl_word(struct kernel *k, enum sysctl which)
{
	struct proc_state *ps = atomic_load(&k->proc);

	return ps ? &ps->values[which] : NULL;
}

/* ---- single numbers ---- */

static struct kernel *kernel_of(struct kernfs_inode *kn)
{
	return kn->inode.super->kernel;
}

static int value_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	const struct sysctl_desc *d = kn->row->data;
	int64_t v = sysctl_get(kernel_of(kn), (enum sysctl)(d - descs));

	(void)t;
	if (d->is_unsigned)
		strbuf_printf(sb, "%" PRIu64 "\n", (uint64_t)v);
	else
		strbuf_printf(sb, "%" PRId64 "\n", v);
	return 0;
}

static int parse(const struct sysctl_desc *d, const char *text, int64_t *ret)
{
	char *end;

	if (!d->is_unsigned)
		return kernfs_parse_i64(text, ret);
	errno = 0;
	*ret = (int64_t)strtoull(text, &end, 0);
	if (end == text || errno == ERANGE || *text == '-')
		return -EINVAL;
	return end[strspn(end, " \t\n")] ? -EINVAL : 0;
}

static int value_set(struct proc_state *ps, const struct sysctl_desc *d, const char *text)
{
	int64_t v;

	if (!ps || parse(d, text, &v) < 0 || v < d->min || v > d->max)
		return -EINVAL;
	atomic_store(&ps->values[d - descs], v);
	return 0;
}

static ssize_t value_store(struct kernfs_inode *kn, struct task *t, char *text, size_t len)
{
	int err = value_set(atomic_load(&kernel_of(kn)->proc), kn->row->data, text);

	(void)t;
	return err < 0 ? err : (ssize_t)len;
}

/* ---- kernel.sem: four numbers ---- */

static int sem_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct kernel *k = kernel_of(kn);

	(void)t;
	for (int i = 0; i < 4; i++)
		strbuf_printf(sb, "%" PRId64 "%c", sysctl_get(k, SYSCTL_SEMMSL + (enum sysctl)i),
			      i < 3 ? '\t' : '\n');
	return 0;
}

static int sem_set(struct proc_state *ps, const char *text)
{
	int64_t v[4];
	int n = 0;

	if (!ps ||
	    sscanf(text, "%" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %n", &v[0], &v[1], &v[2],
		   &v[3], &n) != 4 ||
	    text[n])
		return -EINVAL;
	for (int i = 0; i < 4; i++)
		if (v[i] < descs[SYSCTL_SEMMSL + i].min || v[i] > descs[SYSCTL_SEMMSL + i].max)
			return -EINVAL;
	for (int i = 0; i < 4; i++)
		atomic_store(&ps->values[SYSCTL_SEMMSL + i], v[i]);
	return 0;
}

static ssize_t sem_store(struct kernfs_inode *kn, struct task *t, char *text, size_t len)
{
	int err = sem_set(atomic_load(&kernel_of(kn)->proc), text);

	(void)t;
	return err < 0 ? err : (ssize_t)len;
}

/* ---- net.ipv4.ip_unprivileged_port_start: obeyed below us ---- */

static int port_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)t;
	strbuf_printf(sb, "%d\n", atomic_load(&kernel_of(kn)->unprivileged_port_start));
	return 0;
}

static int port_set(struct kernel *k, const char *text)
{
	int64_t v;

	if (kernfs_parse_i64(text, &v) < 0 || v < 0 || v > UINT16_MAX)
		return -EINVAL;
	atomic_store(&k->unprivileged_port_start, (int)v);
	return 0;
}

static ssize_t port_store(struct kernfs_inode *kn, struct task *t, char *text, size_t len)
{
	int err = port_set(kernel_of(kn), text);

	(void)t;
	return err < 0 ? err : (ssize_t)len;
}

/* ---- texts ---- */

static int fixed_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct proc_state *ps = atomic_load(&kernel_of(kn)->proc);

	for (size_t i = 0; ps && i < ps->nr_texts; i++) {
		if (ps->texts[i].row == kn->row) {
			strbuf_printf(sb, "%s\n", ps->texts[i].text);
			return 0;
		}
	}
	return proc_fixed_show(kn, t, sb);
}

/* ---- others ---- */

static int hostname_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct kernel *k = kernel_of(kn);
	char name[UTS_LEN];

	(void)t;
	mutex_lock(&k->uts_mu);
	memcpy(name, kn->row->data ? k->domainname : k->hostname, UTS_LEN);
	mutex_unlock(&k->uts_mu);
	name[UTS_LEN - 1] = '\0';
	strbuf_printf(sb, "%s\n", name[0] ? name : "(none)");
	return 0;
}

static void name_set(struct kernel *k, const struct kernfs_row *row, const char *text)
{
	size_t n = MIN(strcspn(text, "\n"), (size_t)UTS_LEN - 1);
	char *name = row->data ? k->domainname : k->hostname;

	mutex_lock(&k->uts_mu);
	memset(name, 0, UTS_LEN);
	memcpy(name, text, n);
	mutex_unlock(&k->uts_mu);
}

static ssize_t hostname_store(struct kernfs_inode *kn, struct task *t, char *text, size_t len)
{
	if (!t || !task_has_cap(t, CAP_SYS_ADMIN))
		return -EPERM;
	name_set(kernel_of(kn), kn->row, text);
	return (ssize_t)len;
}

static int boot_id_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct proc_state *ps = atomic_load(&kernel_of(kn)->proc);

	(void)t;
	strbuf_printf(sb, "%s\n", ps ? ps->boot_id : "");
	return 0;
}

static int uuid_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	char uuid[37];

	(void)kn, (void)t;
	random_uuid(uuid);
	strbuf_printf(sb, "%s\n", uuid);
	return 0;
}

static int file_nr_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	(void)t;
	strbuf_printf(sb, "1024\t0\t%" PRId64 "\n", sysctl_get(kernel_of(kn), SYSCTL_FILE_MAX));
	return 0;
}

/* The next fork's number is the host's affair; what can be told is how many were born. */
static int ns_last_pid_show(struct kernfs_inode *kn, struct task *t, struct strbuf *sb)
{
	struct kernel *k = kernel_of(kn);
	struct process *p;
	pid_t last = 1;

	(void)t;
	rwlock_rdlock(&k->tree_lock);
	list_for_each_entry(p, &k->processes, all_node)
		last = p->pid;
	rwlock_unlock(&k->tree_lock);
	strbuf_printf(sb, "%d\n", last);
	return 0;
}

/* Nothing is cached that the guest could see, so that dropping it is true. */
static ssize_t drop_caches_store(struct kernfs_inode *kn, struct task *t, char *text, size_t len)
{
	int64_t v;

	(void)kn, (void)t;
	if (kernfs_parse_i64(text, &v) < 0 || v < 1 || v > 7)
		return -EINVAL;
	return (ssize_t)len;
}

#define VALUE(n, which)                                                                            \
	{                                                                                          \
		.name = (n), .mode = S_IFREG | 0644, .show = value_show, .store = value_store,     \
		.data = &descs[which]                                                              \
	}
#define TEXT(n, s)                                                                                 \
	{                                                                                          \
		.name = (n), .mode = S_IFREG | 0444, .show = fixed_show, .data = (s)               \
	}
#define SHOW(n, f)                                                                                 \
	{                                                                                          \
		.name = (n), .mode = S_IFREG | 0444, .show = (f)                                   \
	}
#define DIR_ROWS(n, r)                                                                             \
	{                                                                                          \
		.name = (n), .mode = S_IFDIR | 0555, .rows = (r), .bare_mode = true                \
	}

static const struct kernfs_row random_rows[] = {
	SHOW("boot_id", boot_id_show),
	TEXT("entropy_avail", "256\n"),
	TEXT("poolsize", "256\n"),
	TEXT("urandom_min_reseed_secs", "60\n"),
	SHOW("uuid", uuid_show),
	TEXT("write_wakeup_threshold", "256\n"),
	{0},
};

static const struct kernfs_row keys_rows[] = {
	VALUE("gc_delay", SYSCTL_KEYS_GC_DELAY),
	VALUE("maxbytes", SYSCTL_KEYS_MAXBYTES),
	VALUE("maxkeys", SYSCTL_KEYS_MAXKEYS),
	VALUE("root_maxbytes", SYSCTL_KEYS_ROOT_MAXBYTES),
	VALUE("root_maxkeys", SYSCTL_KEYS_ROOT_MAXKEYS),
	{0},
};

static const struct kernfs_row pty_rows[] = {
	TEXT("max", "4096\n"),
	TEXT("nr", "0\n"),
	TEXT("reserve", "1024\n"),
	{0},
};

static const struct kernfs_row seccomp_rows[] = {
	TEXT("actions_avail", "kill_process kill_thread trap errno user_notif trace log allow\n"),
	TEXT("actions_logged", "kill_process kill_thread trap errno user_notif trace log\n"),
	{0},
};

static const struct kernfs_row kernel_rows[] = {
	TEXT("cap_last_cap", "40\n"),
	TEXT("core_pattern", "core\n"),
	VALUE("core_uses_pid", SYSCTL_CORE_USES_PID),
	VALUE("dmesg_restrict", SYSCTL_DMESG_RESTRICT),
	{.name = "domainname",
	 .mode = S_IFREG | 0644,
	 .show = hostname_show,
	 .store = hostname_store,
	 .data = "domain"},
	{.name = "hostname",
	 .mode = S_IFREG | 0644,
	 .show = hostname_show,
	 .store = hostname_store},
	DIR_ROWS("keys", keys_rows),
	VALUE("kptr_restrict", SYSCTL_KPTR_RESTRICT),
	VALUE("msgmax", SYSCTL_MSGMAX),
	VALUE("msgmnb", SYSCTL_MSGMNB),
	VALUE("msg_next_id", SYSCTL_MSG_NEXT_ID),
	VALUE("msgmni", SYSCTL_MSGMNI),
	TEXT("ngroups_max", "65536\n"),
	SHOW("ns_last_pid", ns_last_pid_show),
	TEXT("osrelease", GUEST_RELEASE "\n"),
	TEXT("ostype", GUEST_SYSNAME "\n"),
	TEXT("overflowgid", "65534\n"),
	TEXT("overflowuid", "65534\n"),
	VALUE("panic", SYSCTL_PANIC),
	VALUE("perf_event_paranoid", SYSCTL_PERF_PARANOID),
	VALUE("pid_max", SYSCTL_PID_MAX),
	TEXT("printk", "4\t4\t1\t7\n"),
	DIR_ROWS("pty", pty_rows),
	DIR_ROWS("random", random_rows),
	VALUE("randomize_va_space", SYSCTL_RANDOMIZE_VA_SPACE),
	VALUE("sched_autogroup_enabled", SYSCTL_SCHED_AUTOGROUP),
	VALUE("sched_rr_timeslice_ms", SYSCTL_SCHED_RR_TIMESLICE),
	VALUE("sched_rt_period_us", SYSCTL_SCHED_RT_PERIOD),
	VALUE("sched_rt_runtime_us", SYSCTL_SCHED_RT_RUNTIME),
	DIR_ROWS("seccomp", seccomp_rows),
	{.name = "sem", .mode = S_IFREG | 0644, .show = sem_show, .store = sem_store},
	VALUE("sem_next_id", SYSCTL_SEM_NEXT_ID),
	VALUE("shm_next_id", SYSCTL_SHM_NEXT_ID),
	VALUE("shmall", SYSCTL_SHMALL),
	VALUE("shmmax", SYSCTL_SHMMAX),
	VALUE("shmmni", SYSCTL_SHMMNI),
	VALUE("shm_rmid_forced", SYSCTL_SHM_RMID_FORCED),
	TEXT("tainted", "0\n"),
	VALUE("threads-max", SYSCTL_THREADS_MAX),
	TEXT("unprivileged_bpf_disabled", "2\n"),
	TEXT("version", GUEST_VERSION "\n"),
	{0},
};

static const struct kernfs_row vm_rows[] = {
	TEXT("dirty_background_ratio", "10\n"),
	TEXT("dirty_ratio", "20\n"),
	{.name = "drop_caches", .mode = S_IFREG | 0200, .store = drop_caches_store},
	VALUE("max_map_count", SYSCTL_MAX_MAP_COUNT),
	TEXT("min_free_kbytes", "67584\n"),
	VALUE("mmap_min_addr", SYSCTL_MMAP_MIN_ADDR),
	TEXT("mmap_rnd_bits", "28\n"),
	TEXT("nr_hugepages", "0\n"),
	TEXT("nr_overcommit_hugepages", "0\n"),
	TEXT("overcommit_kbytes", "0\n"),
	VALUE("overcommit_memory", SYSCTL_OVERCOMMIT_MEMORY),
	VALUE("overcommit_ratio", SYSCTL_OVERCOMMIT_RATIO),
	TEXT("panic_on_oom", "0\n"),
	VALUE("swappiness", SYSCTL_SWAPPINESS),
	TEXT("vfs_cache_pressure", "100\n"),
	{0},
};

static const struct kernfs_row inotify_rows[] = {
	VALUE("max_queued_events", SYSCTL_INOTIFY_MAX_EVENTS),
	VALUE("max_user_instances", SYSCTL_INOTIFY_MAX_INSTANCES),
	VALUE("max_user_watches", SYSCTL_INOTIFY_MAX_WATCHES),
	{0},
};

static const struct kernfs_row epoll_rows[] = {
	VALUE("max_user_watches", SYSCTL_EPOLL_MAX_WATCHES),
	{0},
};

static const struct kernfs_row mqueue_rows[] = {
	VALUE("msg_default", SYSCTL_MQ_MSG_DEFAULT),
	VALUE("msg_max", SYSCTL_MQ_MSG_MAX),
	VALUE("msgsize_default", SYSCTL_MQ_MSGSIZE_DEFAULT),
	VALUE("msgsize_max", SYSCTL_MQ_MSGSIZE_MAX),
	VALUE("queues_max", SYSCTL_MQ_QUEUES_MAX),
	{0},
};

static const struct kernfs_row fs_rows[] = {
	VALUE("aio-max-nr", SYSCTL_AIO_MAX_NR),
	TEXT("aio-nr", "0\n"),
	TEXT("dentry-state", "0\t0\t45\t0\t0\t0\n"),
	DIR_ROWS("epoll", epoll_rows),
	VALUE("file-max", SYSCTL_FILE_MAX),
	SHOW("file-nr", file_nr_show),
	TEXT("inode-nr", "1024\t0\n"),
	TEXT("inode-state", "1024\t0\t0\t0\t0\t0\t0\n"),
	DIR_ROWS("inotify", inotify_rows),
	VALUE("lease-break-time", SYSCTL_LEASE_BREAK_TIME),
	VALUE("leases-enable", SYSCTL_LEASES_ENABLE),
	TEXT("mount-max", "100000\n"),
	DIR_ROWS("mqueue", mqueue_rows),
	VALUE("nr_open", SYSCTL_NR_OPEN),
	TEXT("overflowgid", "65534\n"),
	TEXT("overflowuid", "65534\n"),
	VALUE("pipe-max-size", SYSCTL_PIPE_MAX_SIZE),
	VALUE("pipe-user-pages-hard", SYSCTL_PIPE_USER_PAGES_HARD),
	VALUE("pipe-user-pages-soft", SYSCTL_PIPE_USER_PAGES_SOFT),
	VALUE("protected_fifos", SYSCTL_PROTECTED_FIFOS),
	VALUE("protected_hardlinks", SYSCTL_PROTECTED_HARDLINKS),
	VALUE("protected_regular", SYSCTL_PROTECTED_REGULAR),
	VALUE("protected_symlinks", SYSCTL_PROTECTED_SYMLINKS),
	VALUE("suid_dumpable", SYSCTL_SUID_DUMPABLE),
	{0},
};

static const struct kernfs_row net_core_rows[] = {
	TEXT("netdev_max_backlog", "1000\n"),	    TEXT("optmem_max", "131072\n"),
	VALUE("rmem_default", SYSCTL_RMEM_DEFAULT), VALUE("rmem_max", SYSCTL_RMEM_MAX),
	VALUE("somaxconn", SYSCTL_SOMAXCONN),	    VALUE("wmem_default", SYSCTL_WMEM_DEFAULT),
	VALUE("wmem_max", SYSCTL_WMEM_MAX),	    {0},
};

static const struct kernfs_row net_ipv4_rows[] = {
	VALUE("ip_default_ttl", SYSCTL_IP_DEFAULT_TTL),
	VALUE("ip_forward", SYSCTL_IP_FORWARD),
	TEXT("ip_local_port_range", "32768\t60999\n"),
	TEXT("ip_local_reserved_ports", "\n"),
	{.name = "ip_unprivileged_port_start",
	 .mode = S_IFREG | 0644,
	 .show = port_show,
	 .store = port_store},
	TEXT("ping_group_range", "0\t2147483647\n"),
	TEXT("tcp_allowed_congestion_control", "reno\n"),
	TEXT("tcp_available_congestion_control", "reno\n"),
	TEXT("tcp_congestion_control", "reno\n"),
	VALUE("tcp_fastopen", SYSCTL_TCP_FASTOPEN),
	VALUE("tcp_fin_timeout", SYSCTL_TCP_FIN_TIMEOUT),
	VALUE("tcp_keepalive_intvl", SYSCTL_TCP_KEEPALIVE_INTVL),
	VALUE("tcp_keepalive_probes", SYSCTL_TCP_KEEPALIVE_PROBES),
	VALUE("tcp_keepalive_time", SYSCTL_TCP_KEEPALIVE_TIME),
	VALUE("tcp_max_syn_backlog", SYSCTL_TCP_MAX_SYN_BACKLOG),
	TEXT("tcp_mem", "92514\t123352\t185028\n"),
	TEXT("tcp_rmem", "4096\t131072\t6291456\n"),
	VALUE("tcp_sack", SYSCTL_TCP_SACK),
	VALUE("tcp_syn_retries", SYSCTL_TCP_SYN_RETRIES),
	VALUE("tcp_syncookies", SYSCTL_TCP_SYNCOOKIES),
	VALUE("tcp_timestamps", SYSCTL_TCP_TIMESTAMPS),
	VALUE("tcp_tw_reuse", SYSCTL_TCP_TW_REUSE),
	VALUE("tcp_window_scaling", SYSCTL_TCP_WINDOW_SCALING),
	TEXT("tcp_wmem", "4096\t16384\t4194304\n"),
	{0},
};

static const struct kernfs_row net_ipv6_if_rows[] = {
	VALUE("disable_ipv6", SYSCTL_IPV6_DISABLE),
	{0},
};

static const struct kernfs_row net_ipv6_conf_rows[] = {
	DIR_ROWS("all", net_ipv6_if_rows),
	DIR_ROWS("default", net_ipv6_if_rows),
	DIR_ROWS("lo", net_ipv6_if_rows),
	{0},
};

static const struct kernfs_row net_ipv6_rows[] = {
	TEXT("bindv6only", "0\n"),
	DIR_ROWS("conf", net_ipv6_conf_rows),
	{0},
};

static const struct kernfs_row net_unix_rows[] = {
	VALUE("max_dgram_qlen", SYSCTL_UNIX_MAX_DGRAM_QLEN),
	{0},
};

static const struct kernfs_row net_rows[] = {
	DIR_ROWS("core", net_core_rows),
	DIR_ROWS("ipv4", net_ipv4_rows),
	DIR_ROWS("ipv6", net_ipv6_rows),
	DIR_ROWS("unix", net_unix_rows),
	{0},
};

static const struct kernfs_row empty_rows[] = {{0}};

static const struct kernfs_row user_rows[] = {
	TEXT("max_cgroup_namespaces", "0\n"),
	TEXT("max_ipc_namespaces", "0\n"),
	TEXT("max_mnt_namespaces", "0\n"),
	TEXT("max_net_namespaces", "0\n"),
	TEXT("max_pid_namespaces", "0\n"),
	TEXT("max_time_namespaces", "0\n"),
	TEXT("max_user_namespaces", "0\n"),
	TEXT("max_uts_namespaces", "0\n"),
	{0},
};

const struct kernfs_row proc_sys_rows[] = {
	DIR_ROWS("abi", empty_rows), DIR_ROWS("debug", empty_rows),   DIR_ROWS("dev", empty_rows),
	DIR_ROWS("fs", fs_rows),     DIR_ROWS("kernel", kernel_rows), DIR_ROWS("net", net_rows),
	DIR_ROWS("user", user_rows), DIR_ROWS("vm", vm_rows),	      {0},
};

/* ---- at boot ---- */

static const struct kernfs_row *find_row(const struct kernfs_row *rows, const char *path)
{
	size_t len = strcspn(path, "/");

	for (const struct kernfs_row *r = rows; r->name; r++) {
		if (strlen(r->name) != len || strncmp(r->name, path, len) != 0)
			continue;
		if (path[len])
			return r->rows ? find_row(r->rows, path + len + 1) : NULL;
		return r->rows ? NULL : r;
	}
	return NULL;
}

/* Words are separated by tabs, whatever they were. */
static int text_set(struct proc_state *ps, const struct kernfs_row *row, const char *text)
{
	struct set_text *s = &ps->texts[ps->nr_texts];

	if (ps->nr_texts == MAX_SET_TEXTS || strlen(text) >= sizeof(s->text))
		return -ENOMEM;
	*s = (struct set_text){.row = row};
	strcpy(s->text, text);
	for (char *c = s->text; *c; c++)
		if (*c == ' ')
			*c = '\t';
	ps->nr_texts++;
	return 0;
}

int sysctl_set_text(struct kernel *k, const char *path, const char *text)
{
	const struct kernfs_row *row = find_row(proc_sys_rows, path);
	int err = proc_state_init(k);
	struct proc_state *ps = atomic_load(&k->proc);

	if (err < 0)
		return err;
	if (!row)
		return -ENOENT;
	if (row->store == value_store)
		return value_set(ps, row->data, text);
	if (row->store == sem_store)
		return sem_set(ps, text);
	if (row->store == port_store)
		return port_set(k, text);
	if (row->store == hostname_store) {
		name_set(k, row, text);
		return 0;
	}
	return row->show == fixed_show ? text_set(ps, row, text) : -EINVAL;
}
