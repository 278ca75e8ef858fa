/* tests/syscalls/unix_server.c - a server with threads, many clients at once, all data arrives. */
#include "fs_check.h"
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>

#define CLIENTS 16
#define ROUNDS 50
#define SIZE 3000

static struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "\0check-server"};

static void *serve(void *arg)
{
	int s = (int)(intptr_t)arg;
	char buf[1000];
	ssize_t n;

	while ((n = read(s, buf, sizeof(buf))) > 0)
		must(send(s, buf, n, MSG_NOSIGNAL));
	close(s);
	return NULL;
}

static void *client(void *arg)
{
	int s = must(socket(AF_UNIX, SOCK_STREAM, 0));
	char out[SIZE], in[SIZE];
	long bad = 0;

	must(connect(s, (struct sockaddr *)&a, sizeof(a)));
	for (int i = 0; i < ROUNDS; i++) {
		pattern_fill(out, SIZE, i);
		must(write(s, out, SIZE));
		if (recv(s, in, SIZE, MSG_WAITALL) != SIZE || memcmp(in, out, SIZE))
			bad++;
	}
	close(s);
	(void)arg;
	return (void *)bad;
}

int main(void)
{
	pthread_t c[CLIENTS], t[CLIENTS];
	int l = must(socket(AF_UNIX, SOCK_STREAM, 0));
	long bad = 0;
	void *ret;

	must(bind(l, (struct sockaddr *)&a, sizeof(a)));
	must(listen(l, 4));
	for (int i = 0; i < CLIENTS; i++)
		pthread_create(&c[i], NULL, client, NULL);
	for (int i = 0; i < CLIENTS; i++)
		pthread_create(&t[i], NULL, serve, (void *)(intptr_t)must(accept(l, NULL, NULL)));
	for (int i = 0; i < CLIENTS; i++) {
		pthread_join(c[i], &ret);
		bad += (long)ret;
		pthread_join(t[i], NULL);
	}
	show_val("wrong", bad);
	return 0;
}
