/*
 * platform/stub/shim.S - the shim: where replaced syscall instructions of a guest lead
 *
 * At entry: registers as at the syscall instruction, but %rcx, which holds the address of a syscall
 * instruction with the right continuation. Jumping there is the slow way; jumping behind it means
 * that the call is done, with the result in %rax. As a syscall does, the shim changes %rax, %rcx
 * and %r11; the arithmetic flags are lost as well. Within, %rdi, %rsi, %rdx and %r8 are used, too. No stack and no vector register is touched. The
 * protocol is channel_abi.h's.
 *
 * %gs is only used where its base lies in the area: a program may have other ideas about it.
 */
#include "platform/stub/channel_abi.h"
#include "platform/stub/stub_abi.h"

#define NR_SCHED_YIELD 24
#define AREA_SLOT_SHIFT 6
/* AREA_BASE */
#define AREA_BIT_1 45
#define AREA_BIT_2 27
#if AREA_BASE != (1 << AREA_BIT_1) + (1 << AREA_BIT_2) || AREA_SLOT_SIZE != 1 << AREA_SLOT_SHIFT || \
	AREA_SLOTS != 1 << SLOT_HASH_BITS
#error "the shim's constants"
#endif
#define EFAULT 14
#define POLLFD_REVENTS 6

	.text
	.globl shim_first
	.hidden shim_first
shim_first:
no_slot:
	rdgsbase %r11
	test %r11, %r11
	jnz slow			/* the program's own */
	rdfsbase %r11
	jmp look
not_mine:
	cmpq $SLOT_FS_UNSET, %gs:SLOT_FS
	jne look
	cmpq $0, %gs:SLOT_CHANNEL
	je look
	test %r11, %r11
	jz my_slot
	mov %r11, %gs:SLOT_FS
	jmp my_slot
look:
	shr $SLOT_HASH_SHIFT, %r11
	imul $SLOT_HASH, %r11d, %r11d
	shr $(32 - SLOT_HASH_BITS), %r11d
	shl $AREA_SLOT_SHIFT, %r11d
	bts $AREA_BIT_1, %r11
	bts $AREA_BIT_2, %r11
	wrgsbase %r11
	rdfsbase %r11
	cmp %r11, %gs:SLOT_FS
	je my_slot
	jmp slow

	.globl shim_enter
	.hidden shim_enter
	.type shim_enter, @function
shim_enter:
	rdgsbase %r11
	shr $AREA_SHIFT, %r11
	cmp $(AREA_BASE >> AREA_SHIFT), %r11
	jne no_slot
	rdfsbase %r11
	cmp %r11, %gs:SLOT_FS
	jne not_mine
my_slot:
	mov %gs:SLOT_CHANNEL, %r11
	test %r11, %r11
	jz slow
	cmp $CHANNEL_NR_CALLS - 1, %eax
	ja slow
	mov %eax, %eax			/* the high half is not part of the number */
	cmpb $CHANNEL_CLASS_CALL, CH_CLASS(%r11, %rax)
	jb slow
	ja identity
	cmpl $0, CH_ACTIVE(%r11)
	je slow
	btsl $0, CH_INUSE(%r11)		/* one instruction: a handler in between might leave it set */
shim_begun:
	jc slow
	prefetchw CH_STATE(%r11)	/* it takes its time, and what is locked would wait for it */
	mov %rcx, CH_RETURN(%r11)
	mov %eax, CH_SAVED_NR(%r11)
	mov %rdi, CH_SAVED_ARGS(%r11)
	mov %rsi, CH_SAVED_ARGS + 8(%r11)
	mov %rdx, CH_SAVED_ARGS + 16(%r11)
	mov %r10, CH_SAVED_ARGS + 24(%r11)
	mov %r8, CH_SAVED_ARGS + 32(%r11)
	mov %r9, CH_SAVED_ARGS + 40(%r11)
	mov CH_INLINE(%r11, %rax, 4), %r8d
	xor %edx, %edx			/* CH_FLAGS */
	test %r8d, %r8d
	jnz copy_in
