/*
 * tests/syscalls/sig_registers.c - registers of the interrupted code, those for floating point
 * included, survive handlers that use them, under a rain of signals.
 */
#include "check.h"

static volatile int calls;
static volatile double sink;

static void handler(int sig)
{
	double d = sig;

	for (int i = 0; i < 100; i++)
		d = d * 1.0001 + i;
	sink = d;
	calls++;
}

static volatile double seed = 1.0;

static double compute(void)
{
	double a = seed, b = 2.0, c = 3.0, d = 4.0;
	uint64_t x = 88172645463325252ULL, y = 1;

	for (int i = 0; i < 2000000; i++) {
		a = a * 0.999999 + b * 0.000001;
		b = b * 0.999998 + c * 0.000002;
		c = c * 0.999997 + d * 0.000003;
		d = d * 0.999996 + a * 0.000004;
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		y += x * 3 + (y >> 3);
	}
	return a + b + c + d + (double)(y >> 12);
}

int main(void)
{
	struct itimerval it = {{0, 1000}, {0, 1000}};
	double quiet = compute(), noisy;

	on_signal(SIGALRM, handler, SA_RESTART);
	setitimer(ITIMER_REAL, &it, NULL);
	noisy = compute();
	for (int i = 0; i < 10000 && calls < 5; i++)
		noisy = compute();
	tick_ms(0);
	show_true("signals came", calls >= 5);
	show_true("same result", quiet == noisy);
	return 0;
}
