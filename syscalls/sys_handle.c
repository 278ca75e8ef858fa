/*
 * syscalls/sys_handle.c - name_to_handle_at(2), open_by_handle_at(2); the handles: fs/vfs/handle.c
 *
 * Sources: fs/fhandle.c for the order of errors.
 */
#include <limits.h>
#include <linux/capability.h>
#include <string.h>

#include "sentry/fs_context.h"
#include "syscalls/path_args.h"

#define HANDLE_TYPE 0x67	   /* any but the ones that mean something */
#define HANDLE_CONNECTABLE 0x10000 /* FILEID_IS_CONNECTABLE */
#define AT_MNT_ID_UNIQUE_ 0x001	   /* AT_HANDLE_MNT_ID_UNIQUE, of newer headers */
#define AT_CONNECTABLE_ 0x002	   /* AT_HANDLE_CONNECTABLE */
#define AT_FID_ 0x200		   /* AT_HANDLE_FID */
#define AT_KNOWN (AT_SYMLINK_FOLLOW | AT_EMPTY_PATH | AT_MNT_ID_UNIQUE_ | AT_CONNECTABLE_ | AT_FID_)

struct handle_head {
	uint32_t bytes;
	int32_t type;
};

static int put_mount_id(struct task *t, const struct path *p, uaddr_t uid, bool unique)
{
	int id = (int)p->mnt->id;
	uint64_t unique_id = p->mnt->id + MNT_UNIQUE_ID_OFFSET;

	return unique ? copy_out_obj(t, uid, &unique_id) : copy_out_obj(t, uid, &id);
}

static long handle_of_path(struct task *t, const struct path *p, uaddr_t uhandle, uaddr_t uid,
			   int flags)
{
	struct inode *in = p->dentry->inode;
	struct file_handle_bytes bytes;
	struct handle_head head;
	bool fits;
	int err;

	if (!(flags & AT_FID_) && !vfs_has_handles(p->dentry->super))
		return -EOPNOTSUPP;
	if (copy_in_obj(t, &head, uhandle) < 0)
		return -EFAULT;
	if (head.bytes > MAX_HANDLE_SZ)
		return -EINVAL;
	fits = head.bytes >= sizeof(bytes);
	err = vfs_handle_make(p->dentry, &bytes);
	if (err < 0)
		return err;
	head.bytes = sizeof(bytes);
	head.type = HANDLE_TYPE;
	if ((flags & AT_CONNECTABLE_) && !S_ISDIR(inode_read(in, mode)))
		head.type |= HANDLE_CONNECTABLE;
	if (put_mount_id(t, p, uid, flags & AT_MNT_ID_UNIQUE_) < 0 ||
	    (fits && copy_out_obj(t, uhandle + sizeof(head), &bytes) < 0) ||
	    copy_out_obj(t, uhandle, &head) < 0)
		return -EFAULT;
	return fits ? 0 : -EOVERFLOW;
}

long sys_name_to_handle_at(struct task *t, const uint64_t *a)
{
	int flags = (int)a[4];
	struct path p;
	long err;

	if ((flags & ~AT_KNOWN) || ((flags & AT_FID_) && (flags & AT_CONNECTABLE_)))
		return -EINVAL;
	err = path_arg(t, (int)a[0], a[1],
		       (flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0) |
			       (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0),
		       &p);
	if (err < 0)
		return err;
	err = handle_of_path(t, &p, a[2], a[3], flags);
	path_put(&p);
	return err;
}

static int get_handle(struct task *t, uaddr_t uhandle, struct file_handle_bytes *ret)
{
	char body[MAX_HANDLE_SZ];
	struct handle_head head;

	if (!task_has_cap(t, CAP_DAC_READ_SEARCH))
		return -EPERM;
	if (copy_in_obj(t, &head, uhandle) < 0)
		return -EFAULT;
	if (head.bytes > MAX_HANDLE_SZ || head.bytes == 0 || head.type < 0)
		return -EINVAL;
	if (copy_in(t, body, uhandle + sizeof(head), head.bytes) < 0)
		return -EFAULT;
	if (head.bytes != sizeof(*ret) || (head.type & ~HANDLE_CONNECTABLE) != HANDLE_TYPE)
		return -ESTALE;
	memcpy(ret, body, sizeof(*ret));
	return 0;
}

long sys_open_by_handle_at(struct task *t, const uint64_t *a)
{
	struct file_handle_bytes bytes;
	int flags = (int)a[2];
	struct path anchor;
	struct file *f;
	long err = 0;

	if ((int)a[0] == AT_FDCWD)
		fs_cwd(t->fs, &anchor);
	else
		err = fd_path_arg(t, (int)a[0], true, &anchor);
	if (err < 0)
		return err;
	err = get_handle(t, a[1], &bytes);
	if (err == 0)
		err = vfs_handle_open(t, &anchor, &bytes, flags, &f);
	path_put(&anchor);
	return err < 0 ? err : io_open_finish(t, f, flags & O_CLOEXEC);
}
