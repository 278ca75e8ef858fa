# Copies with attributes, links, sparse files, moves and removals.
cp -a /usr/include/linux x && diff -r /usr/include/linux x && find x -type f -printf '%p %m %s %T@\n' -o -printf '%p %m %T@\n' | sed 1d | sort | cksum
cp -al x y && find y -type f -links 2 | wc -l && rm -r x && find y -type f -links 1 | wc -l
mkdir -p a/b/c && mv y a/b/c && find a | wc -l
truncate -s 100M sparse && echo end >>sparse && cp --sparse=always sparse sparse2 && cmp sparse sparse2 && stat -c '%s' sparse2
[ "$(stat -c %b sparse2)" -lt 1000 ] && echo sparse
dd if=/dev/zero of=dd bs=64k count=160 conv=fsync 2>/dev/null; wc -c <dd
install -D -m 750 /bin/true i/n/s/true && stat -c '%a %s' i/n/s/true && i/n/s/true; echo $?
ln -s ../a s && readlink -f s | sed 's,.*/,,'; cp -P s s2; readlink s2
touch -d '2001-02-03 04:05:06.789' t && stat -c '%y' t; touch -r t t2; stat -c %y t2
chmod u=rw,g=r,o= t && stat -c %A t; chmod +t a; stat -c %A a
ln t hard && stat -c %h t && mv hard t3 && rm t && stat -c %h t3
rename=$(mktemp -d ./XXXXXXXX) && mv "$rename" q && rmdir q && echo renamed
split -n 5 dd part. && cat part.* | cmp - dd && ls part.*
shred -u part.aa && ls part.*
df -P . | wc -l; du -s a | wc -l
rm -rf a i && ls
