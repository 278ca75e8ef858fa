# A sort that does not fit into its memory: merges temporary files.
# app-long
# app-timeout: 300
awk 'BEGIN { for (i = 0; i < 4000000; i++) { x = (x * 1103515245 + 12345) % 2147483648; printf "%010d %038d\n", x, i } }' >big
wc -c <big
sort -S 10M -T . big | sha256sum
sort -S 10M -T . -k2 -r --compress-program=gzip big | head -n 2000000 | cksum
