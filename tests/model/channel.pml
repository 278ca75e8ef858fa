/*
 * tests/model/channel.pml - the protocol of the fast path's channels, for spin
 *
 * Model: one guest thread with a channel (platform/stub/channel_abi.h). Its program makes CALLS calls,
 * one after the other, through the shim; SIGNALS signals come between any two of its steps, and
 * their handlers make a call, too, and return or jump to any frame below. Each step is one
 * instruction of platform/stub/shim.S that touches shared memory. The sentry: the poller
 * (platform/fastpath/poller.c), a worker that serves traps (platform/notify/notify.c), and somebody
 * who closes the channel and opens it again (platform/fastpath/channel.c). x86 keeps the order of
 * these stores and loads but for a load after a store, on which nothing depends here.
 *
 * Calls are numbers; done[n] counts how often n was carried out.
 *
 * MISTAKE makes one of these, to see that it is found: 1 the poller claims before it keeps traps out;
 * 2 CH_INUSE is looked at and set in two steps; 3 the guest takes no answer back by compare and
 * exchange; 4 the state is written before the result; 5 traps do not cancel what was left behind; 6 the
 * poller serves who waits without having been asked again.
 *
 * Checked: a call that has returned was carried out once, and has its own result; one that a handler
 * has jumped out of was carried out at most once, and never after the thread's next trap; the
 * program and every handler come to their end (no deadlock).
 */
#ifndef CALLS
#define CALLS 2
#endif
#ifndef SIGNALS
#define SIGNALS 2
#endif
#ifndef MISTAKE
#define MISTAKE 0
#endif
#define FRAMES (SIGNALS + 1)
#define NUMBERS (CALLS + 2 * SIGNALS)

/* CH_STATE */
#define IDLE 0
#define REQUEST 1
#define CLAIMED 2
#define DONE 3
#define PUNT 4
#define WAIT 5
#define AGAIN 6

mtype = { BEGIN, CLASS, ACTIVE, TAKE_INUSE, WRITE, POST, SPIN, TAKE_BACK, HOLD, ANSWERED, WAITING,
	  LEAVE, RESULT, CLEAR, RETURN, SLOW_FREE, SLOW_CLEAR, SLOW };

/* The channel. */
byte state, request, result;
bool inuse;
bool open = true;	/* the class table */
bool polled = true;	/* CH_ACTIVE */

/* The sentry's. */
bool serving, in_channel;	/* task->life */
byte done[NUMBERS];
bool left[NUMBERS], sealed[NUMBERS];	/* a handler has jumped out of it; and a trap came since */

chan trap = [0] of { byte };
chan answer = [0] of { byte };

/* ---- guest ---- */

#define AT(step) pc[f] == step
#define GO(step) pc[f] = step

