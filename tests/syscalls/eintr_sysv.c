/*
 * tests/syscalls/eintr_sysv.c - semop(2), semtimedop(2), msgrcv(2), msgsnd(2) and a handled signal:
 * EINTR, also with SA_RESTART.
 */
#include "check.h"
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>

static void handler(int sig)
{
	(void)sig;
}

int main(void)
{
	struct sembuf down = {.sem_num = 0, .sem_op = -1};
	struct timespec ts = {20, 0};
	struct {
		long type;
		char text[8];
	} msg = {1, "text"};
	int sem = semget(IPC_PRIVATE, 1, 0600);
	int queue = msgget(IPC_PRIVATE, 0600);

	if (sem < 0 || queue < 0)
		die("semget or msgget");
	for (int i = 0; i < 2; i++) {
		say(i ? "with SA_RESTART" : "without SA_RESTART");
		on_signal(SIGALRM, handler, i ? SA_RESTART : 0);
		tick_ms(5);
		show("semop", semop(sem, &down, 1));
		show("semtimedop", semtimedop(sem, &down, 1, &ts));
		show("msgrcv", msgrcv(queue, &msg, sizeof(msg.text), 0, 0));
		tick_ms(0);
	}
	show("value", semctl(sem, 0, GETVAL));
	show("waiters", semctl(sem, 0, GETNCNT));
	semctl(sem, 0, IPC_RMID);
	msgctl(queue, IPC_RMID, NULL);
	return 0;
}
