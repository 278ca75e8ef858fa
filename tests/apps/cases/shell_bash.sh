# What only bash has: wait -n, process substitution, coprocesses, job control.
exec 2>&1
sleep 0.3 & sleep 0.1 & false & wait -n; echo "n $?"; wait -n; echo $?; wait -n; echo $?; wait -n; echo $?
diff <(seq 5) <(seq 2 6)
set -o pipefail; false | true; echo $?; echo "${PIPESTATUS[@]}"
coproc cat; echo hi >&${COPROC[1]}; read -r l <&${COPROC[0]}; echo "co $l"; exec {COPROC[1]}>&-; wait
read -t 0.1 -r x < <(sleep 1); echo "t $?"
cat <<< "string"
trap 'echo chld' CHLD; set -m; (exit 1) & wait; trap - CHLD; set +m
timeout 0.2 sleep 5; echo "timeout $?"
mapfile -t A < <(seq 3); echo "${A[*]}"
exec 5<>f2; echo abc >&5; cat f2; rm f2; exec 5>&-
f() { local r; trap 'echo ret' RETURN; }; f
( trap 'echo term; exit 9' TERM; sleep 5 & wait ) & p=$!; sleep 0.3; kill $p; wait $p; echo $?
ulimit -n 100; ulimit -n; ulimit -S -s 4096; ulimit -s
{ (ulimit -S -t 1; while :; do :; done); echo "cpu limit $?"; } 2>/dev/null
{ (ulimit -t 1; while :; do :; done); echo "cpu limit $?"; } 2>/dev/null
for i in 1 2 3 4 5 6 7 8; do (exit $i) & done
sum=0; for i in 1 2 3 4 5 6 7 8; do wait -n; sum=$((sum + $?)); done; echo "sum $sum"
