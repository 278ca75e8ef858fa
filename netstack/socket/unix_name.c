/*
 * netstack/socket/unix_name.c - addresses of AF_UNIX sockets: bind(2), and finding who is meant
 *
 * Model: a path name is a socket inode made by vfs_mknod(); the socket is found by that inode as
 * long as it lives, whatever the names of the inode become. Abstract names live in a table of their
 * own, apart for each type, as in Linux. Autobind picks an abstract name of five hex digits.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "fs/vfs/file.h"
#include "fs/vfs/landlock.h"
#include "netstack/socket/unix_impl.h"
#include "sentry/base/mem.h"
#include "sentry/fs_context.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

#define AUTO_NAMES 0x100000u

int unix_check_addr(const struct sockaddr_storage *a, int len)
{
	if (len <= UNIX_PATH_OFFSET || len > (int)sizeof(struct sockaddr_un) ||
	    a->ss_family != AF_UNIX)
		return -EINVAL;
	return 0;
}

static struct unix_addr *addr_new(const struct sockaddr_storage *a, int len)
{
	struct unix_addr *n = mem_zalloc(sizeof(*n));

	if (n == NULL)
		return NULL;
	memcpy(&n->name, a, (size_t)len);
	n->len = len;
	if (n->name.sun_path[0]) { /* the path ends at its NUL, which counts */
		size_t max = (size_t)(len - UNIX_PATH_OFFSET);
		size_t path = strnlen(n->name.sun_path, max);

		memset((char *)&n->name + UNIX_PATH_OFFSET + path, 0,
		       sizeof(n->name) - (size_t)UNIX_PATH_OFFSET - path);
		n->len = UNIX_PATH_OFFSET + (int)path + 1;
	}
	return n;
}

struct unix_addr *unix_addr_copy(const struct unix_addr *a)
{
	return mem_memdup(a, sizeof(*a));
}

int unix_getname(struct socket *s, bool peer, struct sockaddr_storage *ret)
{
	struct unix_sock *u = unix_of(s), *of = u;
	const struct unix_addr *a;
	int len = UNIX_PATH_OFFSET;

	if (peer) {
		of = unix_peer_get(u);
		if (of == NULL)
			return -ENOTCONN;
	}
	a = atomic_load_explicit(&of->addr, memory_order_acquire);
	memset(ret, 0, sizeof(*ret));
	ret->ss_family = AF_UNIX;
	if (a) {
		memcpy(ret, &a->name, (size_t)MIN(a->len, (int)sizeof(a->name)));
		len = a->len;
	}
	if (peer)
		unix_put(of);
	return len;
}

/* ---- tables ---- */

static uint64_t name_hash(int type, const struct sockaddr_un *name, int len)
{
	return hash_bytes(name->sun_path, (size_t)(len - UNIX_PATH_OFFSET)) ^
	       hash_u64((uint64_t)type);
}

static struct unix_sock *find_name_locked(struct unix_net *net, int type,
					  const struct sockaddr_un *name, int len)
{
	struct unix_sock *u;

	hash_for_each_possible(&net->by_name, u, name_node, name_hash(type, name, len)) {
		const struct unix_addr *a = atomic_load(&u->addr);

		if (u->sock.type == type && a->len == len &&
		    memcmp(a->name.sun_path, name->sun_path, (size_t)(len - UNIX_PATH_OFFSET)) == 0)
			return u;
	}
	return NULL;
}

static struct unix_sock *find_inode_locked(struct unix_net *net, const struct inode *in)
{
	struct unix_sock *u;

	hash_for_each_possible(&net->by_inode, u, name_node, hash_u64((uintptr_t)in))
		if (u->path.dentry->inode == in)
			return u;
	return NULL;
}

void unix_unname_locked(struct unix_net *net, struct unix_sock *u, struct path *ret_path)
{
	*ret_path = u->path;
	u->path = (struct path){NULL, NULL};
	if (!hash_linked(&u->name_node))
		return;
	hash_del(ret_path->dentry ? &net->by_inode : &net->by_name, &u->name_node);
}

/* ---- bind ---- */

/* Publishes the address, which u takes over on success. */
static int name_abstract(struct unix_net *net, struct unix_sock *u, struct unix_addr *a)
{
	int err = 0;

	mutex_lock(&net->mu);
	if (atomic_load(&u->addr)) {
		err = -EINVAL;
	} else if (find_name_locked(net, u->sock.type, &a->name, a->len)) {
		err = -EADDRINUSE;
	} else {
		atomic_store_explicit(&u->addr, a, memory_order_release);
		hash_add(&net->by_name, &u->name_node, name_hash(u->sock.type, &a->name, a->len));
	}
	mutex_unlock(&net->mu);
	return err;
}

