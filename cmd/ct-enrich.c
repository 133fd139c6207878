/* ct-enrich - ask the platform what it knows of accounts and objects */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "enrich.h"
#include "file.h"
#include "prog.h"
#include "sign.h"

static const char usage[] =
    "usage: ct-enrich [-q] [-c FILE] [--command LINE] [--retry-wait MS]\n"
    "       ct-enrich preserve [-q] [-c FILE] [--retry-wait MS]\n"
    "       ct-enrich keygen [--rsa] -o NAME\n"
    "       ct-enrich pubkey [--base64 | --id] FILE\n"
    "ask the platform what it knows of the accounts and objects in records "
    "that\n"
    "are not clean, and put it into them\n\n"
    "preserve  tell the platform of finished reports, so that it keeps the "
    "rest\n"
    "keygen    make a key pair to sign requests with: NAME.key, NAME.pub\n"
    "pubkey    print the public key of a key file, as PEM\n\n"
    "      --base64         pubkey: the bytes of the key in base64\n"
    "      --command LINE   ask this command, in place of [enrich]\n"
    "  -c, --config FILE    configuration in place of /etc/ct/ct.conf\n"
    "      --id             pubkey: its id, as requests carry it\n"
    "  -o, --output NAME    keygen: where to write\n"
    "  -q, --quiet          no closing summary\n"
    "      --retry-wait MS  pause before the second try (1000)\n"
    "      --rsa            keygen: RSA, as Coop signs; else Ed25519\n"
    "  -h, --help           print this\n"
    "  -V, --version        print the version\n";

enum { COMMAND = 256, WAIT, RSA, BASE64, ID };

static const struct option options[] = {
	{ "base64", no_argument, NULL, BASE64 },
	{ "command", required_argument, NULL, COMMAND },
	{ "config", required_argument, NULL, 'c' },
	{ "id", no_argument, NULL, ID },
	{ "output", required_argument, NULL, 'o' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "retry-wait", required_argument, NULL, WAIT },
	{ "rsa", no_argument, NULL, RSA },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static const char *conf_name, *output, *operand;
static bool rsa, base64, id;
static struct ct_enrich_how how = {
	.wait = 1000, .in = STDIN_FILENO, .out = STDOUT_FILENO
};

static int
filter(int (*run)(const struct ct_enrich_how *))
{
	struct ct_conf *conf;
	struct ct_err err = { 0 };
	int rc;

	if (ct_conf_load(&conf, conf_name, &err))
		ct_die_err(&err);
	how.conf = conf;
	rc = run(&how);
	ct_conf_free(conf);
	return rc;
}

static int
enrich(void)
{
	return filter(ct_enrich_run);
}

static int
preserve(void)
{
	return filter(ct_preservation_run);
}

static int
keygen(void)
{
	struct ct_err err = { 0 };

	if (!output)
		ct_usage(usage);
	if (ct_sign_keygen(output, rsa, &err))
		ct_die_err(&err);
	return 0;
}

static int
pubkey(void)
{
	struct ct_sign_key *key;
	struct ct_err err = { 0 };
	uint8_t *pem;
	size_t len;
	char *text;

	if (!operand || (base64 && id))
		ct_usage(usage);
	if (ct_file_read(operand, CT_SIGN_FILE, &pem, &len, &err))
		ct_die_err(&err);
	if (ct_sign_key_parse(&key, (char *)pem, len, &err))
		ct_die(err.code, "'%s': %s", operand, err.msg);
	explicit_bzero(pem, len);
	free(pem);
	text = base64 ? ct_sign_key_base64(key)
	    : id      ? ct_strdup(ct_sign_key_id(key))
		      : ct_sign_key_pem(key);
	if (printf("%s%s", text, base64 || id ? "\n" : "") < 0 ||
	    fflush(stdout) != 0)
		ct_die(CT_IOERR, "cannot write");
	free(text);
	ct_sign_key_free(key);
	return 0;
}

static const struct verb {
	const char *name;
	const char *takes; /* options beside -h and -V */
	int (*run)(void);
} verbs[] = {
	{ "preserve", " config quiet retry-wait ", preserve },
	{ "keygen", " output rsa ", keygen },
	{ "pubkey", " base64 id ", pubkey },
	{ "", " command config quiet retry-wait ", enrich },
};

/* An option that this verb does not know is a mistake, not a wish. */
static void
option(const struct verb *v, int c)
{
	const struct option *o = options;
	char word[32];

	while (o->val != c)
		o++;
	(void)snprintf(word, sizeof word, " %s ", o->name);
	if (!strstr(v->takes, word))
		ct_die(CT_USAGE, "--%s: not here", o->name);
	if (c == 'c')
		conf_name = optarg;
	else if (c == 'o')
		output = optarg;
	else if (c == 'q')
		how.quiet = true;
	else if (c == COMMAND)
		how.command = optarg;
	else if (c == WAIT)
		how.wait = ct_number("--retry-wait", optarg, 1, 60000);
	else
		*(c == RSA ? &rsa : c == BASE64 ? &base64 : &id) = true;
}

int
main(int argc, char *argv[])
{
	const struct verb *v = verbs;
	int c;

	ct_start("ct-enrich");
	while (*v->name && (argc < 2 || strcmp(v->name, argv[1]) != 0))
		v++;
	while ((c = getopt_long(argc, argv, "c:o:qhV", options, NULL)) != -1) {
		if (c == 'h')
			return ct_help(usage);
		if (c == 'V')
			return ct_version("signs ct-webhook-1");
		if (c == '?')
			ct_usage(usage);
		option(v, c);
	}
	argv += optind + (*v->name != '\0');
	if (v->run == pubkey && *argv)
		operand = *argv++;
	if (*argv)
		ct_usage(usage);
	ct_stop_gently();
	return v->run();
}
