/*
 * tests/syscalls/thread_tls.c - arch_prctl(2): ARCH_GET_FS and ARCH_SET_FS, ARCH_SET_GS; the bases
 * survive system calls, signals and switches between threads.
 */
#include "check.h"
#include <pthread.h>

#ifdef __x86_64__
#include <asm/prctl.h>

static unsigned long words[4] = {11, 22, 33, 44};
static volatile int handled;

static unsigned long gs_word(void)
{
	unsigned long v;

	__asm__ volatile("mov %%gs:0, %0" : "=r"(v));
	return v;
}

static void handler(int sig)
{
	(void)sig;
	handled++;
}

static void *thread(void *arg)
{
	unsigned long gs = 1, i = (unsigned long)arg, bad = 0;

	raw(SYS_arch_prctl, ARCH_GET_GS, &gs);
	/* That of the creator. */
	if (gs != (unsigned long)&words[3])
		return (void *)1000;
	raw(SYS_arch_prctl, ARCH_SET_GS, &words[i]);
	for (int k = 0; k < 100; k++) {
		bad += gs_word() != words[i];
		if (k % 10 == 0)
			nap_ms(1);
		sched_yield();
	}
	return (void *)bad;
}

int main(void)
{
	unsigned long fs, gs;
	pthread_t t[3];
	void *res;

	show("ARCH_GET_FS", raw(SYS_arch_prctl, ARCH_GET_FS, &fs));
	show_true("the self pointer is there", *(unsigned long *)fs == fs);
	show("ARCH_SET_FS to the same", raw(SYS_arch_prctl, ARCH_SET_FS, fs));
	show("ARCH_GET_GS", raw(SYS_arch_prctl, ARCH_GET_GS, &gs));
	show_val("gs", gs);
	show("ARCH_SET_GS", raw(SYS_arch_prctl, ARCH_SET_GS, &words[3]));
	show_val("word", gs_word());
	on_signal(SIGUSR1, handler, 0);
	raise(SIGUSR1);
	show_val("word after a signal", gs_word());
	for (unsigned long i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, thread, (void *)i);
	for (int i = 0; i < 3; i++) {
		pthread_join(t[i], &res);
		show_val("wrong words", (long)res);
	}
	show_val("word", gs_word());
	pid_t pid = xfork();

	if (pid == 0)
		_exit(gs_word());
	show_status("child has it too", xwait(pid));
	show("bad code", raw(SYS_arch_prctl, 0x9999, 0));
	show("bad pointer", raw(SYS_arch_prctl, ARCH_GET_FS, BAD_PTR));
	show("address of the kernel", raw(SYS_arch_prctl, ARCH_SET_GS, 1UL << 63));
	show_val("word", gs_word());
	return 0;
}
#else
int main(void)
{
	return 0;
}
#endif
