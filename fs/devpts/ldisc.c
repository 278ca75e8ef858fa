/*
 * fs/devpts/ldisc.c - the line discipline N_TTY: termios(3)
 *
 * Model: characters that arrive are edited (canonical mode), echoed, turned into signals, and put
 * into buf. Positions run freely in 32 bits: read_tail <= canon_head <= read_head. A set bit in
 * line_ends marks the last character of a line; the end-of-file character is stored as a zero with
 * its bit set and is never handed to the reader.
 *
 * A full buffer: what does not fit waits in tty->in. In canonical mode, with no finished line to
 * read, nobody could ever make room, so characters beyond 4095 replace the last one until a newline
 * ends the line.
 *
 * Sources: termios(3), POSIX.1-2017 chapter 11; behaviour compared with Linux.
 */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <termios.h>

#include "fs/devpts/tty.h"
#include "sentry/base/bitmap.h"
#include "sentry/base/mem.h"

#define DISABLED 0 /* _POSIX_VDISABLE */
#define INDEX(pos) ((pos) % TTY_BUF_SIZE)

#define IFLAG(tty, f) ((tty)->termios.c_iflag & (f))
#define OFLAG(tty, f) ((tty)->termios.c_oflag & (f))
#define LFLAG(tty, f) ((tty)->termios.c_lflag & (f))

int ldisc_init(struct tty *tty)
{
	struct ldisc *ld = &tty->ldisc;

	ld->buf = mem_alloc(TTY_BUF_SIZE);
	ld->echo.buf = mem_alloc(TTY_ECHO_SIZE);
	ld->echo.size = TTY_ECHO_SIZE;
	return ld->buf && ld->echo.buf ? 0 : -ENOMEM;
}

void ldisc_free(struct tty *tty)
{
	mem_free(tty->ldisc.buf);
	mem_free(tty->ldisc.echo.buf);
}

void ldisc_flush(struct tty *tty)
{
	struct ldisc *ld = &tty->ldisc;

	ld->read_head = ld->canon_head = ld->read_tail = 0;
	memset(ld->line_ends, 0, sizeof(ld->line_ends));
	ld->lnext = ld->erasing = false;
}

static bool is_char(struct tty *tty, int which, uint8_t c)
{
	return c == tty->termios.c_cc[which] && c != DISABLED;
}

static bool is_continuation(struct tty *tty, uint8_t c)
{
	return IFLAG(tty, IUTF8) && (c & 0xc0) == 0x80;
}

/* ---- output ---- */

static bool is_control(uint8_t c)
{
	return c < 32 || c == 127;
}

static void put_raw(struct tty *tty, uint8_t c)
{
	ring_put(&tty->out, c);
}

/* One character with OPOST applied. False: no room. */
static bool put_processed(struct tty *tty, uint8_t c)
{
	struct ldisc *ld = &tty->ldisc;
	uint32_t room = ring_room(&tty->out), spaces;

	if (room == 0)
		return false;
	switch (c) {
	case '\n':
		if (OFLAG(tty, ONLRET))
			ld->column = 0;
		if (OFLAG(tty, ONLCR)) {
			if (room < 2)
				return false;
			ld->canon_column = ld->column = 0;
			put_raw(tty, '\r');
			break;
		}
		ld->canon_column = ld->column;
		break;
	case '\r':
		if (OFLAG(tty, ONOCR) && ld->column == 0)
			return true;
		if (OFLAG(tty, OCRNL)) {
			c = '\n';
			if (OFLAG(tty, ONLRET))
				ld->canon_column = ld->column = 0;
			break;
		}
		ld->canon_column = ld->column = 0;
		break;
	case '\t':
		spaces = 8 - (ld->column & 7);
		if (OFLAG(tty, TABDLY) == TAB3) {
			if (room < spaces)
				return false;
			ld->column += spaces;
			while (spaces-- > 0)
				put_raw(tty, ' ');
			return true;
		}
		ld->column += spaces;
		break;
	case '\b':
		if (ld->column > 0)
			ld->column--;
		break;
	default:
		if (is_control(c))
			break;
		if (OFLAG(tty, OLCUC))
			c = (uint8_t)toupper(c);
		if (!is_continuation(tty, c))
			ld->column++;
	}
	put_raw(tty, c);
	return true;
}

