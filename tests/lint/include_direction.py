#!/usr/bin/env python3
"""Who may include whom: each layer may include the layers below it, never the ones above.

    base, abi < netstack (without socket/), and the core: sentry, fs/vfs, platform.h
    < filesystems and netstack/socket (not each other, kernfs excepted), the platforms
    < syscalls (no platform) < runsc-c

Nobody includes runsc-c; syscalls is included by runsc-c only. netstack without socket/ knows nothing
of the sentry but base. Behind platform.h, platform/ is known to itself and to runsc-c. Tests may
include everything. Exit status 1 and one line per wrong include.
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOPS = ('sentry', 'syscalls', 'fs', 'netstack', 'platform', 'runsc-c')
# Small headers of filesystems that the core calls at fixed points.
HOOKS = {'fs/anon/dnotify.h', 'fs/anon/epoll.h', 'fs/anon/fasync.h', 'fs/anon/inotify.h',
         'fs/dev/chrdev.h', 'fs/pipefs/pipe.h'}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')

LOW = {'base', 'abi'}
# The sentry's core, the VFS and the platform's seam describe the same objects (a task has files, a
# file has a task's credentials): their headers know each other, their code calls each other.
CORE = LOW | {'platform.h', 'vfs', 'mem', 'sentry', 'stub_abi.h', 'hooks'}
MAY = {
    'base': {'base'},
    'abi': LOW,
    'platform.h': CORE,
    'stub_abi.h': LOW,
    'platform': CORE | {'platform'},
    'netstack': {'base', 'netstack'},
    'vfs': CORE,
    'mem': CORE,
    'sentry': CORE,
    'hooks': CORE,
    'kernfs': CORE | {'kernfs'},
    'socket': CORE | {'kernfs', 'netstack', 'socket'},
    'syscalls': CORE | {'kernfs', 'netstack', 'socket', 'syscalls', 'filesystem'},
    'runsc-c': None,  # everything
}


def layer(path):
    """The layer of a path from the root; for a filesystem 'filesystem:<name>'; None if it has none."""
    parts = path.split('/')
    top, second = parts[0], parts[1] if len(parts) > 1 else ''
    if path == 'platform/platform.h':
        return 'platform.h'
    if path == 'platform/stub/stub_abi.h':
        return 'stub_abi.h'
    if path in HOOKS:
        return 'hooks'
    if top == 'sentry':
        return second if second in ('base', 'abi', 'mem') else 'sentry'
    if top == 'fs':
        return second if second in ('vfs', 'kernfs') else 'filesystem:' + second
    if top == 'netstack':
        return 'socket' if second == 'socket' else 'netstack'
    return top if top in TOPS else None


# /dev is made of a tmpfs, and its tty nodes open the terminals.
STACKED = {('filesystem:dev', 'filesystem:devpts'), ('filesystem:dev', 'filesystem:tmpfs')}


def allowed(user, used):
    if user.startswith('filesystem:'):
        return used == user or used in CORE | {'kernfs'} or (user, used) in STACKED
    may = MAY[user]
    return may is None or used.split(':')[0] in may


def check(path):
    """Yields complaints about the includes of one file."""
    user = layer(path)
    with open(os.path.join(ROOT, path), errors='replace') as f:
        for number, line in enumerate(f, 1):
            m = INCLUDE.match(line)
            if not m:
                continue
            target, used = m.group(1), layer(m.group(1))
            if used is None or '/' not in target:
                if not is_generated(target):
                    yield '%s:%d: "%s" is not a path from the root' % (path, number, target)
            elif not allowed(user, used):
                yield '%s:%d: %s may not include %s ("%s")' % (
                    path, number, user.replace(':', ' '), used.replace(':', ' '), target)


def is_generated(target):
    """Headers that the build makes lie in the build directory, not in the tree."""
    return '/' not in target and target.startswith('policy_')


def main():
    complaints = []
    for top in TOPS:
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            for name in sorted(names):
                if name.endswith(('.c', '.h', '.S', '.def')):
                    complaints += check(os.path.relpath(os.path.join(folder, name), ROOT))
    print('\n'.join(complaints) if complaints else 'no include goes up')
    return 1 if complaints else 0


if __name__ == '__main__':
    sys.exit(main())
