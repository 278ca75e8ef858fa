# The project builds in its own sandbox, and what comes out runs.
# app-needs: meson ninja gcc
# app-long
# app-timeout: 900
mkdir tree && (cd "$SOURCE" && tar c --exclude='./build*' --exclude=./.git --exclude=./tests/syscalls .) | tar x -C tree
cd tree && meson setup build >../meson.log 2>&1; echo "meson $?"
ninja -C build -j2 sandbox >../ninja.log 2>&1; echo "ninja $?"; tail -n 3 ../ninja.log | grep -c FAILED
build/sandbox --version | head -n 1 | cut -d' ' -f1; build/sandbox syscalls | wc -l; ninja -C build sandbox | tail -n 1
