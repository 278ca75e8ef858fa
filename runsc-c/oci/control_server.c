/*
 * runsc-c/oci/control_server.c - the sentry's side of the control socket, see control.h
 *
 * Model: the event thread owns everything here. What happens to a request for a process in other
 * threads (struct spawn) only makes an eventfd readable; the event thread then looks at all clients.
 * Nothing waits: sockets are non-blocking, a reply that does not fit ends its connection.
 *
 * A client is freed where it is served, by its own event or by the look at all; the sources of others
 * are never touched in between.
 *
 * The end of a process with a terminal is told when the terminal's output is with the engine, or after
 * DRAIN_TRIES looks: who reads the end stops reading the terminal.
 */
#define LOG_SUBSYS "control"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/devpts/hosttty.h"
#include "fs/devpts/tty.h"
#include "runsc-c/oci/control.h"
#include "runsc-c/oci/control_internal.h"
#include "runsc-c/stdio.h"
#include "sentry/base/hostcall.h"
#include "sentry/base/log.h"
#include "sentry/base/mem.h"
#include "sentry/kernel.h"
#include "sentry/signal.h"
#include "sentry/spawn.h"
#include "sentry/timer.h"

#define DRAIN_NS 10000000
#define DRAIN_TRIES 100
#define ACCEPT_AGAIN_NS 100000000
#define NR_STDIO 3

struct client {
	struct event_source src;
	struct list node;
	struct spawn *spawn; /* a reference; NULL: it made none */
	struct tty *tty;     /* its terminal; a reference */
	bool told_running;
	unsigned int drain_tries;
};

static struct {
	struct kernel *k;
	struct event_source listener, wake;
	struct list clients;
	unsigned int nr_clients;
	struct timer drain;
	struct timer
		accept_again; /* no descriptor was free: the listener is not watched until then */
	uid_t owner; /* who may connect, beside root; as the sentry's user namespace has it */
	void (*ready)(const char *error);
	struct spawn *first;
	bool started;
} ctl;

/* ---- replies ---- */

static bool send_reply(struct client *c, struct control_reply *r)
{
	ssize_t n;

	r->magic = CONTROL_MAGIC;
	do
		n = write(c->src.fd, r, sizeof(*r));
	while (n < 0 && errno == EINTR);
	return n == sizeof(*r);
}

static bool reply_ok(struct client *c, enum control_type type, pid_t pid, int status)
{
	struct control_reply r = {.type = type, .pid = pid, .status = status};

	return send_reply(c, &r);
}

static bool reply_error(struct client *c, enum control_type type, int err, const char *text)
{
	struct control_reply r = {.type = type, .error = err};

	strncpy(r.text, text, sizeof(r.text) - 1);
	return send_reply(c, &r);
}

/* ---- clients ---- */

static void client_free(struct client *c)
{
	event_unwatch(&c->src);
	close(c->src.fd);
	list_del(&c->node);
	ctl.nr_clients--;
	if (c->tty)
		hosttty_end(c->tty);
	if (c->spawn && c->spawn != ctl.first) {
		/* Who asked for it, and was to tell how it ended, is gone. */
		spawn_signal(ctl.k->spawner, c->spawn, SIGKILL);
	}
	spawn_put(c->spawn);
	mem_free(c);
}

static bool peer_is_allowed(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return false;
	/* A pid that can be seen from here is one of the sandbox's own. */
	return peer.pid == 0 && (peer.uid == 0 || peer.uid == ctl.owner);
}

/* ---- requests ---- */

