#!/bin/bash
# tests/model/run.sh - checks the models with spin, and that each seeded mistake is found
#
# Skipped where spin is missing (Debian: spin). The last line is the total.
set -uo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
passed=0 failed=0
MISTAKES=6 # channel.pml

if ! command -v spin >/dev/null; then
	echo "no spin"
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
fi
models=$PWD
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

# check MODEL MISTAKE: 0 if no property is violated, 1 if one is, 2 if that is not known.
check() {
	rm -f pan
	spin -DMISTAKE="$2" -a "$models/$1.pml" >log 2>&1 &&
		"${CC:-gcc}" -O2 -w -DSAFETY -DCOLLAPSE -o pan pan.c >>log 2>&1 &&
		timeout 300 ./pan -m1000000 >>log 2>&1 || return 2
	grep -q 'max search depth too small' log && return 2
	grep -qE 'errors: 0$' log && return 0
	grep -qE 'errors: [1-9]' log && return 1
	return 2
}

for mistake in $(seq 0 $MISTAKES); do
	check channel "$mistake"
	found=$?
	if [ $found -eq $((mistake > 0)) ]; then
		passed=$((passed + 1))
	else
		echo "FAILED: channel, mistake $mistake: $found"
		cat log
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