int unix_autobind(struct unix_sock *u)
{
	struct unix_net *net = unix_net_of(u->sock.kernel);
	struct sockaddr_storage ss = {.ss_family = AF_UNIX};
	struct sockaddr_un *sun = (struct sockaddr_un *)&ss;
	int err = -ENOSPC;

	if (atomic_load(&u->addr))
		return 0;
	for (uint32_t i = 0; i < AUTO_NAMES; i++) {
		struct unix_addr *a;
		char digits[12];
		uint32_t n;

		mutex_lock(&net->mu);
		n = net->next_auto++ % AUTO_NAMES;
		mutex_unlock(&net->mu);
		snprintf(digits, sizeof(digits), "%05x", n);
		memcpy(sun->sun_path + 1, digits, 5);
		a = addr_new(&ss, UNIX_PATH_OFFSET + 6);
		if (a == NULL)
			return -ENOMEM;
		err = name_abstract(net, u, a);
		if (err == 0)
			return 0;
		mem_free(a);
		if (err == -EINVAL) /* somebody was faster */
			return 0;
	}
	return err == -EADDRINUSE ? -ENOSPC : err;
}

/* The inode is made first, as in Linux: EADDRINUSE comes before EINVAL for a bound socket. */
static int bind_path(struct unix_net *net, struct unix_sock *u, struct task *t, struct unix_addr *a)
{
	uint32_t mode = S_IFSOCK | (0777 & ~fs_umask(t->fs));
	struct path p;
	int err;

	if (u->sock.file)
		mode = S_IFSOCK | (inode_read(u->sock.file->inode, mode) & 0777 & ~fs_umask(t->fs));
	err = vfs_mknod(t, AT_FDCWD, a->name.sun_path, mode, 0);
	if (err < 0)
		return err == -EEXIST ? -EADDRINUSE : err;
	err = path_lookup(t, AT_FDCWD, a->name.sun_path, 0, &p);
	if (err < 0)
		return err;
	if (!p.dentry->inode || !S_ISSOCK(inode_read(p.dentry->inode, mode)))
		err = -EADDRINUSE; /* somebody else's by now */
	mutex_lock(&net->mu);
	if (err == 0 && atomic_load(&u->addr))
		err = -EINVAL;
	if (err == 0 && find_inode_locked(net, p.dentry->inode))
		err = -EADDRINUSE;
	if (err == 0) {
		u->path = p;
		atomic_store_explicit(&u->addr, a, memory_order_release);
		hash_add(&net->by_inode, &u->name_node, hash_u64((uintptr_t)p.dentry->inode));
	}
	mutex_unlock(&net->mu);
	if (err == 0)
		return 0;
	path_put(&p);
	if (err == -EINVAL && vfs_unlink(t, AT_FDCWD, a->name.sun_path, 0) < 0)
		return err;
	return err;
}

int unix_bind(struct socket *s, struct task *t, const struct sockaddr_storage *addr, int len)
{
	struct unix_net *net = unix_net_of(s->kernel);
	struct unix_sock *u = unix_of(s);
	struct unix_addr *a;
	int err;

	if (len == UNIX_PATH_OFFSET && addr->ss_family == AF_UNIX)
		return unix_autobind(u);
	err = unix_check_addr(addr, len);
	if (err < 0)
		return err;
	a = addr_new(addr, len);
	if (a == NULL)
		return -ENOMEM;
	err = a->name.sun_path[0] ? bind_path(net, u, t, a) : name_abstract(net, u, a);
	if (err < 0)
		mem_free(a);
	return err;
}

/* ---- finding ---- */

static int find_path(struct task *t, struct unix_net *net, const struct unix_addr *a, int type,
		     struct unix_sock **ret)
{
	struct unix_sock *u = NULL;
	struct path p;
	int err = path_lookup(t, AT_FDCWD, a->name.sun_path, LOOKUP_FOLLOW, &p);

	if (err < 0)
		return err;
	err = vfs_permission(t, p.mnt, p.dentry->inode, MAY_WRITE);
	if (err == 0 && S_ISSOCK(inode_read(p.dentry->inode, mode))) {
		mutex_lock(&net->mu);
		u = find_inode_locked(net, p.dentry->inode);
		if (u)
			ref_get(&u->sock.ref);
		mutex_unlock(&net->mu);
	}
	if (err == 0 && u == NULL)
		err = -ECONNREFUSED;
	if (err == 0 && u->sock.type != type)
		err = -EPROTOTYPE;
	if (err == 0) {
		touch_atime(&p);
		*ret = TAKE_PTR(u);
	}
	path_put(&p);
	unix_put(u);
	return err;
}

int unix_find(struct task *t, struct kernel *k, const struct sockaddr_storage *addr, int len,
	      int type, struct unix_sock **ret)
{
	struct unix_net *net = unix_net_of(k);
	struct unix_addr *_cleanup_free_ a = addr_new(addr, len);
	struct unix_sock *u;

	if (a == NULL)
		return -ENOMEM;
	if (a->name.sun_path[0])
		return find_path(t, net, a, type, ret);
	mutex_lock(&net->mu);
	u = find_name_locked(net, type, &a->name, a->len);
	if (u)
		ref_get(&u->sock.ref);
	mutex_unlock(&net->mu);
	if (u == NULL)
		return -ECONNREFUSED;
	if (landlock_scoped(t->landlock, u->sock.landlock, LL_SCOPE_ABSTRACT_UNIX)) {
		unix_put(u);
		return -EPERM;
	}
	*ret = u;
	return 0;
}
