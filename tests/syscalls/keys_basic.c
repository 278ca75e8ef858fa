/*
 * tests/syscalls/keys_basic.c - add_key(2), keyctl(2): payloads, links, permissions, states
 */
#include "check.h"
#include <linux/keyctl.h>

#define PROCESS KEY_SPEC_PROCESS_KEYRING
#define keyctl(...) raw(SYS_keyctl, __VA_ARGS__)

static long add(const char *type, const char *desc, const char *payload, size_t len, int ring)
{
	return raw(SYS_add_key, type, desc, payload, len, ring);
}

static void show_description(const char *what, int key)
{
	char buf[256];
	long n = keyctl(KEYCTL_DESCRIBE, key, buf, sizeof(buf));
	char *type = strtok(buf, ";"), *desc = NULL, *perm = NULL;

	for (char *p = strtok(NULL, ";"); p; p = strtok(NULL, ";")) {
		perm = desc;
		desc = p;
	}
	say("%s: %s %s %s, length %s", what, type, perm, desc, n > 0 ? "ok" : "bad");
}

static void payloads(int key)
{
	char buf[16] = "";

	show_description("user key", key);
	show("read", keyctl(KEYCTL_READ, key, buf, sizeof(buf)));
	show_str("payload", buf);
	buf[0] = '-';
	show("read into too little", keyctl(KEYCTL_READ, key, buf, 2));
	show_str("payload", buf);
	show("length", keyctl(KEYCTL_READ, key, NULL, 0));
	show("update", keyctl(KEYCTL_UPDATE, key, "longer", 6));
	show("read", keyctl(KEYCTL_READ, key, buf, sizeof(buf)));
	show_str("payload", buf);
	show_true("add again", add("user", "k", "third", 5, PROCESS) == key);
	show("read", keyctl(KEYCTL_READ, key, buf, sizeof(buf)));
	show("bad buffer", keyctl(KEYCTL_READ, key, BAD_PTR, 100));
	show("bad payload", keyctl(KEYCTL_UPDATE, key, BAD_PTR, 3));
	show("update with nothing", keyctl(KEYCTL_UPDATE, key, NULL, 0));
}

static void rings(int key)
{
	int ring = add("keyring", "r", NULL, 0, PROCESS), deep, serials[8];

	show_description("ring", ring);
	show("empty", keyctl(KEYCTL_READ, ring, serials, sizeof(serials)));
	show("link", keyctl(KEYCTL_LINK, key, ring));
	show("link again", keyctl(KEYCTL_LINK, key, ring));
	show("one", keyctl(KEYCTL_READ, ring, serials, sizeof(serials)));
	show_true("it", serials[0] == key);
	show("circle", keyctl(KEYCTL_LINK, ring, ring));
	deep = add("keyring", "deep", NULL, 0, ring);
	show("longer circle", keyctl(KEYCTL_LINK, ring, deep));
	add("user", "below", "x", 1, deep);
	show_ok("search", keyctl(KEYCTL_SEARCH, PROCESS, "user", "below", 0));
	show("search in vain", keyctl(KEYCTL_SEARCH, PROCESS, "user", "nothing", 0));
	show("search for a type", keyctl(KEYCTL_SEARCH, PROCESS, "nothing", "below", 0));
	show("link into a key", keyctl(KEYCTL_LINK, ring, key));
	show("unlink", keyctl(KEYCTL_UNLINK, key, ring));
	show("unlink again", keyctl(KEYCTL_UNLINK, key, ring));
	show("update a ring", keyctl(KEYCTL_UPDATE, ring, "x", 1));
	show("move", keyctl(KEYCTL_MOVE, key, PROCESS, ring, 0));
	show("move again", keyctl(KEYCTL_MOVE, key, PROCESS, ring, 0));
	show("move back", keyctl(KEYCTL_MOVE, key, ring, PROCESS, KEYCTL_MOVE_EXCL));
	show("clear a key", keyctl(KEYCTL_CLEAR, key));
	show("clear", keyctl(KEYCTL_CLEAR, ring));
	show("replaced", add("keyring", "r", NULL, 0, PROCESS) != ring);
}

static void states(void)
{
	int key = add("user", "s", "x", 1, PROCESS);
	int logon = add("logon", "s:l", "x", 1, PROCESS);

	show("read logon", keyctl(KEYCTL_READ, logon, NULL, 0));
	show_description("logon key", logon);
	show("permissions", keyctl(KEYCTL_SETPERM, key, 0x3f000000));
	show("bad permissions", keyctl(KEYCTL_SETPERM, key, 0x80000000));
	show("not to be written", keyctl(KEYCTL_SETPERM, key, 0x21000000));
	show("update", keyctl(KEYCTL_UPDATE, key, "y", 1));
	/* It can still be searched for as a part of the ring: no. */
	show("add", add("user", "s", "y", 1, PROCESS));
	key = add("user", "revoked", "x", 1, PROCESS);
	show("revoke", keyctl(KEYCTL_REVOKE, key));
	show("read revoked", keyctl(KEYCTL_READ, key, NULL, 0));
	key = add("user", "invalid", "x", 1, PROCESS);
	show("invalidate", keyctl(KEYCTL_INVALIDATE, key));
	show_true("read invalid", keyctl(KEYCTL_READ, key, NULL, 0) < 0); /* gone, or about to go */
	key = add("user", "soon", "x", 1, PROCESS);
	show("time-out", keyctl(KEYCTL_SET_TIMEOUT, key, 1000));
	show("read soon", keyctl(KEYCTL_READ, key, NULL, 0));
	show_true("request", raw(SYS_request_key, "user", "soon", NULL, 0) == key);
	show("request nothing", raw(SYS_request_key, "user", "nothing", NULL, 0));
	show("request bad type", raw(SYS_request_key, "nothing", "x", NULL, 0));
}

static void errors(void)
{
	show("no type", add("nothing", "x", "x", 1, PROCESS));
	show("hidden type", add(".x", "x", "x", 1, PROCESS));
	show("empty type", add("", "x", "x", 1, PROCESS));
	show("empty description", add("user", "", "x", 1, PROCESS));
	show("hidden ring", add("keyring", ".x", NULL, 0, PROCESS));
	show("payload of a ring", add("keyring", "x", "x", 1, PROCESS));
	show("no payload", add("user", "x", NULL, 0, PROCESS));
	show("logon without prefix", add("logon", "x", "x", 1, PROCESS));
	show("large", add("user", "x", "x", 1 << 20, PROCESS));
	show("bad payload", add("user", "x", BAD_PTR, 1, PROCESS));
	show("bad type", raw(SYS_add_key, BAD_PTR, "x", "x", 1, PROCESS));
	show("bad description", raw(SYS_add_key, "user", BAD_PTR, "x", 1, PROCESS));
	show("group ring", add("user", "x", "x", 1, KEY_SPEC_GROUP_KEYRING));
	show("ring 0", add("user", "x", "x", 1, 0));
	show("ring -99", add("user", "x", "x", 1, -99));
	show("operation", keyctl(9999, 0, 0, 0, 0));
	show("hidden session", keyctl(KEYCTL_JOIN_SESSION_KEYRING, ".x"));
	show("no thread ring", keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_THREAD_KEYRING, 0));
	show("authority", keyctl(KEYCTL_ASSUME_AUTHORITY, 0));
	show("bad authority", keyctl(KEYCTL_ASSUME_AUTHORITY, -1));
}

int main(void)
{
	int key = add("user", "k", "hello", 5, PROCESS);

	show_true("key", key > 0);
	payloads(key);
	rings(key);
	states();
	errors();
	return 0;
}
