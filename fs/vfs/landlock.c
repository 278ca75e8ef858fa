/* fs/vfs/landlock.c - rules, domains and the checks of Landlock: see landlock.h */
#include "fs/vfs/landlock.h"

#include <errno.h>
#include <string.h>

#include "fs/vfs/file.h"
#include "fs/vfs/internal.h"
#include "sentry/base/mem.h"
#include "sentry/kernel.h"
#include "sentry/task.h"

struct path_rule {
	struct hash_node node;
	struct super *super; /* both referenced */
	struct inode *inode;
	uint64_t access;
};

struct port_rule {
	struct hash_node node;
	uint16_t port;
	uint64_t access;
};

/* ---- sets of rules ---- */

static void rules_init(struct landlock_rules *r, uint64_t fs, uint64_t net, uint64_t scoped)
{
	r->fs = fs;
	r->net = net;
	r->scoped = scoped;
	hash_init(&r->paths);
	hash_init(&r->ports);
}

static void rules_fini(struct landlock_rules *r)
{
	struct path_rule *path, *next_path;
	struct port_rule *port, *next_port;

	hash_for_each_safe(&r->paths, path, next_path, node) {
		hash_del(&r->paths, &path->node);
		inode_put(path->inode);
		super_put(path->super);
		mem_free(path);
	}
	hash_for_each_safe(&r->ports, port, next_port, node) {
		hash_del(&r->ports, &port->node);
		mem_free(port);
	}
	hash_free(&r->paths);
	hash_free(&r->ports);
}

/* Filesystems without cached names make an inode anew for each look-up. */
static uint64_t inode_hash(const struct inode *in)
{
	return hash_u64(in->super->no_dcache ? in->ino : (uintptr_t)in);
}

static struct path_rule *find_path(const struct landlock_rules *r, const struct inode *in)
{
	struct path_rule *rule;

	hash_for_each_possible(&r->paths, rule, node, inode_hash(in))
		if (rule->inode == in || (in->super->no_dcache && rule->super == in->super &&
					  rule->inode->ino == in->ino))
			return rule;
	return NULL;
}

static struct port_rule *find_port(const struct landlock_rules *r, uint16_t port)
{
	struct port_rule *rule;

	hash_for_each_possible(&r->ports, rule, node, hash_u64(port))
		if (rule->port == port)
			return rule;
	return NULL;
}

static int add_path(struct landlock_rules *r, struct inode *in, uint64_t access)
{
	struct path_rule *rule = find_path(r, in);

	if (rule) {
		rule->access |= access;
		return 0;
	}
	if (hash_count(&r->paths) >= LANDLOCK_MAX_RULES)
		return -E2BIG;
	rule = mem_zalloc(sizeof(*rule));
	if (!rule)
		return -ENOMEM;
	rule->super = super_get(in->super);
	rule->inode = inode_get(in);
	rule->access = access;
	hash_add(&r->paths, &rule->node, inode_hash(in));
	return 0;
}

static int add_port(struct landlock_rules *r, uint16_t port, uint64_t access)
{
	struct port_rule *rule = find_port(r, port);

	if (rule) {
		rule->access |= access;
		return 0;
	}
	rule = mem_zalloc(sizeof(*rule));
	if (!rule)
		return -ENOMEM;
	rule->port = port;
	rule->access = access;
	hash_add(&r->ports, &rule->node, hash_u64(port));
	return 0;
}

static int rules_copy(struct landlock_rules *to, const struct landlock_rules *from)
{
	struct path_rule *path;
	struct port_rule *port;
	int err = 0;

	rules_init(to, from->fs, from->net, from->scoped);
	hash_for_each(&from->paths, path, node)
		if (err == 0)
			err = add_path(to, path->inode, path->access);
	hash_for_each(&from->ports, port, node)
		if (err == 0)
			err = add_port(to, port->port, port->access);
	if (err < 0)
		rules_fini(to);
	return err;
}

struct landlock_ruleset *landlock_ruleset_new(uint64_t fs, uint64_t net, uint64_t scoped)
{
	struct landlock_ruleset *rs = mem_zalloc(sizeof(*rs));

	if (rs) {
		mutex_init(&rs->mu, LOCK_ANON);
		rules_init(&rs->rules, fs, net, scoped);
	}
	return rs;
}

