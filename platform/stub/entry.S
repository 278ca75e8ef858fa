/*
 * platform/stub/entry.S - the first and the last instructions of the stub
 *
 * The host enters at _start with the stack that it built for the guest: argc, argv, envp, auxiliary
 * vector, strings. The stub works STUB_GAP below, because stack_rewrite() moves that block down;
 * where a plan is so large that this could not be enough, stub_switch goes on with a stack elsewhere.
 */
#include "platform/stub/stub_abi.h"

#define STUB_GAP 4096

	.text
	.balign 64
	.globl _start
	.type _start, @function
_start:
	xor %ebp, %ebp
	mov %rsp, %rdi
	lea -STUB_GAP(%rsp), %rsp
	and $-16, %rsp
	call stub_main
	hlt
	.size _start, . - _start

/* A call that the sentry makes in a thread, with other arguments than the thread has in its
 * registers: struct stub_frame. */
	.org _start + STUB_CALL_OFFSET
	syscall
	pop %rsi
	pop %rdx
	ret $STUB_RED_ZONE

/* What the host takes for handlers, one for each slot of the table; %eax is 0 at first. */
	.org _start + STUB_SIGNAL_OFFSET
	slot = 0
	.rept STUB_NR_HANDLERS
	.balign STUB_SIGNAL_STEP
	mov $slot, %al
	jmp stub_signal
	slot = slot + 1
	.endr

	.org _start + STUB_SHIM_OFFSET
	jmp shim_enter
	.org _start + STUB_FAULT_OFFSET
	jmp stub_fault
	.org _start + STUB_FAULT_RETURN_OFFSET
	mov $15, %eax		/* rt_sigreturn */
	syscall
	.org _start + STUB_ZEROS_OFFSET
	.fill 32

/* A call of the dynamic linker: its registers, %eax the number, %rcx where to go on (sentry/loader/rtld.h).
 * As the instruction would, it changes %rax, %rcx and %r11; the linker's red zone stays as it is. */
	.org _start + STUB_LIBRARY_OFFSET
stub_library:
	lea -STUB_RED_ZONE(%rsp), %rsp
	push %rcx
	push %rdi
	push %rsi
	push %rdx
	push %r10
	push %r8
	push %r9
	mov %eax, %edi
	mov %rsp, %rsi
	mov %rsp, %r11
	and $-16, %rsp
	push %r11
	push %r11
	call stub_library_call
	pop %rsp
	pop %r9
	pop %r8
	pop %r10
	pop %rdx
	pop %rsi
	pop %rdi
	pop %rcx
	lea STUB_RED_ZONE(%rsp), %rsp
	jmp *%rcx

/* stub_switch(sp, plan, room, room_len, new_sp): stub_run(sp, plan, room, room_len) on new_sp. */
	.globl stub_switch
	.hidden stub_switch
	.type stub_switch, @function
stub_switch:
	mov %r8, %rsp
	and $-16, %rsp
	call stub_run
	hlt
	.size stub_switch, . - stub_switch

/*
 * stub_enter(sp, entry, room, room_len): gives the room back and starts the program with the
 * registers that execve(2) leaves: all zero but the stack pointer and the interrupt flag. The entry
 * goes through memory below the stack pointer, since no register is left to hold it.
 */
	.globl stub_enter
	.hidden stub_enter
	.type stub_enter, @function
stub_enter:
	mov %rdi, %rsp
	mov %rsi, -16(%rsp)
	mov %rdx, %rdi
	mov %rcx, %rsi
	test %rsi, %rsi
	jz 1f
	mov $11, %eax		/* munmap */
	syscall
1:	xor %eax, %eax
	xor %ebx, %ebx
	xor %ecx, %ecx
	xor %edx, %edx
	xor %esi, %esi
	xor %edi, %edi
	xor %ebp, %ebp
	xor %r8d, %r8d
	xor %r9d, %r9d
	xor %r10d, %r10d
	xor %r11d, %r11d
	xor %r12d, %r12d
	xor %r13d, %r13d
	xor %r14d, %r14d
	xor %r15d, %r15d
	pushq $0x202
	popfq
	jmp *-16(%rsp)
	.size stub_enter, . - stub_enter

	.section .note.GNU-stack, "", @progbits
