# What else scripts use.
date -u -d @86400 +%F; env -i A=b env; nice -n 5 nice; nohup echo hup 2>/dev/null
id -u; id -un; uname -sm; pwd | tr -dc / | wc -c; hostname >/dev/null && echo host
tee f1 f2 <<<tee | cat; cmp f1 f2 && echo equal; paste f1 f2; comm f1 f2
timeout 0.2 sleep 9; echo $?; timeout -s KILL 0.2 sleep 9; echo $?
setsid sh -c 'echo session'; stdbuf -o0 echo unbuffered; time -p true 2>/dev/null
seq 5 | tail -n 2; (sleep 0.2; echo late >>f1) & tail -f --pid=$! -s 0.1 f1; wait
flock f1 sh -c 'flock -n f1 true; echo "locked $?"'; mkfifo p; (cat p | wc -c) & head -c 300000 /dev/zero >p; wait
head -c 1000000 /dev/urandom | gzip | gunzip | wc -c; head -c 100000 /dev/zero | xz | xz -d | cksum
yes | head -n 1000000 | md5sum; printf '%s\n' c a b | sort | tr '\n' ' '; echo
od -An -tx1 -N4 /dev/zero; test -c /dev/null && test -r /dev/tty; echo $?
ps -o comm= -p $$; kill -l 9; pgrep -x nonesuch; echo $?; (sleep 30 & kill $!; wait $!; echo $?) 2>/dev/null
realpath /usr/../bin; readlink /proc/self/exe | sed 's,.*/,,'; basename "$(readlink /proc/$$/cwd)" >/dev/null && echo cwd
stat -c '%F %a' /tmp /dev/null /etc/passwd /bin; mktemp -d ./tXXXXXX >/dev/null && echo made
nproc >/dev/null && echo cpus; free >/dev/null && echo free; uptime >/dev/null && echo uptime; mount | wc -l >/dev/null && echo mount
