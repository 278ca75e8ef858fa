"""What is measured: groups of microbenchmarks, programs, and the goals that the project has for them.

GOALS and PROGRAM_GOAL are the ratios to native time that are aimed at. A program is a command of the shell
that reads what prepare() made in $BENCH_DATA and writes to the current directory; PROGRAMS says what it
needs. Everything prepared is the same in each run.
"""
import os
import random
import shutil
import subprocess

# group: title
GROUPS = {
    'calls': 'calls and signals',
    'io': 'file data, cached',
    'names': 'names and directories',
    'ipc': 'pipes, sockets, events',
    'threads': 'threads (time per operation of all)',
    'memory': 'memory and computing',
    'processes': 'processes',
    'programs': 'programs, repeated in one sandbox',
    'programs-first': 'programs, first run in a fresh sandbox',
}

# Groups that run a second time with everything bound to one processor.
PINNED = ['calls', 'io', 'names', 'ipc', 'processes']

GOALS = {
    'getppid': 0.8, 'getpid': 0.1, 'clock-vdso': 1.0, 'clock-call': 1.0, 'sigprocmask': 1.0,
    'stat': 0.4, 'open-close': 0.4, 'readdir-32': 0.4, 'open-10k': 0.4,
    'pipe-1': 0.5, 'unix-1': 0.5, 'pipe-64k-transfer': 0.5, 'unix-64k-transfer': 0.5,
    'futex-wake': 1.0, 'futex-switch': 1.0, 'page-fault': 1.0, 'mmap-munmap': 1.0, 'mprotect': 1.0,
    'cpu-100k-steps': 1.0, 'fork-exit-wait': 1.2, 'fork-exec-wait': 1.2, 'vfork-exec-wait': 1.2,
    'thread-create-join': 1.2,
}
for _call in ('read', 'write', 'pread', 'pwrite'):
    GOALS.update({_call + '-1': 0.6, _call + '-4k': 0.6, _call + '-64k': 0.8})
PROGRAM_GOAL = 1.0

PYTHON = '/usr/bin/python3' if os.path.exists('/usr/bin/python3') else 'python3'
GIT = 'git -c safe.directory="*" -c core.fsmonitor=false -C "$BENCH_DATA/tree"'

# name: (what must be installed, command, belongs to the quick run)
PROGRAMS = {
    'sh-50-commands': (['sh'], 'i=0; while [ $i -lt 50 ]; do /bin/true; i=$((i+1)); done', True),
    'python-start': ([PYTHON], PYTHON + ' -S -c pass', True),
    'python-imports': ([PYTHON], PYTHON + ' -c "import json, re, subprocess, argparse, email.message"', False),
    'node-start': (['node'], 'node -e 0', False),
    'git-status': (['git'], GIT + ' status --porcelain', True),
    'find': (['find'], 'find "$BENCH_DATA/tree" -type f -size +1k', True),
    'grep-r': (['grep'], 'grep -rn needle "$BENCH_DATA/tree"', False),
    'tar-create': (['tar'], 'tar -cf t.tar -C "$BENCH_DATA" tree', True),
    'tar-extract': (['tar'], 'rm -rf x; mkdir x; tar -xf "$BENCH_DATA/small.tar" -C x', False),
    'compile': (['gcc', 'make'], 'rm -f *.o; make -s -f "$BENCH_DATA/proj/Makefile" SRC="$BENCH_DATA/proj"', True),
    'sqlite-inserts': (['sqlite3'], 'rm -f t.db; sqlite3 t.db <"$BENCH_DATA/inserts.sql"', False),
    'gzip': (['gzip'], 'gzip -c "$BENCH_DATA/text"', False),
    'xz': (['xz'], 'xz -1 -c "$BENCH_DATA/text"', False),
}


def write(path, text):
    with open(path, 'w') as f:
        f.write(text)


def make_names(top, count):
    os.mkdir(top)
    for i in range(count):
        write('%s/file-%05d' % (top, i), '')


