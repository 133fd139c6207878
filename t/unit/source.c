/* Pages of Hash Sharing, lines of a list, and the normal form of hashes. */
#include "source.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tap.h"
#include "hex.h"

#define NS "xmlns=\"https://hashsharing.ncmec.org/hashsharing/v2\""
#define MD5 "0123456789abcdef0123456789abcdef"
#define PDQ "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"

static struct ct_page page;
static struct ct_err err;

static int
parse(const char *xml)
{
	ct_page_free(&page);
	return ct_page_parse(&page, xml, strlen(xml), &err);
}

static const struct ct_entry *
entry(size_t i)
{
	return &page.entry[i].e;
}

static int
same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Signal k of entry i: of this type, with these bytes as hex (or text)? */
static int
has(size_t i, size_t k, const char *type, const char *hex)
{
	const struct ct_signal *s;
	char text[2 * 256 + 1];

	if (i >= page.n || k >= entry(i)->n)
		return 0;
	s = &entry(i)->signal[k];
	if (s->len > 256)
		return 0;
	ct_hex(s->hash, s->len, text);
	return same(s->type, type) && (!hex || same(text, hex));
}

static void
pages(void)
{
	ok(parse("<queryResult " NS "><images count=\"2\" "
		 "maxTimestamp=\"2026-01-01T10:00:00.123Z\"><image>"
		 "<member id=\"9002\">Sample</member>"
		 "<timestamp>2026-01-01T10:00:00Z</timestamp><id>1001</id>"
		 "<classification>A1</classification><fingerprints>"
		 "<md5>" MD5 "</md5><md5>1" MD5 "</md5>"
		 "<md5>\n F123456789ABCDEF0123456789ABCDEF </md5>"
		 "<pdq>" PDQ "</pdq><newhash>any text</newhash>"
		 "<tmk-pdqf rel=\"self\" href=\"/v2/entries/1\"/>"
		 "</fingerprints><feedback lastUpdateTimestamp=\"x\">"
		 "<affirmativeFeedback type=\"Pdq\"><members><member "
		 "id=\"9001\">P</member></members></affirmativeFeedback>"
		 "<negativeFeedback type=\"Md5\"><reasons><reason guid=\"g\"/>"
		 "<members><member id=\"9003\">Q</member></members></reasons>"
		 "</negativeFeedback></feedback><unheard><of/></unheard>"
		 "</image><deletedImage><member id=\"9002\">S</member>"
		 "<id>0990</id><timestamp>2026-01-01T05:00:00.5Z</timestamp>"
		 "</deletedImage></images><videos count=\"1\"><video>"
		 "<id>1001</id><timestamp>2026-01-01T04:00:00Z</timestamp>"
		 "<member id=\"9002\"/><fingerprints/></video></videos>"
		 "<paging><next>/v2/entries?a=1&amp;b=2</next></paging>"
		 "</queryResult>") == 0 &&
		page.n == 3,
	    "a page with all that may occur");
	ok(same(entry(0)->member, "9002") && same(entry(0)->entry, "1001") &&
		same(entry(0)->content, "image") &&
		same(entry(0)->classification, "A1") &&
		same(entry(0)->at, "2026-01-01T10:00:00Z"),
	    "an entry's names");
	ok(entry(0)->n == 4 && has(0, 0, "md5", MD5) &&
		has(0, 1, "md5", "f123456789abcdef0123456789abcdef") &&
		has(0, 2, "pdq", PDQ) && has(0, 3, "newhash", NULL),
	    "all fingerprints, also two of a type and an unknown one");
	ok(page.nbad == 1 && page.bad[0].entry == 0 &&
		same(page.bad[0].why, "length"),
	    "the bad one is told");
	ok(same(entry(0)->signal[0].opinion, "disputed") &&
		same(entry(0)->signal[1].opinion, "disputed") &&
		same(entry(0)->signal[2].opinion, "positive"),
	    "a vote down is of its type only; one up is none");
	ok(page.entry[1].gone && !page.entry[1].why &&
		same(entry(1)->entry, "0990") && !page.entry[0].gone,
	    "a tombstone");
	ok(!page.entry[2].gone && same(entry(2)->content, "video"), "a video");
	ok(same(page.next, "/v2/entries?a=1&b=2"), "the next page");
}

