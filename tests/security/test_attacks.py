"""Hostile guests: what they leave on the host, and whether the sandbox lives on."""
import os
import re
import socket
import stat
import subprocess
import threading
import time

from lib import (Config, Sandbox, Skip, check, descendants, namespace, need, open_files, read,
                 scratch_dir, status)


def seconds(short, long):
    return str(long if Config.long else short)


def test_own_filters():
    """A guest's seccomp filters: none is on the host, no listener, no call of the host's made."""
    canary = os.path.join(scratch_dir('filters'), 'made-by-guest')
    with Sandbox('/attack/own_filters', canary).wait_for('ready') as box:
        for pid in box.guests():
            check(status(pid)['Seccomp_filters'] == '1', 'a filter of a guest is on the host')
            check(not [t for t in open_files(pid).values() if 'seccomp' in t], 'a listener')
        box.held()
    check(not os.path.exists(canary), 'mkdir reached the host')


def test_mappings():
    """mprotect, mremap, MADV_REMOVE on mappings of files that may only be read."""
    tree = scratch_dir('mappings')
    path = os.path.join(tree, 'file')
    content = b''.join(bytes([c]) * 4096 for c in b'abc')
    with open(path, 'wb') as f:
        f.write(content)
    blocks = os.stat(path).st_blocks
    for mode in ('ro', 'rw'):
        os.chmod(path, 0o644)
        with Sandbox('/attack/mappings', '/t/file', options=['--bind', '%s:/t:%s' % (tree, mode)]) as box:
            box.wait_for('ready').held()
        with open(path, 'rb') as f:
            check(f.read() == content, 'the file of the host was changed (%s)' % mode)
        check(os.stat(path).st_blocks == blocks, 'a hole was punched')


def test_fd_race():
    """mmap against dup2, close, unshare and fork on one number: no foreign authority."""
    with Sandbox('/attack/fd_race', seconds(2, 30)).wait_for('ready', 90) as box:
        for pid in box.guests():
            for number, target in open_files(pid).items():
                check(target == 'anon_inode:[eventfd]' or target.startswith('/memfd:') or
                      (number == 0 and target == '/fd_race'),  # its program
                      'guest: %d -> %s' % (number, target))
        box.held()


def test_exec_race():
    """Siblings flip path and arguments, write where the new stack is, forge the stub's hello."""
    with Sandbox('/attack/exec_race', seconds(4, 60)).wait_for('ready') as box:
        end = time.monotonic() + 3
        while time.monotonic() < end:
            for pid in descendants(box.starter):
                try:
                    exe = os.readlink('/proc/%d/exe' % pid)
                except OSError:
                    continue
                check(exe in ('/stub', Config.binary), 'the host executes %s' % exe)
        box.held(150)


def test_forged_exec():
    """The loader's hello without an exec on the host, after an execve that failed there."""
    with Sandbox('/attack/forged_exec').wait_for('ready') as box:
        box.held(60)


def test_unreadable():
    """Files that may be written or executed, but not read: by the dynamic linker's open, by mappings past the sentry."""
    with Sandbox('/attack/unreadable', options=['--user', '0']).wait_for('ready') as box:
        box.held(60)


def test_exec_decision():
    """A filter for all threads while one executes a set-user-ID program; the loader's prctl after the load."""
    with Sandbox('/attack/exec_decision', seconds(100, 2000), options=['--user', '0']) as box:
        box.held(120)


def test_evade_call():
    """Threads that are to make a native call for the sentry do something else: it holds, they die."""
    with Sandbox('/attack/evade_call', seconds(3, 30)) as box:
        box.held(90)


def test_channel():
    """The memory of the fast path: junk in it, inherited by a child whose parent becomes root's program."""
    if Config.platform != 'notify':
        raise Skip('the notify platform has it')
    for mode in ('auto', 'always'):
        with Sandbox('/attack/channel', seconds(2, 30), options=['--fast-path', mode]) as box:
            box.held(900)
            if mode == 'always' and os.cpu_count() > 1:
                rounds, without = re.search(r'^(\d+) rounds, (\d+) without', box.output, re.M).groups()
                check(int(without) < int(rounds), box.output)


def test_kill_in_clone():
    """SIGKILL in the middle of clones of two users: nobody becomes the other, nothing is left open."""
    with Sandbox('/attack/kill_fork', seconds(4, 60)).wait_for('ready') as box:
        box.held(150)


PID_MAX = '/proc/sys/kernel/pid_max'


def lower_pid_max(pid, value):
    """In the pid namespace of that process alone: False where the kernel has one limit for all."""
    if namespace(pid, 'pid') == namespace(os.getpid(), 'pid'):
        return False
    ours = read(PID_MAX)
    try:
        return subprocess.run(['nsenter', '-t', str(pid), '-p', 'sh', '-c',
                               'test "$$" -gt 0 && echo %d > %s' % (value, PID_MAX)],
                              stderr=subprocess.DEVNULL).returncode == 0 and read(PID_MAX) == ours
    finally:
        if read(PID_MAX) != ours:
            with open(PID_MAX, 'w') as f:
                f.write(ours)


