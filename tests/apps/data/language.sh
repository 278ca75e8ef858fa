# The shell language: what /bin/sh scripts do.
set -u
echo "pipe: $(seq 1 1000 | grep 7 | sort -rn | head -3 | tr '\n' ' ')"
(cd /; pwd; exit 3); echo "subshell $?"
cat <<X
here $((1+2)) $(echo doc)
X
cat <<'X'
raw $HOME
X
trap 'echo usr1' USR1; kill -USR1 $$
trap 'echo exit trap' EXIT
sleep 0.2 & sleep 0.1 & wait; echo "waited $?"
(exit 7) & p=$!; wait $p; echo "job $?"
x=$(yes | head -c 100000 | wc -c); echo $x
mkfifo f1; (echo through > f1) & cat f1; wait; rm f1
ls /nonexistent 2>/dev/null; echo $?
false | true; echo $?
kill -TERM $(sh -c 'echo $$; exec sleep 5 >/dev/null' & echo $!) 2>/dev/null; wait
{ (sh -c 'kill -9 $$'); echo $?; } 2>/dev/null
echo "umask $(umask)"; (umask 077; touch mm; stat -c %a mm; rm mm)
[ -t 0 ]; echo tty $?
i=0; while read -r l; do i=$((i+1)); done < /etc/passwd; echo $([ $i -gt 3 ] && echo many)
(ulimit -n 64; ulimit -n)
{ (ulimit -f 1; head -c 1000000 /dev/zero >big); echo "fsize $?"; } 2>/dev/null; wc -c <big
