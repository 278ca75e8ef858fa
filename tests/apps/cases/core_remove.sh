# 20,000 files made, listed and removed.
mkdir d && cd d && for i in $(seq 20); do mkdir "$i" && (cd "$i" && seq -f 'file%g' 1000 | xargs touch); done
find . | sort | cksum; ls 7 | wc -l; find . -type f -name '*9' -delete; find . | wc -l
cd .. && rm -r d && ls | wc -l