static void spawn_changed(struct spawn *s)
{
	uint64_t one = 1;

	(void)s;
	if (write(ctl.wake.fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		log_err("eventfd: errno %d", errno);
}

static bool do_start(struct client *c)
{
	if (ctl.started)
		return reply_error(c, CONTROL_START, -EINVAL,
				   "cannot start an already running container");
	ctl.started = true;
	c->spawn = spawn_get(ctl.first);
	spawn_release(ctl.k->spawner, ctl.first);
	return true;
}

static int signal_all(int sig)
{
	struct kernel *k = ctl.k;
	struct process *p;
	pid_t after = 0;

	while ((p = process_next(k, after))) {
		after = p->pid;
		signal_send_process(p, sig);
		process_put(p);
	}
	return 0;
}

static int signal_first(int sig)
{
	struct process *p = process_by_pid(ctl.k, 1);
	int err = p ? signal_send_process(p, sig) : -ESRCH;

	process_put(p);
	return err;
}

static bool do_signal(struct client *c, const struct control_request *rq)
{
	int sig = rq->signal, err = -EINVAL;

	if (sig < 0 || sig > 64)
		return reply_error(c, CONTROL_SIGNAL, -EINVAL, "unknown signal");
	if (rq->pid == 0 && c->spawn)
		err = spawn_signal(ctl.k->spawner, c->spawn, sig);
	else if (rq->pid == 1)
		err = signal_first(sig);
	else if (rq->pid == -1)
		err = signal_all(sig);
	if (rq->pid == 0) /* no answer: the connection is for the process's end */
		return true;
	return err < 0 ? reply_error(c, CONTROL_SIGNAL, err, "os: process already finished")
		       : reply_ok(c, CONTROL_SIGNAL, 0, 0);
}

static bool do_winch(struct client *c)
{
	struct tty *tty = c->tty ? c->tty : ctl.k->console;

	if (tty)
		hosttty_winch(tty);
	return true;
}

static bool do_info(struct client *c)
{
	return reply_ok(c, CONTROL_INFO, (pid_t)ctl.k->nr_tasks, ctl.started);
}

/* The block that comes with a CONTROL_EXEC, in a memory file. */
static int read_block(int fd, void **ret, size_t *ret_size)
{
	_cleanup_free_ char *block = NULL;
	struct stat st;
	size_t done = 0, size;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size <= 0 ||
	    st.st_size > CONTROL_MAX_PAYLOAD)
		return -EINVAL;
	size = (size_t)st.st_size;
	block = mem_alloc(size);
	if (!block)
		return -ENOMEM;
	while (done < size) {
		ssize_t n = pread(fd, block + done, size - done, (off_t)done);

		if (n <= 0)
			return -EINVAL;
		done += (size_t)n;
	}
	*ret = TAKE_PTR(block);
	*ret_size = size;
	return 0;
}

static void set_window(struct tty *tty, const struct control_process *h)
{
	struct winsize ws = {.ws_row = (unsigned short)h->rows, .ws_col = (unsigned short)h->cols};

	if (h->rows && h->cols)
		tty_set_winsize(tty, &ws);
}

/* Gives s the files that fds[0] to fds[nr - 1] are; those are taken in every case. */
static int set_files(struct client *c, struct spawn *s, const struct control_process *h, int *fds,
		     unsigned int nr)
{
	bool terminal = h->flags & CONTROL_TERMINAL;
	struct stdio_fd v[SPAWN_MAX_FILES];
	unsigned int used = terminal ? 1 : NR_STDIO, n = 0, which;
	int err;

	if (nr != used + h->nr_extra_fds || NR_STDIO + h->nr_extra_fds > SPAWN_MAX_FILES)
		return -EINVAL;
	for (unsigned int i = 0; i < nr; i++) {
		stdio_look(&v[n++], fds[i]);
		fds[i] = -1;
		while (terminal && i == 0 && n < NR_STDIO)
			v[n++] = (struct stdio_fd){.fd = -1};
	}
	err = stdio_files(ctl.k, v, n, s->files, &c->tty, &which);
	if (err < 0)
		return err;
	s->nr_files = n;
	if (terminal && !c->tty)
		return -ENOTTY;
	if (terminal)
		for (unsigned int i = 1; i < NR_STDIO; i++)
			s->files[i] = file_get(s->files[0]);
	s->ctty = terminal;
	if (c->tty)
		set_window(c->tty, h);
	return 0;
}

static bool do_exec(struct client *c, int *fds, unsigned int nr)
{
	struct control_process h;
	struct spawn *s = NULL;
	void *block;
	size_t size;
	int err;

	if (ctl.ready) /* create has not finished */
		return reply_error(c, CONTROL_EXEC, -EINVAL, "container is not running");
	if (c->spawn || c->tty || nr < 2)
		return false;
	err = read_block(fds[0], &block, &size);
	if (err == 0)
		err = control_unpack(block, size, &h, &s);
	if (err == 0)
		err = set_files(c, s, &h, fds + 1, nr - 1);
	if (err == 0) {
		s->changed = spawn_changed;
		err = spawn_submit(ctl.k, s);
	}
	if (err < 0) {
		spawn_put(s);
		return reply_error(c, CONTROL_EXEC, err,
				   err == -ESRCH    ? "the container's processes are gone"
				   : err == -EINVAL ? "the request is not well-formed"
						    : strerror(-err));
	}
	c->spawn = s;
	return true;
}

static bool dispatch(struct client *c, const struct control_request *rq, int *fds, unsigned int nr)
{
	if (rq->magic != CONTROL_MAGIC || rq->flags || rq->nr_fds != nr)
		return false;
	if (nr && rq->type != CONTROL_EXEC)
		return false;
	switch (rq->type) {
	case CONTROL_START: return !c->spawn && do_start(c);
	case CONTROL_EXEC: return do_exec(c, fds, nr);
	case CONTROL_SIGNAL: return do_signal(c, rq);
	case CONTROL_WINCH: return do_winch(c);
	case CONTROL_INFO: return do_info(c);
	default: return false;
	}
}

/* ---- messages ---- */

union fd_message {
	struct cmsghdr align;
	char room[CMSG_SPACE(CONTROL_MAX_FDS * sizeof(int))];
};

/* All descriptors of a message; more than fit are refused. */
static bool collect_fds(struct msghdr *m, int *fds, unsigned int *nr)
{
	struct cmsghdr *c;

	*nr = 0;
	for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
			if (*nr < CONTROL_MAX_FDS)
				fds[(*nr)++] = fd;
			else
				close(fd);
		}
	}
	return !(m->msg_flags & (MSG_CTRUNC | MSG_TRUNC));
}

