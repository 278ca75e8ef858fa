/*
 * platform/policy/policy_fds.h - fd numbers of the sentry that its own filter knows
 */
#ifndef PLATFORM_POLICY_POLICY_FDS_H
#define PLATFORM_POLICY_POLICY_FDS_H

#define SENTRY_SELF_FD_DIR 900 /* /proc/self/fd of the sentry: the only openat that follows */
#define SENTRY_NAMES_DIR 901   /* the root of the guests, where it may make symbolic links */

#endif
