/*
 * platform/fastpath/site.h - how a syscall instruction of a guest is replaced by a jump to the shim
 *
 * Model: a *site* is the address of a syscall instruction (0f 05) that has trapped. A *trampoline* is
 * SITE_TRAMPOLINE_SIZE bytes of code within 2 GB of it, which loads %rcx with the address of a
 * syscall instruction that has the right continuation, and enters the shim. The shim jumps to %rcx
 * to make the call in the slow way, and to %rcx + 2 when the call is done; it keeps all registers
 * but %rax, %rcx, %r11 and the arithmetic flags.
 *
 * Two methods, in this order:
 *  SITE_MOV  the five bytes `mov $nr, %eax` before the site (or the first five of the seven of
 *            `mov $nr, %rax`) become `jmp trampoline`. The syscall instruction stays: it is where the
 *            slow way goes, and whoever jumps straight to it traps as before. The trampoline does the
 *            mov, and has copies of the instructions between it and the site, if any. The same is done
 *            to other instructions in front of sites that are known by their bytes (`knowns` in site.c).
 *  SITE_PAD  the syscall instruction itself becomes `jmp rel8` to five bytes of padding that no
 *            execution reaches, and these become `jmp trampoline`. The trampoline has a syscall
 *            instruction of its own, with a jump to the site's continuation behind it.
 *
 * Which bytes are padding is known by decoding instructions one after the other from the site on,
 * which is an instruction boundary since the processor was there: only what follows an
 * unconditional ret or jmp, up to the next 16-byte boundary, and is made of nothing but no-ops or
 * int3. Anything the decoder does not know ends the search.
 *
 * Running threads: a plan is a list of writes, to be made in this order. Every state in between
 * executes correctly in every other thread: bytes that are not reached come first, and a jump that
 * does not fit in one word begins as `jmp .`, which holds whoever comes by until it is complete. Where
 * even that is impossible there is no plan, unless the caller says that no other thread can run.
 * Each write lies within one aligned word of eight bytes and is made as one store of the whole word
 * (site_write_merge()), by a system call of its own: that takes longer than a processor needs for an
 * instruction that it has begun to fetch. From the view to the last write there is no other plan for
 * the same memory.
 *
 * Calls that are in flight: a thread whose call is restarted comes back to the site, which may be a
 * jump by then: so the shim sees what the kernel or a debugger put into %rax, restart_syscall and
 * redirected calls included, and passes on in the slow way what it does not know.
 *
 * Trust: the bytes are the guest's. A wrong plan harms the guest alone, but the code here must not
 * read or write beyond its buffers whatever they hold.
 */
#ifndef PLATFORM_FASTPATH_SITE_H
#define PLATFORM_FASTPATH_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SITE_TRAMPOLINE_SIZE 48
/* In a trampoline with a syscall instruction of its own: from there to the shim's address. */
#define SITE_SLOW_TO_SHIM 27
#define SITE_BEFORE 16 /* bytes in front of the site that a plan may look at */
#define SITE_AFTER 160 /* from the site on */
#define SITE_MAX_WRITES 4

enum site_method { SITE_NONE, SITE_MOV, SITE_PAD };

struct site_view {
	uint64_t site; /* address of the syscall instruction */
	const uint8_t
		*before; /* the nr_before bytes that end at the site; SITE_BEFORE if readable */
	size_t nr_before;
	const uint8_t *at; /* the nr_at bytes from the site on; at most SITE_AFTER */
	size_t nr_at;
	uint32_t nr; /* of the call that trapped here; no plan for rt_sigreturn, restart_syscall */
	uint64_t trampoline;  /* where it will be; need not be within reach */
	uint64_t shim;	      /* the shim's entry, anywhere */
	bool single_threaded; /* or no other thread sees one write without the others */
};

struct site_write {
	uint64_t addr;
	uint8_t len; /* 1 to 8; [addr, addr + len) lies within one aligned word */
	uint8_t bytes[8];
};

struct site_plan {
	enum site_method method;
	/*
	 * The C library's one function for cancellable calls: its signal handler looks whether the
	 * signal came between a check and this site. To be carried out only if a handler never sees
	 * that it interrupted trampoline or shim before the call was made, but the site's address.
	 */
	bool cancellation_point;
	/* SITE_PAD, and nobody minds a thread that waits in the trampoline: no unwinder starts there. */
	bool may_wait_outside;
	uint8_t trampoline
		[SITE_TRAMPOLINE_SIZE]; /* written before everything else; padded with int3 */
	size_t nr_writes;
	struct site_write writes[SITE_MAX_WRITES];
};

/* Fills *ret; false: the site cannot be replaced (ret->method is SITE_NONE). */
bool site_plan_make(const struct site_view *v, struct site_plan *ret);
/* Where its trampoline has to be, from *ret_lo to *ret_hi; the view needs no trampoline. */
void site_reach(const struct site_view *v, uint64_t *ret_lo, uint64_t *ret_hi);
/* Is it replaced already? A slow call through the shim traps at the site or in its trampoline. */
bool site_is_replaced(const struct site_view *v);
/*
 * The same, with the address of the trampoline if it is one: a guest's own jump in front of a site looks
 * the same, but leads elsewhere. The view needs neither trampoline nor shim.
 */
bool site_jump(const struct site_view *v, uint64_t *ret_trampoline);

/* What the aligned word that holds @w->addr becomes, if it is @old. */
uint64_t site_write_merge(const struct site_write *w, uint64_t old);

/* Length of the instruction at p, of which at most len bytes are known; 0: not known to this decoder.
 * *ret_stop: nothing falls through it (ret, jmp, ud2, hlt). */
size_t site_insn_length(const uint8_t *p, size_t len, bool *ret_stop);

#endif
