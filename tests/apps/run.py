#!/usr/bin/env python3
"""Real programs, natively and in the sandbox: the same output and exit status.

A case is a script in tests/apps/cases/: NAME.sh runs by bash, NAME.py by /usr/bin/python3, in a fresh
directory that is the current one and $HOME. $APPS is tests/apps, $SOURCE the project's tree, both
read-only. What a case prints must be the same twice: no process ids, no times. Standard error is shown
when something differs and does not count. A case may say more in comments of its first 20 lines:

    # app-needs: gcc /usr/include/zlib.h    commands and files without which the case is skipped
    # app-long                              runs only with --long
    # app-timeout: 300                      seconds for one run, default 60
    # app-sandbox: --tmpfs /tmp             more options for `sandbox run`
    # app-outside                           runs on the host; $SANDBOX is empty or a command that puts
                                            what follows it into a sandbox

A case has to succeed natively (status 0); one that does not is skipped with the reason, as nothing can
be compared: it may lack a device or a right that this host does not give.

tests/apps/KNOWN lists cases that are expected to differ, one per line: name, platform (or *), reason.
They are run nevertheless and reported as skipped; one that passes is pointed out.

--platform is a list: notify, ptrace, and notify+user or ptrace+user, as the ordinary user of --user, in
a directory that is the user's own, natively as well. Only root can become another user; for others, who
are ordinary users anyway, those are skipped.

The last line is the total: N passed, N failed[, N skipped].
"""
import argparse
import difflib
import os
import pwd
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

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CASES = os.path.join(HERE, 'cases')
INTERPRETERS = {'.sh': '/bin/bash', '.py': '/usr/bin/python3'}
ENV = {'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/go/bin',
       'LANG': 'C.UTF-8', 'TERM': 'xterm', 'APPS': HERE, 'SOURCE': ROOT}
DIFF_MAX = 40


class Case:
    def __init__(self, path):
        self.path = path
        self.name, self.kind = os.path.splitext(os.path.basename(path))
        self.needs, self.sandbox, self.timeout = [], [], 60
        self.long = self.outside = False
        with open(path) as f:
            head = ''.join(line for _, line in zip(range(20), f))
        for key, value in re.findall(r'^# app-(\w+):?(.*)$', head, re.M):
            if key == 'needs':
                self.needs += value.split()
            elif key == 'sandbox':
                self.sandbox += shlex.split(value)
            elif key == 'timeout':
                self.timeout = float(value)
            elif key == 'long':
                self.long = True
            elif key == 'outside':
                self.outside = True
            else:
                sys.exit('%s: what is app-%s?' % (path, key))

    def missing(self):
        return [need for need in self.needs
                if not (os.path.exists(need) if need.startswith('/')
                        else shutil.which(need, path=ENV['PATH']))]

    def command(self):
        return [INTERPRETERS[self.kind], self.path]


class Result:
    def __init__(self, status, out, err, seconds):
        self.status, self.out, self.err, self.seconds = status, out, err, seconds

    def describe(self):
        return 'no end' if self.status is None else 'exit status %d' % self.status


def stop(child):
    """Kills the session of child and takes what it has written."""
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


class User:
    """An ordinary user; its name need not exist where it is a number."""

    def __init__(self, name):
        try:
            entry = pwd.getpwnam(name)
            self.uid, self.gid = entry.pw_uid, entry.pw_gid
        except KeyError:
            if not name.isdigit():
                sys.exit('--user: there is no user %s' % name)
            self.uid = self.gid = int(name)
        self.become = ['setpriv', '--reuid=%d' % self.uid, '--regid=%d' % self.gid,
                       '--clear-groups']
        if os.geteuid() == 0 and os.stat('/dev/shm').st_mode & 0o1777 != 0o1777:
            # A host that gives its users no shared memory: one of our own for the native runs.
            mount = 'mount -t tmpfs -o mode=1777 shm /dev/shm && exec "$@"'
            self.become = ['unshare', '-m', 'sh', '-c', mount, 'sh'] + self.become


def fresh_signals():
    """A shell's background job, which this may run in, ignores those of the terminal."""
    for sig in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(sig, signal.SIG_DFL)


def run(case, command, user, sandbox=''):
    cwd = tempfile.mkdtemp(prefix='app-')
    os.chmod(cwd, 0o755)  # a directory that is not for everybody is not shown inside
    if user:
        os.chown(cwd, user.uid, user.gid)
        command = user.become + command
    start = time.monotonic()
    try:
        env = dict(ENV, HOME=cwd, **({'SANDBOX': sandbox} if case.outside else {}))
        child = subprocess.Popen(command, cwd=cwd, env=env, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 start_new_session=True, preexec_fn=fresh_signals)
        try:
            out, err = child.communicate(timeout=case.timeout)
            status = child.returncode if child.returncode >= 0 else 128 - child.returncode
        except subprocess.TimeoutExpired:
            out, err = stop(child)
            status = None
    finally:
        shutil.rmtree(cwd, ignore_errors=True)
    # Each run has a directory of its own: its name is no difference.
    out, err = (text.decode(errors='backslashreplace').replace(cwd, '.') for text in (out, err))
    return Result(status, out, err, time.monotonic() - start)