static bool put_out(struct tty *tty, uint8_t c)
{
	if (OFLAG(tty, OPOST))
		return put_processed(tty, c);
	if (ring_room(&tty->out) == 0)
		return false;
	put_raw(tty, c);
	return true;
}

void ldisc_flush_echoes(struct tty *tty)
{
	struct tty_ring *e = &tty->ldisc.echo;
	uint8_t c;

	while (!tty->stopped && e->len > 0) {
		ring_peek(e, &c, 1);
		if (!put_out(tty, c))
			break;
		ring_drop(e, 1);
	}
}

/* Bytes taken: fewer when there is no room, none while output is stopped. */
uint32_t ldisc_write(struct tty *tty, const uint8_t *p, uint32_t n)
{
	uint32_t i;

	ldisc_flush_echoes(tty);
	if (tty->stopped || tty->ldisc.echo.len > 0)
		return 0;
	if (!OFLAG(tty, OPOST))
		return ring_write(&tty->out, p, n);
	for (i = 0; i < n; i++)
		if (!put_processed(tty, p[i]))
			break;
	return i;
}

/* ---- echo ---- */

/* As is; a full echo buffer loses it. */
static void echo_raw(struct tty *tty, uint8_t c)
{
	if (ring_room(&tty->ldisc.echo) > 0)
		ring_put(&tty->ldisc.echo, c);
	ldisc_flush_echoes(tty);
}

/* Control characters as ^X. */
static void echo_char(struct tty *tty, uint8_t c)
{
	if (LFLAG(tty, ECHOCTL) && is_control(c) && c != '\t') {
		echo_raw(tty, '^');
		echo_raw(tty, c ^ 0100);
	} else {
		echo_raw(tty, c);
	}
}

static void echo_str(struct tty *tty, const char *s)
{
	for (; *s; s++)
		echo_raw(tty, (uint8_t)*s);
}

static void finish_erasing(struct tty *tty)
{
	if (tty->ldisc.erasing) {
		echo_raw(tty, '/');
		tty->ldisc.erasing = false;
	}
}

/* ---- editing ---- */

/* What is on screen between the last tab (or the line's start) and the read head. */
static void erase_tab(struct tty *tty)
{
	struct ldisc *ld = &tty->ldisc;
	uint32_t chars = 0, tail = ld->read_head, back;
	bool after_tab = false;

	while (tail != ld->canon_head) {
		uint8_t c = ld->buf[INDEX(--tail)];

		if (c == '\t') {
			after_tab = true;
			break;
		}
		if (is_control(c))
			chars += LFLAG(tty, ECHOCTL) ? 2 : 0;
		else if (!is_continuation(tty, c))
			chars++;
	}
	if (!after_tab)
		chars += ld->canon_column;
	for (back = 8 - (chars & 7); back > 0; back--)
		echo_raw(tty, '\b');
}

enum erase_kind { ERASE, WERASE, KILL };

static void echo_erased(struct tty *tty, enum erase_kind kind, uint8_t c, uint32_t head,
			uint32_t nr_bytes)
{
	struct ldisc *ld = &tty->ldisc;

	if (LFLAG(tty, ECHOPRT)) {
		if (!ld->erasing) {
			echo_raw(tty, '\\');
			ld->erasing = true;
		}
		echo_char(tty, c);
		while (--nr_bytes > 0)
			echo_raw(tty, ld->buf[INDEX(++head)]);
	} else if (kind == ERASE && !LFLAG(tty, ECHOE)) {
		echo_char(tty, tty->termios.c_cc[VERASE]);
	} else if (c == '\t') {
		erase_tab(tty);
	} else {
		if (is_control(c) && LFLAG(tty, ECHOCTL))
			echo_str(tty, "\b \b");
		if (!is_control(c) || LFLAG(tty, ECHOCTL))
			echo_str(tty, "\b \b");
	}
}

