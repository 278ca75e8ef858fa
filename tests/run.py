#!/usr/bin/env python3
"""Differential tests: every program of tests/syscalls/ natively, then in the sandbox; both must agree.

A test is a C program that prints what it observes and exits. Its standard output and exit status
natively are the oracle (an exit status of 99 means that the set-up failed: a wrong test; 77 skips it).
It is compiled with `cc -std=gnu17 -O2 -pthread -Itests/lib -I.` and whatever tests/lib/*.c there is.
A test may say more in comments of its first 40 lines:

    test-build: -static          more arguments for the compiler
    test-sandbox: --net=none     more options for `sandbox run`
    test-args: a b               arguments of the program

The native run (as root) happens in mount, pid, IPC and UTS namespaces of its own, so that a test that
kills everything it may kill does not kill the machine. Its result is kept until the program changes.

tests/syscalls/KNOWN lists tests that are expected to differ, one per line: name, platform (or *),
reason. They are run nevertheless and reported as skipped; one that passes is pointed out.

The last line is the total: N passed, N failed[, N skipped].
"""
import argparse
import concurrent.futures
import difflib
import json
import os
import pwd
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SOURCES = os.path.join(ROOT, 'tests', 'syscalls')
LIB = os.path.join(ROOT, 'tests', 'lib')
OUT = os.path.join(ROOT, 'build', 'guest-tests')
KNOWN = os.path.join(SOURCES, 'KNOWN')
CC = os.environ.get('GUEST_CC', 'gcc')
FLAGS = ['-std=gnu17', '-O2', '-g', '-w', '-pthread', '-Itests/lib', '-I.']
ENV = {'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME': '/',
       'LANG': 'C', 'TERM': 'dumb'}
NOFILE = (1024, 4096)
OUTPUT_MAX = 1 << 20
EXIT_SETUP_FAILED = 99
EXIT_SKIPPED = 77


class Test:
    def __init__(self, source):
        self.source = source
        self.name = os.path.splitext(os.path.relpath(source, SOURCES))[0]
        self.binary = os.path.join(OUT, 'bin', self.name)
        self.directives = {'build': [], 'sandbox': [], 'args': []}
        with open(source, errors='replace') as f:
            for line in [line for _, line in zip(range(40), f)]:
                m = re.search(r'\btest-(build|sandbox|args):\s*(.*?)\s*(\*/)?\s*$', line)
                if m:
                    self.directives[m.group(1)] += shlex.split(m.group(2))


class Result:
    """What one run of a program gave; status is 128 + n after signal n, as in a shell."""

    def __init__(self, status, out, err, hang=False):
        self.status, self.out, self.err, self.hang = status, out, err, hang


def source_tests():
    found = []
    for folder, _, names in os.walk(SOURCES):
        found += [Test(os.path.join(folder, n)) for n in names if n.endswith('.c')]
    return sorted(found, key=lambda t: t.name)


def known_differences():
    """{(name, platform): reason} of tests/syscalls/KNOWN."""
    known = {}
    if os.path.exists(KNOWN):
        with open(KNOWN) as f:
            for number, line in enumerate(f, 1):
                line = line.strip()
                if not line or line.startswith('#'):
                    continue
                words = line.split(None, 2)
                if len(words) < 3:
                    sys.exit('%s:%d: want: name platform reason' % (KNOWN, number))
                known[words[0], words[1]] = words[2]
    return known


# ---- compiling

def up_to_date(target, depfile, command):
    """True if target is newer than all it was made of, and was made by this command."""
    try:
        made = os.stat(target).st_mtime_ns
        with open(depfile) as f:
            text = f.read()
        first, _, rest = text.partition('\n')
        if first != '# ' + shlex.join(command):
            return False
        deps = rest.replace('\\\n', ' ').partition(':')[2].split()
        return all(os.stat(os.path.join(ROOT, d)).st_mtime_ns <= made for d in deps)
    except OSError:
        return False


