# node: files, child processes, worker threads, timers, streams.
# app-needs: node
# app-timeout: 120
cat >t.js <<'X'
const fs = require('fs'), cp = require('child_process'), os = require('os'), path = require('path');
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');
if (!isMainThread) { let n = 0; for (let i = 0; i < 1e6; i++) n += i % workerData; parentPort.postMessage(n); return; }
(async () => {
  fs.mkdirSync('d/e', { recursive: true }); fs.writeFileSync('d/f', 'x'.repeat(100000)); console.log(fs.statSync('d/f').size, fs.readdirSync('d'));
  await fs.promises.copyFile('d/f', 'd/g'); await fs.promises.rename('d/g', 'd/h'); console.log((await fs.promises.readFile('d/h')).length);
  const names = await Promise.all(fs.readdirSync('/usr/include/linux').map(async n => (await fs.promises.stat('/usr/include/linux/' + n)).size)); console.log(names.reduce((a, b) => a + b));
  console.log(cp.execSync('seq 3').toString(), cp.spawnSync('sh', ['-c', 'exit 5']).status);
  const c = cp.spawn('cat'); let got = 0; c.stdout.on('data', b => got += b.length); c.stdin.end(Buffer.alloc(1 << 20)); await new Promise(r => c.on('close', r)); console.log(got);
  const k = cp.spawn('sleep', ['20']); k.kill('SIGKILL'); console.log(await new Promise(r => k.on('exit', (code, sig) => r(sig))));
  console.log(await Promise.all([3, 5, 7].map(d => new Promise(r => new Worker(__filename, { workerData: d }).on('message', r)))));
  process.on('SIGUSR2', () => console.log('signal')); process.kill(process.pid, 'SIGUSR2'); await new Promise(r => setTimeout(r, 100));
  const w = fs.watch('d'); const seen = new Promise(r => w.once('change', (t, f) => r(t + ' ' + f))); fs.writeFileSync('d/watched', ''); console.log(await seen); w.close();
  const f = cp.fork(path.resolve('k.js')); f.send({ n: 6 }); console.log(await new Promise(r => f.on('message', r))); f.disconnect();
  fs.createReadStream('d/f').pipe(require('zlib').createGzip()).pipe(fs.createWriteStream('d/z')).on('finish', () => { console.log(require('zlib').gunzipSync(fs.readFileSync('d/z')).length); fs.rmSync('d', { recursive: true }); console.log(fs.existsSync('d')); });
})();
X
echo 'process.on("message", m => process.send({ r: m.n * 7 }));' >k.js
node t.js 2>&1