/* Kills the line without showing each character going. True: done. */
static bool kill_at_once(struct tty *tty)
{
	struct ldisc *ld = &tty->ldisc;

	if (!LFLAG(tty, ECHO)) {
		ld->read_head = ld->canon_head;
		return true;
	}
	if (LFLAG(tty, ECHOK) && LFLAG(tty, ECHOKE) && LFLAG(tty, ECHOE))
		return false;
	ld->read_head = ld->canon_head;
	finish_erasing(tty);
	echo_char(tty, tty->termios.c_cc[VKILL]);
	if (LFLAG(tty, ECHOK))
		echo_raw(tty, '\n');
	return true;
}

static void erase(struct tty *tty, enum erase_kind kind)
{
	struct ldisc *ld = &tty->ldisc;
	bool seen_word = false;

	if (ld->read_head == ld->canon_head)
		return;
	if (kind == KILL && kill_at_once(tty))
		return;
	while (ld->read_head != ld->canon_head) {
		uint32_t head = ld->read_head, nr_bytes;
		uint8_t c;

		do {
			c = ld->buf[INDEX(--head)];
		} while (is_continuation(tty, c) && head != ld->canon_head);
		if (is_continuation(tty, c))
			break; /* the rest of a character of the line before */
		if (kind == WERASE) {
			if (isalnum(c) || c == '_')
				seen_word = true;
			else if (seen_word)
				break;
		}
		nr_bytes = ld->read_head - head;
		ld->read_head = head;
		if (LFLAG(tty, ECHO))
			echo_erased(tty, kind, c, head, nr_bytes);
		if (kind == ERASE)
			break;
	}
	if (ld->read_head == ld->canon_head && LFLAG(tty, ECHO))
		finish_erasing(tty);
}

static void reprint(struct tty *tty, uint8_t c)
{
	struct ldisc *ld = &tty->ldisc;

	finish_erasing(tty);
	echo_char(tty, c);
	echo_raw(tty, '\n');
	for (uint32_t at = ld->canon_head; at != ld->read_head; at++)
		echo_char(tty, ld->buf[INDEX(at)]);
}

/* ---- input ---- */

static void store(struct tty *tty, uint8_t c)
{
	struct ldisc *ld = &tty->ldisc;

	ld->buf[INDEX(ld->read_head)] = c;
	bitmap_clear(ld->line_ends, INDEX(ld->read_head));
	ld->read_head++;
}

static void end_line(struct tty *tty, uint8_t c)
{
	struct ldisc *ld = &tty->ldisc;

	store(tty, c);
	bitmap_set(ld->line_ends, INDEX(ld->read_head - 1));
	ld->canon_head = ld->read_head;
	tty->wake_slave |= POLLIN | POLLRDNORM;
}

static void raise_signal(struct tty *tty, int sig, uint8_t c)
{
	tty->signals |= UINT64_C(1) << sig;
	if (!LFLAG(tty, NOFLSH)) {
		tty->ldisc.echo.len = 0;
		tty_flush_output(tty);
		ldisc_flush(tty);
		if (tty->packet) {
			tty->pkt_status |= TIOCPKT_FLUSHREAD;
			tty->wake_master |= POLLPRI;
		}
		tty->in.len = 0;
	}
	if (IFLAG(tty, IXON))
		tty_start(tty);
	if (LFLAG(tty, ECHO))
		echo_char(tty, c);
}

static bool signal_of(struct tty *tty, uint8_t c, int *ret_sig)
{
	static const struct {
		int which, sig;
	} chars[] = {{VINTR, SIGINT}, {VQUIT, SIGQUIT}, {VSUSP, SIGTSTP}};

	if (!LFLAG(tty, ISIG))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(chars); i++) {
		if (is_char(tty, chars[i].which, c)) {
			*ret_sig = chars[i].sig;
			return true;
		}
	}
	return false;
}

