/* tests/syscalls/dev_random.c - /dev/random, /dev/urandom and getrandom(2). */
#include "fs_check.h"
#include <sys/random.h>

static void try(const char *path)
{
	unsigned char a[64] = {0}, b[64] = {0};
	int fd = xopen(path, O_RDWR, 0);

	say("%s:", path);
	show("  read", read(fd, a, sizeof(a)));
	show("  read", read(fd, b, sizeof(b)));
	show_true("  different", memcmp(a, b, sizeof(a)) != 0);
	show_true("  not zero", !all_zero(a, sizeof(a)));
	show("  read nothing", read(fd, a, 0));
	show("  write", write(fd, "seed", 4));
	show("  bad pointer", read(fd, bad_addr(), 4));
	show_ready("  poll", fd, POLLIN);
}

int main(void)
{
	static unsigned char big[100000];
	unsigned char a[32] = {0}, b[32] = {0};
	size_t count[256] = {0}, min = sizeof(big), max = 0;

	try("/dev/random");
	try("/dev/urandom");
	show("read", read(xopen("/dev/urandom", O_RDONLY, 0), big, sizeof(big)));
	for (size_t i = 0; i < sizeof(big); i++)
		count[big[i]]++;
	for (int i = 0; i < 256; i++) {
		min = count[i] < min ? count[i] : min;
		max = count[i] > max ? count[i] : max;
	}
	show_true("all bytes are about equally frequent", min > 250 && max < 550);
	show("getrandom", getrandom(a, sizeof(a), 0));
	show("getrandom", getrandom(b, sizeof(b), GRND_NONBLOCK));
	show_true("different", memcmp(a, b, sizeof(a)) != 0);
	show("GRND_RANDOM", getrandom(a, sizeof(a), GRND_RANDOM));
	show("nothing", getrandom(a, 0, 0));
	show("unknown flag", getrandom(a, sizeof(a), 0x100));
	show("GRND_RANDOM and GRND_INSECURE", raw(SYS_getrandom, a, sizeof(a), 2 | 4));
	show("bad pointer", getrandom(bad_addr(), 8, 0));
	return 0;
}
