#!/usr/bin/env python3
"""One sandbox for a long time under a mixed load, looked at from the host.

Inside, at once: stress-ng's stressors of the classes process, pipe, signal, file and memory, one after the
other in random order, each verifying what it sees; a shell that makes short commands and pipelines; a
compiler that builds a program and runs it. Outside, every few seconds: the memory and the descriptors of
the sentry, and what all of the sandbox takes. Once a minute a line tells how it goes.

It fails if a part of the load fails, if the sentry ends early or complains (a report of a sanitizer is a
complaint), if its memory or descriptors grow from the second quarter of the time to the last, if a
process is left, or if nothing at all has moved for 15 minutes. A failed stressor does not end the run.

The stressors are those that pass natively, with sizes that keep all of them in about 1 GiB (an
unbounded forkheavy alone takes 30): a sandbox that reaches its --memory has its processes killed, which says
nothing about the sandbox. So does a host without memory, and the run does not begin on one; mmapfork is
not there, it takes half of the machine's memory. Two stressors refuse to run as root and run as nobody.

The log (what each part did and when, what failed stressors said, what the sentry said, the samples) stays in
--log. The last line is `N passed, N failed`; the status is 2 if nothing could be run.
"""
import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

STRESSORS = {
    'process': 'fork vfork vforkmany forkheavy clone pthread exec spawn exit-group zombie session wait daemon',
    'pipe': 'fifo pipe pipeherd ring-pipe sendfile splice tee vm-splice sockpair sock udp epoll eventfd mq msg sem',
    'signal': 'alarm fault itimer kill nanosleep pidfd sigabrt sigchld sigfd sigfpe sigio signal signest '
              'sigpending sigpipe sigq sigrt sigsegv sigsuspend sigtrap timer timerfd',
    'file': 'access chdir chmod copy-file dentry dir dirdeep dup fallocate fcntl filename flock fstat getdent hdd '
            'inotify io iomix link locka lockf lockofd mknod open procfs rename symlink sync-file touch utime xattr',
    'memory': 'madvise mmap mmapaddr mmapfixed mmapmany mprotect mremap msync munmap pagemove shm '
              'shm-sysv stackmmap vm vm-addr vm-rw futex mutex',
}
NOT_AS_ROOT = {'exec', 'spawn'}
# stress-ng takes the options of all stressors whichever runs.
BOUNDS = '--forkheavy-procs 64 --zombie-max 256 --clone-max 256 --dir-dirs 1024 --exec-max 64 ' \
         '--vm-bytes 32M --mmap-bytes 32M --mremap-bytes 16M --msync-bytes 16M --pagemove-bytes 16M ' \
         '--shm-bytes 4M --hdd-bytes 32M --iomix-bytes 32M --fallocate-bytes 16M'

EACH = 5  # seconds of a stressor
HUNG = 15 * 60  # seconds without a line of any part, far more than a busy machine needs
ROOM = 1 << 30  # of the host's memory, beside the sandbox's

