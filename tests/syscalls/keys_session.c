/*
 * tests/syscalls/keys_session.c - keyrings of sessions, processes and threads over fork and threads;
 * request_key(2) of a key that nobody makes
 */
#include "check.h"
#include <linux/keyctl.h>
#include <pthread.h>

#define keyctl(...) raw(SYS_keyctl, __VA_ARGS__)

static int session, process, thread;

static long ring_id(int spec, int create)
{
	return keyctl(KEYCTL_GET_KEYRING_ID, spec, create);
}

static int child(void *arg)
{
	(void)arg;
	show_true("child: same session", ring_id(KEY_SPEC_SESSION_KEYRING, 0) == session);
	show("child: process", ring_id(KEY_SPEC_PROCESS_KEYRING, 0));
	show("child: thread", ring_id(KEY_SPEC_THREAD_KEYRING, 0));
	show_true("child: finds", raw(SYS_request_key, "user", "shared", NULL, 0) > 0);
	show("child: does not find", raw(SYS_request_key, "user", "mine", NULL, 0));
	show("child: may not read", keyctl(KEYCTL_READ, process, NULL, 0));
	show_true("child: joins another", keyctl(KEYCTL_JOIN_SESSION_KEYRING, NULL) != session);
	show("child: finds no more", raw(SYS_request_key, "user", "shared", NULL, 0));
	return 0;
}

static int giver(void *arg)
{
	(void)arg;
	session = keyctl(KEYCTL_JOIN_SESSION_KEYRING, NULL);
	raw(SYS_add_key, "user", "given", "x", 1, KEY_SPEC_SESSION_KEYRING);
	return show("to parent", keyctl(KEYCTL_SESSION_TO_PARENT, 0, 0, 0, 0));
}

static void *sibling(void *arg)
{
	show_true("sibling: process", ring_id(KEY_SPEC_PROCESS_KEYRING, 0) == process);
	show_true("sibling: thread", ring_id(KEY_SPEC_THREAD_KEYRING, 0) > 0);
	show_true("sibling: its own", ring_id(KEY_SPEC_THREAD_KEYRING, 0) != thread);
	return arg;
}

static void negative(void)
{
	int id = 0;
	char buf[8];
	int ring = raw(SYS_add_key, "keyring", "dest", NULL, 0, KEY_SPEC_PROCESS_KEYRING);

	show("no call-out", raw(SYS_request_key, "user", "nobody", NULL, ring));
	show("empty", keyctl(KEYCTL_READ, ring, NULL, 0));
	/* Without a helper program it is ENOENT the first time. */
	show_true("call-out", raw(SYS_request_key, "user", "nobody", "info", ring) < 0);
	show("one", keyctl(KEYCTL_READ, ring, &id, sizeof(id)));
	show("again", raw(SYS_request_key, "user", "nobody", "info", ring));
	show("read", keyctl(KEYCTL_READ, id, buf, sizeof(buf)));
	show("keyring", raw(SYS_request_key, "keyring", "nobody", "info", ring));
	show("added over it", raw(SYS_add_key, "user", "nobody", "x", 1, ring) == id);
	show("read", keyctl(KEYCTL_READ, id, buf, sizeof(buf)));
	show("default", keyctl(KEYCTL_SET_REQKEY_KEYRING, KEY_REQKEY_DEFL_THREAD_KEYRING));
	show("default", keyctl(KEYCTL_SET_REQKEY_KEYRING, KEY_REQKEY_DEFL_NO_CHANGE));
	show("default", keyctl(KEYCTL_SET_REQKEY_KEYRING, KEY_REQKEY_DEFL_GROUP_KEYRING));
}

int main(void)
{
	pthread_t other;

	session = keyctl(KEYCTL_JOIN_SESSION_KEYRING, NULL);
	show_true("session", session > 0);
	show_true("it", ring_id(KEY_SPEC_SESSION_KEYRING, 0) == session);
	process = ring_id(KEY_SPEC_PROCESS_KEYRING, 1);
	thread = ring_id(KEY_SPEC_THREAD_KEYRING, 1);
	show_true("three", process > 0 && thread > 0 && process != thread && thread != session);
	raw(SYS_add_key, "user", "shared", "x", 1, KEY_SPEC_SESSION_KEYRING);
	raw(SYS_add_key, "user", "mine", "x", 1, KEY_SPEC_PROCESS_KEYRING);
	show_status("child", run_child(child, NULL));
	pthread_create(&other, NULL, sibling, NULL);
	pthread_join(other, NULL);
	show("not given yet", raw(SYS_request_key, "user", "given", NULL, 0));
	show_status("giver", run_child(giver, NULL));
	show_true("given", raw(SYS_request_key, "user", "given", NULL, 0) > 0);
	negative();
	show_true("named", keyctl(KEYCTL_JOIN_SESSION_KEYRING, "keys_session") > 0);
	show("joined again", keyctl(KEYCTL_JOIN_SESSION_KEYRING, "keys_session") < 1);
	show_true("user rings", ring_id(KEY_SPEC_USER_KEYRING, 0) > 0 &&
					ring_id(KEY_SPEC_USER_SESSION_KEYRING, 0) > 0);
	return 0;
}
