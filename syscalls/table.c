/* syscalls/table.c - table.def as data, see syscall.h */
#include "syscalls/syscall.h"

/* Weak: a number without a handler is in the table all the same, with fn NULL. */
#define SYSCALL(nr_, name_, ...)                                                                   \
	long sys_##name_(struct task *t, const uint64_t *a) __attribute__((weak));
#define REFUSED SYSCALL
#include "syscalls/table.def"
#undef SYSCALL
#undef REFUSED

static const struct syscall_row rows[SYSCALL_MAX] = {
#define SYSCALL(nr_, name_, level_, note_, ...)                                                    \
	[nr_] = {.nr = nr_,                                                                        \
		 .name = #name_,                                                                   \
		 .fn = sys_##name_,                                                                \
		 .level = LEVEL_##level_,                                                          \
		 .note = note_,                                                                    \
		 .args = {__VA_ARGS__}},
#define REFUSED(nr_, name_, errno_, note_, ...)                                                    \
	[nr_] = {.nr = nr_,                                                                        \
		 .name = #name_,                                                                   \
		 .fn = sys_##name_,                                                                \
		 .level = LEVEL_ERRNO,                                                             \
		 .refusal = errno_,                                                                \
		 .note = note_,                                                                    \
		 .args = {__VA_ARGS__}},
#include "syscalls/table.def"
#undef SYSCALL
#undef REFUSED
};

const struct syscall_row *syscall_row(int nr)
{
	if (nr < 0 || nr >= SYSCALL_MAX || !rows[nr].name)
		return NULL;
	return &rows[nr];
}
