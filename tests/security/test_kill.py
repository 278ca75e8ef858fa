"""Whatever is killed or stopped, whenever: a second later nothing is left."""
import os
import random
import re
import signal
import time

from lib import (Config, Failure, Sandbox, cgroups, check, children, descendants, describe,
                 gone_in_time, kill_all, mounts, open_files, read, start_time, status, threads)


def tree_of(box):
    """{pid: start time} of the starter and all below it."""
    return {p: start_time(p) for p in [box.starter] + descendants(box.starter)}


def pick(box, kind):
    """(pid, tid) to be killed; None: there is none of that kind now."""
    sentry = (children(box.starter) or [None])[0]
    if kind == 'starter' or sentry is None:
        return (box.starter, box.starter) if kind == 'starter' else None
    if kind == 'sentry':
        return sentry, sentry
    if kind == 'thread':
        return sentry, random.choice(threads(sentry) or [sentry])
    # Init is in a namespace of its own; the donor, at the start, is not.
    first = [p for p in children(sentry)
             if (len(status(p).get('NSpid', '').split()) > 2) == (kind != 'donor')]
    if kind == 'donor':
        return (first[0],) * 2 if first else None
    if kind == 'init':
        return (first[0],) * 2 if first else None
    command = children(first[0]) if first else []
    return (command[0],) * 2 if command else None


def tgkill(pid, tid, sig):
    import ctypes
    ctypes.CDLL(None).syscall(234, pid, tid, int(sig))


def one_round(kind, delay, sig):
    options = ['--memory', '256m', '--pids', '200'] if random.random() < 0.3 else []
    with Sandbox('/attack/busy', options=options) as box:
        if delay is None:
            box.wait_for('ready')
            time.sleep(random.random() * 0.05)
        else:
            time.sleep(delay)
        seen = tree_of(box)
        target = pick(box, kind)
        what = '%s of the %s after %s' % (sig.name, kind, 'ready' if delay is None else '%.3f s' % delay)
        if target:
            seen.update(tree_of(box))
            tgkill(target[0], target[1], sig)
        # Nobody may miss the donor any more.
        if sig != signal.SIGKILL or not target or kind == 'donor':
            time.sleep(0.02)
            seen.update(tree_of(box))
            os.kill(box.starter, signal.SIGKILL)
        # What is made between the look and the kill is a descendant of what was seen.
        end = time.monotonic() + 1
        while time.monotonic() < end and box.proc.poll() is None:
            seen.update({p: t for p, t in tree_of(box).items() if p not in seen})
            time.sleep(0.005)
        left = gone_in_time({p: t for p, t in seen.items() if p != box.starter})
        if box.proc.poll() is None:
            left.append(box.starter)
        if left:
            text = describe(left)
            kill_all(seen)
            raise Failure('%s: left: %s' % (what, text))


KINDS = ['starter', 'sentry', 'thread', 'init', 'guest', 'donor']


def rounds(sig, count):
    before = mounts(), cgroups()
    for i in range(count):
        delay = None if i % 2 else random.random() * 0.06
        if delay and sig == signal.SIGSTOP:
            delay += 0.01  # before it has asked to die with its starter: docs/security.md
        one_round(KINDS[(i // 2) % len(KINDS)], delay, sig)
    check(mounts() == before[0], 'mounts are left')
    # A killed starter cannot remove its cgroup; the next sandbox does.
    with Sandbox('/attack/busy', options=['--memory', '256m']) as box:
        box.wait_for('ready')
        box.proc.terminate()
        box.finish(10)
    time.sleep(0.1)
    left = cgroups() - before[1]
    check(not left, 'cgroups are left: %s' % sorted(left))


def test_kill():
    """SIGKILL of any process or thread of ours at a random moment."""
    rounds(signal.SIGKILL, 200 if Config.long else 20)


def test_stop_then_kill():
    """SIGSTOP of any, then SIGKILL of the starter."""
    rounds(signal.SIGSTOP, 60 if Config.long else 10)


def test_segv():
    """SIGSEGV and SIGABRT of any."""
    rounds(signal.SIGSEGV, 40 if Config.long else 5)


def test_timeout():
    """--timeout ends what stalls reads of its memory, and what makes no call; all is gone then."""
    for args, seconds in ((['/attack/stall'], 4), (['/attack/stall', 'spin'], 1)):
        with Sandbox(*args, options=['--timeout', '%ds' % seconds]) as box:
            box.wait_for('ready')
            seen = tree_of(box)
            code = box.finish(60)
            check(code == 124 and 'BAD' not in box.output, 'status %s: %s' % (code, box.output[-500:]))
            left = gone_in_time(seen)
            check(not left, 'left: %s' % describe(left))


def test_memory_victim():
    """When the host runs out of memory it takes guests, not the sentry."""
    with Sandbox('/attack/busy').wait_for('ready') as box:
        own = int(read('/proc/%d/oom_score_adj' % box.sentry()))
        for pid in box.guests():
            adj = int(read('/proc/%d/oom_score_adj' % pid, str(own + 1)))
            check(adj > own, 'guest %d, sentry %d' % (adj, own))


def test_exhaust():
    """What the sentry keeps for guests is bounded in sum, and free again when they end."""
    with Sandbox('/attack/exhaust') as box:
        box.held()


def sizes(pid):
    return int(status(pid)['VmRSS'].split()[0]) >> 10, len(open_files(pid))


def shrinks(box, start):
    """Until the sentry has about as much as at the start."""
    end = time.monotonic() + 30
    while True:
        memory, files = sizes(box.sentry())
        if memory <= start[0] + 8 and files <= start[1] + 8:
            return
        check(time.monotonic() < end, 'the sentry has %d MB, %d descriptors; it began with %d, %d' %
              (memory, files, start[0], start[1]))
        time.sleep(0.2)


def test_rings():
    """io_uring: tables, buffers, completions and vectors until all is refused: bounded, and given back."""
    with Sandbox('/attack/rings', options=['--memory', '4G']) as box:
        time.sleep(0.05)
        start = 3, 60
        box.wait_for('full', 300)
        memory, _ = sizes(box.sentry())
        check(memory < 700, 'the sentry has %d MB' % memory)
        for word in ('empty', None):
            box.proc.stdin.write(b'x')
            box.proc.stdin.flush()
            if word:
                box.wait_for(word, 60)
                shrinks(box, start)
        box.held()


def test_many_sockets():
    """Sockets, queued messages and files in flight by the hundred thousand: bounded, and given back at the end."""
    numbers = ('120000', '1000000', '40000') if Config.long else ('6000', '30000', '2000')
    with Sandbox('/attack/many_sockets', *numbers, options=['--memory', '4G']) as box:
        start, largest = None, 0
        while not re.search('^part end$', box.output, re.M):
            box.output = ''
            box.wait_for(r'part \w+', 1800)
            memory, files = sizes(box.sentry())
            largest = max(largest, memory)
            if 'part start' in box.output:
                start = memory, files
            check('BAD' not in box.output, box.output)
            if 'part end' not in box.output:
                box.proc.stdin.write(b'\n')
                box.proc.stdin.flush()
        shrinks(box, start)
        check(largest < 1500, 'the sentry had %d MB' % largest)
        box.held()