/* Characters that edit or end a line. True: c is dealt with. */
static bool receive_canonical(struct tty *tty, uint8_t c)
{
	bool iexten = LFLAG(tty, IEXTEN), echo = LFLAG(tty, ECHO);

	if (is_char(tty, VERASE, c)) {
		erase(tty, ERASE);
	} else if (is_char(tty, VKILL, c)) {
		erase(tty, KILL);
	} else if (is_char(tty, VWERASE, c) && iexten) {
		erase(tty, WERASE);
	} else if (is_char(tty, VLNEXT, c) && iexten) {
		tty->ldisc.lnext = true;
		if (echo) {
			finish_erasing(tty);
			if (LFLAG(tty, ECHOCTL))
				echo_str(tty, "^\b");
		}
	} else if (is_char(tty, VREPRINT, c) && echo && iexten) {
		reprint(tty, c);
	} else if (c == '\n') {
		if (echo || LFLAG(tty, ECHONL))
			echo_raw(tty, '\n');
		end_line(tty, c);
	} else if (is_char(tty, VEOF, c)) {
		end_line(tty, DISABLED);
	} else if (is_char(tty, VEOL, c) || (is_char(tty, VEOL2, c) && iexten)) {
		if (echo)
			echo_char(tty, c);
		end_line(tty, c);
	} else {
		return false;
	}
	return true;
}

static void receive_plain(struct tty *tty, uint8_t c)
{
	struct ldisc *ld = &tty->ldisc;

	if (LFLAG(tty, ECHO)) {
		finish_erasing(tty);
		if (ld->canon_head == ld->read_head)
			ld->canon_column = ld->column;
		if (c == '\n')
			echo_raw(tty, c);
		else
			echo_char(tty, c);
	}
	if (IFLAG(tty, PARMRK) && c == 0xff && !ld->lnext)
		store(tty, c);
	store(tty, c);
	if (!LFLAG(tty, ICANON))
		tty->wake_slave |= POLLIN | POLLRDNORM;
}

/* ^S, ^Q and the signal characters. True: c is dealt with. */
static bool receive_control(struct tty *tty, uint8_t c)
{
	int sig;

	if (IFLAG(tty, IXON)) {
		if (is_char(tty, VSTART, c)) {
			tty_start(tty);
			return true;
		}
		if (is_char(tty, VSTOP, c)) {
			tty_stop(tty);
			return true;
		}
	}
	if (signal_of(tty, c, &sig)) {
		raise_signal(tty, sig, c);
		return true;
	}
	return false;
}

static void receive_char(struct tty *tty, uint8_t c)
{
	struct ldisc *ld = &tty->ldisc;

	if (IFLAG(tty, ISTRIP))
		c &= 0x7f;
	if (IFLAG(tty, IUCLC) && LFLAG(tty, IEXTEN))
		c = (uint8_t)tolower(c);
	if (LFLAG(tty, EXTPROC)) {
		store(tty, c);
		tty->wake_slave |= POLLIN | POLLRDNORM;
		return;
	}
	if (ld->lnext) {
		receive_plain(tty, c);
		ld->lnext = false;
		return;
	}
	if (receive_control(tty, c))
		return;
	if (tty->stopped && !tty->tco_stopped && IFLAG(tty, IXON) && IFLAG(tty, IXANY))
		tty_start(tty);
	if (c == '\r') {
		if (IFLAG(tty, IGNCR))
			return;
		if (IFLAG(tty, ICRNL))
			c = '\n';
	} else if (c == '\n' && IFLAG(tty, INLCR)) {
		c = '\r';
	}
	if (LFLAG(tty, ICANON) && receive_canonical(tty, c))
		return;
	receive_plain(tty, c);
}

/* Room for one more; may give the last place of an endless line. */
static bool make_room(struct tty *tty)
{
	struct ldisc *ld = &tty->ldisc;
	uint32_t used = ld->read_head - ld->read_tail;
	uint32_t limit = IFLAG(tty, PARMRK) ? TTY_BUF_SIZE - 2 : TTY_BUF_SIZE - 1;

	if (used < limit)
		return true;
	if (!LFLAG(tty, ICANON) || ld->canon_head != ld->read_tail)
		return false;
	if (used >= TTY_BUF_SIZE - 1 && used > limit)
		ld->read_head = ld->read_tail + limit;
	return true;
}

uint32_t ldisc_receive(struct tty *tty, const uint8_t *p, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n && make_room(tty); i++)
		receive_char(tty, p[i]);
	return i;
}

