# A static program with many faces.
# app-needs: busybox
busybox sh -c 'for i in 1 2 3; do echo $i; done | busybox tac'
busybox find /usr/include/linux -type f | busybox sort | busybox md5sum
busybox tar c -C /usr/include linux | busybox gzip | busybox tar tz | busybox wc -l
busybox awk 'BEGIN { while (("busybox ls /usr/include/linux" | getline l) > 0) n++; print n }'
busybox vi --help 2>&1 | head -n 1 | cut -c1-7; busybox ps >/dev/null; echo $?
busybox mkdir -p a/b; busybox touch a/b/c; busybox rm -r a; busybox ls
busybox sh -c 'busybox sleep 5 & busybox kill $!; wait $!; echo $?'
