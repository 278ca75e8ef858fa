#!/usr/bin/env python3
"""CPython's own tests, natively and in the sandbox, compared test by test.

Needs the tests of /usr/bin/python3 (Debian: libpython3.11-testsuite) and takes long: to be run by hand.
Each module runs by `python3 -m test` in a fresh directory, which is the current one, $HOME and $TMPDIR.
Natively there is a network of its own, a loopback device only, and a /dev/shm of its own (by `unshare`,
which needs root), and root may not set the machine's clock.

tests/apps/CPYTHON lists tests that are expected to differ, one per line: a regular expression for the
whole name, platform (or *), reason. They are run nevertheless and counted as skipped.

Native results are kept in build/cpython/, with what each run has printed, until --fresh. The last line
is the total of single tests: N passed, N failed[, N skipped].
"""
import argparse
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
OUT = os.path.join(ROOT, 'build', 'cpython')
PYTHON = '/usr/bin/python3'
MODULES = ('test_os test_posix test_subprocess test_signal test_threading test_mmap test_select '
           'test_poll test_epoll test_fcntl test_tempfile test_shutil test_pathlib test_io test_fileio '
           'test_pty test_selectors test_time test_multiprocessing_fork test_multiprocessing_spawn '
           'test_multiprocessing_forkserver test_concurrent_futures test_socket test_ssl test_asyncio '
           'test_socketserver test_httplib test_urllib2_localnet test_xmlrpc test_ftplib '
           'test_smtplib').split()
NATIVELY = ['unshare', '-n', '-m', 'setpriv', '--bounding-set=-sys_time', 'sh', '-c',
            'ip link set lo up && mount -t tmpfs -o mode=1777 shm /dev/shm && exec "$@"', 'sh']
# In virtual machines they wait for ever, natively.
LEFT_OUT = '*VSOCK*'
SHOWN_MAX = 40
NOFILE = (1024, 4096)
ENV = {'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LANG': 'C.UTF-8',
       'TERM': 'xterm'}


class Outcome:
    def __init__(self, state, text=''):
        self.state, self.text = state, text


NOT_RUN = Outcome('not run')


def outcome(case):
    for state in ('error', 'failure', 'skipped'):
        part = case.find(state)
        if part is not None:
            return Outcome(state, part.text or '')
    return Outcome('expected failure' if case.find('output') is not None else 'ok')


def parse(path):
    """The outcomes by name; None where the run has not come to its end."""
    try:
        tree = ElementTree.parse(path)
    except (OSError, ElementTree.ParseError):
        return None
    # What has no name failed in a subtest only; it is in what the run has printed.
    return {c.get('name'): outcome(c) for c in tree.iter('testcase') if c.get('name')}


def stop(child):
    for sig in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(child.pid, sig)
            child.wait(5)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            pass


