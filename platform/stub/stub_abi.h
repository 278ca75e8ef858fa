/*
 * platform/stub/stub_abi.h - what the sentry and the stub say to each other
 *
 * Model: the stub is the only program that the host executes. Its first call, STUB_HELLO, asks the
 * sentry what to do; the answer is one block of bytes, a struct stub_plan followed by tables and
 * strings at the offsets that it names. Everything that needs judgement (ELF headers, scripts,
 * credentials) was done by the sentry; a plan is a list of mappings and of values.
 *
 * Trust: the stub believes the sentry. The sentry believes nothing that comes from the stub's
 * process: the calls below are honoured in the states that sentry/task_exec_stub.c describes, and
 * only from an address space that the host has just made for the stub.
 *
 * Addresses: the stub is linked at STUB_BASE, far from where Linux puts anything. STUB_END bounds
 * what it will ever occupy (code that accelerates calls is to come); no guest program is mapped in
 * between.
 *
 * Sequence of a load, with the calls that trap: STUB_HELLO; for a program that begins with channels
 * (fast.c) one mmap, madvise and two rt_sigactions; prctl PR_SET_MM_MAP, which also means "loaded". Its
 * mappings of files carry STUB_MAP_DIRECT and go to the host without a trap. Of an init: STUB_HELLO; prctl;
 * then it is an ordinary process that in the end calls STUB_INIT_EXIT.
 *
 * Host fds: the files to be mapped are under the numbers that the plan names, and stay there (close-
 * on-exec): a guest can do nothing with them (sentry/mem/mmap.h). On the notify platform they are 0
 * and 1, and that 0 is in use tells an old program from one that the host has just executed
 * (sentry/task_exec_stub.c).
 */
#ifndef PLATFORM_STUB_STUB_ABI_H
#define PLATFORM_STUB_STUB_ABI_H

#ifndef __ASSEMBLER__
#include "sentry/base/base.h"
#endif

#define STUB_PATH "/stub" /* in the guest's host root */

#define STUB_BASE 0x200000000000
#define STUB_END 0x200020000000

/* Signal handlers without SA_RESTART: signal.S. Behind the entry point come one instruction that the
 * sentry makes a thread's call with (struct stub_frame), and the entries of the handlers; the table of
 * struct stub_handler is the process's own memory, in which the sentry fills free slots. */
#define STUB_CALL_OFFSET 48
#define STUB_SIGNAL_OFFSET 64
#define STUB_SIGNAL_STEP 8
#define STUB_NR_HANDLERS 200 /* different actions that a process can have in its life */
#define STUB_HANDLERS 0x200000100000
#define STUB_HANDLERS_SIZE 8192
/* In the field handler of a slot: the guest's action has SA_RESTART; SA_SIGINFO, without which the host
 * gives no siginfo to us either. */
#define STUB_RESTARTS_BIT 63
#define STUB_SIGINFO_BIT 62
/* uint32_t, the guest's: the program has handled a fault of its own (SIGSEGV, SIGBUS), and may do so with
 * that signal blocked, where a fault would be the end of it: the shim copies nothing any more. */
#define STUB_NO_COPIES (STUB_HANDLERS + STUB_HANDLERS_SIZE - 8)
#define STUB_RED_ZONE 128
/* The way to the shim (platform/stub/shim.S), behind the entry point. */
#define STUB_SHIM_OFFSET 2048
/* The handler of SIGSEGV and SIGBUS in processes with channels (fault.c), what it returns to, and 32
 * zero bytes: a default action for rt_sigaction(2). */
#define STUB_FAULT_OFFSET 2064
#define STUB_FAULT_RETURN_OFFSET 2080
#define STUB_ZEROS_OFFSET 2112
/* Where calls of the dynamic linker come by (library.c), and what is known of the file it has opened:
 * struct stub_library, behind the handlers. */
