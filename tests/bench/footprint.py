"""What a sandbox costs without doing anything: start-up, memory, processor time when idle, many at once."""
import os
import signal
import statistics
import subprocess
import time

IDLE_S = 2
SETTLE_S = 1


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
    """Proportional set size; 0 for a process that has just ended."""
    try:
        with open('/proc/%d/smaps_rollup' % pid) as f:
            for line in f:
                if line.startswith('Pss:'):
                    return int(line.split()[1])
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0


def memory(key, pids, count=1):
    """{key: proportional set size of all, divided by count}; {} where only root may look."""
    try:
        return {key: sum(pss_kib(pid) for pid in pids) / count}
    except PermissionError:
        return {}


def activity(pids):
    """Milliseconds of processor time and times that a thread was woken, of all threads so far."""
    ticks = wakes = 0
    for pid in pids:
        try:
            with open('/proc/%d/stat' % pid) as f:
                fields = f.read().rsplit(')', 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
            for tid in os.listdir('/proc/%d/task' % pid):
                with open('/proc/%d/task/%s/status' % (pid, tid)) as f:
                    wakes += sum(int(line.split()[1]) for line in f if line.startswith('voluntary'))
        except OSError:
            pass
    return ticks * 1000 // os.sysconf('SC_CLK_TCK'), wakes


def available_kib():
    with open('/proc/meminfo') as f:
        for line in f:
            if line.startswith('MemAvailable:'):
                return int(line.split()[1])
    return 0


class Sleeper:
    """A sandbox whose command has started and sleeps."""

    def __init__(self, system, cwd):
        argv = system.bare(['/bin/sh', '-c', 'echo up; exec sleep 300'], cwd)
        self.process = subprocess.Popen(argv, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        if self.process.stdout.readline().strip() != b'up':
            self.end()
            raise OSError('%s did not start' % system.name)

    def pids(self):
        return descendants(self.process.pid)

    def end(self):
        pids = self.pids()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            # Some ignore it: end what is below, then the starter.
            for pid in reversed(pids):
                try:
                    os.kill(pid, signal.SIGKILL)
                except OSError:
                    pass
            self.process.wait(10)
        self.process.stdout.close()


def startup(systems, cwd, runs, tick):
    """Milliseconds of running /bin/true, in turns."""
    times = {s.name: [] for s in systems}
    for _ in range(runs):
        for s in systems:
            tick('start-up', s)
            argv = s.bare(['/bin/true'], cwd)
            start = time.perf_counter()
            subprocess.run(argv, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, check=True, timeout=60)
            times[s.name].append((time.perf_counter() - start) * 1000)
    return {name: statistics.median(t) for name, t in times.items()}


def idle(system, cwd):
    """Memory of all processes of one idle sandbox, its processor time and wake-ups."""
    one = Sleeper(system, cwd)
    try:
        time.sleep(SETTLE_S)
        pids = one.pids()
        result = memory('pss_kib', pids)
        ms, wakes = activity(pids)
        time.sleep(IDLE_S)
        ms_after, wakes_after = activity(pids)
    finally:
        one.end()
    result.update(idle_ms_per_s=(ms_after - ms) / IDLE_S, idle_wakes_per_s=(wakes_after - wakes) / IDLE_S)
    return result


def many(system, cwd, count, tick):
    """The same of many at once: what each takes, shared pages shared, and what the host misses."""
    sleepers = []
    before, start = available_kib(), time.perf_counter()
    try:
        for _ in range(count):
            tick('%d idle' % count, system)
            sleepers.append(Sleeper(system, cwd))
        took = time.perf_counter() - start
        time.sleep(SETTLE_S)
        result = memory('many_pss_kib', [pid for s in sleepers for pid in s.pids()], count)
        used = before - available_kib()
    finally:
        for s in sleepers:
            s.end()
    result.update(many=count, many_start_ms=took * 1000 / count, many_host_kib=used / count)
    return result


def measure(systems, cwd, wanted, quick, tick):
    """All of it for all systems; wanted(name) chooses. Returns it by system, and errors."""
    result, errors = {s.name: {} for s in systems}, []
    if wanted('start-up'):
        for name, ms in startup(systems, cwd, 5 if quick else 21, tick).items():
            result[name]['startup_ms'] = ms
    for s in systems:
        try:
            if wanted('idle'):
                tick('idle', s)
                result[s.name].update(idle(s, cwd))
            if wanted('many-idle'):
                result[s.name].update(many(s, cwd, 10 if quick else 50, tick))
        except (OSError, subprocess.SubprocessError) as e:
            errors.append('footprint of %s: %s' % (s.name, e))
    return result, errors