/* ---- reading ---- */

static uint32_t next_line_end(struct ldisc *ld)
{
	uint32_t at;

	for (at = ld->read_tail; at != ld->canon_head; at++)
		if (bitmap_test(ld->line_ends, INDEX(at)))
			break;
	return at;
}

static bool is_eof_at(struct ldisc *ld, uint32_t at)
{
	return at != ld->canon_head && bitmap_test(ld->line_ends, INDEX(at)) &&
	       ld->buf[INDEX(at)] == DISABLED;
}

static void copy_out_buf(struct ldisc *ld, uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		p[i] = ld->buf[INDEX(ld->read_tail + i)];
	ld->read_tail += n;
}

/* Up to the end of the line. An end of file right behind what filled the buffer is taken along. */
static ssize_t read_canonical(struct tty *tty, uint8_t *p, size_t n)
{
	struct ldisc *ld = &tty->ldisc;
	uint32_t end, len;
	bool eof;

	if (ld->canon_head == ld->read_tail)
		return -EAGAIN;
	end = next_line_end(ld);
	eof = is_eof_at(ld, end);
	len = end - ld->read_tail + (eof || end == ld->canon_head ? 0 : 1);
	if (len > n) {
		copy_out_buf(ld, p, (uint32_t)n);
		return (ssize_t)n;
	}
	copy_out_buf(ld, p, len);
	if (eof)
		ld->read_tail++;
	return (ssize_t)len;
}

static size_t min_chars(struct tty *tty)
{
	return tty->termios.c_cc[VMIN] ? tty->termios.c_cc[VMIN] : 1;
}

bool ldisc_readable(struct tty *tty, size_t want, bool poll)
{
	struct ldisc *ld = &tty->ldisc;
	size_t have = ld->read_head - ld->read_tail;

	if (LFLAG(tty, ICANON) && !LFLAG(tty, EXTPROC))
		return ld->canon_head != ld->read_tail;
	if (poll)
		return have >= (tty->termios.c_cc[VTIME] ? 1 : min_chars(tty));
	return have > 0 && have >= MIN(min_chars(tty), want);
}

ssize_t ldisc_read(struct tty *tty, uint8_t *p, size_t n, size_t want)
{
	struct ldisc *ld = &tty->ldisc;
	uint32_t have = ld->read_head - ld->read_tail;

	if (LFLAG(tty, ICANON) && !LFLAG(tty, EXTPROC))
		return read_canonical(tty, p, n);
	if (!ldisc_readable(tty, want, false) && !(tty->vtime_expired && have > 0))
		return -EAGAIN;
	have = (uint32_t)MIN((size_t)have, n);
	copy_out_buf(ld, p, have);
	return have;
}

uint32_t ldisc_chars_available(struct tty *tty)
{
	struct ldisc *ld = &tty->ldisc;
	uint32_t nr;

	if (!LFLAG(tty, ICANON) || LFLAG(tty, EXTPROC))
		return ld->read_head - ld->read_tail;
	nr = ld->canon_head - ld->read_tail;
	for (uint32_t at = ld->read_tail; at != ld->canon_head; at++)
		nr -= is_eof_at(ld, at);
	return nr;
}

/* ---- changed modes ---- */

void ldisc_termios_changed(struct tty *tty, const struct ktermios *old)
{
	struct ldisc *ld = &tty->ldisc;

	if ((old->c_lflag ^ tty->termios.c_lflag) & (ICANON | EXTPROC)) {
		memset(ld->line_ends, 0, sizeof(ld->line_ends));
		ld->canon_head = ld->read_tail;
		/* What was typed in raw mode becomes one line. */
		if (LFLAG(tty, ICANON) && ld->read_head != ld->read_tail) {
			bitmap_set(ld->line_ends, INDEX(ld->read_head - 1));
			ld->canon_head = ld->read_head;
		}
		ld->erasing = ld->lnext = false;
	}
	if (!IFLAG(tty, IXON) && (old->c_iflag & IXON) && !tty->tco_stopped)
		tty_start(tty);
	tty->wake_slave |= POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
}
