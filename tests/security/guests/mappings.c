/*
 * tests/security/guests/mappings.c - what can be made of a mapping of a file that the guest may only
 * read: FILE of the host, three pages, and a file of its own
 */
#include "tests/security/guests/attack.h"

#define PAGE 4096L

static void attack(const char *name, int fd)
{
	char *p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE);
	char *q;

	if (p == MAP_FAILED) {
		FINDING("%s: cannot be mapped: %s", name, strerror(errno));
		return;
	}
	if (mprotect(p, PAGE, PROT_READ | PROT_WRITE) == 0) {
		FINDING("%s: mprotect made it writable", name);
		p[0] = 'X';
	}
	if (mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED)
		FINDING("%s: mapped writable", name);
	if (madvise(p, PAGE, MADV_REMOVE) == 0)
		FINDING("%s: MADV_REMOVE", name);
	q = mremap(p, 0, PAGE, MREMAP_MAYMOVE);
	if (q != MAP_FAILED)
		FINDING("%s: mremap of size 0", name);
	/* The host rounds up to pages, which overflows to 0. */
	q = (char *)syscall(SYS_mremap, p, -16L, PAGE, MREMAP_MAYMOVE, 0);
	if (q != MAP_FAILED)
		FINDING("%s: mremap of size -16", name);
	q = mremap(p, PAGE, 4 * PAGE, MREMAP_MAYMOVE);
	if (q != MAP_FAILED) {
		p = q;
		if (mprotect(p, 4 * PAGE, PROT_READ | PROT_WRITE) == 0) {
			FINDING("%s: mprotect after growth", name);
			memset(p, 'X', PAGE);
		}
		if (madvise(p, 2 * PAGE, MADV_REMOVE) == 0)
			FINDING("%s: MADV_REMOVE after growth", name);
	}
	syscall(SYS_remap_file_pages, p, PAGE, 0, 0, 0);
	madvise(p, PAGE, MADV_HWPOISON);
	madvise(p, PAGE, MADV_PAGEOUT);
	madvise(p, PAGE, MADV_DONTNEED);
}

static int own_file(void)
{
	char page[PAGE];
	int fd = open("/tmp/own", O_CREAT | O_RDWR, 0444);

	memset(page, 'c', sizeof(page));
	for (int i = 0; i < 3; i++)
		if (write(fd, page, sizeof(page)) != PAGE)
			FINDING("cannot write a file");
	close(fd);
	return open("/tmp/own", O_RDONLY);
}

int main(int argc, char **argv)
{
	int fd = open(argc > 1 ? argv[1] : "/", O_RDONLY), own = own_file(), ro;
	char page[PAGE];

	attack("host file", fd);
	attack("own file", own);
	ro = memfd_create("m", MFD_ALLOW_SEALING);
	if (ftruncate(ro, 3 * PAGE) == 0 && fcntl(ro, F_ADD_SEALS, F_SEAL_WRITE) == 0)
		attack("sealed memfd", ro);
	if (pread(own, page, PAGE, PAGE) != PAGE || page[0] != 'c' || page[PAGE - 1] != 'c')
		FINDING("own file: changed");
	wait_for_driver();
	return findings != 0;
}
