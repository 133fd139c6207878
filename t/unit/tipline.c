/* What each answer of the CyberTipline is taken for, rule by rule. */
#include "tipline.h"

#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "prog.h"

#define DECL "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define OPEN DECL "<reportResponse>"
#define SHUT "</reportResponse>"
#define CODE(n) "<responseCode>" n "</responseCode>"
#define SAY "<responseDescription>Success</responseDescription>"
#define ID(n) "<reportId>" n "</reportId>"
#define FILE_ID "0123456789abcdef0123456789abcdef"
#define FILE_2 "fedcba9876543210fedcba9876543210"
#define AN_ID "<fileId>" FILE_ID "</fileId>"
#define MD5 "D41D8CD98F00B204E9800998ECF8427E"
#define HASH "<hash>" MD5 "</hash>"
#define DONE(in) DECL "<reportDoneResponse>" in "</reportDoneResponse>"

static const char *const kinds[] = { "ok", "auth", "invalid", "again",
	"unknown", "gone", "no file", "retracted", "finished", "protocol" };

static struct ct_tip_answer a;

static enum ct_tip_kind
answer(enum ct_tip_call call, const char *asked, long status, const char *body)
{
	ct_tip_done(&a);
	a.status = status;
	a.body = ct_strdup(body);
	a.len = strlen(body);
	ct_tip_read(call, asked, &a);
	return a.kind;
}

static void
is(enum ct_tip_call call, long status, const char *body, enum ct_tip_kind want,
    const char *what)
{
	const char *asked =
	    call == CT_TIP_STATUS || call == CT_TIP_SUBMIT ? NULL : "1000003";
	enum ct_tip_kind got = answer(call, asked, status, body);

	ok(got == want && !*a.why == (want == CT_TIP_OK),
	    "%s, %ld: %s is %s (%s)", ct_tip_name(call), status, what,
	    kinds[want], kinds[got]);
}

static void
successes(void)
{
	is(CT_TIP_STATUS, 200, OPEN CODE("0") SAY SHUT, CT_TIP_OK,
	    "no report id");
	is(CT_TIP_SUBMIT, 200, OPEN CODE("0") SAY ID("1000003") SHUT, CT_TIP_OK,
	    "a new report");
	ok(strcmp(a.report_id, "1000003") == 0 && a.code == 0, "its id");
	is(CT_TIP_SUBMIT, 200,
	    OPEN "\n <responseCode> 0\n</responseCode>\n " ID(
		" 9223372036854775807 ") "\n" SHUT,
	    CT_TIP_OK, "white space, no description");
	is(CT_TIP_SUBMIT, 500, OPEN CODE("0") SAY ID("5") SHUT, CT_TIP_OK,
	    "the code counts, not HTTP's, which");
	is(CT_TIP_SUBMIT, 200,
	    OPEN CODE("0") "<later><x/></later>" ID("5") SHUT, CT_TIP_OK,
	    "an element of later");
	is(CT_TIP_UPLOAD, 200, OPEN CODE("0") SAY ID("1000003") AN_ID HASH SHUT,
	    CT_TIP_OK, "a file");
	ok(strcmp(a.file_id, FILE_ID) == 0 &&
		strcmp(a.md5, "d41d8cd98f00b204e9800998ecf8427e") == 0,
	    "its id, its MD5 in lower case");
	is(CT_TIP_FILEINFO, 200, OPEN CODE("0") SAY ID("1000003") SHUT,
	    CT_TIP_OK, "details");
	is(CT_TIP_RETRACT, 200, OPEN CODE("0") SAY ID("1000003") SHUT,
	    CT_TIP_OK, "retracted");
	is(CT_TIP_FINISH, 200, DONE(CODE("0") ID("1000003") "<files/>"),
	    CT_TIP_OK, "filed without files");
	ok(a.nfiles == 0, "no files");
	is(CT_TIP_FINISH, 200,
	    DONE(CODE("0") ID("1000003") "<files>" AN_ID "<fileId> " FILE_2
					 " </fileId></files>"),
	    CT_TIP_OK, "filed with two");
	ok(a.nfiles == 2 && strcmp(a.files[1], FILE_2) == 0, "their ids");
}

