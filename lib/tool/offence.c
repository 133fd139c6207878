#include "offence.h"

#include <stddef.h>
#include <string.h>

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

const char *const ct_annotations[] = { "animeDrawingVirtualHentai",
	"potentialMeme", "viral", "possibleSelfProduction", "physicalHarm",
	"violenceGore", "bestiality", "liveStreaming", "infant", "generativeAi",
	NULL };

const char *
ct_offence_named(const char *name)
{
	size_t i;

	for (i = 0; ct_offences[i]; i++)
		if (strcmp(name, ct_offence_short[i]) == 0 ||
		    strcmp(name, ct_offences[i]) == 0)
			return ct_offences[i];
	return NULL;
}

bool
ct_annotation_named(const char *name)
{
	size_t i;

	for (i = 0; ct_annotations[i]; i++)
		if (strcmp(name, ct_annotations[i]) == 0)
			return true;
	return false;
}
