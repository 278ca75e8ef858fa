/*
 * tests/syscalls/statmount_basic.c - listmount(2) and statmount(2): the root's mount, what is below
 * it, its names; errors
 */
#include "check.h"
#include <linux/stat.h>

#define SYS_STATMOUNT 457
#define SYS_LISTMOUNT 458
#define UNIQUE 0x4000 /* STATX_MNT_ID_UNIQUE */

struct req {
	uint32_t size, spare;
	uint64_t id, param;
};
struct sm {
	uint32_t size, opts;
	uint64_t mask;
	uint32_t dev_major, dev_minor;
	uint64_t magic;
	uint32_t sb_flags, fs_type;
	uint64_t id, parent;
	uint32_t old_id, old_parent;
	uint64_t attr, propagation, peer_group, master, from;
	uint32_t root, point;
	uint64_t rest[50];
	char str[4096];
};

static uint64_t mount_id(const char *path)
{
	struct statx sx;

	if (statx(AT_FDCWD, path, 0, UNIQUE, &sx) < 0)
		die("statx");
	show_true("unique", (sx.stx_mask & UNIQUE) && sx.stx_mnt_id > 1ULL << 31);
	return sx.stx_mnt_id;
}

static void errors(uint64_t id, struct sm *sm)
{
	struct req r = {24, 0, id, 0x3b};
	uint64_t ids[64];

	show("flags", raw(SYS_STATMOUNT, &r, sm, sizeof(*sm), 1));
	show("request", raw(SYS_STATMOUNT, BAD_PTR, sm, sizeof(*sm), 0));
	show("short", raw(SYS_STATMOUNT, &r, sm, 512, 0));
	show("buffer", raw(SYS_STATMOUNT, &r, BAD_PTR, sizeof(*sm), 0));
	r.size = 23;
	show("small request", raw(SYS_STATMOUNT, &r, sm, sizeof(*sm), 0));
	r.size = 5000;
	show("large request", raw(SYS_STATMOUNT, &r, sm, sizeof(*sm), 0));
	r.size = 24;
	r.id = 7;
	show("old id", raw(SYS_STATMOUNT, &r, sm, sizeof(*sm), 0));
	r.id = UINT64_MAX - 5;
	show("no such mount", raw(SYS_STATMOUNT, &r, sm, sizeof(*sm), 0));
	r.param = 0;
	show("list: no such mount", raw(SYS_LISTMOUNT, &r, ids, 64, 0));
	r.id = id;
	show("list: flags", raw(SYS_LISTMOUNT, &r, ids, 64, 2));
	show("list: many", raw(SYS_LISTMOUNT, &r, ids, 1 << 30, 0));
	show("list: request", raw(SYS_LISTMOUNT, BAD_PTR, ids, 64, 0));
	r.param = 5;
	show("list: old id", raw(SYS_LISTMOUNT, &r, ids, 64, 0));
}

int main(void)
{
	static struct sm sm;
	uint64_t proc = mount_id("/proc"), ids[64];
	struct req r = {24, 0, proc, 0x3b};
	bool found = false, rising = true;
	long n;

	show("stat", raw(SYS_STATMOUNT, &r, &sm, sizeof(sm), 0));
	show_true("mask", sm.mask == 0x3b);
	show_true("id", sm.id == proc);
	show_str("type", sm.str + sm.fs_type);
	show_str("root", sm.str + sm.root);
	show_str("point", sm.str + sm.point);
	show_true("magic", sm.magic == 0x9fa0);
	show_true("size", sm.size > 512 && sm.size < 1024);
	r.id = UINT64_MAX;
	r.param = 0;
	n = raw(SYS_LISTMOUNT, &r, ids, 64, 0);
	show_true("list", n > 0);
	for (long i = 0; i < n; i++) {
		found = found || ids[i] == proc;
		rising = rising && (i == 0 || ids[i] > ids[i - 1]);
	}
	show_true("proc is there", found);
	show_true("rising", rising);
	r.param = ids[0];
	show_true("after the first",
		  n < 2 || (raw(SYS_LISTMOUNT, &r, ids + 1, 1, 0) == 1 && ids[1] > ids[0]));
	errors(proc, &sm);
	return 0;
}
