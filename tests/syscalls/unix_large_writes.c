/*
 * Blocking writes of more than a page to AF_UNIX sockets, while somebody reads, and by many calls, so that they
 * come over channels where there are some: each is taken as a whole, in order, or up to where the reader went.
 */
#include "check.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/sockios.h>

#define ROUNDS 60
#define LARGEST 300000

static unsigned char data[LARGEST], got[LARGEST];

/* Byte number at of what is sent. */
static unsigned char byte_at(size_t at)
{
	return (unsigned char)(at * 2654435761u >> 13);
}

/* Reads until the end, in pieces of that size; bytes that were right. */
static size_t read_all(int fd, size_t piece)
{
	size_t at = 0;
	ssize_t n;

	while ((n = read(fd, got, piece)) > 0)
		for (ssize_t i = 0; i < n; i++, at++)
			if (got[i] != byte_at(at))
				return at;
	return at;
}

static void stream(size_t piece)
{
	static const size_t sizes[] = {1,     3000,  5000,   16384,  16385,
				       65536, 65537, 100000, 200000, LARGEST};
	size_t at = 0, short_writes = 0;
	int pair[2], status;
	pid_t child;

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	child = fork();
	if (child == 0) {
		close(pair[1]);
		at = read_all(pair[0], piece);
		say("read in pieces of %zu: %zu", piece, at);
		_exit(0);
	}
	close(pair[0]);
	for (int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
			for (size_t j = 0; j < sizes[i]; j++)
				data[j] = byte_at(at + j);
			short_writes += write(pair[1], data, sizes[i]) != (ssize_t)sizes[i];
			at += sizes[i];
		}
	close(pair[1]);
	waitpid(child, &status, 0);
	say("written: %zu, short writes: %zu", at, short_writes);
}

/* Many that fit, each read at once; then as much as fits without waiting. */
static void alone(size_t size)
{
	size_t wrong = 0, total = 0;
	int pair[2];
	ssize_t n;

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	for (int i = 0; i < 300; i++)
		wrong += write(pair[1], data, size) != (ssize_t)size ||
			 recv(pair[0], got, size, MSG_WAITALL) != (ssize_t)size ||
			 memcmp(got, data, size) != 0;
	say("%zu bytes to itself, wrong: %zu", size, wrong);
	while ((n = send(pair[1], data, size, MSG_DONTWAIT)) > 0)
		total += (size_t)n;
	show("until it is full", (long)total);
	close(pair[0]);
	show("then nobody reads", send(pair[1], data, size, MSG_NOSIGNAL));
	close(pair[1]);
}

/* A writer that waits behind a part; the reader shuts down. */
static void reader_goes(void)
{
	int pair[2], queued = 0;
	pid_t child;

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	child = fork();
	if (child == 0) {
		ssize_t n = send(pair[1], data, LARGEST, MSG_NOSIGNAL);

		show_true("the part that was taken", n > 0 && n < LARGEST);
		n = send(pair[1], data, 65536, MSG_NOSIGNAL);
		show("the next", n);
		_exit(0);
	}
	while (queued < 200000 && ioctl(pair[0], FIONREAD, &queued) == 0)
		usleep(1000);
	shutdown(pair[0], SHUT_RD);
	waitpid(child, NULL, 0);
	close(pair[0]);
	close(pair[1]);
}

static void messages(int type, const char *name, size_t size)
{
	int pair[2], status, wrong = 0;
	pid_t child;

	socketpair(AF_UNIX, type, 0, pair);
	child = fork();
	if (child == 0) {
		for (int i = 0; i < 400; i++)
			wrong += recv(pair[0], got, LARGEST, 0) != (ssize_t)size - i ||
				 got[0] != (i & 0xff) || got[size - (size_t)i - 1] != (i & 0xff);
		say("%s of %zu, wrong: %d", name, size, wrong);
		_exit(0);
	}
	for (int i = 0; i < 400; i++) {
		memset(data, i & 0xff, size);
		wrong += send(pair[1], data, size - (size_t)i, 0) != (ssize_t)size - i;
	}
	waitpid(child, &status, 0);
	say("%s of %zu, not sent: %d", name, size, wrong);
	show("too large", send(pair[1], data, LARGEST, MSG_DONTWAIT));
	close(pair[0]);
	close(pair[1]);
}

static void small_buffer(void)
{
	size_t short_writes = 0;
	int pair[2], size = 1;
	pid_t child;

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	child = fork();
	if (child == 0) {
		close(pair[1]);
		while (read(pair[0], got, 70000) > 0)
			;
		_exit(0);
	}
	for (int i = 0; i < 100; i++)
		short_writes += write(pair[1], data, 30000) != 30000;
	say("smallest buffer, short writes: %zu", short_writes);
	close(pair[1]);
	waitpid(child, NULL, 0);
}

int main(void)
{
	stream(65536);
	stream(7777);
	stream(LARGEST);
	for (size_t i = 0; i < LARGEST; i++)
		data[i] = byte_at(i);
	alone(4096);
	alone(65536);
	alone(90000);
	alone(130000);
	reader_goes();
	messages(SOCK_DGRAM, "datagrams", 3000);
	messages(SOCK_DGRAM, "datagrams", 70000);
	messages(SOCK_SEQPACKET, "packets", 20000);
	small_buffer();
	return 0;
}
