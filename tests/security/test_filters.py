"""The seccomp programs that are really loaded, and the calls that really reach the host."""
import os
import random
import re
import subprocess
import time

import bpf
from lib import Config, Failure, Sandbox, Skip, check

BITS = [1 << b for b in range(64)]
LISTED = {9, 10, 11, 12, 14, 15, 24, 25, 28, 34, 35, 96, 127, 128, 130, 131, 201, 202, 218, 228, 230,
          273, 309, 318, 324, 334}
JUNK = [0xdeadbeef00000000, 0x100000000, 0x8000000000000000, 0xffffffff00000000]


def probes(nr):
    """Argument sets: one argument over many values, the others such that rules can match."""
    bits, junk = BITS[:: 1 if Config.long else 5], JUNK[:: 1 if Config.long else 2]
    plausible = [[0, 1, 8, 24, 32, 0x22, 7, 0x80, 4096, 2]] * 6
    for at in range(6):
        for value in ([0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 14, 19, 20, 21, 24, 25, 32, 33, 64, 128,
                       0x22, 0x7fffffff, 0x80000000, 0xffffffff, 2**64 - 1, 2**64 - 16, 2**47 - 1,
                       2**47] + bits + [j | v for j in junk for v in (0, 1, 8, 0x22, 4)]):
            a = [random.choice(plausible[i]) for i in range(6)]
            if nr == 9:
                a[2], a[3] = 3, 0x22
            if at == 3 and nr == 9:
                value |= 0x22
            a[at] = value
            yield a


def action_name(v):
    return '%#x' % v


def check_guest_program(program, ask):
    for nr in list(range(0, 1024)) + [0x535400, 0x535402, 0x3fffffff]:
        unlisted = [[0] * 6, [2**64 - 1] * 6, [1, 8, 0, 0x22, 8, 0], [900, 24, 7, 8, 4, 2]]
        for a in probes(nr) if nr in LISTED or Config.long and nr < 470 else unlisted:
            got = bpf.run(program, nr, a)
            want = bpf.ALLOW if bpf.allowed(nr, a) else ask
            if nr == FORBIDDEN['clone3']:  # at each new thread
                check(got == bpf.ERRNO | bpf.ENOSYS, 'clone3 is not refused')
                continue
            check(got & 0xffff0000 == want & 0xffff0000, 'call %d %s: %s instead of %s' %
                  (nr, [hex(v) for v in a], action_name(got), action_name(want)))
    no_sys = bpf.ERRNO | bpf.ENOSYS
    for nr in list(range(0, 1024)) + [-1, -2, -512, -2**31, 2**31 - 1]:
        for a in ([0] * 6, [2**64 - 1] * 6, [1, 8, 0, 0x22, 8, 0]):
            check(bpf.run(program, nr, a, bpf.ARCH_I386) == no_sys, 'i386 %d passes' % nr)
            check(bpf.run(program, nr | 0x40000000, a) in (no_sys, ask), 'x32 %d passes' % nr)
            if nr < 0:
                check(bpf.run(program, nr, a) in (no_sys, ask), 'number %d passes' % nr)


def test_guest_program():
    """The guests' program, fetched from the host's kernel: exactly the table passes."""
    with Sandbox('/attack/busy').wait_for('ready') as box:
        ask = bpf.USER_NOTIF if Config.platform == 'notify' else bpf.TRACE
        programs = bpf.fetch(bpf.running_guest(box))
        check(len(programs) == 1, 'a guest has %d programs' % len(programs))
        check_guest_program(programs[0], ask)


def test_forward_none():
    """With --forward none nothing passes."""
    with Sandbox('/attack/busy', options=['--forward', 'none']).wait_for('ready') as box:
        program = bpf.fetch(bpf.running_guest(box))[0]
        for nr in range(1024):
            for a in ([0] * 6, [1, 8, 0, 0x22, 8, 0]):
                check(bpf.run(program, nr, a) != bpf.ALLOW, 'call %d passes' % nr)


