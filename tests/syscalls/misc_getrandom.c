/*
 * tests/syscalls/misc_getrandom.c - getrandom(2), /dev/urandom, /dev/random: sizes, flags, two
 * reads differ.
 */
#include "check.h"
#include <sys/random.h>

int main(void)
{
	static unsigned char a[100000], b[100000];
	int fd = open("/dev/urandom", O_RDONLY), zero = 0;

	show("16 bytes", getrandom(a, 16, 0));
	show("16 more", getrandom(b, 16, 0));
	show_true("differ", memcmp(a, b, 16) != 0);
	show("256 bytes", getrandom(a, 256, GRND_NONBLOCK));
	show("GRND_RANDOM", getrandom(a, 16, GRND_RANDOM));
	show("GRND_INSECURE", getrandom(a, 16, GRND_INSECURE));
	show("100000 bytes", getrandom(a, sizeof(a), 0));
	for (size_t i = 0; i < sizeof(a); i++)
		zero += a[i] == 0;
	show_true("looks random", zero > 100 && zero < 1000);
	show("0 bytes", getrandom(a, 0, 0));
	show("unknown flag", getrandom(a, 16, 0x100));
	show("RANDOM and INSECURE", getrandom(a, 16, GRND_RANDOM | GRND_INSECURE));
	show("bad pointer", getrandom(BAD_PTR, 16, 0));
	show("urandom", read(fd, a, 1000));
	show("urandom", read(fd, b, 1000));
	show_true("differ", memcmp(a, b, 1000) != 0);
	show("write to it", write(open("/dev/urandom", O_WRONLY), "seed", 4));
	show("random", read(open("/dev/random", O_RDONLY), a, 16));
	return 0;
}
