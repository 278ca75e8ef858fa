/*
 * Blocking writes of more than PIPE_BUF bytes to pipes, while somebody reads, and by many calls, so that they come
 * over channels where there are some: all arrives, in order, up to where the reader went.
 */
#include "check.h"

#include <pthread.h>

#define ROUNDS 60
#define LARGEST 200000

static unsigned char data[LARGEST], got[LARGEST];
static int ends[2];

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

static void stream(size_t piece, int flags, int size)
{
	static const size_t sizes[] = {1,     4096,  4097,  5000,  16384,  16385,
				       61441, 65535, 65536, 65537, LARGEST};
	size_t at = 0, short_writes = 0;
	pid_t child;

	pipe2(ends, flags);
	fcntl(ends[1], F_SETPIPE_SZ, size);
	child = fork();
	if (child == 0) {
		close(ends[1]);
		at = read_all(ends[0], piece);
		say("pipe of %d, read in pieces of %zu: %zu", size, piece, at);
		_exit(0);
	}
	close(ends[0]);
	for (int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
			for (size_t j = 0; j < sizes[i]; j++)
				data[j] = byte_at(at + j);
			short_writes += write(ends[1], data, sizes[i]) != (ssize_t)sizes[i];
			at += sizes[i];
		}
	close(ends[1]);
	waitpid(child, NULL, 0);
	say("written: %zu, short writes: %zu", at, short_writes);
}

/* Each read at once; then as much as fits without waiting. */
static void alone(size_t size)
{
	size_t wrong = 0, total = 0;
	ssize_t n;

	pipe(ends);
	for (int i = 0; i < 300; i++)
		wrong += write(ends[1], data + i, size) != (ssize_t)size ||
			 read(ends[0], got, size) != (ssize_t)size ||
			 memcmp(got, data + i, size) != 0;
	say("%zu bytes to itself, wrong: %zu", size, wrong);
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	while ((n = write(ends[1], data, size)) > 0)
		total += (size_t)n;
	show("until it is full", (long)total);
	close(ends[0]);
	show("then nobody reads", write(ends[1], data, size));
	close(ends[1]);
}

static void *writes(void *arg)
{
	static unsigned char own[2][50000];
	size_t short_writes = 0;
	int i = arg != NULL;

	memset(own[i], 'a' + i, sizeof(own[i]));
	for (int round = 0; round < 200; round++)
		short_writes += write(ends[1], own[i], sizeof(own[i])) != (ssize_t)sizeof(own[i]);
	return (void *)short_writes;
}

static void two_writers(void)
{
	size_t count[2] = {0}, others = 0;
	void *short_writes[2];
	pthread_t th[2];
	pid_t child;
	ssize_t n;

	pipe(ends);
	child = fork();
	if (child == 0) {
		close(ends[0]);
		for (size_t i = 0; i < 2; i++)
			pthread_create(&th[i], NULL, writes, (void *)i);
		for (size_t i = 0; i < 2; i++)
			pthread_join(th[i], &short_writes[i]);
		say("two writers, short writes: %zu",
		    (size_t)short_writes[0] + (size_t)short_writes[1]);
		_exit(0);
	}
	close(ends[1]);
	while ((n = read(ends[0], got, 30000)) > 0)
		for (ssize_t i = 0; i < n; i++) {
			count[0] += got[i] == 'a';
			count[1] += got[i] == 'b';
			others += got[i] != 'a' && got[i] != 'b';
		}
	waitpid(child, NULL, 0);
	say("read: %zu, %zu, %zu", count[0], count[1], others);
	close(ends[0]);
}

/* A writer that waits behind a part. */
static void reader_goes(void)
{
	pid_t child;
	ssize_t n;
	char c;

	pipe(ends);
	child = fork();
	if (child == 0) {
		close(ends[0]);
		n = write(ends[1], data, LARGEST);
		show_true("the part that was taken", n >= 65536 && n < LARGEST);
		show("the next", write(ends[1], data, 65536));
		_exit(0);
	}
	close(ends[1]);
	read(ends[0], &c, 1);
	close(ends[0]);
	waitpid(child, NULL, 0);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	stream(65536, 0, 65536);
	stream(7777, 0, 65536);
	stream(LARGEST, 0, 1 << 20);
	stream(65536, 0, 4096);
	stream(65536, O_DIRECT, 65536);
	for (size_t i = 0; i < LARGEST; i++)
		data[i] = byte_at(i);
	alone(4096);
	alone(4097);
	alone(50000);
	alone(65536);
	two_writers();
	reader_goes();
	return 0;
}
