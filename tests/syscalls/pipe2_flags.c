/* tests/syscalls/pipe2_flags.c - pipe2(2): O_CLOEXEC, O_NONBLOCK, O_DIRECT, unknown flags. */
#include "fs_check.h"

static void try(const char *what, int flags)
{
	int p[2] = {-5, -5};

	if (show(what, pipe2(p, flags)) < 0) {
		show_true("untouched", p[0] == -5 && p[1] == -5);
		return;
	}
	for (int i = 0; i < 2; i++) {
		int fl = fcntl(p[i], F_GETFL);

		say("  end %d: access %d, nonblock %d, direct %d, cloexec %d", i, fl & O_ACCMODE,
		    !!(fl & O_NONBLOCK), !!(fl & O_DIRECT), fcntl(p[i], F_GETFD));
		close(p[i]);
	}
}

int main(void)
{
	try("none", 0);
	try("O_CLOEXEC", O_CLOEXEC);
	try("O_NONBLOCK", O_NONBLOCK);
	try("O_DIRECT", O_DIRECT);
	try("all", O_CLOEXEC | O_NONBLOCK | O_DIRECT);
	try("O_APPEND", O_APPEND);
	try("O_RDWR", O_RDWR);
	try("O_CREAT", O_CREAT | O_CLOEXEC);
	show("bad pointer", pipe2(bad_addr(), O_CLOEXEC));
	return 0;
}
