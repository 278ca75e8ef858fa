/*
 * platform/stub/signal.S - comes before guest signal handlers that have no SA_RESTART
 *
 * The host knows these handlers as ones with SA_RESTART (platform/notify/sigaction.c says why), so a
 * call that it has interrupted is in the frame as a call to be made again: %rax is its number, %rip
 * points at its instruction. Calls that slept in the sentry got their EINTR from there. Those which
 * sleep in the host get it here: a futex wait at once; a wait for children only if there is none to
 * be told of, so it goes to the sentry when the handler has returned.
 *
 * Entered by a jump from one of the entries in entry.S, with the registers of a signal handler and
 * %eax = the slot of the guest's handler, which is entered by a jump again: nothing is put on the
 * stack, who unwinds it sees the frame of the signal right below the handler. Only %rax, %rcx and %r11
 * are changed. A signal may interrupt this, as it may any other code.
 *
 * In processes with channels the handlers of SIGSEGV and SIGBUS come by here with SA_RESTART, too: faults of
 * the shim's copies are not theirs (fault.c). The first other one ends such copies (STUB_NO_COPIES).
 *
 * Code of ours that runs in guest threads and must not be left in the middle (by longjmp out of a
 * handler, or by calls that the handler makes) is to be finished or rewound here, at stub_signal: %rdx
 * is the frame. Then all handlers have to come by, those with SA_RESTART too.
 */
#include "platform/stub/stub_abi.h"

#define UC_R10 0x38
#define UC_RSI 0x70
#define UC_RDX 0x88
#define UC_RAX 0x90
#define UC_RIP 0xa8

#define SI_CODE 8

/* 1 << sig of SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SIGSYS: what %rip points at may not be there. */
#define FAULTS (1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 11 | 1 << 31)

/* Of these, SIGBUS and SIGSEGV. */
#define COPY_FAULTS (1 << 7 | 1 << 11)

#define NR_WAIT4 61
#define NR_FUTEX 202
#define NR_WAITID 247

#define WNOHANG 1
#define FUTEX_FLAGS (128 | 256) /* PRIVATE, CLOCK_REALTIME */
#define FUTEX_WAIT 0
#define FUTEX_WAIT_BITSET 9

#define SYSCALL_INSN 0x050f

	.text
	.globl stub_signal
	.hidden stub_signal
	.type stub_signal, @function
stub_signal:
	movabs $STUB_HANDLERS, %r11
	lea (%rax, %rax, 4), %rax	/* struct stub_handler has five words */
	mov (%r11, %rax, 8), %r11
	btr $STUB_SIGINFO_BIT, %r11
	btr $STUB_RESTARTS_BIT, %r11
	setc %cl
	cmp $31, %edi
	ja .Lcall
	mov $FAULTS, %eax
	bt %edi, %eax
	jnc .Lcall
	mov $COPY_FAULTS, %eax
	bt %edi, %eax
	jc .Lcopies
1:	cmpl $0, SI_CODE(%rsi)		/* sent by somebody, not a fault? */
	jg .Lhandler
.Lcall:
	test %cl, %cl
	jnz .Lhandler
	mov UC_RAX(%rdx), %rax
	cmp $NR_FUTEX, %rax
	je .Lfutex
	cmp $NR_WAIT4, %rax
	je .Lwait4
	cmp $NR_WAITID, %rax
	je .Lwaitid
.Lhandler:
	xor %eax, %eax
	jmp *%r11

.Lcopies:
	cmpl $0, SI_CODE(%rsi)
	jle 2f
	mov UC_RIP(%rdx), %rax
	shr $32, %rax
	cmp $(STUB_BASE >> 32), %eax
	je 3f
2:	movabs $STUB_NO_COPIES, %rax
	movl $1, (%rax)
	jmp 1b
3:	push %rdi
	push %rsi
	push %rdx
	push %rcx
	push %r11
	mov %rdx, %rdi
	call stub_fault_is_shims
	pop %r11
	pop %rcx
	pop %rdx
	pop %rsi
	pop %rdi
	test %al, %al
	jz 2b
	ret				/* to the restorer */

.Lfutex:
	mov UC_RSI(%rdx), %eax
	and $~FUTEX_FLAGS, %eax
	cmp $FUTEX_WAIT, %eax
	je 1f
	cmp $FUTEX_WAIT_BITSET, %eax
	jne .Lhandler
1:	mov UC_RIP(%rdx), %rax
	cmpw $SYSCALL_INSN, (%rax)
	jne .Lhandler
	addq $2, UC_RIP(%rdx)
	movq $-4, UC_RAX(%rdx)		/* EINTR */
	jmp .Lhandler

.Lwait4:
	testl $WNOHANG, UC_RDX(%rdx)
	mov $STUB_WAIT4, %ecx
	jmp 2f
.Lwaitid:
	testl $WNOHANG, UC_R10(%rdx)
	mov $STUB_WAITID, %ecx
2:	jnz .Lhandler
	mov UC_RIP(%rdx), %rax
	cmpw $SYSCALL_INSN, (%rax)
	jne .Lhandler
	mov %rcx, UC_RAX(%rdx)
	jmp .Lhandler
	.size stub_signal, . - stub_signal

	.section .note.GNU-stack, "", @progbits
