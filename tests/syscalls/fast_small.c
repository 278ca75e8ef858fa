/* tests/syscalls/fast_small.c - inputs and outputs around the sizes that a channel's line of request and answer
 * takes, often enough for the fast path; the registers that a call leaves alone. */
#include "fs_check.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

#define ROUNDS 400
#define MOST 130

static int wrong, file, ends[2];

static void expect(int ok)
{
	wrong += !ok;
}

static void data(int round)
{
	unsigned char out[MOST], in[MOST + 1];

	for (int len = 0; len <= MOST; len += 1 + round % 3) {
		for (int i = 0; i < len; i++)
			out[i] = (unsigned char)(round + len + i);
		memset(in, 0xee, sizeof(in));
		expect(pwrite(file, out, (size_t)len, 3) == len);
		expect(pread(file, in, (size_t)len, 3) == len && memcmp(in, out, (size_t)len) == 0);
		expect(in[len] == 0xee);
		if (len == 0)
			continue;
		memset(in, 0xee, sizeof(in));
		expect(write(ends[1], out, (size_t)len) == len);
		expect(read(ends[0], in, (size_t)len) == len && memcmp(in, out, (size_t)len) == 0);
		expect(in[len] == 0xee);
	}
}

/* Fewer bytes than there is room for. */
static void less(void)
{
	char in[64];

	memset(in, 'x', sizeof(in));
	expect(write(ends[1], "abc", 3) == 3);
	expect(read(ends[0], in, 48) == 3 && memcmp(in, "abcx", 4) == 0);
	expect(write(ends[1], "defg", 4) == 4);
	expect(read(ends[0], in, 64) == 4 && memcmp(in, "defgx", 5) == 0);
}

static void names(int round)
{
	char name[MOST], link[MOST], got[MOST];
	struct stat st;
	int len = 1 + round % 100;

	memset(name, 'n', (size_t)len);
	name[len] = 0;
	expect(access(name, F_OK) < 0 && errno == ENOENT);
	expect(mkdir(name, 0700) == 0 && stat(name, &st) == 0 && S_ISDIR(st.st_mode));
	expect(chdir(name) == 0 && chdir("..") == 0 && rmdir(name) == 0);
	snprintf(link, sizeof(link), "link-%d", round % 7);
	expect(symlink(name, link) == 0);
	memset(got, 'x', sizeof(got));
	expect(readlink(link, got, sizeof(got)) == len && memcmp(got, name, (size_t)len) == 0);
	expect(got[len] == 'x');
	memset(got, 'x', sizeof(got));
	expect(readlink(link, got, 20) == (len < 20 ? len : 20) && got[20] == 'x');
	expect(unlink(link) == 0);
}

static void events(void)
{
	struct epoll_event e = {.events = EPOLLIN, .data.u64 = 0x1122334455667788}, got[8];
	struct pollfd f[9];
	int ep = epoll_create1(0);

	expect(write(ends[1], "e", 1) == 1);
	for (int n = 1; n <= 9; n++) {
		for (int i = 0; i < 9; i++)
			f[i] = (struct pollfd){i % 2 ? ends[1] : ends[0], POLLIN | POLLOUT, 77};
		expect(poll(f, (nfds_t)n, 0) == n);
		for (int i = 0; i < 9; i++)
			expect(f[i].revents == (i >= n ? 77 : i % 2 ? POLLOUT : POLLIN));
	}
	expect(epoll_ctl(ep, EPOLL_CTL_ADD, ends[0], &e) == 0);
	e.events = EPOLLIN | EPOLLOUT;
	expect(epoll_ctl(ep, EPOLL_CTL_MOD, ends[0], &e) == 0);
	expect(epoll_wait(ep, got, 8, 0) == 1 && got[0].data.u64 == e.data.u64);
	expect(epoll_wait(ep, got, 2, 0) == 1 && got[0].data.u64 == e.data.u64);
	expect(read(ends[0], f, 1) == 1 && close(ep) == 0);
}

/* All but %rax, %rcx and %r11 are as they were. */
static void registers(long nr, long a, const void *b, long c)
{
	long ret = nr, di = a, si = (long)b, dx = c;
	register long r10 __asm__("r10") = 0x1010;
	register long r8 __asm__("r8") = 0x0808;
	register long r9 __asm__("r9") = 0x0909;

	__asm__ volatile("syscall"
			 : "+a"(ret), "+D"(di), "+S"(si), "+d"(dx), "+r"(r10), "+r"(r8), "+r"(r9)
			 :
			 : "rcx", "r11", "memory");
	expect(ret == c && di == a && si == (long)b && dx == c);
	expect(r10 == 0x1010 && r8 == 0x0808 && r9 == 0x0909);
}

int main(void)
{
	char some[64] = "some bytes";

	mkdir("small", 0700);
	expect(chdir("small") == 0);
	file = open("file", O_RDWR | O_CREAT, 0600);
	expect(file >= 0 && pipe(ends) == 0);
	for (int round = 0; round < ROUNDS; round++) {
		data(round);
		less();
		names(round);
		events();
		for (long len = 1; len < 64; len += 7) {
			registers(SYS_write, ends[1], some, len);
			registers(SYS_read, ends[0], some, len);
		}
	}
	printf("%d wrong\n", wrong);
	return wrong != 0;
}
