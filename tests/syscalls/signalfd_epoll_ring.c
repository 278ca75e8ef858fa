/*
 * tests/syscalls/signalfd_epoll_ring.c - processes in a ring wait for a signal in an epoll, some of them after
 * looking for it, and send the next one on: none is missed.
 */
#include "check.h"
#include <sched.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/signalfd.h>

#define MEMBERS 4
#define TURNS 300

static void take_and_send(int ep, int sfd, pid_t next, int i)
{
	struct signalfd_siginfo si;
	struct epoll_event ev;
	int n = 0;

	for (int looks = i % 4; looks > 0 && n == 0; looks--)
		n = epoll_wait(ep, &ev, 1, 0);
	if (n == 0)
		n = epoll_wait(ep, &ev, 1, -1);
	if (n != 1 || read(sfd, &si, sizeof(si)) != sizeof(si) || si.ssi_signo != SIGURG)
		_exit(2);
	kill(next, SIGURG);
}

static void member(int me, volatile pid_t *pids)
{
	struct epoll_event ev = {.events = EPOLLIN};
	sigset_t set;
	int ep, sfd;

	sigemptyset(&set);
	sigaddset(&set, SIGURG);
	sfd = signalfd(-1, &set, SFD_NONBLOCK);
	ep = epoll_create1(0);
	if (sfd < 0 || epoll_ctl(ep, EPOLL_CTL_ADD, sfd, &ev) < 0)
		_exit(3);
	while (!pids[MEMBERS - 1])
		sched_yield();
	for (int i = 0; i < TURNS; i++)
		take_and_send(ep, sfd, pids[(me + 1) % MEMBERS], i);
	_exit(7);
}

int main(void)
{
	volatile pid_t *pids = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
				    -1, 0);
	int status, good = 0;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGURG);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (int i = 0; i < MEMBERS; i++) {
		pid_t pid = xfork();

		if (pid == 0)
			member(i, pids);
		pids[i] = pid;
	}
	kill(pids[0], SIGURG);
	for (int i = 0; i < MEMBERS; i++) {
		waitpid(pids[i], &status, 0);
		good += WIFEXITED(status) && WEXITSTATUS(status) == 7;
	}
	say("members that had all their turns: %d", good);
	return 0;
}
