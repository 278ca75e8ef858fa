# Archives: the same bytes out, and the same tree back.
tar c /usr/share/doc 2>/dev/null | sha256sum
tar cz /usr/include/linux 2>/dev/null | tar tvz | sha256sum
mkdir out && tar c -C /usr/include linux asm-generic | tar x -C out && diff -r /usr/include/linux out/linux && echo same
(cd /usr/include/linux && find . -print0 | cpio -0 -o -H newc 2>/dev/null | wc -c) || echo no cpio