FORBIDDEN = {
    'clone': 56, 'fork': 57, 'vfork': 58, 'execve': 59, 'clone3': 435, 'execveat': 322, 'open': 2,
    'openat2': 437, 'creat': 85, 'socket': 41, 'connect': 42, 'bind': 49, 'accept': 43,
    'socketpair': 53, 'mount': 165, 'umount2': 166, 'fsopen': 430, 'fsmount': 432, 'open_tree': 428,
    'move_mount': 429, 'mount_setattr': 442, 'pivot_root': 155, 'chroot': 161, 'chdir': 80,
    'fchdir': 81, 'setns': 308, 'unshare': 272, 'prctl': 157, 'seccomp': 317, 'bpf': 321,
    'io_uring_setup': 425, 'io_uring_enter': 426, 'keyctl': 250, 'add_key': 248,
    'request_key': 249, 'kill': 62, 'setuid': 105, 'setresuid': 117, 'capset': 126,
    'perf_event_open': 298, 'userfaultfd': 323, 'init_module': 175, 'finit_module': 313,
    'kexec_load': 246, 'reboot': 169, 'swapon': 167, 'acct': 163, 'open_by_handle_at': 304,
    'name_to_handle_at': 303, 'modify_ldt': 154, 'iopl': 172, 'ioperm': 173, 'sethostname': 170,
    'process_madvise': 440, 'move_pages': 279, 'pidfd_getfd': 438, 'landlock_create_ruleset': 444,
    'personality': 135, 'ustat': 136, 'quotactl': 179, 'shmget': 29, 'msgget': 68, 'semget': 64,
    'mq_open': 240, 'inotify_init': 253, 'fanotify_init': 300, 'vmsplice': 278, 'splice': 275,
    'rename': 82, 'unlink': 87, 'mknod': 133, 'setxattr': 188,
}


def test_sentry_program():
    """The sentry's program: no way to a process, a socket, a mount, a namespace, code, a path."""
    with Sandbox('/attack/busy', options=['--network', 'off']).wait_for('ready') as box:
        programs = bpf.fetch(box.sentry())
        allow = set()
        for program in programs:
            for name, nr in FORBIDDEN.items():
                if name == 'pidfd_getfd' and Config.platform == 'ptrace':
                    continue
                for a in ([0] * 6, [2**64 - 1] * 6, [1, 0x2100, 0x20000, 0, 0, 0], [900] * 6):
                    check(bpf.run(program, nr, a) == bpf.KILL_PROCESS, '%s passes' % name)
            for nr in range(1024):
                for a in ([0] * 6, [900, 0x2101, 0x20000, 0, 0, 0], [0, 0x5401, 0, 0, 0, 0],
                          [17, 0, 0, 0, 0, 0]):
                    if bpf.run(program, nr, a) == bpf.ALLOW:
                        allow.add(nr)
                    check(bpf.run(program, nr, a, bpf.ARCH_I386) == bpf.KILL_PROCESS, 'i386 passes')
                    check(bpf.run(program, nr | 0x40000000, a) == bpf.KILL_PROCESS, 'x32 passes')
            for prot in (4, 5, 7, 0x104):
                for nr in (9, 10):
                    check(bpf.run(program, nr, [0, 4096, prot, 0x22, 0, 0]) == bpf.KILL_PROCESS,
                          'PROT_EXEC passes')
            for request in (0x5412, 0x541c, 0x5415, 0x894c, 0x5423, 0x540e, 0x5413 | 1 << 32):
                check(bpf.run(program, 16, [0, request, 0, 0, 0, 0]) == bpf.KILL_PROCESS,
                      'ioctl %#x passes' % request)
            for dirfd in (0, 3, 2**64 - 100, 0xffffff9c):
                check(bpf.run(program, 257, [dirfd, 0, 0o2000000, 0, 0, 0]) == bpf.KILL_PROCESS,
                      'openat that follows links')
        for request in (0, 1, 3, 4, 6, 9, 14, 15, 16, 0x4200, 0x4204, 0x4205, 0x420c, 12 | 1 << 32):
                check(bpf.run(program, 101, [request, 900, 0, 0, 0, 0]) == bpf.KILL_PROCESS,
                      'ptrace request %#x passes' % request)
        check(len(allow) <= (60 if Config.platform == 'notify' else 66),
              'the sentry may make %d calls' % len(allow))