# What a part has done: a line in its log, `TIME what`. The last one begins with `end`.
STRESS_PART = r'''
as_user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
n=0 bad=0
while read -r name prefix; do
	[ "$(date +%%s)" -lt "$1" ] || break
	echo "$(date +%%s) $name" >>/soak/log/stress
	rm -rf d && mkdir -m 777 d || exit 1
	(cd d && $prefix stress-ng --$name 2 -t %d --verify --temp-path . %s) >out 2>&1
	status=$?
	n=$((n + 1))
	[ $status = 0 ] && continue
	bad=$((bad + 1))
	echo "FAILED $name: status $status" >>/soak/log/stress
	{ echo "--$name: status $status"; cat out; } >>/soak/log/stress.failed
done </soak/rounds
echo "end $n runs of stressors, $bad failed" >>/soak/log/stress
[ $bad = 0 ]
''' % (EACH, BOUNDS)
SHELL_PART = r'''
n=0
while [ "$(date +%s)" -lt "$1" ]; do
	got=$(for i in 1 2 3 4 5 6 7 8 9 10; do /bin/echo $i; done | sort -n | tail -1 | tr 0 x)
	[ "$got" = 1x ] || { echo "pipeline gave $got"; exit 1; }
	mkdir -p d/e/f && cp /etc/passwd d/e/f/p && cmp d/e/f/p /etc/passwd && rm -r d || exit 1
	n=$((n + 1))
	[ $((n % 50)) = 0 ] && echo "$(date +%s) $n" >>/soak/log/shell
done
echo "end $n rounds" >>/soak/log/shell
'''
COMPILER_PART = r'''
n=0
while [ "$(date +%s)" -lt "$1" ]; do
	printf '#include <stdio.h>\nint main(void){long s=0;for(int i=0;i<100;i++)s+=i;printf("%%ld\\n",s+%d);return 0;}\n' $n >p.c
	gcc -O2 -o p p.c && [ "$(./p)" = $((4950 + n)) ] || { echo "compiled program is wrong"; exit 1; }
	n=$((n + 1))
	[ $((n % 20)) = 0 ] && echo "$(date +%s) $n" >>/soak/log/compiler
done
echo "end $n programs" >>/soak/log/compiler
'''
PARTS = {'stress': STRESS_PART, 'shell': SHELL_PART, 'compiler': COMPILER_PART}
MAIN = r'''
for p in %s; do
	mkdir /tmp/$p
	(cd /tmp/$p && sh /soak/$p %d >/soak/log/$p.out 2>&1; echo $? >/soak/log/$p.status) &
done
wait
'''


class Host:
    """What the host tells of a sandbox: its sentry and its cgroups."""

    def __init__(self, starter):
        self.sentry = self._sentry_of(starter)
        self.cgroup = self._memory_cgroup()

    @staticmethod
    def _sentry_of(starter):
        own = os.readlink('/proc/self/ns/pid')
        while starter.poll() is None:
            try:
                with open('/proc/%d/task/%d/children' % (starter.pid, starter.pid)) as f:
                    children = f.read().split()
                for pid in children:
                    if os.readlink('/proc/%s/ns/pid' % pid) != own:
                        return int(pid)
            except OSError:
                pass
            time.sleep(0.05)
        return None

    def _memory_cgroup(self):
        """Of the sandbox's --memory; None if it could not be made."""
        try:
            with open('/proc/%d/cgroup' % self.sentry) as f:
                lines = [line.rstrip('\n').split(':', 2) for line in f]
        except OSError:
            return None
        for number, controllers, path in lines:
            v2 = number == '0'
            top = '/sys/fs/cgroup' + ('' if v2 else '/memory')
            for name in ('memory.current', 'memory.usage_in_bytes'):
                if '/runsc-c.' in path and (v2 or controllers == 'memory') and os.path.exists(top + path + '/' + name):
                    return top + path + '/' + name
        return None

    def sample(self):
        """PSS of the sentry in KiB, its descriptors, MiB of the whole sandbox."""
        with open('/proc/%d/smaps_rollup' % self.sentry) as f:
            pss = next(int(line.split()[1]) for line in f if line.startswith('Pss:'))
        total = 0
        if self.cgroup:
            with open(self.cgroup) as f:
                total = int(f.read()) >> 20
        return {'pss': pss, 'fds': len(os.listdir('/proc/%d/fd' % self.sentry)), 'mib': total}

    def stacks(self):
        """Where the threads of the sentry and its guests are, for the log of one that hangs."""
        own = os.readlink('/proc/self/ns/pid')
        for pid in filter(str.isdigit, os.listdir('/proc')):
            try:
                if os.readlink('/proc/%s/ns/pid' % pid) == own:
                    continue
                for tid in os.listdir('/proc/%s/task' % pid):
                    text = []
                    for name in ('comm', 'wchan', 'syscall', 'stack'):
                        with open('/proc/%s/task/%s/%s' % (pid, tid, name)) as f:
                            text.append(f.read().strip())
                    yield '%s/%s %s' % (pid, tid, ' | '.join(text))
            except OSError:
                continue


