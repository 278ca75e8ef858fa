# Compilers: C, C++, preprocessed output, shared and static libraries, both compilers.
# app-needs: gcc clang g++ ar
# app-timeout: 120
cat >hello.c <<'X'
#include <stdio.h>
#include <pthread.h>
static void *run(void *p) { return p; }
int main(void) { pthread_t t; void *r; pthread_create(&t, 0, run, "world"); pthread_join(t, &r); return printf("hello %s\n", (char *)r) == 12 ? 0 : 1; }
X
cat >lib.c <<'X'
int answer(void) { return 42; }
X
cat >use.c <<'X'
#include <stdio.h>
#include <dlfcn.h>
int answer(void);
int main(void) { void *h = dlopen("./liblib.so", RTLD_NOW); printf("%d %d\n", answer(), ((int (*)(void))dlsym(h, "answer"))()); }
X
cat >many.cc <<'X'
#include <atomic>
#include <filesystem>
#include <iostream>
#include <map>
#include <regex>
#include <stdexcept>
#include <thread>
#include <vector>
int main() {
	std::atomic<int> n{0}; std::vector<std::thread> all; std::map<std::string, int> m;
	for (int i = 0; i < 8; i++) all.emplace_back([&n] { for (int j = 0; j < 1000; j++) n++; });
	for (auto &t : all) t.join();
	for (auto &e : std::filesystem::directory_iterator("/usr/include/linux")) m[e.path().extension()]++;
	try { throw std::runtime_error("thrown"); } catch (std::exception &e) { std::cout << e.what() << " " << n << " " << m[".h"] << std::endl; }
	return std::regex_match("abc", std::regex("a.c")) ? 0 : 1;
}
X
for cc in gcc clang; do
	cxx=$cc++; [ $cc = gcc ] && cxx=g++
	$cc -O2 -g -pthread hello.c -o hello && ./hello; echo "$cc $?"
	$cc -static -O1 -pthread hello.c -o static && ./static; echo "static $?"
	$cc -shared -fPIC lib.c -o liblib.so && $cc -c lib.c && ar rcs liblib.a lib.o &&
		$cc use.c -L. -Wl,-rpath,. -llib -o use && ./use
	$cc -O2 -S -o - lib.c | cksum; $cc -E hello.c | cksum
	${cxx} -std=c++17 -O1 -pthread many.cc -o many && ./many; echo "C++ $?"
	$cc -flto -O2 hello.c -pthread -o lto && ./lto
	$cc -c nonesuch.c 2>/dev/null; echo "missing $?"
done
nm liblib.so | grep -c answer; objdump -d lib.o | grep -c ret; strip hello && ./hello; size hello | wc -l
