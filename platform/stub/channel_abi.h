/*
 * platform/stub/channel_abi.h - the fast path: memory that a guest thread's shim and the sentry share
 *
 * Model: a thread that makes many calls gets a *channel*: CHANNEL_SIZE bytes of shared memory, mapped
 * in its process at CHANNEL_BASE + slot * CHANNEL_STRIDE and in the sentry. %gs of the thread points to
 * its *slot* in the area, private memory of the process at AREA_BASE, whose first word is the address
 * of the channel, or 0: then every call goes the slow way. The area is wiped in a forked child and
 * channels are not mapped there, so a child starts without any.
 *
 * A slot also has the thread pointer (%fs) of its thread, and the shim uses no other's: a thread that a
 * clone made inherits %gs from its maker. Where it has a thread pointer of its own (CLONE_SETTLS) its slot
 * is the one that this leads to by SLOT_HASH, and the shim sets %gs to it. So the sentry gives such a
 * thread a channel by writing to the area alone. The slot of a new program is filled before that has
 * set a thread pointer: it says SLOT_FS_UNSET, and the shim puts the pointer there. Who is made without one has its maker's %gs and
 * %fs: the sentry clears the maker's slot before such a clone goes on, and fills it again, or gives it to
 * somebody else, only when no other thread can have both any more (platform/fastpath/fast_mm.c).
 *
 * States of a channel, in CH_STATE:
 *
 *	IDLE ----guest: writes the request, then the state----> REQUEST
 *	REQUEST --sentry: compare and exchange--> CLAIMED --sentry: result, then the state--> DONE, PUNT
 *	REQUEST --guest: compare and exchange, nobody came in time--> IDLE, and the slow way
 *	DONE ---guest: takes the result; its next call--> REQUEST
 *	PUNT ---guest--> IDLE, and the slow way: nothing has happened yet
 *	CLAIMED --sentry: the call would wait--> WAIT
 *	WAIT ---sentry: compare and exchange, it is worth asking again--> AGAIN
 *	WAIT ---sentry: compare and exchange, it has taken long--> PUNT
 *	WAIT ---guest: compare and exchange, after many rounds--> IDLE, and the slow way
 *	AGAIN --guest--> REQUEST, the same once more
 *
 * A guest that finds CLAIMED waits: the sentry never waits for anything in such a call. The slow
 * way is the syscall instruction that was there before: it traps, always, and is always right.
 *
 * WAIT is a PUNT with advice: nothing has happened, nothing is kept, and nothing will happen before the guest
 * asks again. It gives up its processor in a loop meanwhile (sched_yield), so that two threads that wait for
 * each other in turn take turns on one processor, and nobody has to wake one that sleeps
 * (platform/fastpath/waiting.h). A signal there has come before the call began: handlers run, their calls go
 * the slow way and make a PUNT of it, and a handler that jumps out leaves nothing behind that could still take
 * bytes which come later.
 *
 * Lines: what costs time is the way of cache lines between two processors. So a request is one line, and its
 * answer the same: the result, and an output of up to CHANNEL_SMALL_SIZE bytes, which takes the place of the
 * arguments. What the guest keeps for itself are other lines, and what it only reads. (An
 * answer in a line of its own is slower: while a short call is being served the guest's next look at the state
 * is on its way already, and brings the answer.)
 *
 * Data: small inputs and paths are copied to CH_IN by the shim before the request, small outputs
 * from CH_OUT after the answer (sentry/mem/window.h), as CH_INLINE says. A bad address makes the
 * copy fault: platform/stub/fault.c. That needs the default actions of SIGSEGV and SIGBUS, so where the
 * program sets other ones nothing is copied here, and the sentry goes to the guest's memory.
 *
 * Signals: CH_INUSE is set before the first and cleared after the last use of the other fields, so
 * the calls of a handler that interrupts the shim go the slow way. A handler that jumps out leaves
 * it set: the thread's calls go the slow way from then on.
 *
 * Trust: all of it is written by the guest at any time, so the sentry believes nothing in it but
 * copies the request once and treats it like the registers of a trapped call; its own states and
 * sizes are private (platform/fastpath/channel.h). What the guest reads there concerns only itself.
 */
#ifndef PLATFORM_STUB_CHANNEL_ABI_H
#define PLATFORM_STUB_CHANNEL_ABI_H

/* All within STUB_BASE to STUB_END. */
#define AREA_BASE 0x200008000000
#define AREA_SHIFT 17 /* of the address of every slot, AREA_BASE >> AREA_SHIFT is left */
#define AREA_SIZE (1 << AREA_SHIFT)
#define AREA_SLOT_SIZE 64
#define AREA_SLOTS (AREA_SIZE / AREA_SLOT_SIZE)
#define SLOT_CHANNEL 0 /* uint64_t: address, or 0 */
#define SLOT_FS 8      /* uint64_t */
#define SLOT_FS_UNSET 1
#define SLOT_HASH_SHIFT 6
#define SLOT_HASH                                                                                  \
	0x9e3779b1 /* times the lower half of %fs >> SLOT_HASH_SHIFT; of that the highest bits */
