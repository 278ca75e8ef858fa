"""Attacks on the fast path: the channels that guest threads share with the sentry."""
import re
import time

from lib import Config, Sandbox, Skip, check, open_files, read


def channels_of(pid):
    """How many channels a process has mapped."""
    return len(re.findall('/memfd:channel', read('/proc/%d/maps' % pid, '')))


def check_left(sentry, guests, seconds=30):
    """The sentry lets go of what the dead had, within a moment."""
    end = time.monotonic() + seconds
    while True:
        own, theirs = channels_of(sentry), sum(channels_of(pid) for pid in guests)
        if own <= theirs:
            return
        check(time.monotonic() < end, 'the sentry has %d channels, the guests %d' % (own, theirs))
        time.sleep(0.05)


def check_descriptors(pid, looks=1000):
    """There is one for the moment in which a channel is mapped, so it must be there every time."""
    for _ in range(looks):
        if not [t for t in open_files(pid).values() if '/memfd:channel' in t]:
            return
        time.sleep(0.02)
    check(False, 'a descriptor of a channel in %d' % pid)


def attack(program, mode, short, long, *more, fast_path='always'):
    """A hostile process beside one that checks the results of its own calls, which says what is wrong.
    Afterwards the sentry and the processes that are left have nothing of the attackers' channels."""
    if Config.platform != 'notify':
        raise Skip('no channels on this platform')
    seconds = long if Config.long else short
    with Sandbox('/attack/' + program, mode, str(seconds), *more,
                 options=['--fast-path=' + fast_path]) as box:
        box.wait_for('ready', seconds * 5 + 120)
        sentry = box.sentry()
        left = box.guests()
        check_left(sentry, left)
        for pid in [sentry] + left:
            check_descriptors(pid)
        box.held()
        check(not re.search('runtime error:|AddressSanitizer|data race|ASSERT', box.output), box.output)
        had = re.search('(\\d+) runs, .* channels: (\\d+)$', box.output, re.M)
        check(had and int(had[1]) > 0, 'nothing was run; output:\n' + box.output)
        if had[2] == '0' and program != 'channel_memory':
            check(fast_path == 'auto', 'nobody got a channel')
            raise Skip('nobody got a channel: the machine is busy')


def test_channel_random():
    """Random bytes anywhere in channels of threads that make calls."""
    attack('channel_scribble', 'random', 3, 60)


def test_channel_flip():
    """Requests whose number, arguments and state change after they were posted; replays."""
    attack('channel_scribble', 'flip', 3, 60)


def test_channel_flip_auto():
    """The same where channels have to be earned."""
    attack('channel_scribble', 'flip', 3, 60, fast_path='auto')


def test_channel_share():
    """Two threads on one channel."""
    attack('channel_scribble', 'share', 2, 20)


def test_channel_numbers():
    """All numbers with junk: only listed calls are served, with the results of trapped ones."""
    attack('channel_calls', 'numbers', 4, 60)


def test_channel_cancel():
    """Requests taken back at any time are served at most once, and not later."""
    attack('channel_calls', 'cancel', 3, 60)


def test_channel_cancel_auto():
    """The same where channels have to be earned."""
    attack('channel_calls', 'cancel', 3, 60, fast_path='auto')


def test_channel_lent():
    """A process that shares the table of descriptors maps the number that channels' memory is lent by."""
    if Config.platform != 'notify':
        raise Skip('no channels on this platform')
    prefix = ['/bin/sh', '-c', 'ulimit -n 4096; exec "$@"', 'sh']
    with Sandbox('/attack/lent_fd', '20' if Config.long else '3', prefix=prefix,
                 options=['--user', '0', '--fast-path', 'always']) as box:
        box.held(90)


def test_channel_memory():
    """Channel, area, stub and trampolines are unmapped, protected, moved, grown, emptied."""
    attack('channel_memory', 'memory', 6, 120)


def test_channel_inherit():
    """Children have no channels of their parents, whenever they are made."""
    attack('channel_memory', 'inherit', 3, 60)


def test_channel_end():
    """exec, exit and SIGKILL amid calls of several threads."""
    attack('channel_memory', 'end', 4, 60)


def test_channel_heirs():
    """Threads leave junk in their channels, which the next ones get."""
    attack('channel_memory', 'heirs', 4, 60)


def test_channel_slots():
    """One process has more threads one after the other than slots (with --long)."""
    attack('channel_memory', 'slots', 4, 150)


def test_channel_threads():
    """2200 threads with a channel each (100 without --long)."""
    attack('channel_memory', 'threads', 1, 1, '2200' if Config.long else '100')
