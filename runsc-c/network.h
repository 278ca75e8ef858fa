/*
 * runsc-c/network.h - the network of a sandbox: its namespace, and the broker of --network=host
 *
 * Model: every sentry is born in a network namespace of its own. With INET_OWN its lo is up and that
 * is all there is; with INET_HOST and INET_OFF it stays empty. The broker is a child of the starter,
 * from before the sentry is made: in the caller's network namespace, without capabilities but
 * CAP_NET_BIND_SERVICE where the caller has it, as nobody if the caller is root, without access to any
 * file (Landlock), under the seccomp program of platform/policy/broker.def. It ends when the sentry
 * does, or the starter (not that of a container).
 */
#ifndef RUNSC_C_NETWORK_H
#define RUNSC_C_NETWORK_H

#include <sys/types.h>

#include "netstack/socket/inet.h"
#include "netstack/socket/netinfo.h"

/* In the starter. outlives: it does not end with the starter. *ret_fd: the sentry's end. The broker's pid, or a negative errno. */
must_check pid_t network_start_broker(bool outlives, int *ret_fd);
void network_end_broker(pid_t pid);

/* In the starter: what tells the sentry about the caller's network (netinfo.h). */
void network_open_views(struct netinfo_fds *ret);
void network_close_views(const struct netinfo_fds *fds);

/* In the sentry, with its capabilities: makes what the mode needs. 0 or -errno. */
must_check int network_boot(struct kernel *k, enum inet_mode mode,
			    const struct netinfo_fds *host_net, bool is_container);
/* multicast: with a route for it. */
must_check int network_lo_up(bool multicast); /* of the calling thread's namespace */

#endif
