/* clock, conf, file, store, xml: the parts that every command stands on */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tap.h"
#include "clock.h"
#include "conf.h"
#include "cred.h"
#include "file.h"
#include "http.h"
#include "prog.h"
#include "store.h"
#include "xml.h"

static struct ct_err err;

static int
parses(const char *text, int64_t want)
{
	int64_t ms = -1;

	return want < 0 ? ct_time_parse(text, &ms) < 0
			: ct_time_parse(text, &ms) == 0 && ms == want;
}

static void
times(void)
{
	char text[CT_TIME_LEN];

	ok(parses("1970-01-01T00:00:01Z", 1000) &&
		parses("2026-11-22T10:00:00.25+01:30", 1795336200250) &&
		parses("2024-02-29T00:00:00Z", 1709164800000),
	    "times with a zone parse");
	ok(parses("2026-11-22T10:00:00", -1) &&
		parses("2026-11-22 10:00:00Z", -1) &&
		parses("2026-02-29T00:00:00Z", -1) &&
		parses("2026-11-22T10:00:00Zx", -1) &&
		parses("2026-11-22T24:00:00Z", -1) && parses("", -1) &&
		parses("2026-11-22T10:00:00.Z", -1),
	    "without a zone, on no calendar, or with a tail they do not");
	ok(strcmp(ct_time(1795336200250, text), "2026-11-22T08:30:00.250Z") ==
		    0 &&
		strcmp(ct_time(0, text), "1970-01-01T00:00:00Z") == 0,
	    "and are written in UTC");
	(void)setenv("CT_CLOCK", "2030-01-02T03:04:05Z", 1);
	ok(strcmp(ct_time_now(text), "2030-01-02T03:04:05Z") == 0,
	    "CT_CLOCK pins the time");
	(void)unsetenv("CT_CLOCK");
}

static void
conf(void)
{
	static const char *const known[] = { "type", "url", NULL };
	struct ct_conf *c;

	ok(ct_conf_parse(&c, "x",
	       "# note\n top = 1 \n[a]\nk = \" v \"\nk=w\r\n"
	       "[source one]\ntype = file\n[source \"two x\"]\nurl=u=v\n"
	       "[source one]\nbad = 1\n",
	       &err) == 0,
	    "a configuration parses");
	ok(strcmp(ct_conf_get(c, "", NULL, "top"), "1") == 0 &&
		strcmp(ct_conf_get(c, "a", NULL, "k"), "w") == 0 &&
		strcmp(ct_conf_nth(c, "a", NULL, "k", 0), " v ") == 0 &&
		!ct_conf_nth(c, "a", NULL, "k", 2) &&
		!ct_conf_get(c, "b", NULL, "k"),
	    "values are found, the last one first");
	ok(strcmp(ct_conf_name(c, "source", 0), "one") == 0 &&
		strcmp(ct_conf_name(c, "source", 1), "two x") == 0 &&
		!ct_conf_name(c, "source", 2) &&
		strcmp(ct_conf_get(c, "source", "two x", "url"), "u=v") == 0,
	    "sections are listed by name");
	ok(ct_conf_known(c, "source", known, &err) == CT_CONFIG &&
		strstr(err.msg, "line 11"),
	    "an unknown key is named with its line");
	ct_conf_free(c);
	ok(ct_conf_parse(&c, "x", "[a\n", &err) == CT_CONFIG &&
		ct_conf_parse(&c, "x", "word\n", &err) == CT_CONFIG,
	    "what is no key = value is an error");
}

static void
put(const char *path, mode_t mode, const char *text)
{
	if (ct_file_replace(path, mode, text, strlen(text), &err))
		ct_die_err(&err);
}