SOCKET_CALLS = {'connect': 42, 'sendmsg': 46, 'recvmsg': 47, 'shutdown': 48, 'bind': 49, 'listen': 50,
                'getsockname': 51, 'getpeername': 52, 'accept4': 288}
STREAM, DGRAM, RAW, HOW = 1, 2, 3, 0x80800
KINDS = {(2, STREAM | HOW, 6), (2, DGRAM | HOW, 17), (2, DGRAM | HOW, 1),
         (10, STREAM | HOW, 6), (10, DGRAM | HOW, 17), (10, DGRAM | HOW, 58),
         (2, DGRAM | HOW, 136), (10, DGRAM | HOW, 136)}


def check_socket_kinds(program, who):
    for family in list(range(48)) + [2 | 1 << 32]:
        for kind in (STREAM, DGRAM, RAW, 5, 10):
            for how in (0, HOW, 0x800, 0x80000):
                for protocol in (0, 1, 2, 6, 17, 33, 58, 132, 136, 255, 262):
                    args = (family, kind | how, protocol)
                    want = bpf.ALLOW if args in KINDS else bpf.KILL_PROCESS
                    check(bpf.run(program, 41, list(args) + [0] * 3) == want,
                          '%s: socket%s' % (who, args))


def test_network_program():
    """The sentry's program with Internet sockets: eight kinds of them, options and ioctls of a list."""
    with Sandbox('/attack/busy').wait_for('ready') as box:
        for program in bpf.fetch(box.sentry()):
            check_socket_kinds(program, 'sentry')
            for name, nr in FORBIDDEN.items():
                if name in SOCKET_CALLS or (name == 'pidfd_getfd' and Config.platform == 'ptrace'):
                    continue
                for a in ([0] * 6, [2**64 - 1] * 6, [900] * 6):
                    check(bpf.run(program, nr, a) == bpf.KILL_PROCESS, '%s passes' % name)
            # Filters of the host on sockets and packets, keys, upper-layer protocols, repair.
            for level, name in ((1, 26), (1, 27), (1, 50), (1, 51), (1, 52), (1, 60), (1, 44), (0, 64),
                                (0, 65), (41, 64), (0, 96), (6, 14), (6, 19), (6, 31), (6, 33), (6, 35),
                                (6, 38), (255, 1), (263, 1), (270, 1), (1, 2 | 1 << 32), (0, 16), (0, 19)):
                check(bpf.run(program, 54, [3, level, name, 0, 4, 0]) == bpf.KILL_PROCESS,
                      'setsockopt %d %d passes' % (level, name))
            for level, name in ((0, 64), (0, 65), (41, 64), (6, 35), (1, 26), (6, 19)):
                check(bpf.run(program, 55, [3, level, name, 0, 4, 0]) == bpf.KILL_PROCESS,
                      'getsockopt %d %d passes' % (level, name))
            for request in list(range(0x8901, 0x8904)) + [0x890b, 0x890c, 0x8914, 0x8916, 0x891c, 0x8922,
                            0x8924, 0x8946, 0x8948, 0x8953, 0x8955, 0x89a0, 0x89f0, 0x894c]:
                check(bpf.run(program, 16, [3, request, 0, 0, 0, 0]) == bpf.KILL_PROCESS,
                      'ioctl %#x passes' % request)


