# asyncio with subprocesses, pipes and signals.
import asyncio, os, signal

async def run(*cmd, data=None):
    p = await asyncio.create_subprocess_exec(*cmd, stdin=-1, stdout=-1)
    out, _ = await p.communicate(data)
    return len(out), p.returncode

async def main():
    print(await asyncio.gather(*(run('sh', '-c', 'sleep 0.%d; seq %d' % (i % 3, i * 100)) for i in range(12))))
    print(await run('cat', data=b'x' * 2_000_000))
    p = await asyncio.create_subprocess_shell('exec sleep 30'); p.kill(); print(await p.wait())
    try:
        await asyncio.wait_for(asyncio.sleep(9), 0.1)
    except asyncio.TimeoutError:
        print('timeout')
    loop = asyncio.get_running_loop(); got = asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, got.set); os.kill(os.getpid(), signal.SIGUSR1)
    await asyncio.wait_for(got.wait(), 5); print('signal')
    r, w = os.pipe(); reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(r, 'rb'))
    t, _ = await loop.connect_write_pipe(asyncio.Protocol, os.fdopen(w, 'wb'))
    t.write(b'line\n' * 20000); t.close(); print(len(await reader.read()))
    print(await loop.run_in_executor(None, sum, range(1000)))

asyncio.run(main())
