#!/usr/bin/env python3
"""Benchmarks: the same work natively and in sandboxes, in turns; medians and ratios to native.

  ./dev bench                     everything, up to 15 minutes
  ./dev bench --quick             a sample, under two minutes
  ./dev bench stat 'pread.*'      the cases that match one of these regular expressions
  ./dev bench --list              all cases and systems
  ./dev bench --write-docs        also docs/bench-DATE.{json,svg} and the results in docs/performance.md
  ./dev bench --from FILE --write-docs     the same from an earlier --json FILE

Each round runs every case in every system, one system after the other, beginning with another one each
round. A case's ratio is the median over rounds of its time by native's in the same round. Some groups run
again with everything bound to one processor ("one CPU"), where a trip to the sandbox's kernel needs no
other processor to wake. Nothing here gates a test: numbers depend on the machine and on what else runs.
"""
import argparse
import datetime
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import cases
import footprint
import report
import systems as known_systems

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CASE_TIMEOUT_S = 60
FOOTPRINT = ('start-up', 'idle', 'many-idle')


class Progress:
    """One line on a terminal, nothing elsewhere."""

    def __init__(self):
        self.shown = sys.stderr.isatty()
        self.start = time.monotonic()

    def __call__(self, what, system=None):
        if self.shown:
            line = '%4d s  %s%s' % (time.monotonic() - self.start, what, ', ' + system.name if system else '')
            sys.stderr.write('\r%-78.78s' % line)
            sys.stderr.flush()

    def clear(self):
        if self.shown:
            sys.stderr.write('\r%78s\r' % '')


class Failure(Exception):
    """A case that did not work in a system."""