def test_broker_program():
    """The program of the broker of --network=host: sockets of eight kinds, their bind, messages."""
    with Sandbox('/attack/busy', options=['--network', 'host']).wait_for('ready') as box:
        for program in bpf.fetch(box.broker()):
            check_socket_kinds(program, 'broker')
            passing = {nr for nr in range(512) if bpf.run(program, nr, [0] * 6) == bpf.ALLOW}
            check(passing == {3, 46, 47, 49, 219, 231}, 'the broker may make %s' % sorted(passing))


# ---- what reaches the host ----

TRACEFS = '/sys/kernel/tracing'
INITIAL_PID_NS = 0xeffffffc


class Tracer:
    """raw_syscalls:sys_enter of a process and all it makes. The host's kernel records it after seccomp
    has let the call pass, so answered calls do not show."""

    def __init__(self, directory):
        self.mounted = False
        if os.stat('/proc/self/ns/pid').st_ino != INITIAL_PID_NS:
            raise Skip('the tracer knows processes by their first numbers, we are in a pid namespace')
        if not os.path.exists(TRACEFS + '/instances'):
            if subprocess.run(['mount', '-t', 'tracefs', 'tracefs', TRACEFS],
                              stderr=subprocess.DEVNULL).returncode:
                raise Skip('no tracefs')
            self.mounted = True
        self.dir = '%s/instances/runsc-c-%d' % (TRACEFS, os.getpid())
        try:
            os.mkdir(self.dir)
        except OSError as e:
            self.close()
            raise Skip('tracefs: %s' % e)

    def put(self, name, text):
        with open('%s/%s' % (self.dir, name), 'w') as f:
            f.write(text)

    def start(self, pid):
        self.put('buffer_size_kb', '65536')
        self.put('options/event-fork', '1')
        self.put('set_event_pid', str(pid))
        self.put('events/raw_syscalls/sys_enter/enable', '1')
        self.put('tracing_on', '1')

    def lines(self):
        self.put('tracing_on', '0')
        with open(self.dir + '/trace', errors='replace') as f:
            yield from f

    def close(self):
        if os.path.isdir(getattr(self, 'dir', '')):
            try:
                self.put('events/raw_syscalls/sys_enter/enable', '0')
            except OSError:
                pass
            os.rmdir(self.dir)
        if self.mounted:
            subprocess.run(['umount', TRACEFS], stderr=subprocess.DEVNULL)


# VM FS FILES SIGHAND VFORK PARENT THREAD SYSVSEM SETTLS, those of tids, DETACHED, IO, the exit signal.
CLONE_OK = (0x100 | 0x200 | 0x400 | 0x800 | 0x4000 | 0x8000 | 0x10000 | 0x40000 | 0x80000 | 0x100000 |
            0x200000 | 0x400000 | 0x1000000 | 0x80000000 | 0xff)
SIGNALS = {62, 200, 234, 129, 297, 424}


def continued(nr, a):
    """May the sentry let this go on after its check?"""
    if nr == 56:
        return a[0] & ~CLONE_OK == 0
    if nr == 435:  # clone3 is never
        return False
    return nr in SIGNALS or nr in {
        57, 58, 60, 231, 61, 247, 13, 98, 100, 109, 112, 272, 9, 10, 11, 12, 25, 28, 202, 26, 27, 158,
        14, 15, 127, 128, 130, 131, 34, 35, 230, 228, 324, 318, 309, 96, 201, 24, 218, 273, 334, 219,
        59,          # of the stub
        157, 436,    # the stub's: PR_SET_MM, close_range
        7, 23, 270, 271, 232, 281,  # redirected waits: checked below
        229, 111, 121, 124,
        149, 150, 151, 152, 325, 449, 462,  # mlock and its family, futex_waitv, mseal: own memory
        216,       # remap_file_pages: other pages of what is mapped
        335, 336,  # pass every seccomp program: docs/security.md
    } or nr == 274 and a[0] & 0xffffffff == 0