#define SLOT_HASH_BITS 11
#define CHANNEL_BASE 0x20000a000000
#define CHANNEL_STRIDE CHANNEL_SIZE
#define CHANNEL_SIZE 0x12000
#define CHANNEL_FIRST_SIZE                                                                         \
	0x6000			/* what is there from the start; most threads never need the rest */
#define FAST_REGION_SIZE 0x4000 /* memory for trampolines */

/* The line of request and answer. */
#define CH_STATE                                                                                   \
	0x00 /* uint32_t: CHANNEL_*; with DONE, what has come back from CHANNEL_OUT_SHIFT on */
#define CH_NR 0x04    /* uint16_t */
#define CH_FLAGS 0x06 /* uint16_t: bytes at CH_IN, and CHANNEL_TAKES_OUT */
#define CH_ARGS 0x08  /* uint64_t[6] */
#define CH_SMALL 0x08 /* the output, with CHANNEL_OUT_SMALL */
#define CHANNEL_SMALL_SIZE 48
#define CH_RESULT 0x38
/* Read by the guest, seldom written by the sentry. */
#define CH_ACTIVE 0x40 /* uint32_t: somebody looks at requests */
#define CH_SPIN 0x44   /* uint32_t: PAUSE instructions until the guest gives up */
#define CH_OUT_MAX                                                                                 \
	0x48 /* uint32_t: of the output, looked at before; more when large ones have come */
/* The guest's own. */
#define CH_INUSE 0x80	   /* uint32_t */
#define CH_SAVED_NR 0x84   /* uint32_t */
#define CH_RETURN 0x88	   /* uint64_t: address of the syscall instruction */
#define CH_OUT_AT 0x90	   /* uint64_t: where what comes back goes */
#define CH_SAVED_ARGS 0xc0 /* uint64_t[6]: registers */
#define CH_OWN_END 0x100
#define CH_CLASS 0x100	/* uint8_t[CHANNEL_NR_CALLS]: CHANNEL_CLASS_*, by number */
#define CH_ID 0x300	/* uint32_t[CHANNEL_NR_IDS]: results, by number */
#define CH_INLINE 0x600 /* uint32_t[CHANNEL_NR_CALLS]: what to copy, by number; 0: nothing */
#define CH_IN 0x1000
#define CHANNEL_IN_SIZE 0x10000	  /* of a call without output: reaches into CH_OUT */
#define CHANNEL_IN_AND_OUT 0x1000 /* of one with */
#define CHANNEL_PATH_MAX 256	  /* longer strings are not copied */
#define CH_OUT 0x2000
#define CHANNEL_OUT_SIZE 0x10000
#define CHANNEL_OUT_FIRST 0x4000
#define CHANNEL_NR_CALLS 512
#define CHANNEL_NR_IDS 192

#define CHANNEL_IN_LEN 0x7fff	 /* of CH_FLAGS; all ones: or more, as the argument says */
#define CHANNEL_TAKES_OUT 0x8000 /* the shim will copy what comes back */

#define CHANNEL_OUT_SHIFT 8	 /* of CH_STATE: the number of bytes */
#define CHANNEL_OUT_SMALL_BIT 31 /* they are at CH_SMALL, not CH_OUT */

/* CH_INLINE: in a byte each, for the string, the input and the output, 1 + the number of the argument with
 * the address; the length of an input is the next argument. Then the size of the output, in units of
 * 1 << INLINE_SIZE_SHIFT bytes; 0: it is the next argument, too. */
#define INLINE_SIZE_SHIFT 3
/* In the bytes for input and output: it is an array of struct pollfd, its length (int) the next argument. Of
 * the output only the results are taken. */
#define INLINE_ARRAY_BIT 7
/* In the byte for input: its size is the one in CH_INLINE, and there is no output. As the unit of sizes is
 * coarse a few bytes more may be copied. */
#define INLINE_FIXED_BIT 6

#define CHANNEL_IDLE 0
#define CHANNEL_REQUEST 1
#define CHANNEL_CLAIMED 2
#define CHANNEL_DONE 3
#define CHANNEL_PUNT 4
#define CHANNEL_WAIT 5
#define CHANNEL_AGAIN 6

/* Of sched_yield() until the guest stops waiting by itself; some 50 us where nobody else wants the processor. */
#define CHANNEL_WAIT_ROUNDS 200

#define CHANNEL_CLASS_SLOW 0
#define CHANNEL_CLASS_CALL 1
#define CHANNEL_CLASS_ID 2 /* the result is in CH_ID */

#endif
