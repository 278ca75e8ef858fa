/*
 * tests/fuzz/channel.h - the fuzzer's calls as messages in a channel of the fast path
 *
 * Model: the calling thread writes requests into its own channel by hand, as its shim would. A second
 * thread (the *flipper*) changes number, arguments, state and everything else in the channel meanwhile.
 * The shim itself is kept out by CH_INUSE, so that calls by instruction trap as always.
 *
 * Interface: channel_fuzz_start() once per process; channel_fuzz_call() posts one message.
 */
#ifndef TESTS_FUZZ_CHANNEL_H
#define TESTS_FUZZ_CHANNEL_H

#include <pthread.h>

#include "platform/stub/channel_abi.h"
#include "tests/fuzz/rawcall.h"

enum channel_end {
	CHANNEL_END_NONE,
	CHANNEL_END_SERVED,
	CHANNEL_END_PUNTED,
	CHANNEL_END_TAKEN_BACK
};

#define CHANNEL_WARM_CALLS 200
#define CHANNEL_WAKE_CALLS 20
#define CHANNEL_SPINS 20000

static unsigned char *volatile channel_target; /* the flipper's */

static inline uint64_t channel_random(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return *state >> 20;
}

static void channel_flip_once(unsigned char *ch, uint64_t r)
{
	uint32_t at;

	switch (r & 7) {
	case 0: at = CH_STATE; break;
	case 1: at = CH_NR; break;
	case 2:
	case 3: at = CH_ARGS + (r >> 8) % 48; break;
	case 4: at = (uint32_t)(r >> 8) % CHANNEL_SIZE; break;
	case 5: at = CH_IN + (uint32_t)(r >> 8) % 256; break;
	default: at = (uint32_t)(r >> 8) % 0x100; break;
	}
	if (at >= CH_INUSE && at < CH_OWN_END)
		return;
	ch[at] = (uint8_t)(at == CH_STATE ? (r >> 32) % 6 : r >> 32);
}

static void *channel_flipper(void *arg)
{
	uint64_t state = (uint64_t)(uintptr_t)arg;

	for (;;) {
		unsigned char *ch = channel_target;
		uint64_t r = channel_random(&state);

		if (ch)
			channel_flip_once(ch, r);
		for (uint64_t i = (r >> 40) % 2000; i > 0; i--)
			__builtin_ia32_pause();
	}
	return NULL;
}

static void channel_fuzz_start(uint64_t seed)
{
	pthread_attr_t attr;
	pthread_t th;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	pthread_create(&th, &attr, channel_flipper, (void *)(uintptr_t)seed);
}

/* Makes calls that trap, until there is one. NULL: there is not. */
static unsigned char *channel_own(void)
{
	static const uint64_t none[6];

	for (int i = 0; i < CHANNEL_WARM_CALLS; i++) {
		uint64_t gs;

		__asm__ volatile("rdgsbase %0" : "=r"(gs));
		if (gs >> AREA_SHIFT == AREA_BASE >> AREA_SHIFT && *(uint64_t *)gs)
			return *(unsigned char **)gs;
		raw_call(SYS_getppid, none);
	}
	return NULL;
}

static enum channel_end channel_finish(unsigned char *ch, long *ret)
{
	volatile uint32_t *state = (volatile uint32_t *)(ch + CH_STATE);
	enum channel_end end = CHANNEL_END_TAKEN_BACK;

	for (int i = 0; i < CHANNEL_SPINS && (*state & 0xff) < CHANNEL_DONE; i++)
		__builtin_ia32_pause();
	if ((*state & 0xff) == CHANNEL_DONE) {
		*ret = *(volatile long *)(ch + CH_RESULT);
		end = CHANNEL_END_SERVED;
	} else if (*state == CHANNEL_PUNT) {
		end = CHANNEL_END_PUNTED;
	}
	*state = CHANNEL_IDLE;
	return end;
}

/* As the shim: a string or an input at CH_IN, room for the output; or none of it, or lies. */
static uint16_t channel_inputs(unsigned char *ch, long nr, const uint64_t a[6])
{
	static uint64_t state = 1;
	uint64_t r = channel_random(&state);
	uint32_t what = *(volatile uint32_t *)(ch + CH_INLINE + 4 * nr);
	size_t len = (r >> 8) % 64;

	(void)a;
	if (!what || r % 4 == 0)
		return 0;
	if (r % 4 == 1)
		return (uint16_t)(r >> 16);
	if (what & 0xff)
		memcpy(ch + CH_IN, r & 4 ? "f0" : "d0/x", 5);
	return (uint16_t)(CHANNEL_TAKES_OUT | (what & 0xff ? 5 : len));
}

/* CHANNEL_END_NONE: there is no channel. *ret is what the flipper has left of the result. */
static enum channel_end channel_fuzz_call(long nr, const uint64_t a[6], long *ret)
{
	static const uint64_t none[6];
	unsigned char *ch = channel_own();

	channel_target = ch;
	if (!ch)
		return CHANNEL_END_NONE;
	*(volatile uint32_t *)(ch + CH_INUSE) = 1;
	for (int i = 0; i < CHANNEL_WAKE_CALLS && !*(volatile uint32_t *)(ch + CH_ACTIVE); i++)
		raw_call(SYS_getppid, none);
	*(volatile uint16_t *)(ch + CH_NR) = (uint16_t)nr;
	*(volatile uint16_t *)(ch + CH_FLAGS) = channel_inputs(ch, nr, a);
	for (int i = 0; i < 6; i++)
		*(volatile uint64_t *)(ch + CH_ARGS + 8 * i) = a[i];
	__atomic_store_n((uint32_t *)(ch + CH_STATE), CHANNEL_REQUEST, __ATOMIC_SEQ_CST);
	return channel_finish(ch, ret);
}

#endif
