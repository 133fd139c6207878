/* report_words.c - elements and classes in the words of a letter */
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "report_impl.h"

static const char *const labels[][2] = {
	{ "incidentType", "Kind, as NCMEC calls it" },
	{ "incidentDateTime", "Time" },
	{ "incidentDateTimeDescription", "About this time" },
	{ "escalateToHighPriority", "Urgent, because" },
	{ "reportAnnotations", "Marked as" },
	{ "fileAnnotations", "Marked as" },
	{ "webPageIncident", "Web page" },
	{ "emailIncident", "E-mail" },
	{ "chatImIncident", "Chat" },
	{ "onlineGamingIncident", "Online game" },
	{ "cellPhoneIncident", "Mobile telephone" },
	{ "nonInternetIncident", "Not on the internet" },
	{ "peer2peerIncident", "File sharing" },
	{ "url", "URL" },
	{ "legalURL", "Legal process" },
	{ "companyTemplate", "Company" },
	{ "personOrUserReportedPerson", "Person" },
	{ "intendedRecipientPerson", "Person" },
	{ "victimPerson", "Person" },
	{ "espIdentifier", "Account id" },
	{ "espService", "Service" },
	{ "profileUrl", "Profile" },
	{ "ipCaptureEvent", "IP address seen" },
	{ "ipAddress", "Address" },
	{ "eventName", "Event" },
	{ "dateTime", "Time" },
	{ "possibleProxy", "Perhaps a proxy" },
	{ "deviceId", "Device" },
	{ "idType", "Kind of id" },
	{ "idValue", "Id" },
	{ "priorCTReports", "Earlier report to NCMEC" },
	{ "priorCTReport", "Earlier report to NCMEC" },
	{ "originalFileName", "Name" },
	{ "uploadedToEspTimestamp", "Uploaded" },
	{ "locationOfFile", "URL of the file" },
	{ "details", "Data" },
	{ "nameValuePair", "Item" },
	{ "additionalInfo", "Further" },
};

/* The sections of a report. */
static const char *const titles[][2] = {
	{ "internetDetails", "Where" },
	{ "lawEnforcement", "Police who know of it" },
	{ "personOrUserReported", "Account that is reported" },
	{ "intendedRecipient", "Intended recipient" },
	{ "victim", "Victim" },
	{ "additionalInfo", "How it was found, and what else is known" },
};

static const char *const classes[][2] = {
	{ "A1", "prepubescent minor, sex act" },
	{ "A2", "prepubescent minor, lascivious exhibition" },
	{ "B1", "pubescent minor, sex act" },
	{ "B2", "pubescent minor, lascivious exhibition" },
};

static const char *
found(const char *const list[][2], size_t n, const char *name)
{
	for (; n > 0; n--, list++)
		if (strcmp((*list)[0], name) == 0)
			return (*list)[1];
	return NULL;
}

char *
ct_letter_words(const char *name)
{
	char *label = ct_alloc(2 * strlen(name) + 1, 1), *to = label;
	const char *s;

	for (s = name; *s; s++) {
		bool upper = *s >= 'A' && *s <= 'Z';

		if (upper && s > name)
			*to++ = ' ';
		*to++ = (char)(s == name ? *s & ~0x20 : upper ? *s | 0x20 : *s);
	}
	return label;
}

char *
ct_letter_label(const char *name)
{
	const char *label =
	    found(labels, sizeof labels / sizeof labels[0], name);

	return label ? ct_strdup(label) : ct_letter_words(name);
}

const char *
ct_letter_title(const char *name)
{
	return found(titles, sizeof titles / sizeof titles[0], name);
}

const char *
ct_letter_class(const char *class)
{
	return found(classes, sizeof classes / sizeof classes[0], class);
}
