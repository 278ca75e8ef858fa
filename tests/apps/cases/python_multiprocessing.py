# Processes with queues, pools, shared memory and locks; all three start methods.
# app-timeout: 120
import multiprocessing as mp
import os, sys, time

def square(x): return x * x
def child(q, c, lock, v):
    for _ in range(50):
        with lock: v.value += 1
    q.put(os.getppid() != os.getpid()); c.send({'a': [1, 2, b'x' * 100000]}); c.close()

def use(method):
    ctx = mp.get_context(method)
    q, pipes, lock, v = ctx.Queue(), [ctx.Pipe() for _ in range(3)], ctx.Lock(), ctx.Value('i', 0)
    ps = [ctx.Process(target=child, args=(q, b, lock, v)) for _, b in pipes]
    [p.start() for p in ps]
    print(method, [q.get(timeout=60) for _ in ps], [len(a.recv()['a'][2]) for a, _ in pipes])
    [p.join() for p in ps]; print([p.exitcode for p in ps], v.value)
    with ctx.Pool(2) as pool:
        print(sum(pool.map(square, range(200))), pool.apply(square, (9,)), sorted(pool.imap_unordered(square, range(5))))

if __name__ == '__main__':
    for method in sys.argv[1:] or ['fork', 'spawn', 'forkserver']: use(method)
    p = mp.Process(target=time.sleep, args=(30,)); p.start(); p.terminate(); p.join(); print(p.exitcode)
    s = mp.Semaphore(2); print(s.acquire(), s.acquire(), s.acquire(False))
    from multiprocessing import shared_memory
    m = shared_memory.SharedMemory(create=True, size=4096); m.buf[:3] = b'abc'
    o = shared_memory.SharedMemory(name=m.name); print(bytes(o.buf[:3])); o.close(); m.close(); m.unlink()
    from concurrent.futures import ProcessPoolExecutor
    with ProcessPoolExecutor(2, mp_context=mp.get_context('fork')) as ex: print(sum(ex.map(square, range(100), chunksize=10)))
