#include "offence.h"

#include <stddef.h>

const char *const ct_offences[] = {
	"Child Pornography (possession, manufacture, and distribution)",
	"Child Sex Trafficking", "Child Sex Tourism",
	"Child Sexual Molestation", "Misleading Domain Name",
	"Misleading Words or Digital Images on the Internet",
	"Online Enticement of Children for Sexual Acts",
	"Unsolicited Obscene Material Sent to a Child", NULL
};

const char *const ct_offence_short[] = { "csam", "trafficking", "tourism",
	"molestation", "domain", "misleading", "enticement", "unsolicited",
	NULL };