static void
codes(void)
{
	static const struct {
		const char *code;
		enum ct_tip_kind kind;
	} table[] = { { "1000", CT_TIP_AGAIN }, { "1100", CT_TIP_AGAIN },
		{ "1110", CT_TIP_AGAIN }, { "1111", CT_TIP_AGAIN },
		{ "1210", CT_TIP_INVALID }, { "1300", CT_TIP_AGAIN },
		{ "2000", CT_TIP_AUTH }, { "3000", CT_TIP_AUTH },
		{ "3100", CT_TIP_AUTH }, { "3300", CT_TIP_AUTH },
		{ "4000", CT_TIP_INVALID }, { "4100", CT_TIP_INVALID },
		{ "4110", CT_TIP_INVALID }, { "4200", CT_TIP_INVALID },
		{ "5001", CT_TIP_GONE }, { "5002", CT_TIP_NO_FILE },
		{ "5101", CT_TIP_RETRACTED }, { "5102", CT_TIP_FINISHED },
		{ "5999", CT_TIP_UNKNOWN }, { "7", CT_TIP_UNKNOWN },
		{ "999999999", CT_TIP_UNKNOWN } };
	static const long status[] = { 200, 400, 500 };
	char *body;
	size_t i, k;

	for (i = 0; i < sizeof table / sizeof *table; i++)
		for (k = 0; k < 3; k++) {
			body =
			    ct_printf(OPEN "<responseCode>%s</responseCode>"
					   "<responseDescription>a line\nof "
					   "theirs</responseDescription>" SHUT,
				table[i].code);
			is(CT_TIP_FILEINFO, status[k], body, table[i].kind,
			    table[i].code);
			free(body);
		}
	ok(strstr(a.why, "theirs") == NULL, "why holds nothing they said");
	is(CT_TIP_FINISH, 200, OPEN CODE("5102") SAY SHUT, CT_TIP_FINISHED,
	    "an error in the other root");
	is(CT_TIP_FINISH, 200, DONE(CODE("5102")), CT_TIP_FINISHED,
	    "an error in its own root");
	is(CT_TIP_RETRACT, 200, OPEN CODE("5102") ID("1000003") SHUT,
	    CT_TIP_FINISHED, "5102 of our report");
	is(CT_TIP_RETRACT, 200, OPEN CODE("5102") ID("1000004") SHUT,
	    CT_TIP_PROTOCOL, "5102 of another");
}

static void
by_status(void)
{
	static const char *const none[] = { "", "  \n", "<html><p>no</html>",
		"<html><p>no</p></html>",
		"<!DOCTYPE html><html><p>no</p></html>", OPEN CODE("0"),
		"{\"error\":1}" };
	static const struct {
		long status;
		enum ct_tip_kind kind;
	} table[] = { { 200, CT_TIP_UNKNOWN }, { 204, CT_TIP_UNKNOWN },
		{ 206, CT_TIP_UNKNOWN }, { 302, CT_TIP_PROTOCOL },
		{ 308, CT_TIP_PROTOCOL }, { 400, CT_TIP_INVALID },
		{ 401, CT_TIP_AUTH }, { 403, CT_TIP_AUTH },
		{ 404, CT_TIP_INVALID }, { 408, CT_TIP_UNKNOWN },
		{ 413, CT_TIP_INVALID }, { 429, CT_TIP_AGAIN },
		{ 500, CT_TIP_UNKNOWN }, { 502, CT_TIP_UNKNOWN },
		{ 503, CT_TIP_UNKNOWN } };
	size_t i, k;

	for (i = 0; i < sizeof table / sizeof *table; i++)
		for (k = 0; k < sizeof none / sizeof *none; k++)
			is(CT_TIP_FINISH, table[i].status, none[k],
			    table[i].kind, "no answer of theirs");
	is(CT_TIP_SUBMIT, 401, OPEN CODE("0") ID("5") SHUT, CT_TIP_AUTH,
	    "whatever it says");
	is(CT_TIP_SUBMIT, 403, OPEN CODE("1000") SHUT, CT_TIP_AUTH,
	    "whatever it says");
	is(CT_TIP_SUBMIT, 307, OPEN CODE("0") ID("5") SHUT, CT_TIP_PROTOCOL,
	    "elsewhere");
	is(CT_TIP_SUBMIT, 200,
	    DECL "<!DOCTYPE reportResponse [<!ENTITY x \"5\">]>"
		 "<reportResponse>" CODE("0") "<reportId>&x;</reportId>" SHUT,
	    CT_TIP_UNKNOWN, "a DOCTYPE");
	is(CT_TIP_SUBMIT, 200,
	    DECL "<reportResponse xmlns=\"urn:x\">" CODE("0") ID("5") SHUT,
	    CT_TIP_UNKNOWN, "another namespace");
	is(CT_TIP_SUBMIT, 200, OPEN CODE("0") ID("5") SHUT OPEN SHUT,
	    CT_TIP_UNKNOWN, "two documents");
}

