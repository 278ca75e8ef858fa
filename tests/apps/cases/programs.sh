# More programs of daily use; those that are not installed are left out in both runs.
# app-long
# app-timeout: 600
part() { echo "== $1"; command -v "$1" >/dev/null; }
part zip && cp -r /usr/include/linux . && zip -qr a.zip linux && unzip -q a.zip -d out && diff -r linux out/linux && echo same
part cmake && mkdir s && (cd s && printf 'cmake_minimum_required(VERSION 3.10)\nproject(p C)\nenable_testing()\nadd_executable(m m.c)\nadd_test(NAME t COMMAND m)\n' >CMakeLists.txt &&
	echo 'int main(void) { return 0; }' >m.c && cmake -S . -B b >log 2>&1; cmake --build b -j2 >>log 2>&1; echo $?; cd b && ctest 2>&1 | grep -c '100% tests passed')
part gpg && export GNUPGHOME=$PWD/g && mkdir -m 700 g && gpg --batch -q --passphrase '' --quick-gen-key a@b default default never 2>/dev/null; echo text >t
[ -d g ] && gpg -q --batch -e -r a@b -o t.gpg t 2>/dev/null && gpg -q --batch -d t.gpg 2>/dev/null; [ -d g ] && gpgconf --kill all
part openssl && openssl genrsa 2048 2>/dev/null | openssl rsa -check -noout 2>&1 && openssl dgst -sha256 /bin/true | cksum
part ssh-agent && ssh-keygen -q -t ed25519 -N '' -f k && eval "$(ssh-agent -a ./agent)" >/dev/null && ssh-add k 2>/dev/null; ssh-add -l 2>/dev/null | wc -l; ssh-agent -k >/dev/null 2>&1
part dpkg && dpkg -l | wc -l && dpkg -S /bin/ls && apt-cache policy bash | head -n 2
part fakeroot && fakeroot sh -c 'touch f; chown 0:0 f; stat -c %u:%g f; mknod d c 1 3; stat -c %F d'
part tclsh && echo 'puts [exec seq 3]; set f [open "|cat" r+]; puts $f hi; flush $f; puts [gets $f]; close $f; after 50 {set x 1}; vwait x; puts done' | tclsh
part jq && seq 1000 | jq -s add
part npm && npm --version | wc -l
for c in gzip bzip2 xz zstd; do part $c && $c -k -c /bin/bash >f.$c && $c -d -c f.$c | cmp - /bin/bash && echo ok; done
part autoconf && mkdir a && (cd a && printf 'AC_INIT([x],[1])\nAC_PROG_CC\nAC_CHECK_FUNCS([fork epoll_create1 memfd_create])\nAC_OUTPUT\n' >configure.ac && autoconf && ./configure 2>&1 | tail -n 5)
part valgrind && echo 'int main(void) { return 3; }' >v.c && gcc v.c -o v && valgrind -q ./v; echo $?
part postgres || PATH=$PATH:$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
if [ "$(id -u)" -ne 0 ] && command -v initdb >/dev/null; then
	initdb -D db -U u -A trust >/dev/null 2>&1; echo "init $?"
	pg_ctl -D db -w -o "-c listen_addresses='' -k $PWD" -l log start >/dev/null 2>&1; echo "start $?"
	psql -h "$PWD" -U u postgres -Atc 'create table t(a int); insert into t select generate_series(1,10000); select sum(a) from t'
	pg_ctl -D db -m fast stop >/dev/null; echo "stop $?"
fi
part flock && flock -n . echo locked; fallocate -l 1M big && stat -c %s big; setsid -w sh -c 'exit 4'; echo $?; ipcmk -M 1000 >/dev/null && ipcs -m | wc -l >/dev/null; runcon 2>/dev/null; echo $?
seq 100000 | shuf --random-source=<(yes) | sort -n --parallel=2 | md5sum; csplit -s /etc/passwd 5 && ls xx*; factor 123456789; script -qc 'echo in script' /dev/null
# Thousands of files that git maps one by one.
if part git; then
	git init -q r && cd r && git config user.email a@b && git config user.name n && git config gc.auto 0
	cp -r /usr/include . && git add -A && GIT_AUTHOR_DATE='2001-02-03T04:05:06Z' GIT_COMMITTER_DATE='2001-02-03T04:05:06Z' git commit -qm x
	git rev-parse HEAD; git fsck --full 2>&1 | tail -n 1; git gc -q; git count-objects -v | grep -E '^(count|packs)'; git clone -q . ../c && git -C ../c ls-files | wc -l
fi
