/* tests/syscalls/sysv_shm.c - shmget(2), shmat(2), shmdt(2), shmctl(2). */
#include "fs_check.h"
#include <sys/mman.h>
#include <sys/shm.h>

static int id;

static void stat_of(const char *what)
{
	struct shmid_ds ds;

	if (shmctl(id, IPC_STAT, &ds) < 0) {
		show(what, -1);
		return;
	}
	say("%s: size %ld attached %ld mode %o", what, (long)ds.shm_segsz, (long)ds.shm_nattch,
	    ds.shm_perm.mode);
}

static void show_at(const char *what, void *p)
{
	show(what, p == (void *)-1 ? -1 : 0);
}

int main(int argc, char **argv)
{
	char *p, *q, *at;

	if (argc > 1)
		return 0;
	show("size 0", shmget(IPC_PRIVATE, 0, 0600));
	show("no such key", shmget(0x777, 10, 0));
	id = must(shmget(0x777, 10000, IPC_CREAT | 0600));
	show("larger", shmget(0x777, 10001, 0));
	show_true("smaller", shmget(0x777, 1, 0) == id);
	stat_of("fresh");
	p = shmat(id, NULL, 0);
	show_at("attach", p);
	show_true("zeroed", all_zero(p, 12288));
	strcpy(p, "hello");
	q = shmat(id, NULL, SHM_RDONLY);
	show_at("read-only", q);
	show_str("same", q);
	show("no more than that", mprotect(q, 4096, PROT_READ | PROT_WRITE));
	stat_of("two");
	if (xfork() == 0) {
		stat_of("in the child");
		strcpy(p, "from child");
		must(shmdt(q));
		stat_of("detached one");
		_exit(0);
	}
	xwait(-1);
	stat_of("child gone");
	show_str("changed", q);
	if (xfork() == 0) {
		execl("/proc/self/exe", "x", "y", NULL);
		_exit(1);
	}
	xwait(-1);
	stat_of("exec detaches");
	show_at("in use", shmat(id, p, 0));
	show_at("not aligned", shmat(id, p + 5, 0));
	show_at("remap nowhere", shmat(id, NULL, SHM_REMAP));
	show_at("remap", shmat(id, q, SHM_REMAP));
	q[0] = 'F';
	show_str("writable now", p);
	at = mmap(NULL, 65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(at, 65536);
	show_true("at a place", shmat(id, at + 5, SHM_RND) == at);
	show("shmdt", shmdt(at));
	show("again", shmdt(at));
	show("inside", shmdt(p + 4096));
	show("not aligned", shmdt(p + 1));
	show("of nothing", shmdt(NULL));
	show_at("bad id", shmat(98765, NULL, 0));
	show("shmdt", shmdt(p));
	show("remove", shmctl(id, IPC_RMID, NULL));
	stat_of("removed, attached");
	show("key is free", shmget(0x777, 1, 0));
	show_str("still there", q);
	must(shmdt(q));
	stat_of("gone");
	id = must(shmget(IPC_PRIVATE, 4096, 0600));
	if (xfork() == 0) {
		must(setuid(1000));
		show_at("not permitted", shmat(id, NULL, 0));
		show("nor to remove", shmctl(id, IPC_RMID, NULL));
		_exit(0);
	}
	xwait(-1);
	show("SHM_LOCK", shmctl(id, SHM_LOCK, NULL));
	stat_of("locked");
	must(shmctl(id, IPC_RMID, NULL));
	stat_of("gone at once");
	return 0;
}
