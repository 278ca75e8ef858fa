/*
 * tests/security/guests/attack.h - what the attacks have in common
 *
 * An attack ends with status 0 if the sandbox held as far as the guest can see; the driver looks at
 * the host's side. It prints "ready" when the driver may look, and one line per finding.
 */
#ifndef TESTS_SECURITY_GUESTS_ATTACK_H
#define TESTS_SECURITY_GUESTS_ATTACK_H

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int findings;

#define FINDING(...)                                                                               \
	do {                                                                                       \
		findings++;                                                                        \
		printf("BAD: " __VA_ARGS__);                                                       \
		printf("\n");                                                                      \
		fflush(stdout);                                                                    \
	} while (0)

__attribute__((unused)) static void ready(void)
{
	puts("ready");
	fflush(stdout);
}

__attribute__((unused)) static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Lets the driver look: until it closes our standard input. */
__attribute__((unused)) static void wait_for_driver(void)
{
	char c;

	ready();
	while (read(0, &c, 1) > 0)
		;
}

#endif
