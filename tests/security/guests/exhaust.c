/* tests/security/guests/exhaust.c - what the sentry keeps for guests has bounds in sum: SEM_UNDO */
#include "tests/security/guests/attack.h"

#include <sys/ipc.h>
#include <sys/sem.h>

#define NSEMS 32000
#define SETS 120
#define PROCESSES 12
#define BOUND (64L << 20)

static int sets[SETS], nr_sets;

/* How many sets took an undo value of ours. */
static int undo_all(void)
{
	struct sembuf op = {.sem_num = 1, .sem_op = 1, .sem_flg = SEM_UNDO};
	int n = 0;

	for (int i = 0; i < nr_sets; i++)
		n += semop(sets[i], &op, 1) == 0;
	return n;
}

int main(void)
{
	int fds[2], total = 0, n;

	for (nr_sets = 0; nr_sets < SETS; nr_sets++) {
		sets[nr_sets] = semget(IPC_PRIVATE, NSEMS, 0600);
		if (sets[nr_sets] < 0)
			break;
	}
	if (pipe(fds) < 0)
		return 1;
	for (int i = 0; i < PROCESSES; i++)
		if (fork() == 0) {
			alarm(30);
			n = undo_all();
			if (write(fds[1], &n, sizeof(n)) != sizeof(n))
				_exit(1);
			pause();
		}
	for (int i = 0; i < PROCESSES && read(fds[0], &n, sizeof(n)) == sizeof(n); i++)
		total += n;
	printf("%d sets, %d undo values of %d\n", nr_sets, total, nr_sets * PROCESSES);
	if (total * 2L * NSEMS > BOUND)
		FINDING("the sentry keeps %ld bytes", total * 2L * NSEMS);
	if (nr_sets < 100 || total < 100)
		FINDING("too little was tried");
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM);
	while (wait(NULL) > 0)
		;
	/* What ended processes had is free again. */
	n = undo_all();
	if (n != nr_sets)
		FINDING("only %d of %d after their end", n, nr_sets);
	for (int i = 0; i < nr_sets; i++)
		semctl(sets[i], 0, IPC_RMID);
	return findings != 0;
}
