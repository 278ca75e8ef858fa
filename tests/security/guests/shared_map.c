/* tests/security/guests/shared_map.c - writes to FILE by a shared mapping, and waits */
#include "tests/security/guests/attack.h"

int main(int argc, char **argv)
{
	int fd = open(argc > 1 ? argv[1] : "/", O_RDWR);
	char *p, back[2] = "";

	if (fd < 0) {
		printf("%s\n", strerror(errno));
		return 1;
	}
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED) {
		printf("mmap: %s\n", strerror(errno));
		return 1;
	}
	p[0] = 'X';
	if (pread(fd, back, 1, 0) != 1 || back[0] != 'X')
		FINDING("read(2) does not see the mapping");
	wait_for_driver();
	return findings != 0;
}
