# Programs of another C library: musl, static and dynamic.
# app-needs: musl-gcc
cat >m.c <<'X'
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
extern char **environ;
static void *run(void *p) { char *m = malloc(100000); memset(m, 1, 100000); free(m); return p; }
int main(void) {
	pthread_t t[20]; long n = 0; void *r; struct stat st; pid_t p; int s; char *a[] = {"echo", "spawned", 0};
	for (long i = 0; i < 20; i++) pthread_create(&t[i], 0, run, (void *)i);
	for (int i = 0; i < 20; i++) { pthread_join(t[i], &r); n += (long)r; }
	printf("%ld %d\n", n, stat("/etc/passwd", &st)); fflush(stdout);
	posix_spawn(&p, "/bin/echo", 0, 0, a, environ); waitpid(p, &s, 0);
	FILE *f = popen("seq 3", "r"); char line[10]; while (fgets(line, 10, f)) fputs(line, stdout);
	printf("%d %d\n", pclose(f), system("exit 2"));
}
X
musl-gcc -O2 m.c -o dynamic && ./dynamic; musl-gcc -static -O2 m.c -o static && ./static
