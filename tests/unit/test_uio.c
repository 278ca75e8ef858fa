/* tests/unit/test_uio.c - transfers in pieces: one call of the platform, short at a fault */
#include "sentry/mem/uio.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "platform/platform.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

/* The guest's memory; the platform below stops at its end. */
static char guest[64];
static int nr_calls;

/* Between pieces of the sentry and one range of the guest. */
static ssize_t copy(const struct iovec *local, size_t nr, const struct iovec *remote, bool out)
{
	char *at = remote->iov_base;
	size_t left = MIN(remote->iov_len, (size_t)(guest + sizeof(guest) - at)), n = 0;

	nr_calls++;
	for (size_t i = 0; i < nr && left; i++) {
		size_t len = MIN(local[i].iov_len, left);

		memcpy(out ? at + n : (char *)local[i].iov_base,
		       out ? (char *)local[i].iov_base : at + n, len);
		n += len;
		left -= len;
	}
	return n ? (ssize_t)n : -14;
}

static ssize_t test_read_mem(struct task *t, const struct iovec *local, size_t nr_local,
			     const struct iovec *remote, size_t nr_remote)
{
	assert_int_equal(nr_remote, 1);
	return copy(local, nr_local, remote, false);
}

static ssize_t test_write_mem(struct task *t, const struct iovec *local, size_t nr_local,
			      const struct iovec *remote, size_t nr_remote)
{
	assert_int_equal(nr_remote, 1);
	return copy(local, nr_local, remote, true);
}

static const struct platform platform = {.read_mem = test_read_mem, .write_mem = test_write_mem};
static struct kernel kernel = {.platform = &platform};
static struct process process = {.kernel = &kernel, .host_pid = 1};
static struct task task = {.kernel = &kernel, .process = &process, .plat.host_tid = 2};

static int setup(void **state)
{
	for (size_t i = 0; i < sizeof(guest); i++)
		guest[i] = (char)('0' + i);
	nr_calls = 0;
	return 0;
}

static void one_range_is_one_call(void **state)
{
	char a[3], b[5], c[4];
	struct iovec pieces[] = {{a, 3}, {b, 5}, {c, 4}};
	struct uio u;

	uio_init_user(&u, &task, (uaddr_t)guest + 1, 10);
	assert_int_equal(uio_read_pieces(&u, pieces, 3), 10);
	assert_int_equal(nr_calls, 1);
	assert_memory_equal(a, "123", 3);
	assert_memory_equal(b, "45678", 5);
	assert_memory_equal(c, "9:", 2);
	assert_int_equal(u.left, 0);
}

static void ranges_of_the_guest_cut_pieces(void **state)
{
	struct iovec ranges[] = {{guest, 2}, {guest, 0}, {guest + 10, 7}, {guest + 20, 3}};
	struct iovec pieces[] = {{(void *)"abcde", 5}, {(void *)"", 0}, {(void *)"fghijkl", 7}};
	struct uio u;

	uio_init_iov(&u, &task, ranges, 4, 12);
	assert_int_equal(uio_write_pieces(&u, pieces, 3), 12);
	assert_int_equal(nr_calls, 3);
	assert_memory_equal(guest, "ab2", 3);
	assert_memory_equal(guest + 10, "cdefghiA", 8);
	assert_memory_equal(guest + 20, "jklG", 4);
}

static void a_fault_ends_it_early(void **state)
{
	struct iovec pieces[] = {{(void *)"abcde", 5}, {(void *)"fghij", 5}};
	struct uio u;

	uio_init_user(&u, &task, (uaddr_t)guest + sizeof(guest) - 7, 100);
	assert_int_equal(uio_write_pieces(&u, pieces, 2), 7);
	assert_memory_equal(guest + sizeof(guest) - 7, "abcdefg", 7);
	assert_int_equal(u.done, 7);
	assert_int_equal(uio_write_pieces(&u, pieces, 2), 0);
}

static void kernel_buffers_work_too(void **state)
{
	char to[6];
	struct iovec pieces[] = {{(void *)"abc", 3}, {(void *)"defgh", 5}};
	struct uio u;

	uio_init_kernel(&u, to, sizeof(to));
	assert_int_equal(uio_write_pieces(&u, pieces, 2), 6);
	assert_memory_equal(to, "abcdef", 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(one_range_is_one_call, setup),
		cmocka_unit_test_setup(ranges_of_the_guest_cut_pieces, setup),
		cmocka_unit_test_setup(a_fault_ends_it_early, setup),
		cmocka_unit_test_setup(kernel_buffers_work_too, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