static void
files(void)
{
	uint8_t *buf;
	size_t len;
	struct stat st;
	int fd = -1, fd2 = -1, pid, status;

	ok(ct_mkdirs("a/b/c", &err) == 0 && ct_mkdirs("a/b", &err) == 0,
	    "directories are made, or are there");
	put("a/f", 0640, "old");
	put("a/f", 0640, "new");
	ok(ct_file_read("a/f", 3, &buf, &len, &err) == 0 && len == 3 &&
		strcmp((char *)buf, "new") == 0 && stat("a/f", &st) == 0 &&
		(st.st_mode & 0777) == 0640,
	    "a file is replaced, with its mode");
	free(buf);
	ok(ct_file_read("a/f", 2, &buf, &len, &err) == CT_DATAERR &&
		ct_file_read("a/none", 2, &buf, &len, &err) == CT_NOINPUT &&
		ct_file_read("a", 2, &buf, &len, &err) == CT_NOINPUT,
	    "too large, not there, no file: refused");
	ok(ct_file_secret("a/f", 9, &buf, &len, &err) == CT_NOPERM &&
		chmod("a/f", 0600) == 0 &&
		ct_file_secret("a/f", 9, &buf, &len, &err) == 0,
	    "a secret that others can read is refused");
	free(buf);
	ok(symlink("f", "a/l") == 0 && mkfifo("a/p", 0600) == 0 &&
		ct_file_open("a/l", false, &st, &err) < 0 &&
		ct_file_open("a/p", false, &st, &err) < 0 &&
		(fd = ct_file_open("a/l", true, &st, &err)) >= 0,
	    "a link is followed only when asked; a FIFO never blocks");
	(void)close(fd);
	ok(ct_file_lock("a/lock", &fd, &err) == 0, "a lock is taken");
	if ((pid = fork()) == 0)
		_exit(ct_file_lock("a/lock", &fd2, &err));
	ok(waitpid(pid, &status, 0) == pid &&
		WEXITSTATUS(status) == CT_TEMPFAIL,
	    "and held against others: 75");
}

static void
store(void)
{
	static const char *const v1[] = { "CREATE TABLE t(a TEXT, b BLOB)",
		NULL };
	static const char *const v2[] = { "CREATE TABLE t(a TEXT, b BLOB)",
		"ALTER TABLE t ADD c INTEGER DEFAULT 7", NULL };
	struct ct_store *st;
	struct ct_rows *r;
	const void *blob;
	struct stat s;
	int64_t n = 0;
	size_t len;

	ok(ct_store_open(&st, "s.db", v1, &err) == 0 && stat("s.db", &s) == 0 &&
		(s.st_mode & 0777) == 0600,
	    "a store is made, closed to others");
	ok(ct_store_do(st, &err, "INSERT INTO t VALUES(?,?)", "sb", "x", "\0y",
	       (size_t)2) == 0 &&
		ct_store_do(st, &err, "INSERT INTO t VALUES(?,?)", "sb",
		    (char *)NULL, "", (size_t)0) == 0 &&
		ct_store_begin(st, &err) == 0 &&
		ct_store_do(st, &err, "DELETE FROM t", "") == 0 &&
		ct_store_changes(st) == 2,
	    "rows go in and out");
	ct_store_rollback(st);
	ct_store_close(st);
	ok(ct_store_open(&st, "s.db", v2, &err) == 0 &&
		ct_store_int(st, &n, &err, "SELECT count(*)*c FROM t", "") ==
		    1 &&
		n == 14,
	    "a rollback undoes; a later version migrates");
	ok(ct_rows_open(&r, st, &err, "SELECT a,b FROM t ORDER BY rowid", "") ==
		    0 &&
		ct_rows_next(r, &err) == 1 &&
		strcmp(ct_rows_text(r, 0), "x") == 0 &&
		(blob = ct_rows_blob(r, 1, &len)) && len == 2 &&
		memcmp(blob, "\0y", 2) == 0 && ct_rows_next(r, &err) == 1 &&
		ct_rows_null(r, 0) && ct_rows_next(r, &err) == 0,
	    "text, blob and null come back");
	ct_rows_close(r);
	ok(ct_store_do(st, &err, "INSERT INTO nowhere VALUES(1)", "") ==
		CT_SOFTWARE,
	    "wrong SQL is our bug");
	ct_store_close(st);
	ok(ct_store_open(&st, "s.db", v1, &err) == CT_CONFIG,
	    "an earlier version refuses it");
	put("junk.db", 0600, "this is not a database, whatever its name says");
	ok(ct_store_open(&st, "junk.db", v1, &err) == CT_DATAERR,
	    "a damaged one is refused");
}

static int
seen(void *arg, const char *name, const char *text)
{
	char *all = arg;

	return snprintf(all + strlen(all), 100, "%s=%s;", name, text) > 99;
}

