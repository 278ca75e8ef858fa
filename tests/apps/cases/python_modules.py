# CPython's modules that lean on the kernel.
import asyncio, concurrent.futures, ctypes, fcntl, glob, mmap, multiprocessing, os, pathlib, pty, queue
import resource, select, shutil, signal, socket, sqlite3, struct, subprocess, sys, tempfile, threading, time

def section(name):
    print('==', name, flush=True)

section('subprocess')
print(subprocess.run(['sh', '-c', 'cat; echo err >&2; exit 3'], input=b'in', capture_output=True))
print(subprocess.check_output('echo $((6*7))', shell=True, text=True))
try:
    subprocess.run(['sleep', '5'], timeout=0.2)
except subprocess.TimeoutExpired as e:
    print(type(e).__name__)
p = subprocess.Popen(['sleep', '5']); p.terminate(); print(p.wait())
print(subprocess.run(['pwd'], cwd='/usr', stdout=subprocess.PIPE).stdout)
try:
    subprocess.run(['/nonexistent/x'])
except FileNotFoundError as e:
    print(e.errno, e.filename)
a = subprocess.Popen(['seq', '100000'], stdout=subprocess.PIPE)
b = subprocess.Popen(['wc', '-l'], stdin=a.stdout, stdout=subprocess.PIPE); a.stdout.close(); print(b.communicate(), a.wait())
print(subprocess.run(['sh', '-c', 'kill -9 $$']).returncode, len(subprocess.check_output(['head', '-c', '3000000', '/dev/zero'])))

section('threading')
total, lock = [0], threading.Lock()
def work():
    for _ in range(2000):
        with lock: total[0] += 1
ts = [threading.Thread(target=work) for _ in range(20)]
[t.start() for t in ts]; [t.join() for t in ts]; print(total)
q = queue.Queue(10)
def producer():
    for i in range(1000): q.put(i)
    q.put(None)
threading.Thread(target=producer).start(); print(sum(iter(q.get, None)))
ev = threading.Event(); threading.Timer(0.1, ev.set).start(); print(ev.wait(5), ev.wait(0))
with concurrent.futures.ThreadPoolExecutor(8) as ex: print(sum(ex.map(lambda x: x * x, range(500))))

section('mmap')
with tempfile.TemporaryFile() as f:
    f.truncate(1 << 16)
    m = mmap.mmap(f.fileno(), 0); m[100:105] = b'hello'; m.flush()
    print(os.pread(f.fileno(), 5, 100), m.find(b'llo')); os.pwrite(f.fileno(), b'J', 100); print(m[100:105])
    c = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_COPY); c[100:101] = b'X'; print(m[100:101], c[100:101])
    m.resize(1 << 17); print(len(m), os.fstat(f.fileno()).st_size); m.close(); c.close()
shared = mmap.mmap(-1, 4096)
if os.fork() == 0:
    shared[:3] = b'kid'; os._exit(0)
print(os.wait()[1], shared[:3])

section('signal')
got = []
for s in (signal.SIGUSR1, signal.SIGALRM): signal.signal(s, lambda n, _: got.append(signal.Signals(n).name))
os.kill(os.getpid(), signal.SIGUSR1); signal.setitimer(signal.ITIMER_REAL, 0.05); time.sleep(0.2); print(got)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2]); os.kill(os.getpid(), signal.SIGUSR2)
print(signal.sigpending(), signal.sigwait([signal.SIGUSR2]), signal.sigtimedwait([signal.SIGUSR2], 0.05))
r, w = os.pipe(); os.set_blocking(w, False); signal.set_wakeup_fd(w); os.kill(os.getpid(), signal.SIGUSR1); print(os.read(r, 9)); signal.set_wakeup_fd(-1)
t0 = time.monotonic(); signal.alarm(1); signal.pause(); print(0.8 < time.monotonic() - t0)

section('tempfile, shutil, pathlib')
with tempfile.TemporaryDirectory() as d:
    base = pathlib.Path(d)
    for i in range(5): (base / f'{i}' / 'sub').mkdir(parents=True); (base / f'{i}' / 'sub' / 'f').write_text(str(i) * 100)
    shutil.copytree(base / '1', base / 'copy'); shutil.move(base / '2', base / 'moved'); shutil.rmtree(base / '3')
    print(sorted(str(p.relative_to(base)) for p in base.rglob('*')), (base / 'copy/sub/f').stat().st_size)
    shutil.make_archive(str(base / 'arc'), 'gztar', base / '4'); print((base / 'arc.tar.gz').exists())
    os.symlink('copy', base / 'link'); print(os.readlink(base / 'link'), (base / 'link').resolve().name, os.path.islink(base / 'link'))
    fd = os.open(base / 'lock', os.O_CREAT | os.O_RDWR); fcntl.flock(fd, fcntl.LOCK_EX); fcntl.lockf(fd, fcntl.LOCK_EX)
    print(sorted(e.name for e in os.scandir(base) if e.is_dir()), len(list(os.walk(base))))
    os.setxattr(base / 'lock', 'user.a', b'v'); print(os.listxattr(base / 'lock'), os.getxattr(base / 'lock', 'user.a'))
print(os.path.exists(d), shutil.disk_usage('/').total > 0)

section('select')
r, w = os.pipe(); ep = select.epoll(); ep.register(r, select.EPOLLIN | select.EPOLLET); po = select.poll(); po.register(r)
print(ep.poll(0), po.poll(0), select.select([r], [w], [], 0)[0] == []); os.write(w, b'x')
print(len(ep.poll(1)), len(ep.poll(0)), len(po.poll(1)), select.select([r], [], [], 1)[0] == [r]); os.close(w); os.read(r, 1); print(po.poll(1)[0][1] == select.POLLHUP)

section('pty')
pid, fd = pty.fork()
if pid == 0:
    os.execvp('sh', ['sh', '-c', 'tty >/dev/null && stty size && read x && echo "got $x"'])
os.write(fd, b'line\n'); out = b''
while True:
    try:
        part = os.read(fd, 1000)
    except OSError as e:
        print(e.errno); break
    if not part: break
    out += part
print(out, os.waitpid(pid, 0)[1])

section('resource, os')
print(resource.getrlimit(resource.RLIMIT_CORE)[0] >= 0, resource.getrusage(resource.RUSAGE_SELF).ru_utime > 0, len(os.sched_getaffinity(0)) > 0)
print(os.path.ismount('/proc'), os.getpriority(os.PRIO_PROCESS, 0), os.cpu_count() > 0, len(os.getrandom(16)), os.umask(0o22))
m = os.memfd_create('x'); os.write(m, b'abc'); print(os.lseek(m, 0, os.SEEK_END), os.sendfile(1, m, 0, 3), flush=True)
print(os.posix_spawn('/bin/echo', ['echo', 'spawned'], {}) > 0, os.wait()[1])
pidfd = os.pidfd_open(os.getpid()); print(pidfd > 0); print(os.copy_file_range(m, os.memfd_create('y'), 3, 0))
