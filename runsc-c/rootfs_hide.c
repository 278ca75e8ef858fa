/*
 * runsc-c/rootfs_hide.c - what of the host's tree a sandbox does not see by default
 *
 * The aim: a program that somebody does not trust may run the host's tools and libraries, and
 * learns as little as possible about the host and its users. --bind shows what is needed beyond.
 *
 * Emptied are whole places (other users' data, sockets, logs, engine data), unreadable are single
 * files that programs expect to exist. The sentry reads with an ordinary user's rights in any case;
 * this list is for what such a user may read, or what the invoking user owns.
 */
#include <string.h>

#include "runsc-c/rootfs_internal.h"

#define EMPTY(p)                                                                                   \
	{                                                                                          \
		.path = (p), .how = HOSTFS_EMPTY                                                   \
	}
#define ABSENT(p)                                                                                  \
	{                                                                                          \
		.path = (p), .how = HOSTFS_ABSENT                                                  \
	}
#define UNREADABLE(p)                                                                              \
	{                                                                                          \
		.path = (p), .how = HOSTFS_UNREADABLE                                              \
	}

const struct hostfs_hide rootfs_host_hide[] = {
	/* the sandbox has its own */
	EMPTY("proc"),
	EMPTY("sys"),
	EMPTY("dev"),
	EMPTY("tmp"),
	EMPTY("var/tmp"),
	/* users, removable and network media */
	EMPTY("root"),
	EMPTY("home"),
	EMPTY("mnt"),
	EMPTY("media"),
	EMPTY("lost+found"),
	/* sockets and state of the running system */
	EMPTY("run"),
	EMPTY("var/run"),
	EMPTY("var/lock"),
	EMPTY("boot"),
	EMPTY("efi"),
	EMPTY("var/log"),
	EMPTY("var/spool"),
	EMPTY("var/mail"),
	EMPTY("var/backups"),
	EMPTY("var/crash"),
	EMPTY("var/lib/private"),
	EMPTY("var/lib/systemd"),
	EMPTY("var/lib/NetworkManager"),
	EMPTY("var/lib/dhcp"),
	EMPTY("var/lib/bluetooth"),
	EMPTY("var/lib/AccountsService"),
	EMPTY("var/lib/gdm3"),
	EMPTY("var/lib/lightdm"),
	/* engines, virtual machines, clusters */
	EMPTY("var/lib/docker"),
	EMPTY("var/lib/containerd"),
	EMPTY("var/lib/containers"),
	EMPTY("var/lib/cni"),
	EMPTY("var/lib/kubelet"),
	EMPTY("var/lib/rancher"),
	EMPTY("var/lib/etcd"),
	EMPTY("var/lib/lxc"),
	EMPTY("var/lib/lxd"),
	EMPTY("var/lib/incus"),
	EMPTY("var/lib/libvirt"),
	EMPTY("var/lib/machines"),
	EMPTY("var/lib/portables"),
	EMPTY("var/snap"),
	EMPTY("var/lib/snapd"),
	/* databases and services */
	EMPTY("var/lib/postgresql"),
	EMPTY("var/lib/mysql"),
	EMPTY("var/lib/redis"),
	EMPTY("var/lib/mongodb"),
	EMPTY("var/lib/jenkins"),
	EMPTY("var/lib/vault"),
	/* keys and passwords */
	EMPTY("etc/ssl/private"),
	EMPTY("etc/letsencrypt"),
	EMPTY("etc/wireguard"),
	EMPTY("etc/openvpn"),
	EMPTY("etc/kubernetes"),
	EMPTY("etc/rancher"),
	EMPTY("etc/docker"),
	EMPTY("etc/NetworkManager/system-connections"),
	EMPTY("etc/ipsec.d"),
	EMPTY("etc/wpa_supplicant"),
	EMPTY("etc/sudoers.d"),
	EMPTY("etc/credstore"),
	EMPTY("etc/credstore.encrypted"),
	EMPTY("etc/cryptsetup-keys.d"),
	EMPTY("etc/pki/private"),
	UNREADABLE("etc/shadow"),
	UNREADABLE("etc/shadow-"),
	UNREADABLE("etc/gshadow"),
	UNREADABLE("etc/gshadow-"),
	UNREADABLE("etc/sudoers"),
	UNREADABLE("etc/security/opasswd"),
	UNREADABLE("etc/ssh/ssh_host_rsa_key"),
	UNREADABLE("etc/ssh/ssh_host_dsa_key"),
	UNREADABLE("etc/ssh/ssh_host_ecdsa_key"),
	UNREADABLE("etc/ssh/ssh_host_ed25519_key"),
	UNREADABLE("etc/krb5.keytab"),
	UNREADABLE("etc/crypttab"),
	UNREADABLE("etc/ipsec.secrets"),
	UNREADABLE("etc/ppp/chap-secrets"),
	UNREADABLE("etc/ppp/pap-secrets"),
	UNREADABLE("etc/machine-id"),
	UNREADABLE("var/lib/dbus/machine-id"),
	UNREADABLE("etc/exim4/passwd.client"),
	UNREADABLE("etc/msmtprc"),
	UNREADABLE("etc/netrc"),
	ABSENT("swapfile"),
	ABSENT("swap.img"),
};
const size_t rootfs_nr_host_hide = ARRAY_SIZE(rootfs_host_hide);

/* The current directory may be somebody's home. */
const struct hostfs_hide rootfs_home_hide[] = {
	EMPTY(".ssh"),
	EMPTY(".gnupg"),
	EMPTY(".aws"),
	EMPTY(".azure"),
	EMPTY(".kube"),
	EMPTY(".docker"),
	EMPTY(".password-store"),
	EMPTY(".mozilla"),
	EMPTY(".thunderbird"),
	EMPTY(".config/gcloud"),
	EMPTY(".config/gh"),
	EMPTY(".config/google-chrome"),
	EMPTY(".config/chromium"),
	EMPTY(".local/share/keyrings"),
	UNREADABLE(".netrc"),
	UNREADABLE(".git-credentials"),
	UNREADABLE(".pgpass"),
	UNREADABLE(".my.cnf"),
	UNREADABLE(".bash_history"),
	UNREADABLE(".zsh_history"),
	UNREADABLE(".python_history"),
	UNREADABLE(".Xauthority"),
	UNREADABLE(".ICEauthority"),
	UNREADABLE(".vault-token"),
};
const size_t rootfs_nr_home_hide = ARRAY_SIZE(rootfs_home_hide);

bool rootfs_is_hidden(const char *path)
{
	path += strspn(path, "/");
	for (size_t i = 0; i < rootfs_nr_host_hide; i++) {
		size_t len = strlen(rootfs_host_hide[i].path);

		if (rootfs_host_hide[i].how == HOSTFS_EMPTY &&
		    strncmp(path, rootfs_host_hide[i].path, len) == 0 &&
		    (path[len] == '/' || path[len] == '\0'))
			return true;
	}
	return false;
}
