# SQLite: 100,000 inserts in WAL mode, several connections, recovery.
import os, sqlite3, subprocess, sys
db = sqlite3.connect('t.db', isolation_level=None)
print(db.execute('pragma journal_mode=wal').fetchone(), db.execute('pragma synchronous=normal').fetchall())
db.execute('create table t(id integer primary key, a text, b int)')
for batch in range(100):
    db.execute('begin')
    db.executemany('insert into t(a,b) values(?,?)', (('row %d' % i, i % 97) for i in range(batch * 1000, batch * 1000 + 1000)))
    db.execute('commit')
print(db.execute('select count(*), sum(b), max(a) from t').fetchone())
child = 'import sqlite3; d = sqlite3.connect("t.db", timeout=30); d.execute("insert into t(a,b) values(?,1)", ("child",)); d.commit()'
ps = [subprocess.Popen([sys.executable, '-c', child]) for _ in range(4)]; print([p.wait() for p in ps])
print(db.execute("select count(*) from t where a='child'").fetchone(), db.execute('pragma integrity_check').fetchone())
print(db.execute('pragma wal_checkpoint(truncate)').fetchone(), sorted(os.listdir('.')))
db.close(); print(sorted(os.listdir('.')), os.path.getsize('t.db') > 1000000)
db = sqlite3.connect('t.db'); db.execute('pragma journal_mode=delete'); db.execute('create index i on t(b)'); db.commit()
db.execute('pragma mmap_size=100000000'); print(db.execute('select count(*) from t where b=5').fetchone()); db.execute('vacuum'); db.close()