def injected(nr, a):
    """Calls that guest threads make for the sentry on the ptrace platform: platform/ptrace/inject.c."""
    return Config.platform == 'ptrace' and (
        (nr == 41 and a == (1, 0x80005, 0, 0, 0, 0)) or   # socket(AF_UNIX, SEQPACKET | CLOEXEC)
        (nr == 42 and a[2] == 8) or                       # connect to the only socket of the root
        (nr == 47 and a[2] == 0x40000040) or              # recvmsg(MSG_CMSG_CLOEXEC | MSG_DONTWAIT)
        (nr == 292 and a[2] == 0x80000) or                # dup3(O_CLOEXEC)
        (nr == 436 and a[1] == a[0] + 1 and a[2:] == (0, 0, 0, 0)) or
        (nr == 3 and a[1:] == (0, 0, 0, 0, 0)))


LINE = re.compile(r'^\s*(.+)-(\d+)\s.*sys_enter: NR (-?\d+) \(([^)]*)\)')


def observed(tracer, program):
    """{(nr, args)} of guests; their name on the host is the stub's, or that of the link to it."""
    seen, per_nr, calls, setting_up = {}, {}, [], set()
    for line in tracer.lines():
        m = LINE.match(line)
        if m and m.group(1).strip() in ('stub', os.path.basename(program)[:15]):
            calls.append((int(m.group(2)), int(m.group(3)), m.group(4)))
    # The first process was a part of the sandbox until it executed the stub.
    setting_up = {pid for pid, nr, _ in calls if nr == 317}
    for pid, nr, text in calls:
        if pid in setting_up:
            if nr == 59:
                setting_up.remove(pid)
            continue
        per_nr[nr] = per_nr.get(nr, 0) + 1
        seen.setdefault((nr, tuple(int(v, 16) for v in text.split(', '))), pid)
    return seen, per_nr


def trace_guest(*command, seconds=60):
    tracer = Tracer(None)
    try:
        # The shell waits until it is traced, then becomes the starter.
        box = Sandbox(*command, prefix=['/bin/sh', '-c', 'read x; exec "$@"', 'sh'])
        with box:
            tracer.start(box.starter)
            box.proc.stdin.write(b'go\n')
            box.proc.stdin.flush()
            code = box.finish(seconds)
            return observed(tracer, command[0]) + (code, box.output)
    finally:
        tracer.close()


def check_observed(seen):
    bad = {}
    for (nr, a), pid in seen.items():
        if injected(nr, a):
            continue
        if not bpf.allowed(nr, list(a)) and not continued(nr, list(a)):
            bad.setdefault(nr, a)
        if nr == 157 and a[0] != 35:
            bad.setdefault(nr, a)
        if nr == 436 and (a[0] != 3 or a[1] & 0xffffffff != 0xffffffff):
            bad.setdefault(nr, a)
        if nr == 272 and a[0] & ~(0x400 | 0x200):
            bad.setdefault(nr, a)
    check(not bad, 'reached the host: %s' %
          '; '.join('%d(%s)' % (nr, ', '.join(hex(v) for v in a)) for nr, a in bad.items()))


def test_every_number():
    """Every number and gate with hostile arguments: the host sees the tables and no more."""
    seen, per_nr, code, out = trace_guest('/attack/every_number', seconds=100)
    check(len(per_nr) >= 20, 'the tracer saw only %s' % sorted(per_nr))
    check_observed(seen)
    check(code == 0, 'status %d; output:\n%s' % (code, out[-1500:]))


def test_clone_flags():
    """All clone flags, pairs of them, and exit signals: the host sees allowed ones, guests get no fd."""
    seen, per_nr, code, out = trace_guest('/attack/clone_flags')
    check(per_nr.get(56, 0) > 50, 'the tracer saw %d clones' % per_nr.get(56, 0))
    check_observed(seen)
    check(code == 0 and 'BAD' not in out, 'status %d; output:\n%s' % (code, out[-1500:]))
