# The shell language as three shells have it.
# app-needs: bash dash busybox
for shell in bash dash 'busybox sh'; do
	echo "== $shell"
	$shell "$APPS/data/language.sh" 2>&1
	echo "status $?"
done
