#!/usr/bin/env python3
"""One sandbox for a long time under a mixed load, looked at from the host.

Inside, at once: stress-ng's stressors of the classes process, pipe, signal, file and memory, one after the
other in random order, each verifying what it sees; a shell that makes short commands and pipelines; a
compiler that builds a program and runs it. Outside, every few seconds: the memory and the descriptors of
the sentry. It fails if a part of the load fails, if the sentry ends early, if its memory or descriptors
grow from the second quarter of the time to the last, or if a process is left.

The stressors are those that pass natively; mmapfork is not there, it takes half of the machine's memory. The last line is `N passed, N failed`.
"""
import argparse
import os
import random
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

# Each line of a part's output that begins with a dot is one finished piece of work.
SHELL_PART = r'''
n=0
while [ "$(date +%s)" -lt "$1" ]; do
	got=$(for i in 1 2 3 4 5 6 7 8 9 10; do /bin/echo $i; done | sort -n | tail -1 | tr 0 x)
	[ "$got" = 1x ] || { echo "pipeline gave $got"; exit 1; }
	mkdir -p d/e/f && cp /etc/passwd d/e/f/p && cmp d/e/f/p /etc/passwd && rm -r d || exit 1
	n=$((n + 1))
done
echo ".$n"
'''
COMPILER_PART = r'''
n=0
while [ "$(date +%s)" -lt "$1" ]; do
	printf '#include <stdio.h>\nint main(void){long s=0;for(int i=0;i<100;i++)s+=i;printf("%%ld\\n",s+%d);return 0;}\n' $n >p.c
	gcc -O2 -o p p.c && [ "$(./p)" = $((4950 + n)) ] || { echo "compiled program is wrong"; exit 1; }
	n=$((n + 1))
done
echo ".$n"
'''


def stress_script(stressors, end):
    lines = ['n=0']
    for s in stressors:
        lines.append('[ "$(date +%%s)" -lt %d ] || { echo ".$n"; exit 0; }' % end)
        lines.append('stress-ng --%s 2 -t 5 --verify --temp-path . >out 2>&1 || '
                     '{ echo "stress-ng --%s: status $?"; cat out; exit 1; }; n=$((n + 1))' % (s, s))
    return '\n'.join(lines + ['echo ".$n"'])


def memory_of(pid):
    """(PSS in KiB, descriptors)."""
    with open('/proc/%d/smaps_rollup' % pid) as f:
        pss = next(int(line.split()[1]) for line in f if line.startswith('Pss:'))
    return pss, len(os.listdir('/proc/%d/fd' % pid))


def sentry_of(starter):
    own = os.readlink('/proc/self/ns/pid')
    for _ in range(200):
        with open('/proc/%d/task/%d/children' % (starter, starter)) as f:
            for pid in f.read().split():
                if os.readlink('/proc/%s/ns/pid' % pid) != own:
                    return int(pid)
        time.sleep(0.05)
    raise SystemExit('no sentry: did the sandbox start?')


def watch(proc, sentry, every, progress):
    samples = []
    while proc.poll() is None:
        time.sleep(every)
        try:
            samples.append(memory_of(sentry))
        except (OSError, StopIteration):
            break
        if progress and samples:
            print('\r%d samples, sentry %d KiB, %d descriptors ' % ((len(samples),) + samples[-1]), end='',
                  file=sys.stderr, flush=True)
    if progress:
        print(file=sys.stderr)
    return samples


def flat(samples, which, slack):
    """From the second quarter of the time to the last."""
    n = len(samples) // 4
    if n < 3:
        return True, 'too few samples'
    before = statistics.median(s[which] for s in samples[n:2 * n])
    after = statistics.median(s[which] for s in samples[3 * n:-1])
    return after <= before * 1.25 + slack, '%d, then %d' % (before, after)


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--binary', default=os.path.join(ROOT, 'build', 'sandbox'), help='default: build/sandbox')
    ap.add_argument('--minutes', type=float, default=30, help='default: 30')
    ap.add_argument('--sandbox-args', default='', help='further options of `sandbox run`')
    ap.add_argument('--classes', default=','.join(STRESSORS), help='default: all: %(default)s')
    ap.add_argument('--seed', type=int, default=random.randrange(1 << 30))
    args = ap.parse_args()
    rng = random.Random(args.seed)
    print('seed %d' % args.seed)

    stressors = [s for c in args.classes.split(',') for s in STRESSORS[c].split()]
    rounds = []
    while len(rounds) * 5 < args.minutes * 60:
        rng.shuffle(stressors)
        rounds += stressors
    end = int(time.time() + args.minutes * 60)
    with tempfile.TemporaryDirectory(prefix='soak-') as tmp:
        parts = {'stress': stress_script(rounds, end), 'shell': SHELL_PART, 'compiler': COMPILER_PART}
        for name, text in parts.items():
            with open(os.path.join(tmp, name), 'w') as f:
                f.write(text)
        script = 'for p in %s; do mkdir /tmp/$p; (cd /tmp/$p && sh /soak/$p %d >/tmp/$p.out 2>&1; ' \
                 'echo $? >/tmp/$p.status) & done; wait; for p in %s; do echo "$p $(cat /tmp/$p.status) ' \
                 '$(tail -n 30 /tmp/$p.out)"; done' % (' '.join(parts), end, ' '.join(parts))
        argv = [args.binary, 'run', '--memory', '6G', '--bind', '%s:/soak:ro' % tmp] + args.sandbox_args.split() + \
            ['--', 'sh', '-c', script]
        # A file: who writes messages into a full pipe would wait for us.
        with open(os.path.join(tmp, 'output'), 'w+', errors='replace') as out:
            proc = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT)
            sentry = sentry_of(proc.pid)
            samples = watch(proc, sentry, max(1.0, args.minutes / 2), sys.stderr.isatty())
            proc.wait()
            out.seek(0)
            output = out.read()

    results = [('the sandbox ends with status 0', proc.returncode == 0, 'status %s' % proc.returncode)]
    for name in parts:
        line = next((x for x in output.splitlines() if x.startswith(name + ' ')), name + ' did not end')
        results.append((name, line.startswith(name + ' 0 .'), line))
    results.append(('memory of the sentry, KiB', *flat(samples, 0, 8192)))
    results.append(('descriptors of the sentry', *flat(samples, 1, 64)))
    warnings = [x for x in output.splitlines() if ' sentry: ' in x]
    results.append(('the sentry has no complaint', not warnings, '%d lines' % len(warnings)))
    results.append(('nothing is left', not os.path.exists('/proc/%d' % sentry), 'sentry %d' % sentry))
    for name, ok, text in results:
        print('%s  %s: %s' % ('passed' if ok else 'FAILED', name, text))
    failed = sum(not ok for _, ok, _ in results)
    if failed:
        print(output[:4000], '...', output[-8000:], sep='\n')
    print('%d passed, %d failed' % (len(results) - failed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
