/* tests/syscalls/uring_slots.c - io_uring: which free slot of registered files is taken (IORING_FILE_INDEX_ALLOC). */
#include "uring_check.h"

static void install(const char *what)
{
	int fd = 0;

	sqe_buf(IORING_OP_FILES_UPDATE, 0, 1, &fd, 1, IORING_FILE_INDEX_ALLOC);
	submit();
	reap(what, 1);
	show_val("slot", fd);
}

static void set_range(unsigned int off, unsigned int len)
{
	struct io_uring_file_index_range r = {.off = off, .len = len};

	show("range", uring_register(ring.fd, IORING_REGISTER_FILE_ALLOC_RANGE, &r, 0));
}

static void empty(unsigned int slot)
{
	sqe(IORING_OP_CLOSE, 0, 2)->file_index = slot + 1;
	submit();
	reap("close", 1);
}

int main(void)
{
	struct io_uring_rsrc_register reg = {.nr = 8, .flags = IORING_RSRC_REGISTER_SPARSE};

	uring_open(&ring, 8, 0);
	show("register", uring_register(ring.fd, IORING_REGISTER_FILES2, &reg, sizeof(reg)));
	install("first");
	set_range(3, 3);
	for (int i = 0; i < 4; i++)
		install("in the range");
	empty(4);
	empty(0);
	install("again");
	install("full");
	empty(5);
	empty(3);
	install("lowest");
	install("next");
	install("full");
	set_range(0, 8);
	for (int i = 0; i < 6; i++)
		install("all");
	return 0;
}
