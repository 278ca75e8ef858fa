/*
 * tests/syscalls/futex_robust.c - robust mutexes: EOWNERDEAD for the next owner when a process or a
 * thread ends with the lock; get_robust_list and set_robust_list.
 */
#include "check.h"
#include <linux/futex.h>
#include <pthread.h>
#include <sys/mman.h>

static pthread_mutex_t *mutex;

static void *locker(void *arg)
{
	(void)arg;
	pthread_mutex_lock(mutex);
	return NULL;
}

static int lock_and_exit(void *arg)
{
	pthread_mutex_lock(mutex);
	if (arg)
		raise(SIGKILL);
	return 0;
}

static void recover(const char *what)
{
	show_err(what, pthread_mutex_lock(mutex));
	show_err("consistent", pthread_mutex_consistent(mutex));
	show_err("unlock", pthread_mutex_unlock(mutex));
	show_err("lock", pthread_mutex_lock(mutex));
	show_err("unlock", pthread_mutex_unlock(mutex));
}

int main(void)
{
	struct robust_list_head *head = NULL;
	pthread_mutexattr_t attr;
	size_t len = 0;
	pthread_t t;

	mutex = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	show_err("init", pthread_mutex_init(mutex, &attr));
	pthread_create(&t, NULL, locker, NULL);
	pthread_join(t, NULL);
	recover("after a thread");
	show_status("child", run_child(lock_and_exit, NULL));
	recover("after a process");
	show_status("child", run_child(lock_and_exit, &t));
	recover("after a killed process");

	/* Not made consistent: the mutex is useless. */
	show_status("child", run_child(lock_and_exit, NULL));
	show_err("lock", pthread_mutex_lock(mutex));
	show_err("unlock", pthread_mutex_unlock(mutex));
	show_err("lock", pthread_mutex_lock(mutex));

	show("get_robust_list", raw(SYS_get_robust_list, 0, &head, &len));
	show_true("head", head != NULL);
	show_true("length", len == sizeof(*head));
	show("set_robust_list", raw(SYS_set_robust_list, head, len));
	show("set_robust_list bad length", raw(SYS_set_robust_list, head, len - 1));
	show("get_robust_list no task", raw(SYS_get_robust_list, 0x7ffffff, &head, &len));
	show("get_robust_list bad pointer", raw(SYS_get_robust_list, 0, BAD_PTR, &len));
	return 0;
}