def sandboxed(case, args, platform, user):
    command = [args.binary, 'run', '--bind', '%s:%s:ro' % (ROOT, ROOT)]
    if platform != 'auto':
        command += ['--platform', platform]
    command += case.sandbox + args.sandbox_args + ['--']
    if case.outside:
        return run(case, case.command(), user, shlex.join(command))
    return run(case, command + case.command(), user)


def difference(native, inside):
    text = ''
    if native.status != inside.status:
        text += '  native: %s, sandbox: %s\n' % (native.describe(), inside.describe())
    if native.out != inside.out:
        lines = list(difflib.unified_diff(native.out.splitlines(), inside.out.splitlines(),
                                          'native', 'sandbox', lineterm='', n=1))
        text += ''.join('  %s\n' % line for line in lines[:DIFF_MAX])
    if text and inside.err:
        text += '  standard error of the sandbox:\n'
        text += ''.join('    | %s\n' % line for line in inside.err.splitlines()[-15:])
    return text


class Report:
    def __init__(self, known):
        self.known = known
        self.lock = threading.Lock()
        self.passed = self.failed = self.skipped = 0

    def skip(self, name, reason):
        with self.lock:
            self.skipped += 1
            print('%-24s skipped: %s' % (name, reason), flush=True)

    def fail(self, name, text):
        with self.lock:
            self.failed += 1
            print('%-24s FAILED\n%s' % (name, text.rstrip('\n')), flush=True)

    def compared(self, case, mode, native, inside):
        text = difference(native, inside)
        times = '%.1f s, native %.1f s' % (inside.seconds, native.seconds)
        reason = next((self.known[case.name, p] for p in (mode, mode.split('+')[0], '*')
                       if (case.name, p) in self.known), None)
        name = '%s (%s)' % (case.name, mode)
        if text and reason:
            self.skip(name, reason)
        elif text:
            self.fail(name, text + '  ' + times)
        else:
            with self.lock:
                self.passed += 1
                note = ', and is listed as KNOWN' if reason else ''
                print('%-24s ok: %s%s' % (name, times, note), flush=True)


def known_differences():
    known = {}
    path = os.path.join(HERE, 'KNOWN')
    if os.path.exists(path):
        with open(path) as f:
            for line in f:
                if line.strip() and not line.startswith('#'):
                    name, platform, reason = line.split(None, 2)
                    known[name, platform] = reason.strip()
    return known


def run_case(case, args, report):
    natives = {}
    for mode in args.platform.split(','):
        platform, ordinary = mode.removesuffix('+user'), mode.endswith('+user')
        if ordinary and os.geteuid() != 0:
            report.skip('%s (%s)' % (case.name, mode), 'only root can become another user')
            continue
        user = args.user if ordinary else None
        if user not in natives:
            natives[user] = run(case, case.command(), user)
        if natives[user].status is None:
            report.fail('%s (%s)' % (case.name, mode), '  natively: no end\n' + natives[user].err)
        elif natives[user].status == 0:
            report.compared(case, mode, natives[user], sandboxed(case, args, platform, user))
        else:
            last = natives[user].err.strip().splitlines()[-1:] or ['']
            report.skip('%s (%s)' % (case.name, mode),
                        'natively: %s: %s' % (natives[user].describe(), last[0]))


def guarded(case, args, report):
    try:
        run_case(case, args, report)
    except OSError as err:
        report.fail(case.name, '  %s' % err)


def main():
    p = argparse.ArgumentParser(description='Runs real programs natively and in the sandbox.')
    p.add_argument('--binary', default=os.path.join(ROOT, 'build', 'sandbox'))
    p.add_argument('--platform', default='notify', metavar='LIST',
                   help='comma-separated; NAME+user: as an ordinary user; default %(default)s')
    p.add_argument('--user', type=User, default='1000', metavar='NAME|UID',
                   help='who the ordinary user is; default %(default)s')
    p.add_argument('--filter', default='', metavar='REGEXP', help='only cases whose name matches')
    p.add_argument('--long', action='store_true', help='also those that take longer')
    p.add_argument('--jobs', type=int, default=1)
    p.add_argument('--sandbox-args', type=shlex.split, default=[], metavar='"ARGS"')
    p.add_argument('names', nargs='*', help='exact names; default: all')
    args = p.parse_args()
    args.binary = os.path.abspath(args.binary)

    report = Report(known_differences())
    todo = []
    for entry in sorted(os.listdir(CASES)):
        if os.path.splitext(entry)[1] not in INTERPRETERS:
            continue
        case = Case(os.path.join(CASES, entry))
        if args.names and case.name not in args.names or not re.search(args.filter, case.name):
            continue
        missing = case.missing()
        if missing:
            report.skip(case.name, 'not installed: ' + ' '.join(missing))
        elif args.long or args.names or not case.long:
            todo.append(case)
    with ThreadPoolExecutor(args.jobs) as pool:
        list(pool.map(lambda case: guarded(case, args, report), todo))
    print('%d passed, %d failed' % (report.passed, report.failed) +
          (', %d skipped' % report.skipped if report.skipped else ''))
    return 1 if report.failed else 0


if __name__ == '__main__':
    sys.exit(main())