static void
contradictions(void)
{
	static const char *const code[] = { "", "00", "-1", "0x0", "+0", "0.0",
		"1e3", "0 0", "zero", "0<b/>", "1234567890" };
	static const char *const id[] = { "", "0", "01", "-5", "+5", "5.0",
		"0x5", "1 2", "5<b>6</b>", "12345678901234567890",
		"9223372036854775808", "five" };
	char *body;
	size_t i;

	for (i = 0; i < sizeof code / sizeof *code; i++) {
		body = ct_printf(OPEN "<responseCode>%s</responseCode>" ID("5")
				     SHUT,
		    code[i]);
		is(CT_TIP_SUBMIT, 200, body, CT_TIP_PROTOCOL, code[i]);
		free(body);
	}
	for (i = 0; i < sizeof id / sizeof *id; i++) {
		body = ct_printf(
		    OPEN CODE("0") "<reportId>%s</reportId>" SHUT, id[i]);
		is(CT_TIP_SUBMIT, 200, body, CT_TIP_PROTOCOL, id[i]);
		ok(!*a.report_id, "and no id is taken from it");
		free(body);
	}
	is(CT_TIP_SUBMIT, 200, OPEN ID("5") SHUT, CT_TIP_PROTOCOL, "no code");
	is(CT_TIP_SUBMIT, 200, OPEN CODE("0") CODE("0") ID("5") SHUT,
	    CT_TIP_PROTOCOL, "two codes");
	is(CT_TIP_SUBMIT, 200, OPEN CODE("0") ID("5") ID("6") SHUT,
	    CT_TIP_PROTOCOL, "two ids");
	is(CT_TIP_SUBMIT, 200, OPEN CODE("0") SAY SHUT, CT_TIP_PROTOCOL,
	    "no id");
	is(CT_TIP_FILEINFO, 200, OPEN CODE("0") SAY SHUT, CT_TIP_PROTOCOL,
	    "no id");
	is(CT_TIP_FILEINFO, 200, OPEN CODE("0") ID("1000004") SHUT,
	    CT_TIP_PROTOCOL, "another id");
	is(CT_TIP_SUBMIT, 200, DONE(CODE("0") ID("5") "<files/>"),
	    CT_TIP_PROTOCOL, "the answer to /finish");
	is(CT_TIP_FINISH, 200, OPEN CODE("0") ID("1000003") SHUT,
	    CT_TIP_PROTOCOL, "the answer to another call");
	is(CT_TIP_FINISH, 200, DONE(CODE("0") ID("1000003")), CT_TIP_PROTOCOL,
	    "no list of files");
	is(CT_TIP_FINISH, 200,
	    DONE(CODE("0") ID("1000003") "<files><fileId/></files>"),
	    CT_TIP_PROTOCOL, "an empty file id");
	is(CT_TIP_FINISH, 200,
	    DONE(CODE("0") ID("1000003") "<files><x>1</x></files>"),
	    CT_TIP_PROTOCOL, "no file id");
	is(CT_TIP_UPLOAD, 200, OPEN CODE("0") ID("1000003") HASH SHUT,
	    CT_TIP_PROTOCOL, "no file id");
	is(CT_TIP_UPLOAD, 200, OPEN CODE("0") ID("1000003") AN_ID SHUT,
	    CT_TIP_PROTOCOL, "no hash");
	is(CT_TIP_UPLOAD, 200,
	    OPEN CODE("0") ID("1000003") AN_ID "<hash>d41d8</hash>" SHUT,
	    CT_TIP_PROTOCOL, "half a hash");
	is(CT_TIP_UPLOAD, 200,
	    OPEN CODE("0") ID("1000003") "<fileId>../x</fileId>" HASH SHUT,
	    CT_TIP_PROTOCOL, "an odd file id");
}