active proctype guest()
{
	mtype pc[FRAMES];
	byte call[FRAMES], got[FRAMES];
	byte f = 0, signals = SIGNALS, next = 0, made = 0, r;

	GO(BEGIN);
	do
	/* The program, or a handler, makes a call. */
	:: atomic { AT(BEGIN) && (f > 0 || made < CALLS) ->
		call[f] = next; next++;
		if :: f == 0 -> made++ :: else fi;
		GO(CLASS) }
	:: atomic { AT(CLASS) -> if :: open -> GO(ACTIVE) :: else -> GO(SLOW) fi }
	:: atomic { AT(ACTIVE) -> if :: polled -> GO(TAKE_INUSE) :: else -> GO(SLOW) fi }
	:: atomic { AT(TAKE_INUSE) ->
		if :: inuse -> GO(SLOW) :: else -> GO(WRITE) fi;
		if :: AT(WRITE) && MISTAKE != 2 -> inuse = true :: else fi }
	:: atomic { AT(WRITE) -> inuse = true; request = call[f]; GO(POST) }
	:: atomic { AT(POST) -> state = REQUEST; GO(SPIN) }
	:: atomic { AT(SPIN) && state >= DONE -> GO(ANSWERED) }
	:: atomic { AT(SPIN) -> GO(TAKE_BACK) }	/* it has spun enough */
	:: atomic { AT(TAKE_BACK) ->
		if
		:: state == REQUEST || MISTAKE == 3 -> state = IDLE; GO(SLOW_FREE)
		:: else -> GO(HOLD)
		fi }
	:: atomic { AT(HOLD) && state != CLAIMED -> GO(ANSWERED) }
	:: atomic { AT(ANSWERED) ->
		if
		:: state == DONE -> GO(RESULT)
		:: state == WAIT || state == AGAIN -> GO(WAITING)
		:: else -> GO(SLOW_FREE)
		fi }
	:: atomic { AT(WAITING) && state == AGAIN -> GO(POST) }
	:: atomic { AT(WAITING) && state != WAIT && state != AGAIN ->
		if :: MISTAKE == 6 -> GO(HOLD) :: else -> GO(SLOW_FREE) fi }
	:: atomic { AT(WAITING) && state == WAIT -> GO(LEAVE) }	/* it has waited enough */
	:: atomic { AT(LEAVE) ->
		if
		:: state == WAIT -> state = IDLE; GO(SLOW_FREE)
		:: state == CLAIMED && MISTAKE == 6 -> GO(HOLD)
		:: else -> GO(SLOW_FREE)
		fi }
	:: atomic { AT(RESULT) -> got[f] = result; GO(CLEAR) }
	:: atomic { AT(CLEAR) -> inuse = false; GO(RETURN) }
	:: atomic { AT(SLOW_FREE) -> state = IDLE; GO(SLOW_CLEAR) }
	:: atomic { AT(SLOW_CLEAR) -> inuse = false; GO(SLOW) }
	:: AT(SLOW) -> trap!call[f]; atomic { answer?r -> got[f] = r; GO(RETURN) }
	/* The call is over. */
	:: atomic { AT(RETURN) ->
		assert(got[f] == call[f]);
		assert(done[call[f]] == 1);
		if
		:: f == 0 -> GO(BEGIN)
		:: f > 0 -> f--		/* the handler returns */
		:: f > 0 ->		/* it jumps, out of one or more frames' calls */
			do
			:: f > 0 -> f--; left[call[f]] = true; if :: break :: f > 0 fi
			:: f == 0 -> break
			od;
			GO(BEGIN)
		fi }
	:: atomic { AT(BEGIN) && f == 0 && made == CALLS -> break }
	/* A signal, at any time but in a trap. */
	:: atomic { signals > 0 && f < SIGNALS && !(AT(BEGIN) && f > 0) ->
		signals--; f++; GO(BEGIN) }
	od
}

/* ---- sentry ---- */

inline cancel()
{
	atomic { if :: state == REQUEST || state == WAIT -> state = PUNT :: else fi }
}

/* Carries it out and answers; traps are kept out. */
inline serve()
{
	n = request;
	if
	:: open -> /* it is still the task's channel */
		atomic { done[n]++; assert(!sealed[n] && done[n] == 1) }
		in_channel = false;
		if :: MISTAKE == 4 -> state = DONE :: else fi;
		result = n;
		state = DONE
	:: in_channel = false; if :: state = PUNT :: state = WAIT fi /* it would wait */
	fi
}

active proctype poller()
{
	byte n;

end:	do
	:: state == REQUEST && MISTAKE != 1 ->
		if
		:: atomic { !serving && !in_channel -> in_channel = true }
			if
			:: atomic { state == REQUEST -> state = CLAIMED }
				serve()
			:: else -> in_channel = false
			fi
		:: else -> cancel()
		fi
	:: atomic { state == WAIT -> if :: state = AGAIN :: state = PUNT fi }
	:: state == WAIT && MISTAKE == 6 ->
		if
		:: atomic { !serving && !in_channel -> in_channel = true }
			if
			:: atomic { state == WAIT -> state = CLAIMED }
				serve()
			:: else -> in_channel = false
			fi
		:: else
		fi
	:: atomic { state == REQUEST && MISTAKE == 1 -> state = CLAIMED }
		if
		:: atomic { !serving && !in_channel -> in_channel = true }
			serve()
		:: else -> state = PUNT
		fi
	od
}

active proctype worker()
{
	byte n, i;

end:	do
	:: trap?n ->
		atomic { !in_channel -> serving = true }
		/* fast_cancel_request() */
		atomic {
			if :: MISTAKE != 5 -> cancel() :: else fi;
			i = 0;
			do
			:: i < NUMBERS -> sealed[i] = left[i]; i++
			:: else -> break
			od }
		atomic { done[n]++; assert(done[n] == 1) }
		serving = false;
		answer!n
	od
}

/* A seccomp filter of a sibling, a clone and its end; the poller goes to sleep and is woken. */
active proctype closer()
{
	do
	:: open = false; cancel(); break
	:: polled = false; polled = true; break
	:: polled = false; break
	od;
	if
	:: open = true
	:: true
	fi
}