request:
	movw %dx, CH_FLAGS(%r11)
	mov CH_SAVED_NR(%r11), %ecx
	movw %cx, CH_NR(%r11)
	mov CH_SAVED_ARGS(%r11), %rcx
	mov %rcx, CH_ARGS(%r11)
	mov CH_SAVED_ARGS + 8(%r11), %rcx
	mov %rcx, CH_ARGS + 8(%r11)
	mov CH_SAVED_ARGS + 16(%r11), %rcx
	mov %rcx, CH_ARGS + 16(%r11)
	mov CH_SAVED_ARGS + 32(%r11), %rcx
	mov %r10, CH_ARGS + 24(%r11)
	mov %rcx, CH_ARGS + 32(%r11)
	mov %r9, CH_ARGS + 40(%r11)
	mov $CHANNEL_WAIT_ROUNDS, %edi
post:
	movl $CHANNEL_REQUEST, CH_STATE(%r11)
	mov CH_SPIN(%r11), %ecx
1:	cmpl $CHANNEL_DONE, CH_STATE(%r11)
	jae answered
	pause
	dec %ecx
	jnz 1b
	/* Nobody has it yet: take it back. */
	mov $CHANNEL_REQUEST, %eax
	xor %ecx, %ecx			/* CHANNEL_IDLE */
	lock cmpxchg %ecx, CH_STATE(%r11)
	je give_up
	/* It is being served by somebody who has lost the processor, perhaps to us. */
2:	mov %r11, %r8
	mov $NR_SCHED_YIELD, %eax
	syscall
	mov %r8, %r11
	cmpl $CHANNEL_CLAIMED, CH_STATE(%r11)
	je 2b
answered:
	mov CH_STATE(%r11), %ecx
	cmp $CHANNEL_PUNT, %cl
	ja wait
	cmp $CHANNEL_DONE, %cl		/* IDLE: the other one after a fork in a handler has gone on */
	jne give_up
	shr $CHANNEL_OUT_SHIFT, %ecx
	jnz copy_out
done:
	mov CH_RESULT(%r11), %rax
finish:
	mov CH_SAVED_ARGS(%r11), %rdi
	mov CH_SAVED_ARGS + 8(%r11), %rsi
	mov CH_SAVED_ARGS + 16(%r11), %rdx
	mov CH_SAVED_ARGS + 32(%r11), %r8
	mov CH_RETURN(%r11), %rcx
	movl $0, CH_INUSE(%r11)
	add $2, %rcx
	jmp *%rcx
/* The call would wait. Others that share this processor may be who it waits for. */
wait:
	mov %r11, %r8
3:	mov $NR_SCHED_YIELD, %eax
	syscall
	mov CH_STATE(%r8), %eax
	cmp $CHANNEL_WAIT, %eax
	jne 4f
	dec %edi
	jnz 3b
	xor %ecx, %ecx			/* CHANNEL_IDLE */
	lock cmpxchg %ecx, CH_STATE(%r8)
4:	mov %r8, %r11
	cmp $CHANNEL_AGAIN, %eax
	jne give_up
	test %edi, %edi
	jnz post
give_up:
	mov CH_SAVED_NR(%r11), %eax
	mov CH_SAVED_ARGS(%r11), %rdi
	mov CH_SAVED_ARGS + 8(%r11), %rsi
	mov CH_SAVED_ARGS + 16(%r11), %rdx
	mov CH_SAVED_ARGS + 32(%r11), %r8
	mov CH_RETURN(%r11), %rcx
	movl $CHANNEL_IDLE, CH_STATE(%r11)
	movl $0, CH_INUSE(%r11)
slow:
shim_slow:
	jmp *%rcx

/* %r8d: CH_INLINE of the call; %edx: CH_FLAGS so far. A fault gives up: the slow way knows better. */
copy_in:
	movabs $STUB_NO_COPIES, %rcx
shim_in_begin:
	cmpl $0, (%rcx)
	jne request
	movzbl %r8b, %ecx
	test %ecx, %ecx
	jz 2f
	mov CH_SAVED_ARGS - 8(%r11, %rcx, 8), %rsi
	test %rsi, %rsi			/* futimens(3) has none */
	jz 2f
	lea CH_IN(%r11), %rdi
1:	movb (%rsi), %al
	movb %al, (%rdi)
	inc %edx
	test %al, %al
	jz 2f
	inc %rsi
	inc %rdi
	cmp $CHANNEL_PATH_MAX, %edx
	jb 1b
	xor %edx, %edx
