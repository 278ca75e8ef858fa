/*
 * fs/devpts/ioctl.c - ioctls of terminals: ioctl_tty(2), ioctl_termios
 *
 * Model: arguments are copied in before the terminal is locked and out after it. Those which change
 * something are stopped for background processes (tty_check_change()), before the argument is
 * looked at, as in Linux.
 *
 * Differences from Linux: TIOCSTI is refused; TCSETSW and TCSBRK need not wait: output is with
 * the other side as soon as it is written; console (VT) and serial ioctls give -ENOTTY.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <termios.h>

#include "fs/devpts/tty.h"
#include "sentry/mem/usermem.h"
#include "sentry/task.h"

/* include/uapi/asm-generic/ioctls.h, where the host's headers do not have them for user space. */
#define TCGETS2_ 0x802C542A
#define TCSETS2_ 0x402C542B
#define TCSETSW2_ 0x402C542C
#define TCSETSF2_ 0x402C542D
#define TCGETA_ 0x5405
#define TCSETA_ 0x5406
#define TCSETAW_ 0x5407
#define TCSETAF_ 0x5408

struct old_termio {
	uint16_t c_iflag, c_oflag, c_cflag, c_lflag;
	uint8_t c_line, c_cc[8];
};

static uint32_t baud_rate(uint32_t cflag)
{
	static const uint32_t rates[] = {0,   50,   75,	  110,	134,  150,  200,   300,
					 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400};
	static const uint32_t high[] = {0,	 57600,	  115200,  230400,  460800,  500000,
					576000,	 921600,  1000000, 1152000, 1500000, 2000000,
					2500000, 3000000, 3500000, 4000000};

	cflag &= CBAUD;
	if (cflag & CBAUDEX)
		return high[cflag & 15];
	return rates[cflag & 15];
}

/* drivers/tty/tty_ioctl.c: unset_locked_termios() */
static struct ktermios keep_locked(const struct tty *tty, struct ktermios kt)
{
	const struct ktermios *old = &tty->termios, *locked = &tty->termios_locked;

	kt.c_iflag = (kt.c_iflag & ~locked->c_iflag) | (old->c_iflag & locked->c_iflag);
	kt.c_oflag = (kt.c_oflag & ~locked->c_oflag) | (old->c_oflag & locked->c_oflag);
	kt.c_cflag = (kt.c_cflag & ~locked->c_cflag) | (old->c_cflag & locked->c_cflag);
	kt.c_lflag = (kt.c_lflag & ~locked->c_lflag) | (old->c_lflag & locked->c_lflag);
	if (locked->c_line)
		kt.c_line = old->c_line;
	for (size_t i = 0; i < ARRAY_SIZE(kt.c_cc); i++)
		if (locked->c_cc[i])
			kt.c_cc[i] = old->c_cc[i];
	return kt;
}

void tty_set_termios(struct tty *tty, const struct ktermios *new_termios)
{
	struct ktermios old = tty->termios;
	bool flow_old = (old.c_iflag & IXON) && old.c_cc[VSTOP] == 19 && old.c_cc[VSTART] == 17;
	bool flow_new;

	tty->termios = keep_locked(tty, *new_termios);
	/* A pseudoterminal has 8 bits and always receives. */
	tty->termios.c_cflag &= ~(uint32_t)(CSIZE | PARENB);
	tty->termios.c_cflag |= CS8 | CREAD;
	ldisc_termios_changed(tty, &old);
	flow_new = (tty->termios.c_iflag & IXON) && tty->termios.c_cc[VSTOP] == 19 &&
		   tty->termios.c_cc[VSTART] == 17;
	if (!tty->packet)
		return;
	if (flow_old != flow_new) {
		tty->pkt_status &= ~(TIOCPKT_DOSTOP | TIOCPKT_NOSTOP);
		tty->pkt_status |= flow_new ? TIOCPKT_DOSTOP : TIOCPKT_NOSTOP;
		tty->wake_master |= POLLPRI | POLLIN;
	}
	if ((old.c_lflag | tty->termios.c_lflag) & EXTPROC) {
		tty->pkt_status |= TIOCPKT_IOCTL;
		tty->wake_master |= POLLPRI | POLLIN;
	}
}