#define STUB_LIBRARY_OFFSET 2176
#define STUB_LIBRARY (STUB_HANDLERS + STUB_HANDLERS_SIZE)
#define STUB_LIBRARY_SIZE 4096
#define STUB_LIBRARY_FDS 63 /* the highest descriptor that is mapped without a trap */

/* Numbers that are no syscalls and never will be; below the x32 bit, which the filter refuses. */
#define STUB_CALL_FIRST 0x535400
/* (buf, size): the length of the plan; it was copied to buf if it fits in size. Or, which is less than
 * any plan's length, the number of a host fd that was put there with the answer, and buf has the plan. */
#define STUB_HELLO 0x535400
/* (errno, name): the command of the sandbox could not be executed. */
#define STUB_EXEC_FAILED 0x535401
/* (wait status): the command of the sandbox has ended. */
#define STUB_INIT_EXIT 0x535402
/* wait4(2), waitid(2) that a handled signal has interrupted: as with WNOHANG, but EINTR for no child. */
#define STUB_WAIT4 0x535403
#define STUB_WAITID 0x535404
/* The spawner (sentry/spawn.h): (buf, size, result of its clone): as STUB_HELLO, a plan of mode INIT for
 * the next process, once there is one to be made. */
#define STUB_SPAWN 0x535405
/* Its child, before it executes anything. */
#define STUB_SPAWNED 0x535406
/* openat(2) of the dynamic linker, for reading: struct stub_library is filled if it can be. ENOSYS: not now. */
#define STUB_OPEN_LIBRARY 0x535407
/* (step, errno, address): a load has failed and the process is about to die of it; for the log. */
#define STUB_FAILED 0x535408
#define STUB_CALL_LAST 0x535408

/* In the flags of a private mapping of a file: the descriptor is the host's, let it pass. The host looks
 * at none of the upper half, and no C library can set it: flags are an int (platform/policy/forwarded.def). */
#define STUB_MAP_DIRECT 0x5354000000000000

#ifndef __ASSEMBLER__

enum stub_mode {
	STUB_MODE_LOAD,
	STUB_MODE_INIT,
	STUB_MODE_DIE, /* the new program cannot live: SIGSEGV, as Linux does it */
};

/* What addresses in a plan are relative to. */
enum stub_base {
	STUB_BASE_EXE,
	STUB_BASE_INTERP,
	STUB_BASE_NONE,
	STUB_NR_BASES,
};

enum stub_op_kind {
	STUB_OP_RESERVE, /* finds room for len bytes; base := it, aligned to off, minus addr */
	STUB_OP_PLACE,	 /* maps len bytes of the file at off wherever it fits; base := it - addr */
	STUB_OP_MAP_NEW, /* maps at addr, where nothing may be yet */
	STUB_OP_MAP,	 /* maps at addr, over whatever is there */
	STUB_OP_PROTECT,
	STUB_OP_ANON, /* anonymous memory at addr, over whatever is there */
	STUB_OP_ZERO, /* bytes [addr, addr + len) of a mapping become zero */
	STUB_OP_UNMAP,
	STUB_OP_PATCH, /* len bytes of the plan at off, struct stub_patch with bytes: over what is at addr */
};

/* What else can fail. */
enum stub_step {
	STUB_STEP_HELLO = 32,
	STUB_STEP_STACK,
	STUB_STEP_SET_MM,
	STUB_STEP_DIE, /* the plan said so */
};

struct stub_op {
	uint8_t kind;
	uint8_t base; /* STUB_BASE_EXE, STUB_BASE_INTERP; also tells which file */
	uint8_t prot;
	uint8_t pad[5];
	uint64_t addr; /* relative to base */
	uint64_t len;
	uint64_t off; /* in the file */
};

/* In front of len bytes, or, with a length of 0, the address of STUB_LIBRARY_OFFSET. */
struct stub_patch {
	uint32_t addr; /* relative to the op's base */
	uint32_t len;
};

