/* tests/syscalls/sysv_sem.c - semget(2), semop(2), semctl(2), SEM_UNDO. */
#include "fs_check.h"
#include <sys/sem.h>

static int id;

static void values(const char *what)
{
	unsigned short v[3];

	must(semctl(id, 0, GETALL, v));
	say("%s: %d %d %d", what, v[0], v[1], v[2]);
}

static int op(int num, int by, int flags)
{
	struct sembuf b = {num, by, flags};

	return semop(id, &b, 1);
}

int main(void)
{
	struct sembuf two[2] = {{0, -1, 0}, {1, -1, IPC_NOWAIT}}, many[501] = {{0}};
	unsigned short v[3] = {1, 0, 5};
	struct timespec ts = {0, 20000000}, bad = {0, -1};
	struct semid_ds ds;
	int ready[2];

	xpipe(ready);
	show("none", semget(IPC_PRIVATE, 0, 0600));
	show("too many", semget(IPC_PRIVATE, 32001, 0600));
	id = must(semget(0x4321, 3, IPC_CREAT | 0600));
	show("too many for it", semget(0x4321, 4, 0));
	values("fresh");
	must(semctl(id, 0, SETALL, v));
	values("set");
	show("all or nothing", semop(id, two, 2));
	values("nothing");
	show("down", op(2, -5, 0));
	show("wait for zero", op(2, 0, 0));
	show("zero, not", op(0, 0, IPC_NOWAIT));
	show("number", op(3, 1, 0));
	show("too large", op(0, 32767, 0));
	show("no operations", semop(id, two, 0));
	show("too many operations", semop(id, many, 501));
	show("bad pointer", semop(id, BAD_PTR, 1));
	show("bad set", semop(123456, two, 1));
	show("time-out", semtimedop(id, &(struct sembuf){1, -1, 0}, 1, &ts));
	show("bad time", semtimedop(id, &(struct sembuf){1, -1, 0}, 1, &bad));
	show("SETVAL", semctl(id, 1, SETVAL, 40000));
	show("SETVAL", semctl(id, 1, SETVAL, 4));
	show("GETVAL", semctl(id, 1, GETVAL));
	show("GETVAL, number", semctl(id, 3, GETVAL));
	show_true("GETPID", semctl(id, 1, GETPID) == getpid());
	if (xfork() == 0) {
		must(op(1, -3, SEM_UNDO));
		must(op(2, 2, SEM_UNDO));
		values("the child's");
		_exit(0);
	}
	xwait(-1);
	values("undone");
	if (xfork() == 0) {
		must(op(1, -3, SEM_UNDO));
		must(semctl(id, 1, SETVAL, 9));
		_exit(0);
	}
	xwait(-1);
	values("set meanwhile: not undone");
	if (xfork() == 0) {
		send_byte(ready[1]);
		_exit(op(0, -2, 0) == 0 ? 3 : 4);
	}
	await_byte(ready[0]);
	while (semctl(id, 0, GETNCNT) == 0)
		nap_ms(1);
	show("waiters", semctl(id, 0, GETNCNT));
	show("for zero", semctl(id, 0, GETZCNT));
	must(op(0, 1, 0));
	show_status("woken", xwait(-1));
	show("no waiters", semctl(id, 0, GETNCNT));
	must(semctl(id, 0, IPC_STAT, &ds));
	say("mode %o, %ld", ds.sem_perm.mode, (long)ds.sem_nsems);
	if (xfork() == 0) {
		nap_ms(20);
		must(semctl(id, 0, IPC_RMID));
		_exit(0);
	}
	show("removed", op(0, -5, 0));
	xwait(-1);
	show("afterwards", op(0, 1, 0));
	return 0;
}