/* One message. False: the connection is to be closed. */
static bool serve_message(struct client *c)
{
	struct control_request rq;
	struct iovec iov = {&rq, sizeof(rq)};
	union fd_message fm;
	struct msghdr m = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &fm,
		.msg_controllen = sizeof(fm),
	};
	int fds[CONTROL_MAX_FDS];
	unsigned int nr;
	ssize_t n = recvmsg(c->src.fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	bool ok;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	ok = collect_fds(&m, fds, &nr) && n == sizeof(rq) && dispatch(c, &rq, fds, nr);
	for (unsigned int i = 0; i < nr; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return ok;
}

static void client_event(struct event_source *src, uint32_t events)
{
	struct client *c = container_of(src, struct client, src);

	if (!(events & EPOLLIN) || !serve_message(c))
		client_free(c);
}

static void client_new(int fd)
{
	struct client *c = mem_zalloc(sizeof(*c));

	if (!c) {
		close(fd);
		return;
	}
	c->src.fd = fd;
	c->src.fn = client_event;
	list_add_tail(&c->node, &ctl.clients);
	ctl.nr_clients++;
	if (event_watch(&c->src, EPOLLIN) < 0)
		client_free(c);
}

static void listener_event(struct event_source *src, uint32_t events)
{
	int fd = accept4(src->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
		event_unwatch(src); /* it would be ready all the time */
		timer_arm(&ctl.accept_again, clock_now_ns(CLOCK_MONOTONIC) + ACCEPT_AGAIN_NS);
	}
	if (fd < 0)
		return;
	if (ctl.nr_clients >= CONTROL_MAX_CLIENTS || !peer_is_allowed(fd)) {
		log_warn("a connection to the control socket was refused");
		close(fd);
		return;
	}
	client_new(fd);
}

static void watch_listener(struct timer *tm)
{
	if (event_watch(&ctl.listener, EPOLLIN) < 0)
		timer_arm(tm, clock_now_ns(CLOCK_MONOTONIC) + ACCEPT_AGAIN_NS);
}

/* ---- what became of the processes ---- */

/* Is the end to be told later? */
static bool must_drain(struct client *c)
{
	if (!c->tty || c->drain_tries++ >= DRAIN_TRIES || hosttty_drain(c->tty, 0))
		return false;
	timer_arm(&ctl.drain, clock_now_ns(CLOCK_MONOTONIC) + DRAIN_NS);
	return true;
}

/* False: the connection is over. */
static bool tell_exec(struct client *c, const struct spawn_result *r)
{
	switch (r->state) {
	case SPAWN_FAILED: reply_error(c, CONTROL_EXEC, r->error, r->text); return false;
	case SPAWN_RUNNING:
		if (c->told_running)
			return true;
		c->told_running = true;
		return reply_ok(c, CONTROL_EXEC, r->pid, 0);
	case SPAWN_ENDED:
		if (!c->told_running && !reply_ok(c, CONTROL_EXEC, r->pid, 0))
			return false;
		c->told_running = true;
		if (must_drain(c))
			return true;
		reply_ok(c, CONTROL_ENDED, r->pid, r->status);
		return false;
	default: return true;
	}
}

static void tell_start(struct client *c, const struct spawn_result *r)
{
	if (r->state < SPAWN_RUNNING)
		return;
	if (r->state == SPAWN_FAILED)
		reply_error(c, CONTROL_START, r->error, r->text);
	else
		reply_ok(c, CONTROL_START, r->pid, 0);
	spawn_put(TAKE_PTR(c->spawn)); /* it lives on without this connection */
}

static void tell_ready(const struct spawn_result *r)
{
	if (!ctl.ready || r->state < SPAWN_HELD)
		return;
	ctl.ready(r->state == SPAWN_FAILED ? r->text : NULL);
	ctl.ready = NULL;
}

static void look_at_all(void)
{
	struct client *c, *next;
	struct spawn_result first;

	spawn_result(ctl.k->spawner, ctl.first, &first);
	tell_ready(&first);
	list_for_each_entry_safe(c, next, &ctl.clients, node) {
		struct spawn_result r;

		if (!c->spawn)
			continue;
		spawn_result(ctl.k->spawner, c->spawn, &r);
		if (c->spawn == ctl.first)
			tell_start(c, &r);
		else if (!tell_exec(c, &r))
			client_free(c);
	}
	if (ctl.started && first.state == SPAWN_FAILED && first.pid == 0)
		kernel_shutdown(ctl.k,
				255 << 8); /* there will never be a process whose end ends us */
}

static void wake_event(struct event_source *src, uint32_t events)
{
	uint64_t n;

	(void)events;
	if (read(src->fd, &n, sizeof(n)) == sizeof(n))
		look_at_all();
}

static void drain_timer(struct timer *tm)
{
	(void)tm;
	look_at_all();
}

/* ---- boot ---- */

static void take_files(struct spawn *s, const struct control_first *first)
{
	s->nr_files = MIN(first->nr_files, (unsigned int)SPAWN_MAX_FILES);
	for (unsigned int i = 0; i < s->nr_files; i++)
		s->files[i] = first->files[i];
}

int control_open(int listener)
{
	ctl.owner = getuid();
	ctl.wake.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ctl.listener.fd = listener;
	return ctl.wake.fd < 0 ? -errno : 0;
}

int control_serve(struct kernel *k, const struct control_first *first)
{
	struct control_process h;
	int err = control_unpack(first->process, first->size, &h, &ctl.first);

	if (err < 0)
		return err;
	ctl.k = k;
	ctl.ready = first->ready;
	list_init(&ctl.clients);
	timer_init(&ctl.drain, drain_timer);
	timer_init(&ctl.accept_again, watch_listener);
	ctl.wake.fn = wake_event;
	ctl.listener.fn = listener_event;
	if (event_watch(&ctl.wake, EPOLLIN) < 0 || event_watch(&ctl.listener, EPOLLIN) < 0)
		return -errno;
	take_files(ctl.first, first);
	ctl.first->ctty = h.flags & CONTROL_TERMINAL;
	if (ctl.first->ctty && k->console)
		set_window(k->console, &h);
	ctl.first->hold = true;
	ctl.first->changed = spawn_changed;
	return spawn_submit(k, ctl.first);
}