def compile_file(target, command):
    """Runs a compiler command that makes target (to be appended), unless it is there already.
    Returns '' or the messages of a failure."""
    depfile = target + '.d'
    if up_to_date(target, depfile, command):
        return ''
    os.makedirs(os.path.dirname(target), exist_ok=True)
    part = '%s.%d.part' % (target, os.getpid())
    done = subprocess.run(command + ['-MMD', '-MF', part + '.d', '-o', part], cwd=ROOT,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors='replace', stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        return done.stdout
    with open(part + '.d') as f:
        deps = f.read()
    with open(depfile, 'w') as f:
        f.write('# %s\n%s' % (shlex.join(command), deps))
    os.unlink(part + '.d')
    os.replace(part, target)
    return ''


def compile_lib():
    """Objects of tests/lib/*.c."""
    objects = []
    if os.path.isdir(LIB):
        for name in sorted(os.listdir(LIB)):
            if name.endswith('.c'):
                target = os.path.join(OUT, 'lib', name[:-2] + '.o')
                error = compile_file(target, [CC] + FLAGS + ['-c', os.path.join('tests/lib', name)])
                if error:
                    sys.exit('tests/lib/%s does not compile:\n%s' % (name, error))
                objects.append(target)
    return objects


def compile_test(test, objects):
    command = [CC] + FLAGS + [os.path.relpath(test.source, ROOT)] + objects + test.directives['build']
    newest = max([os.stat(o).st_mtime_ns for o in objects], default=0)
    if newest and os.path.exists(test.binary) and os.stat(test.binary).st_mtime_ns < newest:
        os.unlink(test.binary)
    return compile_file(test.binary, command)


# ---- running

class Runner:
    def __init__(self, args):
        self.args = args
        self.user = pwd.getpwnam(args.user) if args.user else None
        self.as_user = []
        if self.user:
            self.as_user = ['setpriv', '--reuid=%d' % self.user.pw_uid,
                            '--regid=%d' % self.user.pw_gid, '--clear-groups']
        self.isolate = []
        if os.geteuid() == 0:
            wrap = ['unshare', '-m', '-u', '-i', '-p', '-f', '--mount-proc', '--kill-child']
            if subprocess.run(wrap + ['true'], stderr=subprocess.DEVNULL).returncode == 0:
                self.isolate = wrap
            else:
                print('note: no namespaces here, native runs are not isolated')

    def child_setup(self):
        for sig in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
            signal.signal(sig, signal.SIG_DFL)  # in the background they are ignored
        os.umask(0o022)
        resource.setrlimit(resource.RLIMIT_NOFILE, NOFILE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def run(self, make_command):
        """Runs make_command(cwd) in a fresh directory with nothing but what every run gets."""
        cwd = tempfile.mkdtemp(prefix='guest-')
        try:
            os.chmod(cwd, 0o755)
            if self.user:
                os.chown(cwd, self.user.pw_uid, self.user.pw_gid)
            return self.run_in(cwd, make_command(cwd))
        finally:
            shutil.rmtree(cwd, ignore_errors=True)

    def run_in(self, cwd, command):
        env = dict(ENV)
        for name in ('ASAN_OPTIONS', 'TSAN_OPTIONS', 'UBSAN_OPTIONS'):
            if name in os.environ:
                env[name] = os.environ[name]
        child = subprocess.Popen(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 start_new_session=True, preexec_fn=self.child_setup)
        hang = False
        try:
            out, err = child.communicate(timeout=self.args.timeout_kill)
        except subprocess.TimeoutExpired:
            hang = True
            out, err = self.kill(child)
        status = child.returncode if child.returncode >= 0 else 128 - child.returncode
        return Result(status, out[:OUTPUT_MAX].decode(errors='backslashreplace'),
                      err[:OUTPUT_MAX].decode(errors='backslashreplace'), hang)

    @staticmethod
    def kill(child):
        """Kills the session; gives up on pipes that something outside of it still holds."""
        for sig in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(child.pid, sig)
            except ProcessLookupError:
                pass
            try:
                return child.communicate(timeout=3)
            except subprocess.TimeoutExpired as late:
                so_far = (late.stdout or b'', late.stderr or b'')
        child.stdout.close()
        child.stderr.close()
        return so_far

    def native(self, test):
        """The oracle, from the cache if the program is the same."""
        stat = os.stat(test.binary)
        key = [stat.st_mtime_ns, stat.st_size, self.args.user or '', test.directives['args'], 3]
        cache = os.path.join(OUT, 'native' + ('-user' if self.user else ''), test.name + '.json')
        if not self.args.fresh:
            try:
                with open(cache) as f:
                    saved = json.load(f)
                if saved['key'] == key:
                    return Result(saved['status'], saved['out'], saved['err'])
            except (OSError, ValueError, KeyError):
                pass
        result = self.run_native(test)
        if not result.hang:
            os.makedirs(os.path.dirname(cache), exist_ok=True)
            part = '%s.%d' % (cache, os.getpid())
            with open(part, 'w') as f:
                json.dump({'key': key, 'status': result.status, 'out': result.out,
                           'err': result.err}, f)
            os.replace(part, cache)
        return result

    def run_native(self, test):
        program = [test.binary] + test.directives['args']
        if self.isolate:
            # A shell is pid 1, which has signal rules of its own, and reaps orphans.
            program = self.isolate + self.as_user + ['sh', '-c', '"$@"; exit $?', 'sh'] + program
        else:
            program = self.as_user + program
        return self.run(lambda cwd: program)

    def sandboxed(self, test, platform, forward):
        command = self.as_user + [self.args.binary, 'run']
        if platform != 'auto':
            command += ['--platform', platform]
        if forward != 'default':
            command += ['--forward', forward]
        command += ['--bind', '%s:%s:ro' % (OUT, OUT)]
        command += test.directives['sandbox'] + self.args.sandbox_args
        command += ['--', test.binary] + test.directives['args']
        return self.run(lambda cwd: command)


# ---- comparing and reporting

def describe(result):
    return 'hang' if result.hang else 'exit status %d' % result.status


def tail(text, lines=15):
    kept = text.splitlines()[-lines:]
    return ''.join('    | %s\n' % line for line in kept)


def difference(native, inside, label):
    """'' if both agree, else what to show."""
    text = ''
    if inside.hang:
        text += '  hang\n'
    elif native.status != inside.status:
        text += '  native: %s, sandbox: %s\n' % (describe(native), describe(inside))
    if native.out != inside.out:
        text += ''.join('  %s\n' % line for line in difflib.unified_diff(
            native.out.splitlines(), inside.out.splitlines(), 'native', label, lineterm=''))
    if text and inside.err:
        text += '  standard error of the sandbox:\n' + tail(inside.err)
    return text


class Report:
    def __init__(self, verbose):
        self.lock = threading.Lock()
        self.passed = self.failed = self.skipped = 0
        self.failures, self.notes, self.slow = [], [], []
        self.late = []  # passed at a later try: what differed before
        self.tty = sys.stdout.isatty()
        self.verbose = verbose
        self.total = self.done = 0

    def step(self, name, verdict):
        self.done += 1
        if self.verbose:
            print('%-10s %s' % (verdict, name), flush=True)
        elif self.tty:
            print('\r\033[K%d/%d (%d failed) %s' % (self.done, self.total, self.failed, name), end='',
                  flush=True)

    def ok(self, name):
        with self.lock:
            self.passed += 1
            self.step(name, 'ok')

    def fail(self, name, text):
        with self.lock:
            self.failed += 1
            self.failures.append((name, text))
            self.step(name, 'FAILED')

    def skip(self, name, reason):
        with self.lock:
            self.skipped += 1
            self.notes.append('skipped: %s: %s' % (name, reason))
            self.step(name, 'skipped')

    def note(self, text):
        with self.lock:
            self.notes.append(text)

    def passed_late(self, name, text):
        with self.lock:
            self.late.append((name, text))

    def finish(self, brief):
        if self.tty and not self.verbose:
            print('\r\033[K', end='')
        for name, text in sorted(self.late):
            print('passed at the second try: %s; at the first:' % name)
            if not brief:
                print(text, end='' if text.endswith('\n') else '\n')
        for name, text in sorted(self.failures):
            print('FAILED: %s' % name)
            if not brief:
                print(text, end='' if text.endswith('\n') else '\n')
        for line in sorted(self.notes):
            print(line)
        if self.late:
            print('%d of those that passed did so at the second try: %s' %
                  (len(self.late), ', '.join(sorted(name for name, _ in self.late))))
        print('%d passed, %d failed' % (self.passed, self.failed) +
              (', %d skipped' % self.skipped if self.skipped else ''))
        return 1 if self.failed else 0


def check_native(test, runner, report, modes):
    """The oracle for a test, or None after reporting why there is none."""
    native = runner.native(test)
    if native.hang or native.status == EXIT_SETUP_FAILED:
        report.fail('%s natively' % test.name, '  %s\n%s' % (describe(native), tail(native.err)))
        return None
    if native.status == EXIT_SKIPPED:
        for mode in modes:
            report.skip('%s %s' % (test.name, mode), 'natively: ' + native.err.strip()[:200])
        return None
    return native


def run_test(test, objects, runner, report, modes, known):
    if not runner.args.known and not runner.args.native:
        expected = {m: known.get((test.name, m[0])) or known.get((test.name, '*')) for m in modes}
        for mode, reason in expected.items():
            if reason:
                report.skip('%s %s' % (test.name, mode[0]), reason)
        modes = [m for m in modes if not expected[m]]
        if not modes:
            return
    error = compile_test(test, objects)
    if error:
        report.fail('%s (does not compile)' % test.name, tail(error, 40))
        return
    native = check_native(test, runner, report, ['/'.join(m) for m in modes])
    if not native:
        return
    if runner.args.native:
        again = runner.run_native(test)
        text = difference(native, again, 'native again')
        if text:
            report.fail('%s differs between two native runs' % test.name, text)
        else:
            report.ok('%s natively' % test.name)
        return
    for platform, forward in modes:
        label = platform if forward == 'default' else '%s/forward=%s' % (platform, forward)
        reason = known.get((test.name, platform)) or known.get((test.name, '*'))
        start = time.monotonic()
        inside = runner.sandboxed(test, platform, forward)
        text = first = difference(native, inside, 'sandbox ' + label)
        for _ in range(runner.args.tries - 1):
            if not text or reason:
                break
            # Some observe time, and a busy machine has none: both sides once more.
            fresh = runner.run_native(test)
            inside = runner.sandboxed(test, platform, forward)
            text = difference(fresh, inside, 'sandbox ' + label)
            if not text:
                report.passed_late('%s %s' % (test.name, label), first)
        report.slow.append((time.monotonic() - start, '%s %s' % (test.name, label)))
        if not text:
            if reason:
                report.note('unexpected pass: %s %s is in tests/syscalls/KNOWN (%s)' %
                            (test.name, label, reason))
            report.ok('%s %s' % (test.name, label))
        elif reason:
            report.skip('%s %s' % (test.name, label), reason)
        else:
            report.fail('%s %s' % (test.name, label), text)


def parse_args():
    p = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    p.add_argument('--platform', default='notify,ptrace', help='comma-separated; default %(default)s')
    p.add_argument('--forward', default='default', help='forward modes, comma-separated: default, none')
    p.add_argument('--filter', default='', metavar='REGEXP', help='only tests whose name matches')
    p.add_argument('--jobs', type=int, default=os.cpu_count())
    p.add_argument('--binary', default=os.path.join(ROOT, 'build', 'sandbox'), help='sandbox to test')
    p.add_argument('--timeout-kill', type=float, default=300, metavar='SECONDS',
                   help='a run that takes longer is a hang; default %(default)s')
    p.add_argument('--tries', type=int, default=2, metavar='N',
                   help='a difference counts if it shows N times; default %(default)s')
    p.add_argument('--fresh', action='store_true', help='run natively even if the result is known')
    p.add_argument('--native', action='store_true',
                   help='no sandbox: run natively twice, to see whether tests are repeatable')
    p.add_argument('--user', nargs='?', const='nobody', metavar='NAME',
                   help='as an ordinary user (default: nobody)')
    p.add_argument('--sandbox-args', type=shlex.split, default=[], metavar='"ARGS"',
                   help='more options for sandbox run')
    p.add_argument('--known', action='store_true', help='run what tests/syscalls/KNOWN lists, too')
    p.add_argument('--list', action='store_true', help='print the names of the tests')
    p.add_argument('--brief', action='store_true', help='names of failures only')
    p.add_argument('--verbose', action='store_true', help='one line per run')
    p.add_argument('--slowest', type=int, default=0, metavar='N', help='print the N longest runs')
    p.add_argument('names', nargs='*', help='exact names of tests; default: all')
    return p.parse_args()


def main():
    args = parse_args()
    args.binary = os.path.abspath(args.binary)
    tests = [t for t in source_tests()
             if re.search(args.filter, t.name) and (not args.names or t.name in args.names)]
    if args.list:
        print('\n'.join(t.name for t in tests))
        return 0
    report = Report(args.verbose)
    if not args.native and not os.access(args.binary, os.X_OK):
        report.fail('no sandbox at %s' % args.binary, '')
        return report.finish(args.brief)
    modes = [(p, f) for p in args.platform.split(',') for f in args.forward.split(',')]
    known = known_differences()
    runner = Runner(args)
    objects = compile_lib()
    report.total = len(tests) * (1 if args.native else len(modes))
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        jobs = {pool.submit(run_test, t, objects, runner, report, modes, known): t for t in tests}
        for job in concurrent.futures.as_completed(jobs):
            if job.exception():
                report.fail('%s (harness)' % jobs[job].name, '  %r\n' % job.exception())
    for seconds, name in sorted(report.slow, reverse=True)[:args.slowest]:
        report.note('slow: %7.2f s %s' % (seconds, name))
    return report.finish(args.brief)


if __name__ == '__main__':
    sys.exit(main())