def available():
    with open('/proc/meminfo') as f:
        return next(int(line.split()[1]) for line in f if line.startswith('MemAvailable:')) << 10


def last_line(path):
    try:
        with open(path, errors='replace') as f:
            return f.read().rstrip('\n').rpartition('\n')[2]
    except OSError:
        return ''


def say(text):
    print(text, flush=True)


class Watch:
    """Samples until the sandbox ends; False from run(): it hung and was ended."""

    def __init__(self, proc, host, log):
        self.proc, self.host, self.log = proc, host, log
        self.samples = []
        self.start = time.time()

    def _progress(self):
        s = self.samples[-1]
        done = ', '.join('%s %s' % (p, ' '.join(last_line(os.path.join(self.log, p)).split()[1:]) or '-')
                         for p in PARTS)
        say('%5.1f min: sentry %d KiB, %d descriptors; sandbox %d MiB; %s' %
            ((time.time() - self.start) / 60, s['pss'], s['fds'], s['mib'], done))

    def _moved(self):
        times = [self.start]
        for p in PARTS:
            try:
                times.append(os.stat(os.path.join(self.log, p)).st_mtime)
            except OSError:
                pass
        return max(times)

    def run(self, every):
        told = self.start
        while self.proc.poll() is None:
            time.sleep(every)
            try:
                self.samples.append(self.host.sample())
            except (OSError, StopIteration):
                continue  # it ends
            if time.time() - told >= 60:
                told = time.time()
                self._progress()
            if time.time() - self._moved() > HUNG:
                with open(os.path.join(self.log, 'stacks'), 'w') as f:
                    f.writelines(line + '\n' for line in self.host.stacks())
                self.proc.kill()
                return False
        return True

    def flat(self, which, slack):
        """From the second quarter of the time to the last."""
        n = len(self.samples) // 4
        if n < 3:
            return True, 'too few samples'
        before = statistics.median(s[which] for s in self.samples[n:2 * n])
        after = statistics.median(s[which] for s in self.samples[3 * n:-1])
        return after <= before * 1.25 + slack, '%d, then %d' % (before, after)

    def peak(self, which):
        return max((s[which] for s in self.samples), default=0)


def write_parts(where, stressors, minutes, rng):
    """Returns the script that starts them."""
    rounds = []
    while len(rounds) * EACH < minutes * 60:
        rng.shuffle(stressors)
        rounds += stressors
    for name, text in PARTS.items():
        with open(os.path.join(where, name), 'w') as f:
            f.write(text)
    with open(os.path.join(where, 'rounds'), 'w') as f:
        f.writelines('%s %s\n' % (s, 'as_user' if s in NOT_AS_ROOT else '') for s in rounds)
    return MAIN % (' '.join(PARTS), time.time() + minutes * 60)


def complaints(output):
    return [x for x in output.splitlines()
            if ' sentry: ' in x or 'Sanitizer' in x or 'runtime error:' in x or ' error ' in x[:40]]


def verdicts(log, proc, watch, hung, output):
    res = [('it did not hang', not hung, 'threads are in %s/stacks' % log if hung else ''),
           ('the sandbox ends with status 0', proc.returncode == 0, 'status %s' % proc.returncode)]
    limit = next((x for x in output.splitlines() if '--memory: the limit' in x), '')
    res.append(('its --memory was not reached', not limit, limit or 'at most %d MiB' % watch.peak('mib')))
    for name in PARTS:
        status = last_line(os.path.join(log, name + '.status'))
        line = last_line(os.path.join(log, name))
        ok = status == '0' and line.startswith('end ')
        what = line[4:] if line.startswith('end ') else 'did not end; last: ' + line
        res.append((name, ok, '%s %s' % (what, '' if ok else last_line(os.path.join(log, name + '.out')))))
    res.append(('memory of the sentry, KiB', *watch.flat('pss', 8192)))
    res.append(('descriptors of the sentry', *watch.flat('fds', 64)))
    bad = complaints(output)
    res.append(('the sentry has no complaint', not bad, '%d lines' % len(bad)))
    left = os.path.exists('/proc/%d' % watch.host.sentry)
    res.append(('nothing is left', not left, 'sentry %d' % watch.host.sentry))
    return res