/* ---- termios in its three forms ---- */

static long get_termios(struct tty *tty, struct task *t, uint64_t arg, size_t size)
{
	struct ktermios kt;

	tty_lock(tty);
	kt = tty->termios;
	tty_unlock(tty);
	return copy_out(t, arg, &kt, size);
}

static long get_old_termio(struct tty *tty, struct task *t, uint64_t arg)
{
	struct old_termio o;
	struct ktermios kt;

	memset(&o, 0, sizeof(o));
	tty_lock(tty);
	kt = tty->termios;
	tty_unlock(tty);
	o.c_iflag = (uint16_t)kt.c_iflag;
	o.c_oflag = (uint16_t)kt.c_oflag;
	o.c_cflag = (uint16_t)kt.c_cflag;
	o.c_lflag = (uint16_t)kt.c_lflag;
	o.c_line = kt.c_line;
	memcpy(o.c_cc, kt.c_cc, sizeof(o.c_cc));
	return copy_out_obj(t, arg, &o);
}

enum termios_form { FORM_TERMIO, FORM_TERMIOS, FORM_TERMIOS2 };

static int copy_in_termios(struct tty *tty, struct task *t, uint64_t arg, enum termios_form form,
			   struct ktermios *kt)
{
	struct old_termio o;

	tty_lock(tty);
	*kt = tty->termios;
	tty_unlock(tty);
	if (form == FORM_TERMIOS2)
		return copy_in_obj(t, kt, arg);
	if (form == FORM_TERMIOS) {
		if (copy_in(t, kt, arg, KTERMIOS_OLD_SIZE) < 0)
			return -EFAULT;
	} else {
		if (copy_in_obj(t, &o, arg) < 0)
			return -EFAULT;
		kt->c_iflag = (kt->c_iflag & 0xffff0000) | o.c_iflag;
		kt->c_oflag = (kt->c_oflag & 0xffff0000) | o.c_oflag;
		kt->c_cflag = (kt->c_cflag & 0xffff0000) | o.c_cflag;
		kt->c_lflag = (kt->c_lflag & 0xffff0000) | o.c_lflag;
		kt->c_line = o.c_line;
		memcpy(kt->c_cc, o.c_cc, sizeof(o.c_cc));
	}
	kt->c_ospeed = kt->c_ispeed = baud_rate(kt->c_cflag);
	return 0;
}

static long set_termios(struct tty *tty, struct task *t, uint64_t arg, enum termios_form form,
			bool flush, bool master)
{
	struct ktermios kt;
	int err = master ? 0 : tty_check_change(tty, t, SIGTTOU);

	if (err)
		return err;
	err = copy_in_termios(tty, t, arg, form, &kt);
	if (err)
		return err;
	tty_lock(tty);
	if (flush)
		tty_flush_input(tty);
	tty_set_termios(tty, &kt);
	tty_unlock(tty);
	return 0;
}

static long locked_ioctl(struct tty *tty, struct task *t, unsigned int cmd, uint64_t arg)
{
	struct ktermios kt;

	tty_lock(tty);
	kt = tty->termios_locked;
	tty_unlock(tty);
	if (cmd == TIOCGLCKTRMIOS)
		return copy_out(t, arg, &kt, KTERMIOS_OLD_SIZE);
	if (!task_has_cap(t, CAP_CHECKPOINT_RESTORE) && !task_has_cap(t, CAP_SYS_ADMIN))
		return -EPERM;
	if (copy_in(t, &kt, arg, KTERMIOS_OLD_SIZE) < 0)
		return -EFAULT;
	tty_lock(tty);
	tty->termios_locked = kt;
	tty_unlock(tty);
	return 0;
}