def test_tid_recycling():
    """The same in a namespace whose numbers come round every few hundred clones."""
    need('nsenter')
    release = tuple(int(n) for n in os.uname().release.split('.')[:2])
    if release < (6, 14):
        raise Skip('before Linux 6.14 all namespaces share one pid_max')
    for attack in ('kill_fork', 'recycle'):
        with Sandbox('/attack/' + attack, seconds(4, 60)).wait_for('ready') as box:
            for pid in (box.sentry(), box.guests()[0]):
                check(lower_pid_max(pid, 340), 'pid_max of the namespace cannot be set')
            box.held(90)
            rounds = int(box.output.split(' rounds')[0].split()[-1])
            check(rounds > 3, '%s: only %d rounds' % (attack, rounds))


def outside_changes(tree, stop, secret):
    """Renames a directory out of the tree and in again, and flips a link."""
    deep, away = os.path.join(tree, 'sub', 'deep'), os.path.join(os.path.dirname(tree), 'away')
    flip = os.path.join(tree, 'sub', 'flip')
    while not stop.is_set():
        os.rename(deep, away)
        os.symlink(os.path.dirname(secret), flip)
        os.rename(away, deep)
        os.unlink(flip)


def make_hostile(tree):
    os.makedirs(os.path.join(tree, 'sub', 'deep', 'a', 'b'))
    os.mkfifo(os.path.join(tree, 'fifo'), 0o666)
    os.mknod(os.path.join(tree, 'null'), stat.S_IFCHR | 0o666, os.makedev(1, 3))
    os.mknod(os.path.join(tree, 'mem'), stat.S_IFBLK | 0o666, os.makedev(1, 0))
    os.symlink('/etc/shadow', os.path.join(tree, 'link-abs'))
    os.symlink('../secret', os.path.join(tree, 'link-up'))
    os.symlink('/proc/1/root/etc/shadow', os.path.join(tree, 'link-proc'))
    os.symlink('fifo', os.path.join(tree, 'link-fifo'))
    with open(os.path.join(tree, 'plain'), 'w') as f:
        f.write('x')
    os.chmod(os.path.join(tree, 'plain'), 0o644)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(os.path.join(tree, 'socket'))
    listener.listen(5)
    listener.setblocking(False)
    os.chmod(os.path.join(tree, 'socket'), 0o777)
    for directory in (tree, os.path.join(tree, 'sub')):
        os.chmod(directory, 0o777)
    return listener


def check_hostile(tree, listener):
    for name in os.listdir(tree):
        st = os.lstat(os.path.join(tree, name))
        check(not st.st_mode & (stat.S_ISUID | stat.S_ISGID), '%s has a set-id bit' % name)
        if name.startswith('new-'):
            check(not stat.S_ISCHR(st.st_mode) and not stat.S_ISBLK(st.st_mode) or
                  st.st_rdev == 0, '%s is a device' % name)
    try:
        listener.accept()
        check(False, "a guest is connected to the host's socket")
    except BlockingIOError:
        pass
    try:
        os.close(os.open(os.path.join(tree, 'fifo'), os.O_WRONLY | os.O_NONBLOCK))
        check(False, 'the FIFO of the host is open for reading')
    except OSError:
        pass


def hostile(mode, root):
    base = scratch_dir('hostile')
    tree, secret = os.path.join(base, 'tree'), os.path.join(base, 'secret')
    os.mkdir(tree)
    with open(secret, 'w') as f:
        f.write('SECRET')
    listener = make_hostile(tree)
    stop = threading.Event()
    outside = threading.Thread(target=outside_changes, args=(tree, stop, secret))
    options = ['--bind', '%s:/t:%s' % (tree, mode)]
    if root:
        options = ['--rootfs', tree, '--bind', '%s:/t:%s' % (tree, mode)]
    try:
        with Sandbox('/attack/hostile_tree', '/t', seconds(2, 30), options=options) as box:
            box.wait_for('ready')
            outside.start()
            box.wait_for('done', 60)
            check_hostile(tree, listener)
            box.held()
        check_hostile(tree, listener)
        check(read(secret) == 'SECRET', 'the secret was changed')
    finally:
        stop.set()
        if outside.ident:
            outside.join()
        listener.close()


def test_hostile_bind_ro():
    """A bind with FIFO, devices, socket, links out, directories renamed during look-ups."""
    hostile('ro', False)


def test_hostile_bind_rw():
    """The same, writable: also set-id bits and devices."""
    hostile('rw', False)


def test_hostile_rootfs():
    """The same as root filesystem."""
    hostile('ro', True)
