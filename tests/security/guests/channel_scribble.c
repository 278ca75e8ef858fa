/*
 * tests/security/guests/channel_scribble.c - writes into channels while calls run in them
 *
 *	random	random bytes anywhere
 *	flip	number, arguments, lengths and state of posted requests; answered requests once more
 *	share	two threads use one channel
 */
#include "tests/security/guests/channel.h"

#define NR_CALLERS 3
#define NR_WRITERS 2

static volatile unsigned char *channels[NR_CALLERS];
static const char *mode;
static volatile double run_until = 1e18;
static _Atomic unsigned int nr_callers;

static uint64_t rnd(uint64_t *state) /* splitmix64 */
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static void some_calls(int fd)
{
	char buf[200];
	struct stat st;

	for (int i = 0; i < 100; i++) {
		getppid();
		pread(fd, buf, sizeof(buf), i);
		lseek(fd, i, SEEK_SET);
		fstat(fd, &st);
		stat("/tmp", &st);
		write(1, buf, 10);
		close(open("/dev/null", O_RDONLY));
		getuid();
	}
}

static void *caller(void *arg)
{
	size_t me = (size_t)arg;
	int fd = open("/proc/self/exe", O_RDONLY);

	channels[me] = channel_get();
	nr_callers++;
	if (strcmp(mode, "share") == 0 && me > 0) {
		while (!channels[0] && now() < run_until)
			sched_yield();
		gs_set(AREA_BASE); /* whose it is does not matter: the first thread's, most often */
	}
	while (now() < run_until)
		some_calls(fd);
	return NULL;
}

static void write_anywhere(volatile unsigned char *ch, uint64_t r, bool spare_return)
{
	uint32_t at = (uint32_t)((r & 3) == 0	? (r >> 8) % CHANNEL_SIZE
				 : (r & 3) == 1 ? CH_CLASS + (r >> 8) % CHANNEL_NR_CALLS
						: (r >> 8) % 0x100);

	if (spare_return && at >= CH_RETURN && at < CH_RETURN + 8)
		return;
	ch[at] = (unsigned char)(r >> 32);
}

static void flip(volatile unsigned char *ch, uint64_t r)
{
	switch (r & 7) {
	case 0: WORD16(ch, CH_NR) = (uint16_t)((r >> 8) % CHANNEL_NR_CALLS); break;
	case 1: WORD16(ch, CH_FLAGS) = (uint16_t)(r >> 8); break;
	case 2:
	case 3: WORD64(ch, CH_ARGS + 8 * ((r >> 8) % 6)) ^= 1ULL << ((r >> 16) & 63); break;
	case 4:
		WORD64(ch, CH_ARGS + 8 * ((r >> 8) % 6)) = (uint64_t)((int64_t)r >> (r >> 8 & 63));
		break;
	case 5: ch[CH_IN + (r >> 8) % 256] = (unsigned char)(r >> 32); break;
	default: WORD32(ch, CH_STATE) = (r >> 8 & 3) ? CHANNEL_REQUEST : (r >> 16) % 6; break;
	}
}

static void *writer(void *arg)
{
	uint64_t state = (uint64_t)(uintptr_t)arg;
	bool spare_return = state & 2;

	while (now() < run_until)
		for (int i = 0; i < 1000; i++) {
			uint64_t r = rnd(&state);
			volatile unsigned char *ch = channels[(r >> 48) % NR_CALLERS];

			if (!ch)
				continue;
			if (mode[0] == 'r')
				write_anywhere(ch, r, spare_return);
			else if (mode[0] == 'f')
				flip(ch, r);
		}
	return NULL;
}

static void scribble(unsigned int seed)
{
	pthread_t th[NR_CALLERS + NR_WRITERS];

	if (chdir("/tmp") < 0)
		return;
	for (size_t i = 0; i < NR_CALLERS; i++)
		pthread_create(&th[i], NULL, caller, (void *)i);
	while (nr_callers < NR_CALLERS)
		usleep(1000);
	run_until = now() + 1;
	for (size_t i = 0; i < NR_WRITERS; i++)
		pthread_create(&th[NR_CALLERS + i], NULL, writer,
			       (void *)(uintptr_t)(seed * 2 + i));
	for (int i = 0; i < NR_CALLERS + NR_WRITERS; i++)
		pthread_join(th[i], NULL);
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	mode = argv[1];
	return channel_attack(scribble, atof(argv[2]), 8);
}