def show(log, res, output):
    for name, ok, text in res:
        say('%s  %s: %s' % ('passed' if ok else 'FAILED', name, text.strip()))
    failed = sum(not ok for _, ok, _ in res)
    if failed:
        for line in output[-3000:].splitlines() + complaints(output)[:20]:
            say('  ' + line)
        if os.path.exists(os.path.join(log, 'stress.failed')):
            with open(os.path.join(log, 'stress.failed'), errors='replace') as f:
                say(f.read()[:8000])
    say('log: %s' % log)
    say('%d passed, %d failed' % (len(res) - failed, failed))
    return 1 if failed else 0


def soak(args, log):
    rng = random.Random(args.seed)
    stressors = args.stressors.split(',') if args.stressors else \
        [s for c in args.classes.split(',') for s in STRESSORS[c].split()]
    with tempfile.TemporaryDirectory(prefix='soak-') as tmp:
        os.chmod(tmp, 0o755)
        os.mkdir(os.path.join(tmp, 'log'))
        script = write_parts(tmp, stressors, args.minutes, rng)
        argv = [args.binary, 'run', '--memory', '%dM' % args.memory, '--cwd', '/tmp', '--bind', '%s:/soak:ro' % tmp,
                '--bind', '%s:/soak/log' % log] + args.sandbox_args.split() + ['--', 'sh', '-c', script]
        # A file: who writes messages into a full pipe would wait for us.
        with open(os.path.join(log, 'output'), 'w+', errors='replace') as out:
            proc = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
            host = Host(proc)
            watch = Watch(proc, host, log)
            hung = host.sentry is not None and not watch.run(max(1.0, args.minutes / 2))
            proc.wait()
            out.seek(0)
            output = out.read()
    if host.sentry is None:
        say('the sandbox did not start: %s' % output[-1000:])
        return 2
    with open(os.path.join(log, 'samples'), 'w') as f:
        json.dump(watch.samples, f)
    return show(log, verdicts(log, proc, watch, hung, output), output)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--binary', default=os.path.join(ROOT, 'build', 'sandbox'), help='default: build/sandbox')
    ap.add_argument('--minutes', type=float, default=30, help='default: 30')
    ap.add_argument('--memory', type=int, default=4096, metavar='MIB', help="the sandbox's limit; default: 4096")
    ap.add_argument('--sandbox-args', default='', help='further options of `sandbox run`')
    ap.add_argument('--classes', default=','.join(STRESSORS), help='default: all: %(default)s')
    ap.add_argument('--stressors', help='only these, separated by commas')
    ap.add_argument('--seed', type=int, default=random.randrange(1 << 30), help='of the order; default: random')
    ap.add_argument('--log', metavar='DIR', help='default: a new directory soak-log-... where temporary files go')
    args = ap.parse_args()

    if available() < (args.memory << 20) + ROOM:
        say('not run: the host has %d MiB of memory available, and %d are needed (--memory)' %
            (available() >> 20, args.memory + (ROOM >> 20)))
        return 2
    if not shutil.which('stress-ng'):
        say('not run: there is no stress-ng')
        return 2
    log = os.path.abspath(args.log) if args.log else tempfile.mkdtemp(prefix='soak-log-')
    os.makedirs(log, exist_ok=True)
    say('seed %d, log %s' % (args.seed, log))
    return soak(args, log)


if __name__ == '__main__':
    sys.exit(main())