/* The modes are those of the guest's side, whichever side asks. -ENOTTY: not one of these. */
static long termios_ioctl(struct tty *tty, struct task *t, unsigned int cmd, uint64_t arg,
			  bool master)
{
	switch (cmd) {
	case TCGETS: return get_termios(tty, t, arg, KTERMIOS_OLD_SIZE);
	case TCGETS2_: return get_termios(tty, t, arg, sizeof(struct ktermios));
	case TCGETA_: return get_old_termio(tty, t, arg);
	case TCSETS:
	case TCSETSW:
	case TCSETSF: return set_termios(tty, t, arg, FORM_TERMIOS, cmd == TCSETSF, master);
	case TCSETS2_:
	case TCSETSW2_:
	case TCSETSF2_: return set_termios(tty, t, arg, FORM_TERMIOS2, cmd == TCSETSF2_, master);
	case TCSETA_:
	case TCSETAW_:
	case TCSETAF_: return set_termios(tty, t, arg, FORM_TERMIO, cmd == TCSETAF_, master);
	case TIOCGLCKTRMIOS:
	case TIOCSLCKTRMIOS: return locked_ioctl(tty, t, cmd, arg);
	default: return -ENOTTY;
	}
}

/* ---- sizes, groups, locks ---- */

static long winsize_ioctl(struct tty *tty, struct task *t, unsigned int cmd, uint64_t arg)
{
	struct winsize ws;

	if (cmd == TIOCGWINSZ) {
		tty_lock(tty);
		ws = tty->winsize;
		tty_unlock(tty);
		return copy_out_obj(t, arg, &ws);
	}
	if (copy_in_obj(t, &ws, arg) < 0)
		return -EFAULT;
	tty_set_winsize(tty, &ws);
	return 0;
}

static long set_pgrp(struct tty *tty, struct task *t, uint64_t arg)
{
	int err = tty_check_change(tty, t, SIGTTOU);
	pid_t pgid;

	if (err)
		return err == -EIO ? -ENOTTY : err;
	if (copy_in_obj(t, &pgid, arg) < 0)
		return -EFAULT;
	return ctty_set_pgrp(tty, t, pgid);
}

static long group_ioctl(struct tty *tty, struct task *t, unsigned int cmd, uint64_t arg,
			bool master)
{
	pid_t id = 0;
	long err;

	if (cmd == TIOCSPGRP)
		return set_pgrp(tty, t, arg);
	err = cmd == TIOCGPGRP ? ctty_get_pgrp(tty, t, master, &id)
			       : ctty_get_sid(tty, t, master, &id);
	return err ? err : copy_out_obj(t, arg, &id);
}

static long exclusive_ioctl(struct tty *tty, struct task *t, unsigned int cmd, uint64_t arg)
{
	int on;

	tty_lock(tty);
	if (cmd != TIOCGEXCL)
		tty->exclusive = cmd == TIOCEXCL;
	on = tty->exclusive;
	tty_unlock(tty);
	return cmd == TIOCGEXCL ? copy_out_obj(t, arg, &on) : 0;
}

static long get_number(struct task *t, uint64_t arg, int v)
{
	return copy_out_obj(t, arg, &v);
}

static uint32_t encode_dev(uint64_t rdev)
{
	unsigned int maj = major(rdev), min = minor(rdev);

	return (min & 0xff) | maj << 8 | (min & ~0xffu) << 12;
}

static long set_ldisc(struct tty *tty, struct task *t, uint64_t arg, bool master)
{
	int err = master ? 0 : tty_check_change(tty, t, SIGTTOU), disc;

	if (err)
		return err;
	if (copy_in_obj(t, &disc, arg) < 0)
		return -EFAULT;
	return disc == 0 ? 0 : -EINVAL; /* N_TTY is the only one */
}

static long soft_carrier(struct tty *tty, struct task *t, unsigned int cmd, uint64_t arg)
{
	int on;

	if (cmd == TIOCSSOFTCAR) {
		if (copy_in_obj(t, &on, arg) < 0)
			return -EFAULT;
		tty_lock(tty);
		tty->termios.c_cflag &= ~(uint32_t)CLOCAL;
		tty->termios.c_cflag |= on ? CLOCAL : 0;
		tty_unlock(tty);
		return 0;
	}
	tty_lock(tty);
	on = tty->termios.c_cflag & CLOCAL ? 1 : 0;
	tty_unlock(tty);
	return copy_out_obj(t, arg, &on);
}

