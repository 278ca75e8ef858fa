# The sqlite3 program.
# app-needs: sqlite3
{ echo 'pragma journal_mode=wal; create table t(a,b);begin;'; seq -f 'insert into t values(%.0f,7);' 20000; echo 'commit;select count(*),sum(b) from t;pragma integrity_check;'; } | sqlite3 a.db
sqlite3 a.db '.dump' | cksum; sqlite3 a.db '.backup b.db' && sqlite3 b.db 'select max(b) from t'; ls