/* The guest's own; what the sentry fills it with is copied at once. */
struct stub_library {
	uint32_t fd_1; /* the descriptor and 1; 0: none */
	uint32_t len, pos;
	uint32_t direct;    /* the host has the file under that number */
	uint8_t stat[144];  /* struct stat */
	uint8_t data[1024]; /* len bytes from the start of the file */
};

struct stub_aux {
	uint32_t type; /* AT_* */
	uint32_t base;
	uint64_t value;
};

enum {
	STUB_EXEC_STACK = 1, /* LOAD: the stack gets PROT_EXEC */
	STUB_DROP_ARG0 = 2,  /* LOAD: the arguments replace argv[0], otherwise go before it */
	STUB_SETSID = 4,     /* INIT: the command gets a session */
	STUB_CTTY = 8,	     /* INIT: and its standard input as controlling terminal */
	STUB_NO_INIT = 16,   /* INIT: pid 1 becomes the command */
	STUB_SPAWNER = 32,   /* INIT: makes processes, see STUB_SPAWN */
	STUB_EXACT = 64,     /* INIT: the command is a path, and no shell's script without a "#!" */
};

struct stub_plan {
	uint32_t size; /* of the whole block */
	uint32_t mode;
	uint32_t flags;
	uint32_t nr_ops, ops;	     /* count and offset in the block */
	uint32_t nr_aux, aux;	     /* values that replace the kernel's */
	uint32_t nr_args, args;	     /* strings one after the other, each with its NUL */
	uint32_t args_len;	     /* bytes, NULs included */
	uint32_t execfn, execfn_len; /* AT_EXECFN; INIT: what to execute; length with NUL */
	uint32_t nr_env, env;	     /* INIT */
	uint32_t scratch;	     /* INIT: room for 2 nr_args + nr_env + 8 pointers */
	uint32_t entry_base;
	uint64_t entry;
	/* Of the program, relative to STUB_BASE_EXE; brk has a base of its own. */
	uint64_t start_code, end_code, start_data, end_data;
	uint64_t brk;
	uint32_t brk_base;
	uint16_t fd[2];	    /* host fds of the program and its interpreter, by base */
	uint32_t fast_size; /* LOAD: of the channels to be mapped (stub/fast.c); 0: none */
	uint32_t fast_fd;   /* their memory */
	uint64_t base[STUB_NR_BASES]; /* those that are known; RESERVE and PLACE find the others */
};

/* What stub_fast() has done, at CH_IN of the first channel when the load ends. */
struct stub_fast_report {
	uint32_t mapped; /* area, channels, slot, %gs */
	uint32_t faults; /* SIGSEGV and SIGBUS lead to stub_fault() */
	uint64_t region; /* FAST_REGION_SIZE bytes for trampolines; 0: none */
	uint64_t base[STUB_NR_BASES];
};

STATIC_ASSERT_SIZE(struct stub_op, 32);
STATIC_ASSERT_SIZE(struct stub_aux, 16);
/* One slot of the table: signal.S reads the first field. Never changed once it is filled. */
struct stub_handler {
	uint64_t handler; /* the guest's, and the bits above; 0: free */
	struct {
		uint64_t handler, flags, restorer, mask;
	} act; /* what the host is given, as rt_sigaction(2) has it */
};

/* On the stack of a thread whose call is made at STUB_CALL_OFFSET; the red zone is above it. */
struct stub_frame {
	uint64_t rsi, rdx, rip;
};

STATIC_ASSERT_SIZE(struct stub_plan, 152);
STATIC_ASSERT_SIZE(struct stub_handler, 40);
_Static_assert(sizeof(struct stub_library) <= STUB_LIBRARY_SIZE, "room");
_Static_assert(STUB_HANDLERS + STUB_NR_HANDLERS * sizeof(struct stub_handler) <= STUB_NO_COPIES,
	       "room");

#endif /* __ASSEMBLER__ */

#endif
