/* preserve_key.c - the keys that evidence is sealed to: keygen, and which */
#include <stdlib.h>
#include <string.h>

#include "preserve_impl.h"
#include "prog.h"

int
preserve_pub(struct preserve_pub *pub, const struct ct_preserve *p)
{
	char now[CT_VAULT_MONTH];

	ct_vault_month(now);
	if (strcmp(now, pub->month) == 0)
		return pub->rc;
	memcpy(pub->month, now, sizeof now);
	pub->err = (struct ct_err){ 0 };
	pub->rc = p->nkeys > 0
	    ? ct_vault_pub_given(&pub->pub, p->conf, p->key[0], &pub->err)
	    : ct_vault_pub_choose(&pub->pub, p->conf, &pub->err);
	return pub->rc;
}

/* "2/3" */
static int
shares(const char *text, size_t *need, size_t *of)
{
	char *end;

	if (!text)
		return 0;
	if (strspn(text, "0123456789/") != strlen(text) || strlen(text) > 5)
		return -1;
	*need = strtoul(text, &end, 10);
	if (*end != '/')
		return -1;
	*of = strtoul(end + 1, &end, 10);
	return *end || *need < 2 || *need > *of || *of > CT_VAULT_KEYS_MAX ? -1
									   : 0;
}

static int
sealing(const struct ct_preserve *p)
{
	struct ct_vault_new new = { .name = p->output, .month = p->month };
	struct ct_signet *root = NULL;
	struct ct_err err = { 0 };

	if (shares(p->shares, &new.need, &new.of) < 0)
		ct_die(CT_USAGE,
		    "--shares: want K/N, as 2/3: K of N, 2 or more, at most %d",
		    CT_VAULT_KEYS_MAX);
	if (p->month)
		preserve_must(ct_signet_read(&root, p->key[0], &err), &err);
	new.months = p->months ? (size_t)p->months : 1;
	new.root = root;
	preserve_must(ct_vault_keygen_new(&new, &err), &err);
	ct_signet_free(root);
	return 0;
}

int
preserve_keygen(const struct ct_preserve *p)
{
	struct ct_err err = { 0 };

	if (!p->root && !p->officer)
		return sealing(p);
	preserve_must(ct_signet_keygen(p->output, &err), &err);
	return 0;
}