void landlock_ruleset_free(struct landlock_ruleset *rs)
{
	rules_fini(&rs->rules);
	mutex_destroy(&rs->mu);
	mem_free(rs);
}

int landlock_add_path(struct landlock_ruleset *rs, struct inode *in, uint64_t access)
{
	int err;

	if (access & ~(rs->rules.fs | LL_REFER))
		return -EINVAL;
	if (!S_ISDIR(inode_read(in, mode)) && (access & ~(uint64_t)LL_FS_OF_FILES))
		return -EINVAL;
	mutex_lock(&rs->mu);
	err = add_path(&rs->rules, in, access);
	mutex_unlock(&rs->mu);
	return err;
}

int landlock_add_port(struct landlock_ruleset *rs, uint16_t port, uint64_t access)
{
	int err;

	if (access & ~rs->rules.net)
		return -EINVAL;
	mutex_lock(&rs->mu);
	err = add_port(&rs->rules, port, access);
	mutex_unlock(&rs->mu);
	return err;
}

/* ---- domains ---- */

struct landlock_domain *landlock_get(struct landlock_domain *d)
{
	if (d)
		ref_get(&d->ref);
	return d;
}

void landlock_put(struct landlock_domain *d)
{
	while (d && ref_put(&d->ref)) {
		struct landlock_domain *parent = d->parent;

		rules_fini(&d->rules);
		mem_free(d);
		d = parent;
	}
}

struct landlock_domain *landlock_of_task(struct task *t)
{
	struct landlock_domain *d;

	mutex_lock(&t->mu);
	d = landlock_get(t->landlock);
	mutex_unlock(&t->mu);
	return d;
}

int landlock_restrict(struct task *t, struct landlock_ruleset *rs)
{
	struct landlock_domain *d;
	int err;

	if (t->landlock && t->landlock->depth >= LANDLOCK_MAX_LAYERS)
		return -E2BIG;
	d = mem_zalloc(sizeof(*d));
	if (!d)
		return -ENOMEM;
	mutex_lock(&rs->mu);
	err = rules_copy(&d->rules, &rs->rules);
	mutex_unlock(&rs->mu);
	if (err < 0) {
		mem_free(d);
		return err;
	}
	ref_init(&d->ref, 1);
	d->depth = t->landlock ? t->landlock->depth + 1 : 1;
	mutex_lock(&t->mu);
	d->parent = t->landlock; /* takes the reference */
	t->landlock = d;
	mutex_unlock(&t->mu);
	return 0;
}

/* ---- files ---- */

/* What each layer grants, from the newest on. */
struct granted {
	uint64_t of[LANDLOCK_MAX_LAYERS];
};

/* One step up, also through mounts; p's references move. False: at the top. */
static bool step_up(struct path *p)
{
	struct dentry *parent;

	if (p->dentry == p->mnt->root)
		return path_up_mount(p);
	rwlock_rdlock(&p->dentry->super->rename_mu);
	parent = p->dentry->parent == p->dentry ? NULL : dentry_get(p->dentry->parent);
	rwlock_unlock(&p->dentry->super->rename_mu);
	if (!parent)
		return false; /* opened by handle: there is no way up */
	dentry_put(p->dentry);
	p->dentry = parent;
	return true;
}

static void collect(const struct landlock_domain *d, const struct path *p, struct granted *g)
{
	struct path at = *p;

	memset(g, 0, sizeof(*g));
	path_get(&at);
	do {
		unsigned int i = 0;

		for (const struct landlock_domain *l = d; l; l = l->parent, i++) {
			const struct path_rule *rule = find_path(&l->rules, at.dentry->inode);

			g->of[i] |= rule ? rule->access : 0;
		}
	} while (step_up(&at));
	path_put(&at);
}

/* Handled by the layer; moves are, by every one that handles files at all. */
static uint64_t handled(const struct landlock_domain *l)
{
	return l->rules.fs ? l->rules.fs | LL_REFER : 0;
}

static bool allows(const struct landlock_domain *d, const struct granted *g, uint64_t access)
{
	unsigned int i = 0;

	for (const struct landlock_domain *l = d; l; l = l->parent, i++)
		if (access & handled(l) & ~g->of[i])
			return false;
	return true;
}