static void
odd_pages(void)
{
	ok(parse("<queryResult><images count=\"0\"/></queryResult>") == 0 &&
		page.n == 0 && !page.next,
	    "an empty page, no namespace");
	ok(parse("<n:queryResult xmlns:n=\"x\"><n:images><n:image><n:member "
		 "id=\"1\"/><n:id>2</n:id><n:timestamp>2026-01-01T00:00:00Z"
		 "</n:timestamp></n:image></n:images><n:paging><n:next/>"
		 "</n:paging></n:queryResult>") == 0 &&
		page.n == 1 && !page.entry[0].why && !page.next,
	    "a prefix; an empty link");
	ok(parse("<queryResult><audios><audio><member id=\"1\"/><id>2</id>"
		 "<timestamp>2026-01-01T00:00:00Z</timestamp><fingerprints>"
		 "<md5>" MD5 "</md5></fingerprints></audio></audios><summary>"
		 "<about>x</about></summary></queryResult>") == 0 &&
		page.n == 1 && same(entry(0)->content, "audio"),
	    "another kind of entry is kept, what is none is passed over");
	ok(parse("<queryResult><images><image><id>2</id><timestamp>2026-01-01T"
		 "00:00:00Z</timestamp></image><image><member id=\"1\"/>"
		 "<timestamp>2026-01-01T00:00:00Z</timestamp></image><image>"
		 "<member id=\"1\"/><id>2</id></image></images>"
		 "</queryResult>") == 0 &&
		page.n == 3 && same(page.entry[0].why, "no member") &&
		same(page.entry[1].why, "no id") &&
		same(page.entry[2].why, "no timestamp"),
	    "without member, id or time it is refused");
	ok(parse("<queryResult><images><image><member id=\"1\"/><id>2</id>"
		 "<timestamp>yesterday</timestamp></image></images>"
		 "</queryResult>") == 0 &&
		!page.entry[0].why && same(entry(0)->at, ""),
	    "a time of another form costs no entry");
	ok(parse("<queryResult><images count=\"2\"><image><member id=\"1\"/>"
		 "<id>2</id><timestamp>2026-01-01T00:00:00Z</timestamp></image>"
		 "</images></queryResult>") == CT_DATAERR,
	    "fewer entries than it says: cut short");
	ok(parse("<html><body>Log in</body></html>") == CT_PROTOCOL,
	    "another document");
	ok(parse("<queryResult><images count=\"0\"/>") == CT_DATAERR, "cut");
	ok(parse("") == CT_DATAERR, "nothing");
	ok(parse("{}") == CT_DATAERR, "JSON");
	ok(parse("<!DOCTYPE q [<!ENTITY a \"b\">]><queryResult/>") ==
		CT_DATAERR,
	    "a DOCTYPE");
	ct_page_free(&page);
}

static const char *
why(const char *type, const char *text)
{
	struct ct_signal s;
	const char *reason = ct_signal_parse(&s, type, text);

	free(s.hash);
	return reason ? reason : "";
}

static void
signals(void)
{
	char pdna[289];

	ok(same(why("md5", MD5), ""), "a hash");
	ok(same(why("MD5", " " MD5 "\r\n"), ""), "blanks around it");
	ok(same(why("md5", MD5 "0"), "length") &&
		same(why("md5", ""), "length") &&
		same(why("pdq", MD5), "length"),
	    "a wrong length");
	ok(same(why("md5", "g123456789abcdef0123456789abcdef"), "alphabet") &&
		same(why("md5", "0123456789abcde\xef\xbc\x91" MD5), "length"),
	    "a wrong letter");
	ok(same(
	       why("md5", "D41D8CD98F00B204E9800998ECF8427E"), "null-signal") &&
		same(why("sha1", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
		    "null-signal"),
	    "the digest of nothing");
	memset(pdna, '0', sizeof pdna - 1);
	pdna[64] = '\0';
	ok(same(why("pdq", pdna), "null-signal"), "PDQ of zeros");
	memset(pdna, 'f', sizeof pdna - 1);
	pdna[64] = '\0';
	ok(same(why("pdq", pdna), "null-signal"), "PDQ of ones");
	pdna[64] = 'f';
	pdna[288] = '\0';
	ok(same(why("pdna", pdna), "null-signal"), "PhotoDNA of ones");
	pdna[0] = '0';
	ok(same(why("pdna", pdna), ""), "PhotoDNA as hex");
	pdna[192] = '\0';
	ok(same(why("pdna", pdna), ""), "PhotoDNA as base64");
	pdna[191] = '!';
	ok(same(why("pdna", pdna), "alphabet"), "and not quite");
	ok(same(why("", MD5), "type") && same(why("a b", MD5), "type") &&
		same(why("a-type-name-too-long", MD5), "type"),
	    "no type");
	ok(same(why("SSVH-PDNA", "opaque"), ""), "an unknown type is kept");
	ok(ct_signal_len("sha512") == 64 && ct_signal_len("pdna") == 144 &&
		ct_signal_matched("PDNA") && ct_signal_matched("SHA-256") &&
		!ct_signal_matched("crc32"),
	    "which types can be matched");
}

int
main(void)
{
	pages();
	odd_pages();
	signals();
	done();
}
