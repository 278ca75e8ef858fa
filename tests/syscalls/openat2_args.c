/* tests/syscalls/openat2_args.c - openat2(2): the size of its structure and what it refuses. */
#include "fs_check.h"
#include <linux/openat2.h>

static long openat2(const char *path, uint64_t flags, uint64_t mode, uint64_t resolve)
{
	struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};

	return raw(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

int main(void)
{
	struct {
		struct open_how how;
		uint64_t more[4];
	} big = {.how = {.flags = O_RDONLY}};
	static char page[4096 + 64];
	int fd;

	umask(022);
	write_file("f", "x");
	xmkdir("dir", 0755);
	show_fd("plain", openat2("f", O_RDONLY, 0, 0));
	show_fd("missing", openat2("missing", O_RDONLY, 0, 0));
	show_fd("create", openat2("new", O_RDWR | O_CREAT | O_EXCL, 0640, 0));
	show_mode("made", "new");
	show_fd("create with big mode", openat2("new2", O_RDWR | O_CREAT, 010640, 0));
	show_fd("mode without O_CREAT", openat2("f", O_RDONLY, 0640, 0));
	show_fd("O_TMPFILE", openat2("dir", O_RDWR | O_TMPFILE, 0600, 0));
	show_fd("unknown flag", openat2("f", O_RDONLY | 0x40000000, 0, 0));
	show_fd("unknown high flag", openat2("f", O_RDONLY | 1ULL << 40, 0, 0));
	show_fd("unknown resolve", openat2("f", O_RDONLY, 0, 1ULL << 30));
	show_fd("beneath and in root",
		openat2("f", O_RDONLY, 0, RESOLVE_BENEATH | RESOLVE_IN_ROOT));
	show_fd("O_PATH", openat2("f", O_PATH | O_CLOEXEC | O_NOFOLLOW, 0, 0));
	show_fd("O_PATH | O_RDWR", openat2("f", O_PATH | O_RDWR, 0, 0));
	show_fd("O_PATH | O_CREAT", openat2("f", O_PATH | O_CREAT, 0600, 0));
	fd = openat2("f", O_RDONLY | O_CLOEXEC, 0, 0);
	show("F_GETFD", fcntl(fd, F_GETFD));

	show_fd("size 0", raw(SYS_openat2, AT_FDCWD, "f", &big, 0));
	show_fd("size small", raw(SYS_openat2, AT_FDCWD, "f", &big, sizeof(big.how) - 1));
	show_fd("size big", raw(SYS_openat2, AT_FDCWD, "f", &big, sizeof(big)));
	big.more[3] = 1;
	show_fd("size big, not zero", raw(SYS_openat2, AT_FDCWD, "f", &big, sizeof(big)));
	show_fd("size over a page", raw(SYS_openat2, AT_FDCWD, "f", page, sizeof(page)));
	show_fd("bad pointer", raw(SYS_openat2, AT_FDCWD, "f", bad_addr(), sizeof(big.how)));
	show_fd("bad path", openat2(bad_addr(), O_RDONLY, 0, 0));
	big.how.flags = O_RDONLY;
	show_fd("bad dirfd", raw(SYS_openat2, -1, "f", &big, sizeof(big.how)));
	return 0;
}
