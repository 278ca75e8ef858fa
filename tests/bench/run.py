#!/usr/bin/env python3
"""Benchmarks: the same work natively and in the sandbox, interleaved, medians and ratios.

  tests/bench/run.py [--binary build/sandbox] [--rounds 5] [--platform P] [--json FILE] [NAME...]

Microbenchmarks (micro.c), start-up of `sandbox run /bin/true`, memory that an idle sandbox adds, and
CPU time that it uses in two idle seconds. Nothing here gates a test: numbers depend on the machine and on what else
runs there, so only ratios within one run mean something.
"""
import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def build_micro(out):
    subprocess.run(['cc', '-O2', '-pthread', '-o', out, os.path.join(HERE, 'micro.c')], check=True)


def run_micro(cmd, cwd):
    text = subprocess.run(cmd, cwd=cwd, check=True, stdout=subprocess.PIPE, text=True).stdout
    return {name: float(ns) for name, ns in (line.split() for line in text.splitlines())}


def descendants(pid):
    """The process and all below it, as the host sees them."""
    found, todo = [], [pid]
    while todo:
        p = todo.pop()
        found.append(p)
        try:
            for tid in os.listdir('/proc/%d/task' % p):
                with open('/proc/%d/task/%s/children' % (p, tid)) as f:
                    todo += [int(x) for x in f.read().split()]
        except OSError:
            pass
    return found


def pss_kib(pid):
    with open('/proc/%d/smaps_rollup' % pid) as f:
        for line in f:
            if line.startswith('Pss:'):
                return int(line.split()[1])
    return 0


def ticks(pid):
    with open('/proc/%d/stat' % pid) as f:
        fields = f.read().rsplit(')', 1)[1].split()
    return int(fields[11]) + int(fields[12])


def startup_ms(cmd, rounds):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        subprocess.run(cmd, check=True)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def idle(binary, extra):
    """Memory of all processes of an idle sandbox but the command itself, and its CPU in 2 s."""
    p = subprocess.Popen([binary, 'run'] + extra + ['--', '/bin/sleep', '30'])
    time.sleep(1)
    pids = descendants(p.pid)
    names = {}
    for pid in pids:
        try:
            with open('/proc/%d/comm' % pid) as f:
                names[pid] = f.read().strip()
        except OSError:
            pass
    ours = [pid for pid in pids if os.path.basename(names.get(pid, '')) != 'sleep']
    total = sum(pss_kib(pid) for pid in ours)
    before = sum(ticks(pid) for pid in pids)
    time.sleep(2)
    used = sum(ticks(pid) for pid in pids) - before
    p.send_signal(signal.SIGTERM)
    p.wait()
    return total, used * 1000 // os.sysconf('SC_CLK_TCK')


def main():
    ap = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    ap.add_argument('--binary', default=os.path.join(ROOT, 'build', 'sandbox'))
    ap.add_argument('--platform', default='auto')
    ap.add_argument('--rounds', type=int, default=5)
    ap.add_argument('--json')
    ap.add_argument('names', nargs='*')
    args = ap.parse_args()
    extra = ['--platform', args.platform]
    tmp = tempfile.mkdtemp(prefix='bench-', dir=os.path.join(ROOT, 'build'))
    os.chmod(tmp, 0o777)
    try:
        micro = os.path.join(tmp, 'micro')
        build_micro(micro)
        boxed = [args.binary, 'run'] + extra + ['--', micro] + args.names
        native_runs, boxed_runs = [], []
        for _ in range(args.rounds):
            native_runs.append(run_micro([micro] + args.names, tmp))
            boxed_runs.append(run_micro(boxed, tmp))
        result = {'micro': {}}
        print('%-20s %12s %12s %8s' % ('operation', 'native ns', 'sandbox ns', 'ratio'))
        for name in native_runs[0]:
            n = statistics.median(r[name] for r in native_runs)
            s = statistics.median(r[name] for r in boxed_runs)
            result['micro'][name] = {'native_ns': n, 'sandbox_ns': s}
            print('%-20s %12.0f %12.0f %8.2f' % (name, n, s, s / n))
        if not args.names:
            start = startup_ms([args.binary, 'run'] + extra + ['--', '/bin/true'], 15)
            mem, cpu = idle(args.binary, extra)
            result.update(startup_ms=start, idle_pss_kib=mem, idle_cpu_ms_in_2s=cpu)
            print('start-up of /bin/true, end to end: %.1f ms' % start)
            print('memory of an idle sandbox (proportional set size, without the command): %d KiB' % mem)
            print('CPU time of an idle sandbox in 2 s: %d ms' % cpu)
        if args.json:
            with open(args.json, 'w') as f:
                json.dump(result, f, indent=1, sort_keys=True)
    finally:
        shutil.rmtree(tmp, ignore_errors=True)
    return 0


if __name__ == '__main__':
    sys.exit(main())
