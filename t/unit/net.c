/*
 * Which addresses a stranger's name may lead to: both edges of every network
 * that is closed, on both sides; and networks that an operator names.
 */
#include "net.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/un.h>

#include "../tap.h"

static const struct {
	const char *text;
	bool may;
} table[] = {
	{ "0.0.0.0", false },
	{ "0.255.255.255", false },
	{ "1.0.0.0", true },
	{ "9.255.255.255", true },
	{ "10.0.0.0", false },
	{ "10.255.255.255", false },
	{ "11.0.0.0", true },
	{ "100.63.255.255", true },
	{ "100.64.0.0", false },
	{ "100.127.255.255", false },
	{ "100.128.0.0", true },
	{ "126.255.255.255", true },
	{ "127.0.0.0", false },
	{ "127.255.255.255", false },
	{ "128.0.0.0", true },
	{ "169.253.255.255", true },
	{ "169.254.0.0", false },
	{ "169.254.255.255", false },
	{ "169.255.0.0", true },
	{ "172.15.255.255", true },
	{ "172.16.0.0", false },
	{ "172.31.255.255", false },
	{ "172.32.0.0", true },
	{ "191.255.255.255", true },
	{ "192.0.0.0", false },
	{ "192.0.0.255", false },
	{ "192.0.1.0", true },
	{ "192.0.1.255", true },
	{ "192.0.2.0", false },
	{ "192.0.2.255", false },
	{ "192.0.3.0", true },
	{ "192.88.98.255", true },
	{ "192.88.99.0", false },
	{ "192.88.99.255", false },
	{ "192.88.100.0", true },
	{ "192.167.255.255", true },
	{ "192.168.0.0", false },
	{ "192.168.255.255", false },
	{ "192.169.0.0", true },
	{ "198.17.255.255", true },
	{ "198.18.0.0", false },
	{ "198.19.255.255", false },
	{ "198.20.0.0", true },
	{ "198.51.99.255", true },
	{ "198.51.100.0", false },
	{ "198.51.100.255", false },
	{ "198.51.101.0", true },
	{ "203.0.112.255", true },
	{ "203.0.113.0", false },
	{ "203.0.113.255", false },
	{ "203.0.114.0", true },
	{ "223.255.255.255", true },
	{ "224.0.0.0", false },
	{ "239.255.255.255", false },
	{ "240.0.0.0", false },
	{ "255.255.255.255", false },
	{ "::", false },
	{ "::1", false },
	{ "::127.0.0.1", false },
	{ "::ffff:127.0.0.1", false },
	{ "::ffff:8.8.8.8", false },
	{ "64:ff9b::a9fe:a9fe", false },
	{ "64:ff9b::808:808", false },
	{ "100::1", false },
	{ "1fff:ffff::1", false },
	{ "2000::", true },
	{ "2000:ffff::1", true },
	{ "2001::", false },
	{ "2001:1ff:ffff::1", false },
	{ "2001:200::", true },
	{ "2001:db7:ffff::1", true },
	{ "2001:db8::", false },
	{ "2001:db8:ffff::1", false },
	{ "2001:db9::", true },
	{ "2001:ffff::1", true },
	{ "2002::", false },
	{ "2002:7f00:1::", false },
	{ "2002:ffff::1", false },
	{ "2003::", true },
	{ "2606:4700::1111", true },
	{ "3fff:ffff::1", true },
	{ "4000::", false },
	{ "fc00::1", false },
	{ "fd00::1", false },
	{ "fe80::1", false },
	{ "ff02::1", false },
	{ "localhost", false },
	{ "", false },
};

/* An address is in no network but these; of both kinds of text. */
static void
operators(void)
{
	static const char *const good[] = { "10.0.0.0/8", "fd00::/8",
		"127.0.0.1", "0.0.0.0/0", "::/0", "192.0.2.128/25",
		"::ffff:10.0.0.0/104", "fe80::1/128" };
	static const char *const bad[] = { "", "/8", "10.0.0.1/8",
		"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x",
		"10.0.0.0/ 8", "10/8", "fd00::1/8", "::/129",
		"fd00::/99999999999999999999", "example.com", "1.2.3.4.5",
		"[::1]", "fe80::1%lo",
		"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000" };
	struct ct_network net = { .bits = 0 };
	struct ct_err err = { 0 };
	size_t i;

	for (i = 0; i < sizeof good / sizeof *good; i++)
		ok(ct_network_parse(&net, good[i], &err) == 0, "'%s' is one",
		    good[i]);
	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		err.code = 0;
		ok(ct_network_parse(&net, bad[i], &err) == CT_CONFIG &&
			err.code == CT_CONFIG,
		    "'%s' is none", bad[i]);
	}
	(void)ct_network_parse(&net, "10.1.0.0/16", &err);
	ok(ct_network_may_text("10.1.255.255", &net, 1), "its last address");
	ok(!ct_network_may_text("10.2.0.0", &net, 1), "the one behind it");
	ok(!ct_network_may_text("10.0.255.255", &net, 1), "the one before");
	ok(ct_network_may_text("::ffff:10.1.0.1", &net, 1),
	    "the same as IPv6 has it");
	(void)ct_network_parse(&net, "192.0.2.129/32", &err);
	ok(ct_network_may_text("192.0.2.129", &net, 1) &&
		!ct_network_may_text("192.0.2.128", &net, 1),
	    "one address");
	(void)ct_network_parse(&net, "fd00:1234::/29", &err);
	ok(err.code == CT_CONFIG, "bits behind the slash");
	(void)ct_network_parse(&net, "fd00:1230::/29", &err);
	ok(ct_network_may_text("fd00:1237:ffff::", &net, 1) &&
		!ct_network_may_text("fd00:1238::", &net, 1) &&
		!ct_network_may_text("10.1.0.0", &net, 1),
	    "of IPv6");
	ok(ct_network_may_text("8.8.8.8", &net, 1), "the Internet as well");
}

int
main(void)
{
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	size_t i;

	for (i = 0; i < sizeof table / sizeof *table; i++)
		ok(ct_network_may_text(table[i].text, NULL, 0) == table[i].may,
		    "'%s' may %sbe reached", table[i].text,
		    table[i].may ? "" : "not ");
	ok(!ct_network_may((const struct sockaddr *)&local, NULL, 0),
	    "no socket of this machine");
	operators();
	done();
}
