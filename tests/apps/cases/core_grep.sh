# Reading many files.
grep -rc main /usr/include | sort | sha256sum
grep -rIl --include='*.h' 'struct stat' /usr/include | sort
cat $(find /usr/include -name '*.h' | sort | head -500) | wc
awk '{ n += NF } END { print n }' /usr/include/*.h
sed -n '/^#define/p' /usr/include/*.h | sort | uniq -c | sort -rn | head -5
