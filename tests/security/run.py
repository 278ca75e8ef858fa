#!/usr/bin/env python3
"""Attacks on the sandbox, looked at from the host. As root.

Each test starts sandboxes with hostile guests (guests/*.c) and checks the host's side: processes,
descriptors, filters, files. docs/security.md names the test that keeps each finding closed. The last
line is `N passed, N failed, N skipped`.
"""
import argparse
import os
import random
import re
import shutil
import sys
import tempfile
import time
import traceback

import lib
import test_attacks
import test_channels
import test_filters
import test_kill
import test_state
import test_tree

TESTS = [fn for module in (test_state, test_filters, test_tree, test_attacks, test_channels,
                            test_kill)
         for name, fn in vars(module).items() if name.startswith('test_')]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument('--binary', default=lib.Config.binary, help='the sandbox; default: build/sandbox')
    p.add_argument('--platform', default='notify', help='notify or ptrace')
    p.add_argument('--long', action='store_true', help='more rounds, minutes instead of seconds')
    p.add_argument('--filter', default='', metavar='REGEXP', help='only tests whose name matches')
    p.add_argument('--seed', type=int, default=random.randrange(1 << 30))
    p.add_argument('--list', action='store_true')
    opts = p.parse_args()
    tests = [t for t in TESTS if re.search(opts.filter, t.__name__)]
    if opts.list:
        for t in tests:
            print('%-30s %s' % (t.__name__[5:], t.__doc__.split('\n')[0]))
        return 0
    if os.geteuid() != 0:
        print('the security tests look at foreign processes: they need root')
        print('0 passed, 0 failed, %d skipped' % len(tests))
        return 0
    lib.Config.binary = os.path.abspath(opts.binary)
    lib.Config.platform, lib.Config.long = opts.platform, opts.long
    scratch = tempfile.mkdtemp(prefix='runsc-c-security-')
    os.chmod(scratch, 0o755)
    lib.Config.scratch = scratch
    try:
        out = os.path.join(scratch, 'guests')
        os.mkdir(out)
        lib.compile_guests(out)
        return run(tests, opts.seed)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def run(tests, seed):
    counts = {'passed': 0, 'failed': 0, 'skipped': 0}
    print('seed %d' % seed)
    for t in tests:
        name, begin, result, why = t.__name__[5:], time.monotonic(), 'passed', ''
        random.seed(seed)
        try:
            t()
        except lib.Skip as e:
            result, why = 'skipped', str(e)
        except lib.Failure as e:
            result, why = 'failed', str(e)
        except Exception:
            result, why = 'failed', traceback.format_exc()
        counts[result] += 1
        print('%-7s %-24s %5.1f s%s' % (result if result != 'failed' else 'FAILED', name,
                                        time.monotonic() - begin, why and '  ' + why), flush=True)
    print('%(passed)d passed, %(failed)d failed, %(skipped)d skipped' % counts)
    return 1 if counts['failed'] else 0


if __name__ == '__main__':
    sys.exit(main())
