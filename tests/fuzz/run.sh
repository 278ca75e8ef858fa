#!/bin/bash
# tests/fuzz/run.sh [SECONDS [SEED]] - the call fuzzer and the probe of every number, in the sandbox
#
# Builds both guest programs and runs them on each platform. SANDBOX names the binary. The last line is
# the total.
set -uo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
SANDBOX=${SANDBOX:-build/sandbox}
seconds=${1:-10}
seed=${2:-$RANDOM$RANDOM}
out=build/guest-tests/fuzz
passed=0 failed=0

compile() {
	${GUEST_CC:-gcc} -std=gnu17 -O2 -g -w -static -pthread -I. "$1" -o "$out/$(basename "$1" .c)"
}

# in_sandbox TITLE ARGS...: one run that must end with status 0.
in_sandbox() {
	local title=$1 status

	shift
	echo "== $title"
	"$SANDBOX" run --bind "$PWD/$out:/fuzz:ro" --timeout $((seconds * 3 + 120))s "$@"
	status=$?
	if [ $status -eq 0 ]; then
		passed=$((passed + 1))
	else
		echo "FAILED: $title: status $status"
		failed=$((failed + 1))
	fi
}

mkdir -p "$out" && compile tests/fuzz/syscall_fuzz.c && compile tests/probe/every_number.c || {
	echo "0 passed, 1 failed"
	exit 1
}
for platform in ${PLATFORMS:-notify ptrace}; do
	for forward in audited none; do
		options=(--platform "$platform" --forward "$forward")
		in_sandbox "every number, $platform, forward $forward" "${options[@]}" /fuzz/every_number
		in_sandbox "random calls, $platform, forward $forward, seed $seed" "${options[@]}" \
			/fuzz/syscall_fuzz --seconds "$seconds" --seed "$seed"
	done
done
if [[ " ${PLATFORMS:-notify} " == *" notify "* ]]; then
	in_sandbox "messages in channels, seed $seed" --platform notify --fast-path always \
		/fuzz/syscall_fuzz --seconds "$seconds" --seed "$seed" --channels 1 --calls 2000
fi
in_sandbox "calls on sockets, seed $seed" /fuzz/syscall_fuzz --seconds "$seconds" --seed "$seed" \
	--sockets 1
in_sandbox "requests to io_uring, seed $seed" /fuzz/syscall_fuzz --seconds "$seconds" --seed "$seed" \
	--urings 1
if ninja -C build tests/unit/channel_parts >/dev/null; then
	echo "== the sentry's side of a channel, seed $seed"
	if build/tests/unit/channel_parts --messages $((seconds * 200000)) --seed "$seed"; then
		passed=$((passed + 1))
	else
		echo "FAILED: channel_parts: status $?"
		failed=$((failed + 1))
	fi
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
