#include "net.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off: a line a network */
#define V4(a, b, c, bits)                                      \
	{                                                      \
		{ [10] = 0xff, 0xff, a, b, c, 0 }, 96 + (bits) \
	}
static const struct ct_network closed[] = {
	V4(0, 0, 0, 8),
	V4(10, 0, 0, 8),
	V4(100, 64, 0, 10),
	V4(127, 0, 0, 8),
	V4(169, 254, 0, 16),
	V4(172, 16, 0, 12),
	V4(192, 0, 0, 24),
	V4(192, 0, 2, 24),
	V4(192, 88, 99, 24),
	V4(192, 168, 0, 16),
	V4(198, 18, 0, 15),
	V4(198, 51, 100, 24),
	V4(203, 0, 113, 24),
	V4(224, 0, 0, 4),
	V4(240, 0, 0, 4),
	{ { 0x20, 0x01 }, 23 },
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 },
	{ { 0x20, 0x02 }, 16 },
};
static const struct ct_network open_to_all[] = {
	V4(0, 0, 0, 0),
	{ { 0x20 }, 3 },
};
/* clang-format on */

static bool
inside(const uint8_t addr[16], const struct ct_network *net, size_t n)
{
	size_t i, whole;
	uint8_t rest;

	for (i = 0; i < n; i++) {
		whole = net[i].bits / 8;
		rest = (uint8_t)(0xff00 >> net[i].bits % 8);
		if (memcmp(addr, net[i].addr, whole) == 0 &&
		    (!rest || !((addr[whole] ^ net[i].addr[whole]) & rest)))
			return true;
	}
	return false;
}

static bool
may(const uint8_t addr[16], const struct ct_network *net, size_t n)
{
	return inside(addr, net, n) ||
	    (inside(addr, open_to_all,
		 sizeof open_to_all / sizeof open_to_all[0]) &&
		!inside(addr, closed, sizeof closed / sizeof closed[0]));
}

static void
mapped(uint8_t addr[16], const struct in_addr *a)
{
	static const uint8_t head[12] = { [10] = 0xff, 0xff };

	memcpy(addr, head, sizeof head);
	memcpy(addr + sizeof head, a, 4);
}

/* -1: it is no address; else how many bits of addr stand before it. */
static int
from_text(const char *text, uint8_t addr[16])
{
	struct in_addr a4;

	if (inet_pton(AF_INET, text, &a4) == 1) {
		mapped(addr, &a4);
		return 96;
	}
	return inet_pton(AF_INET6, text, addr) == 1 ? 0 : -1;
}

int
ct_network_parse(struct ct_network *net, const char *text, struct ct_err *err)
{
	char addr[INET6_ADDRSTRLEN], *end = NULL;
	size_t len = strcspn(text, "/");
	unsigned long bits = 0;
	int before = -1;
	unsigned i;

	if (len < sizeof addr) {
		memcpy(addr, text, len);
		addr[len] = '\0';
		before = from_text(addr, net->addr);
	}
	if (before < 0)
		return ct_fail(err, CT_CONFIG, "'%s' is no network", text);
	net->bits = 128;
	if (text[len]) {
		bits = strtoul(text + len + 1, &end, 10);
		if (text[len + 1] < '0' || text[len + 1] > '9' || *end ||
		    bits > 128u - (unsigned)before)
			return ct_fail(
			    err, CT_CONFIG, "'%s' is no network", text);
		net->bits = (unsigned)bits + (unsigned)before;
	}
	for (i = net->bits; i < 128; i++)
		if (net->addr[i / 8] >> (7 - i % 8) & 1)
			return ct_fail(err, CT_CONFIG,
			    "'%s' is an address in a network, and no network",
			    text);
	return 0;
}

bool
ct_network_may(
    const struct sockaddr *sa, const struct ct_network *net, size_t n)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	uint8_t addr[16];

	if (sa->sa_family == AF_INET) {
		memcpy(&v4, sa, sizeof v4);
		mapped(addr, &v4.sin_addr);
	} else if (sa->sa_family == AF_INET6) {
		memcpy(&v6, sa, sizeof v6);
		memcpy(addr, &v6.sin6_addr, sizeof addr);
		/* ::ffff:0:0/96 on the wire is IPv4, and is not for a name */
		if (inside(addr, open_to_all, 1))
			return inside(addr, net, n);
	} else {
		return false;
	}
	return may(addr, net, n);
}

bool
ct_network_may_text(const char *text, const struct ct_network *net, size_t n)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return ct_network_may((const struct sockaddr *)&v4, net, n);
	return inet_pton(AF_INET6, text, &v6.sin6_addr) == 1 &&
	    ct_network_may((const struct sockaddr *)&v6, net, n);
}