def run(module, args, mode, before, after):
    """Runs `before python3 -m test module`, writes OUT/module.mode.{xml,log}; `after` is for the sandbox."""
    work = tempfile.mkdtemp(prefix='cpython-')
    user = args.user if mode.endswith('+user') else None
    result = os.path.join(work, 'result')
    xml = os.path.join(result, 'xml')
    kept = os.path.join(OUT, '%s.%s' % (module, mode))
    os.mkdir(result)
    os.chmod(work, 0o755)
    become = []
    if user is not None:
        os.chown(work, user, user)
        os.chown(result, user, user)
        become = ['setpriv', '--reuid=%d' % user, '--regid=%d' % user, '--clear-groups']
    command = before + become + [a.replace('@RESULT@', result) for a in after] + [
        'prlimit', '--nofile=%d:%d' % NOFILE, PYTHON, '-m', 'test', '-v', '--junit-xml', xml, '-i', LEFT_OUT, module]
    start = time.monotonic()
    with open(kept + '.log', 'w') as log:
        child = subprocess.Popen(command, cwd=work, env=dict(ENV, HOME=work, TMPDIR=work), stdout=log,
                                 stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            child.wait(args.timeout)
        except subprocess.TimeoutExpired:
            stop(child)
    seconds = time.monotonic() - start
    if os.path.exists(xml):
        shutil.copyfile(xml, kept + '.xml')
    elif os.path.exists(kept + '.xml'):
        os.unlink(kept + '.xml')
    shutil.rmtree(work, ignore_errors=True)
    return parse(kept + '.xml'), seconds


class Report:
    def __init__(self, known):
        self.known, self.lock = known, threading.Lock()
        self.passed = self.failed = self.skipped = 0

    def reason(self, name, mode):
        return next((reason for pattern, platform, reason in self.known
                     if platform in ('*', mode, mode.split('+')[0]) and pattern.fullmatch(name)), None)

    def compared(self, module, mode, native, inside, seconds):
        lines, skipped, passed = [], 0, 0
        for name in sorted(set(native) | set(inside)):
            a, b = native.get(name, NOT_RUN), inside.get(name, NOT_RUN)
            if a.state == b.state:
                passed += 1
            elif self.reason(name, mode):
                skipped += 1
            else:
                last = (b.text or a.text).strip().splitlines()[-1:] or ['']
                lines.append('  %s: natively %s, inside %s: %s' % (name, a.state, b.state, last[0]))
        with self.lock:
            self.passed, self.skipped = self.passed + passed, self.skipped + skipped
            self.failed += len(lines)
            print('%s (%s): %d agree, %d differ, %d differ as known; %.0f s' % (
                module, mode, passed, len(lines), skipped, seconds), *lines[:SHOWN_MAX], sep='\n',
                flush=True)

    def skip(self, module, mode):
        with self.lock:
            self.skipped += 1
            print('%s (%s): skipped, as it is natively' % (module, mode), flush=True)

    def broken(self, module, mode):
        with self.lock:
            self.failed += 1
            print('%s (%s): FAILED, has not come to its end; see build/cpython/%s.%s.log' % (
                module, mode, module, mode), flush=True)


def known_differences():
    known = []
    path = os.path.join(HERE, 'CPYTHON')
    if os.path.exists(path):
        with open(path) as f:
            for line in f:
                if line.strip() and not line.startswith('#'):
                    name, platform, reason = line.split(None, 2)
                    known.append((re.compile(name), platform, reason.strip()))
    return known


def native_result(module, args, mode):
    kept = os.path.join(OUT, '%s.%s.xml' % (module, mode))
    if not args.fresh and parse(kept) is not None:
        return parse(kept)
    return run(module, args, mode, NATIVELY if os.geteuid() == 0 else [], [])[0]


def run_module(module, args, report):
    for mode in args.platform.split(','):
        user = '+user' if mode.endswith('+user') else ''
        native = native_result(module, args, 'native' + user)
        if native is None:
            report.broken(module, 'native' + user)
            continue
        if not native:
            report.skip(module, mode)
            continue
        after = [args.binary, 'run', '--bind', '@RESULT@:@RESULT@', '--platform', mode.split('+')[0]]
        inside, seconds = run(module, args, mode, [], after + args.sandbox_args + ['--'])
        if inside is None:
            report.broken(module, mode)
        else:
            report.compared(module, mode, native, inside, seconds)


def main():
    p = argparse.ArgumentParser(description="Runs CPython's tests natively and in the sandbox.")
    p.add_argument('--binary', default=os.path.join(ROOT, 'build', 'sandbox'), type=os.path.abspath)
    p.add_argument('--platform', default='notify,ptrace,notify+user', metavar='LIST',
                   help='comma-separated; NAME+user: as an ordinary user; default %(default)s')
    p.add_argument('--user', type=int, default=1000, metavar='UID', help='default %(default)s')
    p.add_argument('--timeout', type=float, default=900, help='seconds for one run of a module')
    p.add_argument('--jobs', type=int, default=1)
    p.add_argument('--fresh', action='store_true', help='run natively even if there is a result')
    p.add_argument('--sandbox-args', type=shlex.split, default=[], metavar='"ARGS"')
    p.add_argument('modules', nargs='*', help='default: those that are about the system')
    args = p.parse_args()

    os.makedirs(OUT, exist_ok=True)
    report = Report(known_differences())
    with ThreadPoolExecutor(args.jobs) as pool:
        list(pool.map(lambda module: run_module(module, args, report), args.modules or MODULES))
    print('%d passed, %d failed' % (report.passed, report.failed) +
          (', %d skipped' % report.skipped if report.skipped else ''))
    return 1 if report.failed else 0


if __name__ == '__main__':
    sys.exit(main())
