/*
 * platform/fastpath/waiting.h - calls over channels that would wait
 *
 * Model: a call that would wait is not served: it is to be made again as a trapped one, which parks. That
 * costs a trap, and later two switches and often the wake-up of a processor: many times what the other
 * side's answer takes, if that makes its calls over a channel, too. So the guest is first told to wait in its
 * shim (CHANNEL_WAIT of channel_abi.h). Nothing is kept for it but notes: a bit at each wait queue in
 * question (sentry/wait.h). When one of these queues is woken by anybody the poller finds the bit and tells
 * the guest to ask again. A guest that finds nobody else on its processor stops after CHANNEL_WAIT_ROUNDS, less
 * than the wake-up of a sleeping processor takes; one that shares it with others waits for them, until the
 * poller tells it to trap after WAIT_NS: then they are not who it waits for.
 *
 * So the states of tasks, parks and files know nothing of it. A guest that is gone, has a new program, has
 * forked, or was suspended leaves a channel that says WAIT, and at most a bit for which nobody asks: there
 * are 64, channels share them, and a bit too many makes a guest ask once in vain. One that writes its states
 * as it likes gets what any number of calls would get it.
 *
 * Is none too few? The call leaves its notes before it looks for the last time, and the poller, which alone
 * serves, looks at the bits after it has written WAIT.
 *
 * Advice: guests whose waits end by time are told to trap at once for their next calls, for twice as many
 * each time; not any more when they are brought together on some processors (share.h).
 *
 * Locking: none, all by the poller; but waiting_end(), by anybody, which is one compare and exchange.
 */
#ifndef PLATFORM_FASTPATH_WAITING_H
#define PLATFORM_FASTPATH_WAITING_H

#include <stdbool.h>
#include <stdint.h>

struct channel;

struct waiting {
	uint64_t bit;	  /* its note; 0: none yet */
	int64_t since_ns; /* of the first WAIT for this call */
	bool told;	  /* WAIT, and no other answer since */
	bool called;	  /* and then AGAIN */
	uint32_t failures, skip;
	uint32_t starts; /* share.h, at the last failure: guests were not kept together then */
};

/* A call of ch's task is to be served: its notes, 0: it had better not wait. */
uint64_t waiting_begin(struct channel *ch);
/* It was not served; would_wait: its notes have been left. True: the guest is told to wait. */
bool waiting_may(struct channel *ch, bool would_wait);
/* It was served. */
void waiting_served(struct channel *ch);

/* Those whose bit has come are called. */
void waiting_call(struct channel *ch, uint64_t bits);
/* True if it waits. The time of those who have waited too long is over. */
bool waiting_look(struct channel *ch, int64_t now);
/* Nobody will look at ch any more. */
void waiting_end(struct channel *ch);

#endif
