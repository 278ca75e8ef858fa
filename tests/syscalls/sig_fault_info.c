/*
 * tests/syscalls/sig_fault_info.c - the signals of faults: number, si_code and si_addr for bad
 * accesses, divisions, illegal instructions and break points.
 */
#include "check.h"
#include <setjmp.h>
#include <sys/mman.h>

static sigjmp_buf env;
static siginfo_t seen;

static void handler(int sig, siginfo_t *si, void *ctx)
{
	(void)sig;
	(void)ctx;
	seen = *si;
	siglongjmp(env, 1);
}

static void look(const char *what, const void *addr)
{
	say("%s: %s code %d address %d errno %d", what, sig_name(seen.si_signo), seen.si_code,
	    seen.si_addr == addr, seen.si_errno);
	memset(&seen, 0, sizeof(seen));
}

static char *map(int prot)
{
	char *p = mmap(NULL, 4096, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

int main(void)
{
	int sigs[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
	char *none = map(PROT_NONE), *ro = map(PROT_READ), *rw = map(PROT_READ | PROT_WRITE);
	volatile char *p;

	for (size_t i = 0; i < ARRAY_LEN(sigs); i++)
		on_siginfo(sigs[i], handler, 0);

	p = (volatile char *)BAD_PTR;
	if (!sigsetjmp(env, 1))
		*p = 1;
	look("write to an unmapped address", (void *)p);
	if (!sigsetjmp(env, 1))
		(void)*p;
	look("read of an unmapped address", (void *)p);
	if (!sigsetjmp(env, 1))
		none[5] = 1;
	look("write to PROT_NONE", none + 5);
	if (!sigsetjmp(env, 1))
		(void)*(volatile char *)(none + 7);
	look("read of PROT_NONE", none + 7);
	if (!sigsetjmp(env, 1))
		*(volatile char *)(ro + 9) = 1;
	look("write to PROT_READ", ro + 9);
	munmap(ro, 4096);
	if (!sigsetjmp(env, 1))
		(void)*(volatile char *)(ro + 9);
	look("read after munmap", ro + 9);
	if (!sigsetjmp(env, 1))
		((void (*)(void))rw)();
	look("jump to data", rw);
	if (!sigsetjmp(env, 1))
		((void (*)(void))p)();
	look("jump to an unmapped address", (void *)p);
#ifdef __x86_64__
	if (!sigsetjmp(env, 1))
		(void)*(volatile char *)0x8000000000000000UL;
	look("address that is not canonical", NULL);

	char *x = map(PROT_READ | PROT_WRITE);

	memcpy(x, "\x0f\x0b\xc3", 3);
	mprotect(x, 4096, PROT_READ | PROT_EXEC);
	if (!sigsetjmp(env, 1))
		((void (*)(void))x)();
	look("ud2", x);
	mprotect(x, 4096, PROT_READ | PROT_WRITE);
	memcpy(x, "\xcc\xc3", 2);
	mprotect(x, 4096, PROT_READ | PROT_EXEC);
	if (!sigsetjmp(env, 1))
		((void (*)(void))x)();
	look("int3", NULL);
	mprotect(x, 4096, PROT_READ | PROT_WRITE);
	memcpy(x, "\xf4\xc3", 2);
	mprotect(x, 4096, PROT_READ | PROT_EXEC);
	if (!sigsetjmp(env, 1))
		((void (*)(void))x)();
	look("hlt", NULL);
	mprotect(x, 4096, PROT_READ | PROT_WRITE);
	/* xor %eax,%eax; cltd; div %eax */
	memcpy(x, "\x31\xc0\x99\xf7\xf0\xc3", 6);
	mprotect(x, 4096, PROT_READ | PROT_EXEC);
	if (!sigsetjmp(env, 1))
		((void (*)(void))x)();
	look("division by zero", x + 3);
#endif
	return 0;
}
