/*
 * tests/fuzz/sockets.h - what the fuzzer gives to calls on sockets: addresses, message headers, control messages,
 * netlink requests
 *
 * Interface: socket_address(), netlink_requests() fill memory; message_headers() makes some in the arena.
 * Included by syscall_fuzz.c behind its random numbers.
 */
#ifndef TESTS_FUZZ_SOCKETS_H
#define TESTS_FUZZ_SOCKETS_H

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/* Of 110 bytes. What is of the Internet is the loopback interface, or nonsense. */
static void socket_address(void *to)
{
	struct sockaddr_in6 *in6 = to;
	struct sockaddr_in *in = to;

	memset(to, one_in(8) ? 'a' : 0, 110); /* also names without an end */
	if (one_in(8)) {		      /* any family, AF_UNSPEC too */
		in->sin_family = (uint16_t)(one_in(8) ? rnd() : below(48));
		return;
	}
	switch (below(5)) {
	case 4: /* all of it lies where a port and an address do */
		in->sin_family = AF_NETLINK;
		in->sin_addr.s_addr = one_in(2) ? 0 : (uint32_t)rnd();
		break;
	case 0:
		in->sin_family = AF_INET;
		in->sin_port = one_in(2) ? port : (uint16_t)rnd();
		in->sin_addr.s_addr = htonl(one_in(8) ? 0xe0000001 : INADDR_LOOPBACK);
		break;
	case 1:
		in6->sin6_family = AF_INET6;
		in6->sin6_port = one_in(2) ? port : (uint16_t)rnd();
		in6->sin6_addr = one_in(4) ? in6addr_any : in6addr_loopback;
		in6->sin6_scope_id = (uint32_t)(one_in(8) ? rnd() : 0);
		break;
	default:
		in->sin_family = one_in(8) ? (uint16_t)below(48) : AF_UNIX;
		memcpy((char *)to + 2, one_in(2) ? "sock\0\0\0" : "\0abstra", 8);
	}
}

/* Attributes, some within others, rarely with wrong lengths. */
static void netlink_attributes(char *to, size_t len)
{
	size_t at = 0;

	while (at + 4 <= len) {
		struct rtattr *a = (struct rtattr *)(to + at);
		size_t rest = len - at, size = 4 + 4 * below(8);

		size = size > rest ? rest : size;
		a->rta_len = (uint16_t)(one_in(8) ? rnd() : one_in(8) ? below(8) : size - below(4));
		a->rta_type = (uint16_t)((one_in(8) ? rnd() : below(60)) |
					 (one_in(4) ? 0x8000 : 0));
		if (size > 8 && one_in(3)) {
			at += 4; /* what follows lies within */
			continue;
		}
		for (size_t i = 4; i + 4 <= size; i += 4)
			*(uint32_t *)(to + at + i) = (uint32_t)(one_in(3) ? rnd() : below(48));
		at += size;
	}
}

/* 128 bytes of netlink requests, rarely with wrong lengths. */
static void netlink_requests(void *to)
{
	static const unsigned short types[] = {
		RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE, RTM_GETRULE, RTM_GETNEIGH, RTM_SETLINK, 20,
		21,	     18,	  RTM_NEWROUTE, 3,	     200};
	size_t at = 0;

	while (at + NLMSG_HDRLEN <= 128) {
		struct nlmsghdr *h = (struct nlmsghdr *)((char *)to + at);
		size_t len = NLMSG_HDRLEN + (one_in(2) ? 4 * below(29) : below(112));

		h->nlmsg_len = (uint32_t)(one_in(8) ? hostile() : len);
		h->nlmsg_type = one_in(10) ? (uint16_t)rnd() : types[below(12)];
		h->nlmsg_flags = (uint16_t)(one_in(8) ? rnd() : 1 | (one_in(2) ? NLM_F_DUMP : 0));
		if (one_in(2)) { /* a header of 4 to 28 bytes, then attributes */
			size_t start = at + NLMSG_HDRLEN + 4 + 4 * below(7);
			size_t end = at + ((len + 3) & ~3UL);

			end = end > 128 ? 128 : end;
			if (start < end)
				netlink_attributes((char *)to + start, end - start);
			at = end > at + NLMSG_HDRLEN ? end : at + NLMSG_HDRLEN;
			continue;
		}
		for (at += NLMSG_HDRLEN; at + 4 <= 128 && len > NLMSG_HDRLEN;
		     at += 4, len -= len < 4 ? len : 4)
			*(uint32_t *)((char *)to + at) =
				(uint32_t)(one_in(4)   ? rnd()
					   : one_in(2) ? below(48)
						       : (4 + below(24)) | below(60) << 16);
	}
}

/* Control messages, rarely with wrong lengths; how many bytes they are. */
static size_t control_messages(char *to)
{
	static const int levels[] = {SOL_SOCKET, IPPROTO_IP, IPPROTO_IPV6, 17, 6};
	size_t at = 0;

	for (unsigned int i = (unsigned int)below(4); i > 0; i--) {
		size_t data = one_in(2) ? 4 * below(8) : below(60);
		struct cmsghdr *c = (struct cmsghdr *)(to + at);

		c->cmsg_len = one_in(10) ? hostile() : CMSG_LEN(data);
		c->cmsg_level = one_in(10) ? (int)rnd() : levels[below(5)];
		c->cmsg_type = (int)below(one_in(2) ? 14 : 80);
		for (size_t j = 0; j < data; j++)
			to[at + sizeof(*c) + j] = (char)(one_in(2) ? 0 : below(30));
		at += CMSG_SPACE(data);
	}
	return at;
}

/* For sendmsg, recvmsg and their many: headers of four messages. */
static uint64_t message_headers(void)
{
	char *base = arena + (below(ARENA_PAGES - 4)) * PAGE, *at = base + 512;
	struct mmsghdr *m = (struct mmsghdr *)base;

	if (one_in(20))
		return address();
	for (int i = 0; i < 4; i++) {
		struct msghdr *h = &m[i].msg_hdr;
		struct iovec *iov = (struct iovec *)(at + 128);

		socket_address(at);
		h->msg_name = one_in(2) ? NULL : at;
		h->msg_namelen = (socklen_t)(one_in(8)	 ? hostile()
					     : one_in(3) ? below(130)
					     : one_in(2) ? 16
							 : 28);
		for (int j = 0; j < 4; j++)
			iov[j] = (struct iovec){(void *)address(),
						one_in(8) ? hostile() : below(3000)};
		if (one_in(6)) /* over each other, and over the headers themselves */
			for (int j = 0; j < 4; j++)
				iov[j].iov_base = one_in(2) ? base : iov[0].iov_base;
		if (one_in(12)) /* a sum that overflows */
			iov[0].iov_len = iov[1].iov_len = 0x7fffffffffffffff;
		h->msg_iov = iov;
		h->msg_iovlen = one_in(16) ? hostile() : one_in(16) ? 1020 + below(8) : below(5);
		h->msg_control = one_in(2) ? NULL : at + 256;
		h->msg_controllen = one_in(8) ? hostile() : control_messages(at + 256);
		h->msg_flags = (int)rnd();
		at += 1024;
	}
	return (uint64_t)(uintptr_t)base;
}

#endif
