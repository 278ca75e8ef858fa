"""seccomp programs: fetched from a running process, interpreted, compared with what they should say.

allowed() is written independently of platform/policy/: it is what docs/security.md promises.
"""
import ctypes
import os
import struct
import time

import lib

ARCH_X86_64 = 0xc000003e
ARCH_I386 = 0x40000003
ALLOW = 0x7fff0000
USER_NOTIF = 0x7fc00000
TRACE = 0x7ff00000
ERRNO = 0x00050000
KILL_PROCESS = 0x80000000
ENOSYS = 38

PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_GET_FILTER = 17, 0x4206, 0x4207, 0x420c
WALL = 0x40000000

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def wait_stopped(pid):
    end = time.monotonic() + 5
    while os.waitpid(pid, WALL | os.WNOHANG)[0] == 0:
        if time.monotonic() > end:
            raise lib.Failure('process %d does not stop' % pid)
        time.sleep(0.001)


def running_guest(box):
    """A guest that is in no call: one that the sentry holds does not stop."""
    for _ in range(200):
        for pid in box.guests():
            if lib.read('/proc/%d/syscall' % pid, '').startswith('running'):
                return pid
        time.sleep(0.01)
    raise lib.Failure('no guest runs')


def fetch(pid):
    """The filters of a process, newest first."""
    if libc.ptrace(PTRACE_SEIZE, pid, None, None) < 0:
        raise lib.Skip('ptrace: %s' % os.strerror(ctypes.get_errno()))
    programs = []
    try:
        libc.ptrace(PTRACE_INTERRUPT, pid, None, None)
        wait_stopped(pid)
        while True:
            n = libc.ptrace(PTRACE_GET_FILTER, pid, len(programs), None)
            if n < 0:
                break
            buf = ctypes.create_string_buffer(n * 8)
            libc.ptrace(PTRACE_GET_FILTER, pid, len(programs), buf)
            programs.append([struct.unpack_from('<HBBI', buf, i * 8) for i in range(n)])
    finally:
        libc.ptrace(PTRACE_DETACH, pid, None, None)
    if not programs:
        raise lib.Skip('PTRACE_SECCOMP_GET_FILTER: %s' % os.strerror(ctypes.get_errno()))
    return programs


def run(program, nr, args, arch=ARCH_X86_64):
    data = struct.pack('<iIQ6Q', struct.unpack('<i', struct.pack('<I', nr & 0xffffffff))[0], arch, 0,
                       *[a & 0xffffffffffffffff for a in args])
    acc = x = pc = 0
    mem = [0] * 16
    while True:
        code, jt, jf, k = program[pc]
        pc += 1
        kind = code & 7
        if kind == 0:  # LD
            acc = (struct.unpack_from('<I', data, k)[0] if code & 0xe0 == 0x20 else
                   mem[k] if code & 0xe0 == 0x60 else 64 if code & 0xe0 == 0x80 else k)
        elif kind == 1:
            x = mem[k] if code & 0xe0 == 0x60 else k
        elif kind == 2:
            mem[k] = acc
        elif kind == 3:
            mem[k] = x
        elif kind == 4:  # ALU
            v = x if code & 8 else k
            op = code & 0xf0
            acc = {0x00: acc + v, 0x10: acc - v, 0x40: acc | v, 0x50: acc & v, 0xa0: acc ^ v,
                   0x60: acc << (v & 31), 0x70: acc >> (v & 31)}[op] & 0xffffffff
        elif kind == 5:  # JMP
            v = x if code & 8 else k
            op = code & 0xf0
            if op == 0:
                pc += k
            else:
                taken = {0x10: acc == v, 0x20: acc > v, 0x30: acc >= v, 0x40: acc & v}[op]
                pc += jt if taken else jf
        elif kind == 6:
            return acc if code & 0x18 == 0x10 else k
        elif code == 0x07:
            x = acc
        else:
            acc = x


def allowed(nr, a):
    """May a guest make this call without asking?"""
    def futex(op_counts):
        op = a[1] & ~0x180
        return op in op_counts and all(a[i] <= 0x7fffffff for i in op_counts[op])

    rules = {
        9: lambda: a[2] & ~7 == 0 and a[3] & ~(0x10 | 0x100000 | 0x4000 | 0x20000 | 0x8000) == 0x22,
        11: lambda: True,
        10: lambda: a[2] & ~7 == 0,
        12: lambda: True,
        25: lambda: 0 < a[1] < 1 << 47 and a[3] & ~3 == 0,
        28: lambda: a[2] in (0, 1, 2, 4, 8, 14, 15, 16, 17, 18, 19),
        202: lambda: futex({0: (), 1: (2,), 3: (2, 3), 4: (2, 3), 9: (), 10: (2,)}),
        14: lambda: a[3] == 8,
        15: lambda: True,
        131: lambda: True,
        127: lambda: a[1] == 8,
        130: lambda: a[1] == 8,
        128: lambda: a[3] == 8,
        34: lambda: True,
        24: lambda: True,
        35: lambda: True,
        230: lambda: a[0] in (0, 1) and a[1] in (0, 1),
        228: lambda: a[0] <= 7 or a[0] == 11,
        96: lambda: True,
        201: lambda: True,
        309: lambda: True,
        218: lambda: True,
        273: lambda: a[1] == 24,
        334: lambda: a[1] == 32,
        324: lambda: a[0] in (0, 8, 16, 24, 32, 64, 96),
        318: lambda: a[2] & ~7 == 0,
    }
    return nr in rules and rules[nr]()
