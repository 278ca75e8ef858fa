/* tests/syscalls/aio_basic.c - io_setup(2), io_submit(2), io_getevents(2): requests and errors. */
#include "check.h"
#include <linux/aio_abi.h>
#include <sys/eventfd.h>

static aio_context_t ctx;

static long submit(struct iocb *cb)
{
	return raw(SYS_io_submit, ctx, 1L, &cb);
}

/* Waits for min results, a moment at most. */
static void get(const char *what, long min)
{
	struct timespec ts = {.tv_sec = 2 * min};
	struct io_event ev = {0};
	long n = raw(SYS_io_getevents, ctx, min, 1L, &ev, &ts);

	say("%s: %ld events, data %llu, result %lld", what, n, (unsigned long long)ev.data,
	    (long long)ev.res);
}

int main(void)
{
	char buf[16] = "";
	struct timespec ts = {.tv_nsec = 20000000};
	struct io_event ev;
	uint64_t count = 0;
	int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0600), efd = eventfd(0, EFD_NONBLOCK), p[2];
	struct iocb wr = {.aio_data = 7,
			  .aio_lio_opcode = IOCB_CMD_PWRITE,
			  .aio_fildes = (uint32_t)fd,
			  .aio_buf = (uintptr_t) "hello",
			  .aio_nbytes = 5,
			  .aio_offset = 3};
	struct iocb rd = {.aio_data = 8,
			  .aio_lio_opcode = IOCB_CMD_PREAD,
			  .aio_fildes = (uint32_t)fd,
			  .aio_buf = (uintptr_t)buf,
			  .aio_nbytes = 16,
			  .aio_offset = 4,
			  .aio_flags = IOCB_FLAG_RESFD,
			  .aio_resfd = (uint32_t)efd};
	struct iocb sync = {.aio_lio_opcode = IOCB_CMD_FSYNC, .aio_fildes = (uint32_t)fd};

	show("io_setup 0", raw(SYS_io_setup, 0, &ctx));
	show("io_setup bad pointer", raw(SYS_io_setup, 1, BAD_PTR));
	show("io_setup", raw(SYS_io_setup, 4, &ctx));
	show_true("context", ctx != 0);
	show("io_setup twice", raw(SYS_io_setup, 4, &ctx));
	show("write", submit(&wr));
	get("write", 1);
	show("read", submit(&rd));
	show("getevents of two", raw(SYS_io_getevents, ctx, 2L, 2L, &ev, &ts));
	say("result %lld, \"%s\"", (long long)ev.res, buf);
	show("eventfd", read(efd, &count, sizeof(count)));
	show_val("its count", (long)count);
	show("fsync", submit(&sync));
	get("fsync", 1);
	get("nothing", 0);
	rd.aio_fildes = 99;
	show("bad descriptor", submit(&rd));
	rd.aio_fildes = (uint32_t)fd;
	rd.aio_resfd = (uint32_t)fd;
	show("resfd is no eventfd", submit(&rd));
	rd.aio_lio_opcode = 77;
	rd.aio_flags = 0;
	show("bad opcode", submit(&rd));
	rd.aio_reserved2 = 1;
	show("reserved field", submit(&rd));
	xpipe(p);
	fcntl(p[0], F_SETFL, O_NONBLOCK);
	rd = (struct iocb){.aio_data = 9,
			   .aio_lio_opcode = IOCB_CMD_PREAD,
			   .aio_fildes = (uint32_t)p[0],
			   .aio_buf = (uintptr_t)buf,
			   .aio_nbytes = 1};
	show("empty pipe", submit(&rd));
	get("empty pipe", 1);
	show("submit -1", raw(SYS_io_submit, ctx, -1L, NULL));
	show("submit to nothing", raw(SYS_io_submit, 0x1234000UL, 1L, NULL));
	show("getevents min over max", raw(SYS_io_getevents, ctx, 2L, 1L, &ev, NULL));
	show("cancel", raw(SYS_io_cancel, ctx, &wr, &ev));
	show("io_destroy", raw(SYS_io_destroy, ctx));
	show("io_destroy again", raw(SYS_io_destroy, ctx));
	show("getevents after it", raw(SYS_io_getevents, ctx, 0L, 1L, &ev, NULL));
	return 0;
}
