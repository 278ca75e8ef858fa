"""What the tests of engines share: running commands, expectations, the image, the count."""
import os
import re
import shutil
import subprocess
import time

TIMEOUT = 120


class Failure(Exception):
    pass


class Skip(Exception):
    pass


def run(args, timeout=TIMEOUT, **kw):
    kw.setdefault('stdin', subprocess.DEVNULL)
    return subprocess.run(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          errors='replace', timeout=timeout, **kw)


def expect(what, got, want):
    if got != want:
        raise Failure('%s: %r instead of %r' % (what, got, want))


def expect_match(pattern, text):
    if not re.search(pattern, text, re.S):
        raise Failure('nothing like "%s" in: %s' % (pattern, text[-800:]))


def until(what, condition, timeout=TIMEOUT):
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            raise Failure(what)
        time.sleep(0.05)


def make_image(directory):
    """A root file system of busybox alone."""
    busybox = shutil.which('busybox')
    if not busybox:
        raise Skip('no busybox (Debian: busybox-static)')
    root = os.path.join(directory, 'image')
    for name in ('bin', 'etc', 'root', 'tmp', 'home/u', 'usr/bin', 'var/log'):
        os.makedirs(os.path.join(root, name))
    os.chmod(os.path.join(root, 'tmp'), 0o1777)
    shutil.copy(busybox, os.path.join(root, 'bin', 'busybox'))
    names = run([busybox, '--list']).stdout.split()
    for name in names:
        if name != 'busybox':
            os.symlink('busybox', os.path.join(root, 'bin', name))
    with open(os.path.join(root, 'etc', 'passwd'), 'w') as f:
        f.write('root:x:0:0:root:/root:/bin/sh\nu:x:1000:1000::/home/u:/bin/sh\n')
    with open(os.path.join(root, 'etc', 'group'), 'w') as f:
        f.write('root:x:0:\nu:x:1000:\nextra:x:2000:u\n')
    return root


class Tally:
    def __init__(self, pattern):
        self.pattern, self.passed, self.failed, self.skipped = pattern, 0, 0, 0

    def test(self, name, f, *args):
        if not re.search(self.pattern, name):
            return
        start = time.monotonic()
        try:
            f(*args)
            self.passed += 1
        except Skip as e:
            self.skipped += 1
            print('skipped %s: %s' % (name, e))
        except (Failure, subprocess.TimeoutExpired, OSError, ValueError, KeyError, IndexError) as e:
            self.failed += 1
            print('FAILED %s (%.0f s): %s' % (name, time.monotonic() - start, e), flush=True)

    def skip(self, what, why):
        self.skipped += 1
        print('skipped %s: %s' % (what, why), flush=True)


def all_of(module, prefix):
    """A module's tests, by name."""
    return [(n, f) for n, f in sorted(vars(module).items()) if n.startswith(prefix) and callable(f)]
