/*
 * pages - a Hash Sharing service that costs next to nothing
 *
 *	pages N CREDENTIAL
 *
 * Serves N pages of 1000 made-up entries on 127.0.0.1, until it is killed: as
 * /v2/entries?from=...&to=... the first, then those that the links tell.  An
 * entry has an MD5, a SHA-1, a PDQ and a PhotoDNA hash.  Writes CREDENTIAL, a
 * credential file for ct-syncdb, once it listens.
 *
 * A page is written once, when it starts; for each that is asked for the digits
 * in it change.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "file.h"
#include "prog.h"

#define ENTRIES 1000
#define ENTRY_MAX 1024
#define ID_LEN 10
#define PDNA_TEXT 192

/* Where in the page the digits of an entry are. */
struct holes {
	char *id, *md5, *sha1, *pdq, *pdna;
};

static struct page {
	char *text;
	size_t len;
	struct holes at[ENTRIES];
	char *next; /* ID_LEN digits in the link */
	size_t end; /* length up to the element with the link */
} page;

static uint64_t state;

static uint64_t
next(void)
{
	uint64_t z = (state += 0x9e3779b97f4a7c15u);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* n characters of an alphabet of 1 << bits */
static void
digits(char *out, size_t n, const char *alphabet, unsigned bits)
{
	uint64_t word = 0;
	unsigned left = 0;

	for (; n; n--, left--) {
		if (!left) {
			word = next();
			left = 64 / bits;
		}
		*out++ = alphabet[word & ((1u << bits) - 1)];
		word >>= bits;
	}
}

static void
number(char *out, long n)
{
	int i;

	for (i = ID_LEN; i-- > 0; n /= 10)
		out[i] = (char)('0' + n % 10);
}

static char *
hole(const char *name, size_t len)
{
	char *at;

	page.len += (size_t)sprintf(page.text + page.len, "<%s>", name);
	at = page.text + page.len;
	memset(at, '0', len);
	page.len += len;
	page.len += (size_t)sprintf(page.text + page.len, "</%s>", name);
	return at;
}

static void
write_entry(struct holes *h, int i)
{
	page.len += (size_t)sprintf(page.text + page.len,
	    "<image><member id=\"%d\">Member %d</member>"
	    "<timestamp>2026-01-01T10:00:00Z</timestamp>",
	    9000 + i % 40, i % 40);
	h->id = hole("id", ID_LEN);
	page.len += (size_t)sprintf(page.text + page.len,
	    "<classification>A1</classification><fingerprints>");
	h->md5 = hole("md5", 32);
	h->sha1 = hole("sha1", 40);
	h->pdq = hole("pdq", 64);
	h->pdna = hole("pdna", PDNA_TEXT);
	page.len +=
	    (size_t)sprintf(page.text + page.len, "</fingerprints></image>");
}

static void
write_page(void)
{
	static const char end[] = "</queryResult>";
	int i;

	page.text = ct_alloc(ENTRIES + 1, ENTRY_MAX);
	page.len = (size_t)sprintf(page.text,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><queryResult xmlns="
	    "\"https://hashsharing.ncmec.org/hashsharing/v2\">"
	    "<images count=\"%d\" maxTimestamp=\"2026-01-01T10:00:00Z\">",
	    ENTRIES);
	for (i = 0; i < ENTRIES; i++)
		write_entry(&page.at[i], i);
	page.len += (size_t)sprintf(page.text + page.len, "</images>");
	page.end = page.len;
	page.len += (size_t)sprintf(
	    page.text + page.len, "<paging><next>/v2/entries?start=");
	page.next = page.text + page.len;
	memset(page.next, '0', ID_LEN);
	page.len += ID_LEN;
	page.len +=
	    (size_t)sprintf(page.text + page.len, "</next></paging>%s", end);
}

static void
fill_page(long k)
{
	static const char hex[] = "0123456789abcdef";
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	int i;

	state = (uint64_t)k << 32;
	for (i = 0; i < ENTRIES; i++) {
		number(page.at[i].id, 1000000000 + k * ENTRIES + i);
		digits(page.at[i].md5, 32, hex, 4);
		digits(page.at[i].sha1, 40, hex, 4);
		digits(page.at[i].pdq, 64, hex, 4);
		digits(page.at[i].pdna, PDNA_TEXT, base64, 6);
	}
	number(page.next, (k + 1) * ENTRIES);
}

static int
answer(int fd, const char *text, size_t len, const char *end)
{
	char head[160];
	int n = snprintf(head, sizeof head,
	    "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n"
	    "Content-Length: %zu\r\n\r\n",
	    len + strlen(end));

	return ct_write_full(fd, head, (size_t)n) ||
	    ct_write_full(fd, text, len) || ct_write_full(fd, end, strlen(end));
}

static int
serve(int fd, const char *path, long pages)
{
	static const char status[] =
	    "<status><ipAddress>127.0.0.1</ipAddress>"
	    "<username>bench</username><member id=\"1\">Bench</member>"
	    "</status>";
	const char *start = strstr(path, "start=");
	long k = start ? strtol(start + 6, NULL, 10) / ENTRIES : 0;

	if (!strstr(path, "/v2/entries?"))
		return answer(fd, status, sizeof status - 1, "");
	fill_page(k);
	if (k + 1 >= pages)
		return answer(fd, page.text, page.end, "</queryResult>");
	return answer(fd, page.text, page.len, "");
}

/* Requests have no body, and a client waits for its answer. */
static void
attend(int fd, long pages)
{
	char req[8192];
	size_t have = 0;
	ssize_t got;

	while ((got = read(fd, req + have, sizeof req - 1 - have)) > 0) {
		have += (size_t)got;
		req[have] = '\0';
		if (!strstr(req, "\r\n\r\n"))
			continue;
		*strchr(req, '\r') = '\0';
		if (serve(fd, req, pages))
			break;
		have = 0;
	}
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof at;
	struct ct_err err = { 0 };
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;
	long pages;
	char *cred;

	ct_start("pages");
	if (argc != 3)
		ct_usage("usage: pages N CREDENTIAL\n");
	pages = ct_number("N", argv[1], 1, 1000000);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (s < 0 || bind(s, (struct sockaddr *)&at, sizeof at) < 0 ||
	    listen(s, 8) < 0 ||
	    getsockname(s, (struct sockaddr *)&at, &len) < 0)
		ct_die(CT_OSERR, "cannot listen");
	(void)signal(SIGCHLD, SIG_IGN);
	write_page();
	cred =
	    ct_printf("environment = test\nusername = bench\npassword = bench\n"
		      "url = http://127.0.0.1:%d\n",
		ntohs(at.sin_port));
	if (ct_file_replace(argv[2], 0600, cred, strlen(cred), &err))
		ct_die_err(&err);
	free(cred);
	for (;;) {
		if ((fd = accept(s, NULL, NULL)) < 0)
			ct_die(CT_OSERR, "cannot accept");
		if (fork() == 0) {
			attend(fd, pages);
			_exit(0);
		}
		(void)close(fd);
	}
}
