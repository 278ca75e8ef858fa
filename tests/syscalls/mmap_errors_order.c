/* tests/syscalls/mmap_errors_order.c - mmap(2): a bad descriptor is seen before a bad length. */
#include "check.h"
#include <sys/mman.h>

int main(void)
{
	show_ptr("length 0, bad fd", mmap(NULL, 0, PROT_READ, MAP_SHARED, -1, 0));
	show_ptr("length 0, anonymous",
		 mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	show_ptr("odd offset, bad fd",
		 (void *)raw(SYS_mmap, NULL, 4096, PROT_READ, MAP_SHARED, -1, 1));
	show_ptr("no type, bad fd", mmap(NULL, 4096, PROT_READ, 0, -1, 0));
	return 0;
}
