# make -j2 of a project of several directories and programs.
# app-needs: gcc make
cp -r "$SOURCE/sentry" "$SOURCE/tests" . 2>/dev/null
mkdir -p src/lib src/app && cd src || exit 1
for i in $(seq 24); do
	printf '#include "all.h"\nint f%d(int x) { return snprintf(0, 0, "%%d", x) + %d; }\n' "$i" "$i" >lib/f$i.c
	echo "int f$i(int x);"
done | cat <(echo '#include <stdio.h>') - >lib/all.h
{ echo '#include "../lib/all.h"'; echo 'int main(void) { long n = 0;'; seq -f ' n += f%g(n);' 24; echo 'printf("%ld\n", n); return 0; }'; } >app/main.c
cat >Makefile <<'X'
OBJS := $(patsubst %.c,%.o,$(wildcard lib/*.c))
all: prog check
lib/lib.a: $(OBJS)
	@rm -f $@; ar rcD $@ $(sort $^)
prog: app/main.o lib/lib.a
	@$(CC) -o $@ $^
%.o: %.c lib/all.h
	@$(CC) -O2 -MMD -c -o $@ $<
check: prog
	@./prog
	@$(MAKE) -s -C app -f ../sub.mk
X
printf 'all:\n\t@echo sub-make in $(notdir $(CURDIR)) level $(MAKELEVEL)\n' >sub.mk
make -j2 2>&1; echo $?
make -j2 2>&1; touch lib/f3.c; make -n | grep -c f3; make -j2; cksum lib/lib.a