/* Is it proved that the call did nothing? */
static void
proofs(void)
{
	static const struct {
		long status;
		const char *body;
		bool undone;
	} table[] = { { 401, "", false },
		{ 403, "<html><p>no</p></html>", false },
		{ 403, OPEN CODE("0") ID("1000003") SHUT, false },
		{ 401, OPEN CODE("5102") SHUT, false },
		{ 401, OPEN SHUT, false },
		{ 401, OPEN CODE("2000") SAY SHUT, true },
		{ 403, OPEN CODE("3100") SAY SHUT, true },
		{ 200, OPEN CODE("3300") SAY SHUT, true },
		{ 400, OPEN CODE("4100") SAY SHUT, true },
		{ 404, OPEN CODE("1210") SAY SHUT, true },
		{ 500, OPEN CODE("1000") SAY SHUT, true }, { 429, "", true },
		{ 404, "", false }, { 500, "", false }, { 302, "", false },
		{ 200, OPEN CODE("7") SHUT, false },
		{ 200, OPEN CODE("0") ID("1000003") SHUT, false },
		{ 200, OPEN CODE("2000") ID("1000004") SHUT, false } };
	size_t i;

	for (i = 0; i < sizeof table / sizeof *table; i++) {
		(void)answer(
		    CT_TIP_FILEINFO, "1000003", table[i].status, table[i].body);
		ok(a.undone == table[i].undone, "%ld %s: %s", table[i].status,
		    table[i].body, table[i].undone ? "a proof" : "none");
	}
}

static int
made(bool cred_production, const char *url, bool production)
{
	char user[] = "u", password[] = "p", copy[128] = "";
	struct ct_cred cred = { .user = user,
		.password = password,
		.production = cred_production };
	struct ct_err err = { 0 };
	struct ct_tipline *tip;
	int rc;

	if (url) {
		(void)snprintf(copy, sizeof copy, "%s", url);
		cred.url = copy;
	}
	rc = ct_tipline_new(&tip, &cred, production, &err);
	ct_tipline_free(tip);
	return rc;
}

static void
guards(void)
{
	static const char *const theirs[] = {
		"https://Report.CyberTip.org/ispws",
		"https://report%2ecybertip.org/ispws",
		"https://report.cyber%74ip.org/ispws",
		"https://report.cybertip.org./ispws",
		"https://report.cybertip.org:443/ispws",
		"https://REPORT%2ECYBERTIP%2EORG%2E/ispws",
		"https://report.cybertip\xe3\x80\x82org/ispws",
		"https://report.\xef\xbd\x83ybertip.org/ispws",
		"https://a@report.cybertip.org/ispws",
		"report.cybertip.org/ispws",
		"https://other.cybertip.org/ispws",
		"https://cybertip.org/ispws",
		"https://hashsharing.ncmec.org/v2",
		"https://exttest.cybertip.org.report.cybertip.org/ispws",
		"https:///report.cybertip.org/ispws",
		"",
	};
	static const char *const ours[] = {
		"https://exttest.cybertip.org/ispws",
		"https://EXTTEST.cybertip.org./ispws",
		"https://tip.example/ispws",
		"https://cybertip.org.example/ispws",
		"http://[::1]:8080/ispws",
	};
	size_t i;

	ok(made(false, NULL, false) == 0, "test credential, test");
	ok(made(true, NULL, true) == 0, "production credential, production");
	ok(made(false, NULL, true) == CT_NOPERM, "test credential, production");
	ok(made(true, NULL, false) == CT_NOPERM, "production credential, test");
	ok(made(true, "https://a.example", true) == CT_CONFIG,
	    "production has one address");
	ok(made(false, "http://127.0.0.1:1/ispws/", false) == 0, "a sandbox");
	ok(made(false, "http://a.example", false) == CT_NOPERM, "http is not");
	for (i = 0; i < sizeof theirs / sizeof *theirs; i++)
		ok(made(false, theirs[i], false) == CT_NOPERM,
		    "no test environment: %s", theirs[i]);
	for (i = 0; i < sizeof ours / sizeof *ours; i++)
		ok(made(false, ours[i], false) == 0, "one: %s", ours[i]);
}

int
main(void)
{
	successes();
	codes();
	by_status();
	contradictions();
	proofs();
	guards();
	ct_tip_done(&a);
	done();
}
