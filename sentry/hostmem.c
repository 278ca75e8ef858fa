/* sentry/hostmem.c - memory figures, see hostmem.h */
#include "sentry/hostmem.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sentry/base/base.h"
#include "sentry/kernel.h"

static uint64_t field_kb(const char *text, const char *name)
{
	const char *p = strstr(text, name);

	return p ? strtoull(p + strlen(name), NULL, 10) * 1024 : 0;
}

void hostmem_read(struct kernel *k, struct hostmem *ret)
{
	char buf[4096];
	_cleanup_close_ int fd = openat(k->host_proc_fd, "meminfo",
					O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf) - 1);
	uint64_t limit = k->memory_limit;

	memset(ret, 0, sizeof(*ret));
	if (n <= 0)
		return;
	buf[n] = '\0';
	ret->total = field_kb(buf, "MemTotal:");
	ret->free = field_kb(buf, "MemFree:");
	ret->available = field_kb(buf, "MemAvailable:");
	ret->buffers = field_kb(buf, "Buffers:");
	ret->cached = field_kb(buf, "\nCached:");
	if (limit && limit < ret->total) {
		ret->total = limit;
		ret->free = MIN(ret->free, limit);
		ret->available = MIN(ret->available, limit);
		ret->buffers = MIN(ret->buffers, limit / 8);
		ret->cached = MIN(ret->cached, limit / 4);
	}
}