def bind_to_one():
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def run_lines(system, argv, cwd, pinned, data):
    """Runs micro in a sandbox; returns {name: ns}; raises Failure(name or None, reason)."""
    env = dict(os.environ, BENCH_DATA=data, LC_ALL='C')
    p = subprocess.Popen(system.command(argv, cwd), cwd=cwd, env=env, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                         preexec_fn=bind_to_one if pinned else None)
    try:
        out, err = p.communicate(timeout=CASE_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        p.send_signal(signal.SIGTERM)
        try:
            out, err = p.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            p.kill()
            out, err = p.communicate()
        err += '\nno end after %d s' % CASE_TIMEOUT_S
    found = {}
    for line in out.splitlines():
        words = line.split(None, 2)
        if len(words) == 3 and words[1] == '!':
            raise Failure(words[0], words[2])
        if len(words) == 2:
            found[words[0]] = float(words[1])
    if p.returncode != 0:
        raise Failure(None, ('status %d %s' % (p.returncode, err.strip()[-200:])).strip())
    return found


class Bench:
    """One measurement: what to run, what came out."""

    def __init__(self, args, systems, micro, top, progress):
        self.args, self.systems, self.micro, self.progress = args, systems, micro, progress
        self.data, self.cwd = os.path.join(top, 'data'), top
        self.samples, self.broken, self.errors = {}, set(), []
        self.deadline = time.monotonic() + args.minutes * 60

    def note_failure(self, system, group, names, pinned, reason):
        self.broken.update((system.name, (group, name, pinned)) for name in names)
        self.errors.append('%s%s in %s: %s' % (', '.join(names), ' (one CPU)' if pinned else '', system.name, reason))

    def run_group(self, system, group, names, pinned, number):
        """One group of microbenchmarks; without those that have failed here before."""
        names = [n for n in names if (system.name, (group, n, pinned)) not in self.broken]
        while names:
            argv = [self.micro, '-t', str(self.args.budget)] + names
            try:
                found = run_lines(system, argv, self.cwd, pinned, self.data)
            except Failure as e:
                bad = [e.args[0]] if e.args[0] in names else names
                self.note_failure(system, group, bad, pinned, e.args[1])
                names = [n for n in names if n not in bad]
                continue
            for name, ns in found.items():
                self.add(group, name, pinned, system, number, ns)
            return

    def run_program(self, system, name, pinned, number):
        if (system.name, ('programs', name, pinned)) in self.broken:
            return
        argv = [self.micro, '-c', '3', cases.PROGRAMS[name][1]]
        try:
            found = run_lines(system, argv, self.cwd, pinned, self.data)
        except Failure as e:
            self.note_failure(system, 'programs', [name], pinned, e.args[1])
            return
        self.add('programs', name, pinned, system, number, found['warm'])
        self.add('programs-first', name, pinned, system, number, found['first'])

    def add(self, group, name, pinned, system, number, ns):
        rounds = self.samples.setdefault((group, name, pinned), {}).setdefault(system.name, {})
        rounds[number] = ns

    def rounds(self, jobs):
        """jobs: functions of (system, round). Ends early after a whole round when the time is up."""
        for number in range(self.args.rounds):
            first = number % len(self.systems)
            order = self.systems[first:] + self.systems[:first]
            for title, job in jobs:
                if number > 0 and time.monotonic() > self.deadline:
                    return
                for system in order:
                    self.progress('round %d: %s' % (number + 1, title), system)
                    job(system, number)

    def results(self):
        """A list of cases with medians and ratios; native is what others are divided by."""
        out = []
        for (group, name, pinned), by_system in self.samples.items():
            base = by_system.get('native', {})
            row = {'group': group, 'name': name, 'pinned': pinned, 'goal': cases.goal(group, name), 'systems': {}}
            for system, rounds in by_system.items():
                ratios = sorted(ns / base[n] for n, ns in rounds.items() if base.get(n))
                cell = {'ns': round(statistics.median(rounds.values()), 1)}
                if ratios:
                    cell.update(ratio=round(statistics.median(ratios), 3), low=round(ratios[0], 3),
                                high=round(ratios[-1], 3))
                row['systems'][system] = cell
            out.append(row)
        return out


def build_micro(out):
    sources = sorted(os.path.join(HERE, f) for f in os.listdir(HERE) if f.startswith('micro') and f.endswith('.c'))
    subprocess.run([os.environ.get('CC', 'cc'), '-O2', '-pthread', '-o', out] + sources, check=True)


def micro_list(micro):
    """{group: names} in order."""
    groups = {}
    for line in subprocess.run([micro, '-l'], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines():
        group, name = line.split()
        groups.setdefault(group, []).append(name)
    return groups


def machine():
    cpu = 'unknown'
    with open('/proc/cpuinfo') as f:
        for line in f:
            if line.startswith('model name'):
                cpu = line.split(':', 1)[1].strip()
                break
    return {'cpu': cpu, 'cpus': len(os.sched_getaffinity(0)), 'kernel': os.uname().release,
            'memory_gib': round(os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30)}


def plan(bench, groups, programs, wanted, quick):
    """The jobs of a round: (title, function of system and round)."""
    jobs = []
    for pinned in (False, True):
        for group, names in groups.items():
            chosen = [n for n in names if wanted(n)]
            if not chosen or (pinned and group not in (['calls'] if quick else cases.PINNED)):
                continue
            jobs.append(('%s%s' % (group, ', one CPU' if pinned else ''),
                         lambda s, r, g=group, c=chosen, p=pinned: bench.run_group(s, g, c, p, r)))
    for name in programs:
        jobs.append((name, lambda s, r, n=name: bench.run_program(s, n, False, r)))
    return jobs


def measure(args, top, progress):
    micro = os.path.join(top, 'micro')
    build_micro(micro)
    for name in ('data', known_systems.SCRATCH):
        os.mkdir(os.path.join(top, name))
    known = known_systems.all_systems(args.binary, args.other)
    names = args.systems.split(',') if args.systems else [n for n in known if n != 'ptrace']
    for name in names:
        if name not in known:
            sys.exit('bench: no system %s; there are %s' % (name, ', '.join(known)))
    progress('which systems work here')
    systems, skipped = known_systems.usable(known, names, top)

    def wanted(name):
        return not args.cases or any(re.fullmatch(c, name) for c in args.cases)

    programs, errors = [], []
    for name, (_, _, in_quick) in cases.PROGRAMS.items():
        if not wanted(name) or (args.quick and not in_quick and not args.cases):
            continue
        need = cases.missing(name)
        if need:
            errors.append('%s: %s is not installed' % (name, need))
        else:
            programs.append(name)
    progress('making files')
    cases.prepare(os.path.join(top, 'data'), programs, args.quick)
    bench = Bench(args, systems, micro, top, progress)
    load = [os.getloadavg()[0]]
    feet = {}
    if any(wanted(name) for name in FOOTPRINT):
        feet, more = footprint.measure(systems, top, wanted, args.quick, progress)
        errors += more
    jobs = plan(bench, micro_list(micro), programs, wanted, args.quick)
    if not jobs and not any(feet.values()):
        sys.exit('bench: no case has such a name (./dev bench --list)')
    bench.rounds(jobs)
    load.append(os.getloadavg()[0])
    progress.clear()
    return {'date': datetime.date.today().isoformat(), 'machine': machine(), 'load': [round(x, 1) for x in load],
            'rounds': args.rounds, 'quick': args.quick,
            'systems': [{'name': s.name, 'title': s.title, 'version': s.version} for s in systems],
            'skipped': skipped, 'errors': errors + bench.errors, 'cases': bench.results(), 'footprint': feet}


def parse_args():
    ap = argparse.ArgumentParser(prog='dev bench', description=__doc__,
                                 formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('cases', nargs='*', metavar='CASE', help='regular expressions of names; default: all')
    ap.add_argument('--list', action='store_true', help='list groups, cases and systems')
    ap.add_argument('--quick', action='store_true', help='a sample, under two minutes')
    ap.add_argument('--systems', metavar='A,B', help='default: all but ptrace, which runs only when named')
    ap.add_argument('--rounds', type=int, help='default: 5, quick: 3')
    ap.add_argument('--minutes', type=float, help='no new round after this time; default: 12, quick: 1')
    ap.add_argument('--budget', type=float, help='milliseconds of one microbenchmark; default: 30, quick: 6')
    ap.add_argument('--binary', default=os.path.join(ROOT, 'build', 'sandbox'))
    ap.add_argument('--other', metavar='BINARY', help='a second build to compare, as system "other" (notify)')
    ap.add_argument('--json', metavar='FILE', help='write the results')
    ap.add_argument('--svg', metavar='FILE', help='draw them')
    ap.add_argument('--write-docs', action='store_true', help='write docs/bench-DATE.* and docs/performance.md')
    ap.add_argument('--from', dest='source', metavar='FILE', help='do not measure; results of an earlier --json')
    args = ap.parse_args()
    args.binary = os.path.abspath(args.binary)
    args.other = args.other and os.path.abspath(args.other)
    args.rounds = args.rounds or (3 if args.quick else 5)
    args.minutes = args.minutes or (1 if args.quick else 12)
    args.budget = args.budget or (6 if args.quick else 30)
    return args


def list_all(args, top):
    micro = os.path.join(top, 'micro')
    build_micro(micro)
    groups = micro_list(micro)
    groups['programs'] = list(cases.PROGRAMS)
    for group, names in groups.items():
        print('%-44s %s' % (cases.GROUPS[group], ' '.join(names)))
    print('%-44s %s' % ('footprint', ' '.join(FOOTPRINT)))
    print('%-44s %s' % ('systems', ' '.join(known_systems.all_systems(args.binary, args.other))))


def main():
    args = parse_args()
    progress = Progress()
    if args.source:
        with open(args.source) as f:
            result = json.load(f)
    else:
        above = os.path.join(ROOT, 'build')
        top = tempfile.mkdtemp(prefix='bench-', dir=above if os.access(above, os.W_OK) else None)
        os.chmod(top, 0o755)
        try:
            if args.list:
                list_all(args, top)
                return 0
            result = measure(args, top, progress)
        finally:
            progress.clear()
            shutil.rmtree(top, ignore_errors=True)
    report.print_tables(result)
    if args.json:
        report.write_json(result, args.json)
    if args.svg:
        report.write_svg(result, args.svg)
    if args.write_docs:
        report.write_docs(result, os.path.join(ROOT, 'docs'))
    return 0


if __name__ == '__main__':
    sys.exit(main())