bool landlock_handles_fs(const struct task *t)
{
	for (const struct landlock_domain *l = t->landlock; l; l = l->parent)
		if (l->rules.fs)
			return true;
	return false;
}

/* Pipes, sockets, memfds: they have no place in the tree. */
static bool is_nowhere(const struct task *t, const struct path *p)
{
	const struct kernel *k = t->kernel;

	return p->dentry->super == k->anon_super || (k->memfd_mnt && p->mnt == k->memfd_mnt);
}

int landlock_check(struct task *t, const struct path *p, uint64_t access)
{
	struct granted g;

	if (!t->landlock || !landlock_handles_fs(t) || is_nowhere(t, p))
		return 0;
	collect(t->landlock, p, &g);
	return allows(t->landlock, &g, access) ? 0 : -EACCES;
}

int landlock_open(struct task *t, struct file *f)
{
	uint32_t mode = inode_read(f->inode, mode);
	uint64_t access = 0;
	struct granted g;

	if (!t->landlock || !landlock_handles_fs(t) || is_nowhere(t, &f->path))
		return 0;
	if (f->mode & FMODE_READ)
		access |= S_ISDIR(mode) ? LL_READ_DIR : LL_READ_FILE;
	if (f->mode & FMODE_WRITE)
		access |= LL_WRITE_FILE;
	if (f->mode & FMODE_EXEC)
		access |= LL_EXECUTE;
	collect(t->landlock, &f->path, &g);
	f->no_truncate = !allows(t->landlock, &g, LL_TRUNCATE);
	f->no_dev_ioctl = (S_ISCHR(mode) || S_ISBLK(mode)) &&
			  !allows(t->landlock, &g, LL_IOCTL_DEV);
	return allows(t->landlock, &g, access) ? 0 : -EACCES;
}

uint64_t landlock_make_access(uint32_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFLNK: return LL_MAKE_SYM;
	case S_IFDIR: return LL_MAKE_DIR;
	case S_IFCHR: return LL_MAKE_CHAR;
	case S_IFBLK: return LL_MAKE_BLOCK;
	case S_IFIFO: return LL_MAKE_FIFO;
	case S_IFSOCK: return LL_MAKE_SOCK;
	default: return LL_MAKE_REG;
	}
}

int landlock_refer(struct task *t, const struct path *from, const struct path *to, uint64_t removed,
		   uint64_t made)
{
	const struct landlock_domain *d = t->landlock;
	struct granted at_old, at_new;
	unsigned int i = 0;

	if (!d || !landlock_handles_fs(t))
		return 0;
	if (from->dentry == to->dentry)
		return landlock_check(t, to, removed | made);
	collect(d, from, &at_old);
	collect(d, to, &at_new);
	if (!allows(d, &at_old, removed) || !allows(d, &at_new, made))
		return -EACCES;
	if (!allows(d, &at_old, LL_REFER) || !allows(d, &at_new, LL_REFER))
		return -EXDEV;
	for (const struct landlock_domain *l = d; l; l = l->parent, i++)
		if (at_new.of[i] & handled(l) & ~at_old.of[i])
			return -EXDEV;
	return 0;
}

/* ---- ports, processes ---- */

int landlock_check_port(struct task *t, uint16_t port, uint64_t access)
{
	for (const struct landlock_domain *l = t->landlock; l; l = l->parent) {
		const struct port_rule *rule = find_port(&l->rules, port);

		if (access & l->rules.net & ~(rule ? rule->access : 0))
			return -EACCES;
	}
	return 0;
}

int landlock_ptrace(struct task *t, struct task *target)
{
	struct landlock_domain *theirs;
	const struct landlock_domain *l;

	if (!t->landlock)
		return 0;
	theirs = landlock_of_task(target);
	for (l = theirs; l && l != t->landlock; l = l->parent)
		;
	landlock_put(theirs);
	return l ? 0 : -EPERM;
}

bool landlock_scoped(const struct landlock_domain *client, const struct landlock_domain *server,
		     uint64_t scope)
{
	unsigned int server_depth = server ? server->depth : 0;

	for (; client && client->depth > server_depth; client = client->parent)
		if (client->rules.scoped & scope)
			return true;
	for (; server && server->depth > (client ? client->depth : 0); server = server->parent)
		;
	for (; client; client = client->parent, server = server->parent)
		if (client->rules.scoped & scope)
			return client != server;
	return false;
}