static long vhangup_ioctl(struct tty *tty, struct task *t)
{
	if (!task_has_cap(t, CAP_SYS_ADMIN))
		return -EPERM;
	tty_hangup(tty);
	return 0;
}

long tty_common_ioctl(struct tty *tty, struct task *t, unsigned int cmd, uint64_t arg, bool master,
		      struct file *f)
{
	switch (cmd) {
	case TIOCGWINSZ:
	case TIOCSWINSZ: return winsize_ioctl(tty, t, cmd, arg);
	case TIOCGPGRP:
	case TIOCSPGRP:
	case TIOCGSID: return group_ioctl(tty, t, cmd, arg, master);
	case TIOCSCTTY: return ctty_ioctl_set(tty, t, f, arg);
	case TIOCNOTTY: return master ? -ENOTTY : ctty_ioctl_give_up(tty, t);
	case TIOCEXCL:
	case TIOCNXCL:
	case TIOCGEXCL: return exclusive_ioctl(tty, t, cmd, arg);
	case TIOCGETD: return get_number(t, arg, 0);
	case TIOCSETD: return set_ldisc(tty, t, arg, master);
	case TIOCGDEV: return get_number(t, arg, (int)encode_dev(tty->rdev));
	case TIOCGSOFTCAR:
	case TIOCSSOFTCAR: return soft_carrier(tty, t, cmd, arg);
	case TIOCGPTPEER: return -EIO; /* of a slave or another terminal */
	case TIOCSTI:
	case TIOCCONS: return -EPERM;
	case TIOCVHANGUP: return vhangup_ioctl(tty, t);
	case TIOCOUTQ: return get_number(t, arg, 0);
	default: return termios_ioctl(tty, t, cmd, arg, master);
	}
}

/* ---- flow and flushing, of the guest's side ---- */

static long flow_ioctl(struct tty *tty, struct task *t, uint64_t arg)
{
	int err = tty_check_change(tty, t, SIGTTOU);
	uint8_t c;

	if (err)
		return err;
	tty_lock(tty);
	switch ((int)arg) {
	case TCOOFF:
		tty->tco_stopped = true;
		tty_stop(tty);
		break;
	case TCOON:
		tty->tco_stopped = false;
		tty_start(tty);
		break;
	case TCIOFF:
	case TCION:
		c = tty->termios.c_cc[(int)arg == TCIOFF ? VSTOP : VSTART];
		if (c && ring_room(&tty->out) > 0) {
			ring_put(&tty->out, c);
			tty->wake_master |= POLLIN | POLLRDNORM;
			if (tty->driver->output)
				tty->driver->output(tty);
		}
		break;
	default: err = -EINVAL;
	}
	tty_unlock(tty);
	return err;
}

static long flush_ioctl(struct tty *tty, struct task *t, uint64_t arg)
{
	int err = tty_check_change(tty, t, SIGTTOU);

	if (err)
		return err;
	if ((int)arg != TCIFLUSH && (int)arg != TCOFLUSH && (int)arg != TCIOFLUSH)
		return -EINVAL;
	tty_lock(tty);
	if ((int)arg != TCOFLUSH)
		tty_flush_input(tty);
	if ((int)arg != TCIFLUSH)
		tty_flush_output(tty);
	tty_unlock(tty);
	return 0;
}

static long chars_available(struct tty *tty, struct task *t, uint64_t arg)
{
	int n;

	tty_lock(tty);
	n = (int)ldisc_chars_available(tty);
	tty_unlock(tty);
	return copy_out_obj(t, arg, &n);
}

long tty_slave_ioctl(struct file *f, struct task *t, unsigned int cmd, uint64_t arg)
{
	struct tty *tty = tty_of_file(f);

	if (tty_file_hung_up(f))
		return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
	switch (cmd) {
	case TCXONC: return flow_ioctl(tty, t, arg);
	case TCFLSH: return flush_ioctl(tty, t, arg);
	case TCSBRK:
	case TCSBRKP:
	case TIOCSBRK:
	case TIOCCBRK: return tty_check_change(tty, t, SIGTTOU);
	case FIONREAD: return chars_available(tty, t, arg);
	default: return tty_common_ioctl(tty, t, cmd, arg, false, f);
	}
}
