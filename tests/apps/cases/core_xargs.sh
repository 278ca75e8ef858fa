# Parallel children.
seq 300000 | xargs -P4 -n 5000 sh -c 'echo $#' | sort | uniq -c
seq 40 | xargs -P4 -I{} sh -c 'exit $(({} % 5 == 6))'; echo $?
find /usr/include -name '*.h' -print0 | xargs -0 -P4 -n 200 cksum | sort | cksum
seq 8 | xargs -P8 -n1 sh -c 'sleep 0.3; echo done'
