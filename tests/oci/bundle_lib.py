"""What the tests of bundles share: a bundle that can be changed, and the commands on it."""
import argparse
import ctypes
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TIMEOUT = 60
PR_SET_CHILD_SUBREAPER = 36


class Failure(Exception):
    pass


def tree(path):
    """All that could be changed below path, as text."""
    lines = []
    for top, dirs, files in os.walk(path):
        for name in sorted(dirs + files) + ['.']:
            full = os.path.join(top, name)
            st = os.lstat(full)
            text = os.readlink(full) if os.path.islink(full) else ''
            if os.path.isfile(full) and not os.path.islink(full):
                text = open(full, 'rb').read().hex()
            lines.append('%s %o %d %d %d %s' % (full, st.st_mode, st.st_uid, st.st_gid,
                                                st.st_mtime_ns, text))
    return '\n'.join(sorted(lines))


def expect(what, got, want):
    if got != want:
        raise Failure('%s: %r instead of %r' % (what, got, want))


class Host:
    """A directory with a bundle, a state root, and a place outside that must not change."""

    def __init__(self, runtime, program, options):
        self.runtime, self.options = runtime, options
        self.dir = tempfile.mkdtemp(prefix='oci-')
        self.root = os.path.join(self.dir, 'root')
        self.bundle = os.path.join(self.dir, 'bundle')
        self.rootfs = os.path.join(self.bundle, 'rootfs')
        self.log = os.path.join(self.dir, 'log.json')
        self.outside = os.path.join(self.dir, 'outside')
        os.makedirs(os.path.join(self.rootfs, 'bin'))
        os.makedirs(os.path.join(self.outside, 'dir'))
        with open(os.path.join(self.outside, 'file'), 'w') as f:
            f.write('canary\n')
        shutil.copy(program, os.path.join(self.rootfs, 'bin', 'do'))
        self.config = good_config()

    def store(self, text=None):
        with open(os.path.join(self.bundle, 'config.json'), 'w') as f:
            f.write(json.dumps(self.config) if text is None else text)

    def call(self, *args, timeout=TIMEOUT, stdout=subprocess.PIPE):
        command = [self.runtime, '--root', self.root, '--log', self.log, '--log-format', 'json']
        out = open(os.path.join(self.dir, 'out'), 'ab') if stdout is None else subprocess.PIPE
        p = subprocess.run(command + self.options + list(args), stdin=subprocess.DEVNULL,
                           stdout=out, stderr=out if stdout is None else subprocess.PIPE,
                           timeout=timeout, cwd=self.dir)
        p.stdout = (p.stdout or b'').decode(errors='replace')
        p.stderr = (p.stderr or b'').decode(errors='replace')
        return p

    def create(self, name='c1', *args):
        return self.call('create', '--bundle', self.bundle, *args, name, stdout=None)

    def run(self, *ops, name='c1'):
        self.config['process']['args'] = ['/bin/do'] + list(ops)
        self.store()
        return self.call('run', '--bundle', self.bundle, name)

    def output(self):
        with open(os.path.join(self.dir, 'out'), 'rb') as f:
            return f.read().decode(errors='replace')

    def logged(self):
        try:
            with open(self.log) as f:
                return [json.loads(line) for line in f]
        except FileNotFoundError:
            return []

    def errors(self):
        return [e['msg'] for e in self.logged() if e['level'] == 'error']

    def check_empty(self):
        if os.path.isdir(self.root) and os.listdir(self.root):
            raise Failure('left in the state directory: %s' % os.listdir(self.root))
        end = time.monotonic() + 30
        while True:
            try:
                left = os.waitpid(-1, os.WNOHANG) == (0, 0)
            except ChildProcessError:
                return
            if left and time.monotonic() > end:
                raise Failure('processes are left')
            time.sleep(0.01)

    def close(self):
        shutil.rmtree(self.dir, ignore_errors=True)


def good_config():
    return {
        'ociVersion': '1.0.2',
        'process': {
            'user': {'uid': 0, 'gid': 0},
            'args': ['/bin/do', 'say', 'hello'],
            'env': ['PATH=/bin', 'A=b'],
            'cwd': '/',
            'capabilities': {'bounding': ['CAP_CHOWN', 'CAP_KILL'],
                             'effective': ['CAP_CHOWN', 'CAP_KILL'],
                             'permitted': ['CAP_CHOWN', 'CAP_KILL']},
            'rlimits': [{'type': 'RLIMIT_NOFILE', 'hard': 1024, 'soft': 512}],
        },
        'root': {'path': 'rootfs'},
        'hostname': 'box',
        'mounts': [
            {'destination': '/proc', 'type': 'proc', 'source': 'proc'},
            {'destination': '/dev', 'type': 'tmpfs', 'source': 'tmpfs',
             'options': ['nosuid', 'mode=755', 'size=65536k']},
            {'destination': '/dev/pts', 'type': 'devpts', 'source': 'devpts',
             'options': ['newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5']},
        ],
        'linux': {
            'namespaces': [{'type': t} for t in ('pid', 'network', 'ipc', 'uts', 'mount')],
            'maskedPaths': ['/proc/kcore'],
            'readonlyPaths': ['/proc/sys'],
        },
    }


def put(path, value):
    """Sets config[path...] = value; the path's parts are separated by dots."""
    def change(config):
        keys = [int(k) if k.isdigit() else k for k in path.split('.')]
        for key in keys[:-1]:
            if isinstance(config, dict):
                config = config.setdefault(key, {})
            else:
                config = config[key]
        if isinstance(config, list) and keys[-1] == len(config):
            config.append(value)
        else:
            config[keys[-1]] = value
    return change


def drop(path):
    def change(config):
        keys = path.split('.')
        for key in keys[:-1]:
            config = config[key]
        del config[keys[-1]]
    return change


def compile_program(directory, text):
    source = os.path.join(directory, 'do.c')
    with open(source, 'w') as f:
        f.write(text)
    program = os.path.join(directory, 'do')
    subprocess.run(['cc', '-static', '-O1', '-w', '-o', program, source], check=True)
    return program


def main(doc, text, tests):
    """text: of the program that is the whole image; tests: pairs of a name and a function."""
    parser = argparse.ArgumentParser(description=doc.split('\n')[0])
    parser.add_argument('--binary', default=os.path.join(ROOT, 'build', 'sandbox'))
    parser.add_argument('--runtime', help='another one, to compare')
    parser.add_argument('--platform', help='notify or ptrace (default: what the runtime chooses)')
    parser.add_argument('--filter', default='', metavar='REGEXP')
    args = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix='oci-') as directory:
        runtime = os.path.join(directory, 'runsc-c')
        os.symlink(os.path.abspath(args.runtime or args.binary), runtime)
        program = compile_program(directory, text)
        options = ['--platform', args.platform] if args.platform else []
        for name, test in tests:
            if not re.search(args.filter, name):
                continue
            host = Host(runtime, program, options)
            try:
                test(host)
                passed += 1
            except (Failure, subprocess.TimeoutExpired, OSError, ValueError, KeyError) as e:
                failed += 1
                print('FAILED %s: %s' % (name, e), flush=True)
                try:
                    host.call('delete', '--force', 'c1')
                except subprocess.TimeoutExpired:
                    pass
            host.close()
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed else 0