static void
xml(void)
{
	static const char doc[] = "<?xml version='1.0' encoding='UTF-8'?>"
				  "<r xmlns='urn:x'> <a k='1&amp;2'> t\xc3\xa9 "
				  "</a>\n<b/><a>u</a></r>";
	static const char evil[] = "<!DOCTYPE r [<!ENTITY e SYSTEM "
				   "'file:///etc/hostname'>]><r>&e;</r>";
	char all[200] = "", deep[800] = "", *s;
	struct ct_xml_walk w = { .end = seen, .arg = all };
	const struct ct_xml_node *a = NULL;
	struct ct_xmlout *x;
	struct ct_xml *d;
	size_t len;
	int i;

	ok(ct_xml_parse(&d, doc, strlen(doc), &err) == 0 &&
		(a = ct_xml_child(ct_xml_root(d), "a")) != NULL,
	    "a document parses, whatever its namespace");
	s = ct_xml_text(a);
	ok(strcmp(s, "t\xc3\xa9") == 0, "its text is cut of blanks");
	free(s);
	s = ct_xml_attr(a, "k");
	ok(strcmp(s, "1&2") == 0 && ct_xml_next(a, "a") &&
		!ct_xml_next(a, "c") && !ct_xml_attr(a, "none"),
	    "attributes and siblings are found");
	free(s);
	ct_xml_free(d);
	ok(ct_xml_walk(&w, doc, strlen(doc), &err) == 0 &&
		strcmp(all, "a=t\xc3\xa9;b=;a=u;r=;") == 0,
	    "a walk sees every element with its own text");
	ok(ct_xml_parse(&d, evil, strlen(evil), &err) == CT_DATAERR &&
		ct_xml_walk(&w, evil, strlen(evil), &err) == CT_DATAERR,
	    "a DOCTYPE is refused");
	for (i = 0; i < 51; i++)
		(void)strcat(deep, "<a>");
	for (i = 0; i < 51; i++)
		(void)strcat(deep, "</a>");
	ok(ct_xml_parse(&d, deep, strlen(deep), &err) == CT_DATAERR &&
		ct_xml_walk(&w, deep, strlen(deep), &err) == CT_DATAERR,
	    "so is deep nesting");
	ok(ct_xml_walk(&w, doc, strlen(doc) - 1, &err) == CT_DATAERR &&
		ct_xml_walk(&w, "", 0, &err) == CT_DATAERR,
	    "and a document cut short");
	x = ct_xmlout_new(false);
	ct_xmlout_start(x, "r");
	ct_xmlout_attr(x, "k", "<\">");
	ct_xmlout_element(x, "a", "x & y");
	s = ct_xmlout_done(x, &len);
	ok(strstr(s, "<r k=\"&lt;&quot;&gt;\"><a>x &amp; y</a></r>") != NULL,
	    "what is written is escaped");
	free(s);
	ok(ct_xml_legal("a\t\n\xc3\xa9") && !ct_xml_legal("\x07") &&
		!ct_xml_legal("\xef\xbf\xbe") && !ct_xml_legal("\xff"),
	    "only characters of XML 1.0 are legal");
}

static void
urls(void)
{
	static const char *const yes[] = { "https://report.cybertip.org/x",
		"http://127.0.0.1:80/", "http://127.9.9.9/", "http://[::1]:9/",
		NULL };
	static const char *const no[] = { "http://example.org/",
		"http://127.0.0.1.example.org/", "http://localhost/",
		"ftp://127.0.0.1/", "https://u:p@127.0.0.1/", "file:///etc",
		"http://10.0.0.1/", "", NULL };
	int i, good = 1;

	for (i = 0; yes[i]; i++)
		good &= ct_http_allowed(yes[i], &err) == 0;
	ok(good, "https, and http to this machine, may be used");
	for (i = 0; no[i]; i++)
		good &= ct_http_allowed(no[i], &err) == CT_NOPERM;
	ok(good, "nothing else");
}

static void
creds(void)
{
	struct ct_cred c;

	put("cred", 0600,
	    "environment = test\nusername = u\npassword = \" p\"\n");
	ok(ct_cred_read(&c, "./cred", &err) == 0 && !c.production && !c.url &&
		strcmp(c.password, " p") == 0,
	    "a credential file is read");
	ct_cred_free(&c);
	put("cred", 0600, "environment = live\nusername = u\npassword = p\n");
	ok(ct_cred_read(&c, "./cred", &err) == CT_CONFIG,
	    "an environment of another name is refused");
	put("cred", 0644, "environment = test\nusername = u\npassword = p\n");
	ok(ct_cred_read(&c, "./cred", &err) == CT_NOPERM,
	    "and a file that others can read");
}

int
main(void)
{
	char dir[] = "/tmp/ct-base-XXXXXX";

	ct_start("t");
	if (!mkdtemp(dir) || chdir(dir) < 0)
		return 1;
	times();
	conf();
	files();
	store();
	xml();
	urls();
	creds();
	if (system("rm -rf \"$PWD\"") != 0)
		return 1;
	done();
}
