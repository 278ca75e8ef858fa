# Compilers: C, C++, preprocessed output, shared and static libraries, both compilers.
# app-needs: gcc clang ar
cat >hello.c <<'X'
#include <stdio.h>
#include <pthread.h>
static void *run(void *p) { return p; }
int main(void) { pthread_t t; void *r; pthread_create(&t, 0, run, "world"); pthread_join(t, &r); return printf("hello %s\n", (char *)r) == 12 ? 0 : 1; }
X
cat >lib.c <<'X'
int answer(void) { return 42; }
X
cat >use.c <<'X'
#include <stdio.h>
#include <dlfcn.h>
int answer(void);
int main(void) { void *h = dlopen("./liblib.so", RTLD_NOW); printf("%d %d\n", answer(), ((int (*)(void))dlsym(h, "answer"))()); }
X
for cc in gcc clang; do
	$cc -O2 -g -pthread hello.c -o hello && ./hello; echo "$cc $?"
	$cc -static -O1 -pthread hello.c -o static && ./static; echo "static $?"
	$cc -shared -fPIC lib.c -o liblib.so && $cc -c lib.c && ar rcs liblib.a lib.o &&
		$cc use.c -L. -Wl,-rpath,. -llib -o use && ./use
	$cc -O2 -S -o - lib.c | cksum; $cc -E hello.c | cksum
	$cc -flto -O2 hello.c -pthread -o lto && ./lto
	$cc -c nonesuch.c 2>/dev/null; echo "missing $?"
done
nm liblib.so | grep -c answer; objdump -d lib.o | grep -c ret; strip hello && ./hello; size hello | wc -l
