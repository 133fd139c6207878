/*
 * net.h - addresses of the Internet: which of them may be reached
 *
 * A name in a record is a stranger's, and may lead to a machine that only we
 * can reach.  So what it leads to must be an address of the public Internet,
 * or in a network that the operator names.
 */
#ifndef CT_NET_H
#define CT_NET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "err.h"

struct ct_network { /* IPv4 as ::ffff:1.2.3.4 and 96 bits more */
	uint8_t addr[16];
	unsigned bits;
};

/* "10.0.0.0/8", "fd00::/8", or one address.  CT_CONFIG, also if bits behind
 * the slash are set. */
int ct_network_parse(
    struct ct_network *net, const char *text, struct ct_err *err);

/*
 * Is it an address of the public Internet: IPv4 but for 0/8 10/8 100.64/10
 * 127/8 169.254/16 172.16/12 192.0.0/24 192.0.2/24 192.88.99/24 192.168/16
 * 198.18/15 198.51.100/24 203.0.113/24 224/4 240/4; IPv6 of 2000::/3 but for
 * 2001::/23 2001:db8::/32 2002::/16, so that no IPv4 stands in one?  Or is it
 * in one of n networks?  What is neither IPv4 nor IPv6 is not.
 */
bool ct_network_may(
    const struct sockaddr *addr, const struct ct_network *net, size_t n);

/* The same of an address as text, without zone and brackets. */
bool ct_network_may_text(
    const char *text, const struct ct_network *net, size_t n);

#endif