2:	shr $8, %r8d
	movzbl %r8b, %ecx
	test %ecx, %ecx
	jz 3f
	btr $INLINE_FIXED_BIT, %ecx
	jc 10f
	mov CH_SAVED_ARGS(%r11, %rcx, 8), %rdi
	btr $INLINE_ARRAY_BIT, %ecx
	jnc 6f
	mov CH_SAVED_ARGS(%r11, %rcx, 8), %edi
	shl $3, %rdi
6:	cmp $CHANNEL_IN_SIZE, %rdi
	ja 3f
	mov CH_SAVED_ARGS - 8(%r11, %rcx, 8), %rsi
	mov %edi, %ecx
	mov $CHANNEL_IN_LEN, %edx
	cmp %edx, %edi
	cmovb %edi, %edx
	lea CH_IN(%r11), %rdi
	rep movsb
	jmp 3f
10:	mov CH_SAVED_ARGS - 8(%r11, %rcx, 8), %rsi
	test %rsi, %rsi			/* EPOLL_CTL_DEL needs none */
	jz request
	shr $16, %r8d
	shl $INLINE_SIZE_SHIFT, %r8d
	mov %r8d, %edx
	mov %r8d, %ecx
	lea CH_IN(%r11), %rdi
	rep movsb
	jmp request
/* Can the output be written? If not nothing must have happened yet. An atomic no-op on each page. */
3:	shr $8, %r8d
	jz request
	movzbl %r8b, %ecx
	shr $8, %r8d
	btr $INLINE_ARRAY_BIT, %ecx
	jc 7f
	mov CH_SAVED_ARGS - 8(%r11, %rcx, 8), %rdi
	mov %rdi, CH_OUT_AT(%r11)
	shl $INLINE_SIZE_SHIFT, %r8d
	jnz 4f
	mov CH_SAVED_ARGS(%r11, %rcx, 8), %r8
	jmp 8f
7:	mov CH_SAVED_ARGS - 8(%r11, %rcx, 8), %rdi
	mov %rdi, CH_OUT_AT(%r11)
	mov CH_SAVED_ARGS(%r11, %rcx, 8), %r8d
	shl $3, %r8
8:	test %r8, %r8
	jz request
	mov CH_OUT_MAX(%r11), %ecx
	cmp %rcx, %r8
	cmova %rcx, %r8
4:	lea -1(%rdi, %r8), %rsi
5:	lock orb $0, (%rdi)
	or $4095, %rdi
	inc %rdi
	cmp %rsi, %rdi
	jbe 5b
	lock orb $0, (%rsi)
shim_in_end:
	or $CHANNEL_TAKES_OUT, %edx
	jmp request

copy_out:
	mov CH_SAVED_NR(%r11), %eax
	mov CH_OUT_AT(%r11), %rdi
	lea CH_OUT(%r11), %rsi
	btr $CHANNEL_OUT_SMALL_BIT - CHANNEL_OUT_SHIFT, %ecx
	jnc 8f
	lea CH_SMALL(%r11), %rsi
8:
	testb $(1 << INLINE_ARRAY_BIT), CH_INLINE + 2(%r11, %rax, 4)
shim_out_begin:
	jnz 9f
	rep movsb
	jmp done
9:	movw POLLFD_REVENTS(%rsi), %ax	/* somebody may change the rest of an entry meanwhile */
	movw %ax, POLLFD_REVENTS(%rdi)
	add $8, %rsi
	add $8, %rdi
	sub $8, %ecx
	ja 9b
shim_out_end:
	jmp done
/* Another thread has taken the memory away since. */
shim_out_fault:
	mov $-EFAULT, %rax
	jmp finish

	.set shim_in_fault, give_up
	.globl shim_begun, shim_slow, shim_identity, shim_identity_end
	.hidden shim_begun, shim_slow, shim_identity, shim_identity_end
	.globl shim_in_begin, shim_in_end, shim_in_fault, shim_out_begin, shim_out_end, shim_out_fault
	.hidden shim_in_begin, shim_in_end, shim_in_fault, shim_out_begin, shim_out_end
	.hidden shim_out_fault

shim_identity:
identity:
	mov CH_ID(%r11, %rax, 4), %eax
	add $2, %rcx
	jmp *%rcx
shim_identity_end:
	.size shim_enter, . - shim_enter

	.section .note.GNU-stack, "", @progbits