def make_tree(top, files, rng):
    """A git working tree: files of 0.2 to 8 KB, some with a word to search for."""
    words = [''.join(rng.choices('abcdefghijklmnopqrstuvwxyz', k=rng.randint(3, 9))) for _ in range(500)]
    for i in range(files):
        where = '%s/part-%02d/sub-%d' % (top, i % 50, i // 50 % 4)
        os.makedirs(where, exist_ok=True)
        lines = [' '.join(rng.choices(words, k=8)) for _ in range(rng.randint(4, 120))]
        if i % 100 == 0:
            lines.append('a needle')
        write('%s/file-%04d.txt' % (where, i), '\n'.join(lines) + '\n')
    if shutil.which('git'):
        git = ['git', '-C', top, '-c', 'user.name=bench', '-c', 'user.email=bench@example.invalid']
        for args in (['init', '-q'], ['add', '.'], ['commit', '-q', '-m', 'all'], ['status', '--porcelain']):
            subprocess.run(git + args, check=True, stdout=subprocess.DEVNULL)


def make_project(top, files, rng):
    """A C project of that many files with a common header and a Makefile that builds elsewhere."""
    os.mkdir(top)
    names = ['part%d' % i for i in range(files)]
    write(top + '/all.h', '#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n' +
          ''.join('long %s(long x);\n' % n for n in names))
    for n in names:
        body = ''.join('static long f%d(long x)\n{\n\tfor (int i = 0; i < %d; i++)\n\t\tx = x * %d + (x >> %d);\n'
                       '\treturn x;\n}\n' % (k, rng.randint(3, 30), rng.randint(3, 99), rng.randint(1, 9))
                       for k in range(25))
        calls = ' + '.join('f%d(x)' % k for k in range(25))
        write('%s/%s.c' % (top, n), '#include "all.h"\n' + body + 'long %s(long x)\n{\n\treturn %s;\n}\n' % (n, calls))
    write(top + '/main.c', '#include "all.h"\nint main(void)\n{\n\tprintf("%ld\\n", ' +
          ' + '.join('%s(1)' % n for n in names) + ');\n\treturn 0;\n}\n')
    objects = ' '.join(n + '.o' for n in names + ['main'])
    write(top + '/Makefile', 'program: %s\n\tgcc -o $@ $^\n%%.o: $(SRC)/%%.c\n\tgcc -O1 -c -o $@ $<\n' % objects)


def make_inserts(path, rng):
    """Rows one by one and in a transaction; synchronous off, so that no disk is measured."""
    lines = ['PRAGMA synchronous=off;', 'CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT, c INTEGER);']
    rows = ["INSERT INTO t(b, c) VALUES('%032x', %d);" % (rng.getrandbits(128), rng.randint(0, 999))
            for _ in range(3200)]
    lines += rows[:200] + ['BEGIN;'] + rows[200:] + ['COMMIT;', 'CREATE INDEX i ON t(c);',
                                                      'SELECT c, count(*) FROM t GROUP BY c;']
    write(path, '\n'.join(lines) + '\n')


def prepare(top, programs, quick):
    """Makes what the microbenchmarks and the named programs read."""
    rng = random.Random(1)
    make_names(top + '/names32', 32)
    make_names(top + '/names10k', 10000)
    if set(programs) & {'git-status', 'find', 'grep-r', 'tar-create'}:
        make_tree(top + '/tree', 1000 if quick else 3000, rng)
    if 'tar-extract' in programs:
        make_tree(top + '/small', 400, rng)
        shutil.rmtree(top + '/small/.git', ignore_errors=True)
        subprocess.run(['tar', '-cf', top + '/small.tar', '-C', top, 'small'], check=True)
    if 'compile' in programs:
        make_project(top + '/proj', 3 if quick else 8, rng)
    if 'sqlite-inserts' in programs:
        make_inserts(top + '/inserts.sql', rng)
    if set(programs) & {'gzip', 'xz'}:
        words = ['%x' % rng.getrandbits(rng.randint(4, 32)) for _ in range(3000)]
        write(top + '/text', ' '.join(rng.choices(words, k=400000)))


def missing(name):
    """The first thing that a program needs and that is not installed."""
    for need in PROGRAMS[name][0]:
        if not shutil.which(need):
            return need
    return None


def goal(group, name):
    if group.startswith('programs'):
        return PROGRAM_GOAL
    return GOALS.get(name)
