/* report_table.c - the elements of both documents, in the schema's order */
#include "report_impl.h"

#define MUST CT_MUST
#define MANY CT_MANY
#define LATER CT_LATER
/* clang-format off */
#define END { NULL, NULL, 0, NULL, NULL }
#define T(name) &ct_types[CT_T_##name]

static const struct ct_attr batch_attr[] = {
	{ "reason", T(BATCH_REASON), true },
	{ NULL, NULL, false }
};

static const struct ct_attr web_page_attr[] = {
	{ "thirdPartyHostedContent", T(BOOL), false },
	{ NULL, NULL, false }
};

static const struct ct_attr email_address_attr[] = {
	{ "type", T(EMAIL_KIND), false },
	{ "verified", T(BOOL), false },
	{ "verificationDate", T(TIME), false },
	{ NULL, NULL, false }
};

static const struct ct_attr phone_number_attr[] = {
	{ "type", T(PHONE_KIND), false },
	{ "verified", T(BOOL), false },
	{ "verificationDate", T(TIME), false },
	{ "countryCallingCode", T(CALLING), false },
	{ "extension", T(EXTENSION), false },
	{ NULL, NULL, false }
};

static const struct ct_attr postal_address_attr[] = {
	{ "type", T(ADDRESS_KIND), false },
	{ NULL, NULL, false }
};

static const struct ct_attr intl_process_attr[] = {
	{ "fleaCountry", T(COUNTRY), false },
	{ NULL, NULL, false }
};

static const struct ct_attr temp_disabled_attr[] = {
	{ "disabledDate", T(TIME), false },
	{ "userNotified", T(BOOL), false },
	{ "userNotifiedDate", T(TIME), false },
	{ "reenabledDate", T(TIME), false },
	{ NULL, NULL, false }
};

static const struct ct_attr perm_disabled_attr[] = {
	{ "disabledDate", T(TIME), false },
	{ "userNotified", T(BOOL), false },
	{ "userNotifiedDate", T(TIME), false },
	{ NULL, NULL, false }
};

static const struct ct_attr location_guess_attr[] = {
	{ "verified", T(BOOL), false },
	{ "timestamp", T(TIME), false },
	{ NULL, NULL, false }
};

static const struct ct_attr account_ref_attr[] = {
	{ "type", T(ACCOUNT_KIND), true },
	{ NULL, NULL, false }
};

static const struct ct_attr platform_ref_attr[] = {
	{ "thirdPartyUser", T(BOOL), false },
	{ NULL, NULL, false }
};

static const struct ct_attr file_hash_attr[] = {
	{ "hashType", T(STR64), true },
	{ NULL, NULL, false }
};

static const struct ct_elem report_flags[] = {
	{ "sextortion", T(FLAG), 0, NULL, NULL },
	{ "csamSolicitation", T(FLAG), 0, NULL, NULL },
	{ "minorToMinorInteraction", T(FLAG), 0, NULL, NULL },
	{ "spam", T(FLAG), 0, NULL, NULL },
	{ "sadisticOnlineExploitation", T(FLAG), 0, NULL, NULL },
	{ "informational", T(FLAG), LATER, NULL, NULL },
	{ "potentialAggravatingFactors", T(FLAG), LATER, NULL, NULL },
	{ "instrumentalUse", T(FLAG), LATER, NULL, NULL },
	END
};

static const struct ct_elem summary[] = {
	{ "incidentType", T(INCIDENT), MUST, NULL, NULL },
	{ "platform", T(STR256), 0, NULL, NULL },
	{ "escalateToHighPriority", T(REASON), 0, NULL, NULL },
	{ "reportAnnotations", T(FLAGS), 0, report_flags, NULL },
	{ "incidentDateTime", T(TIME), MUST, NULL, NULL },
	{ "incidentDateTimeDescription", T(STR3000), 0, NULL, NULL },
	END
};

static const struct ct_elem web_page[] = {
	{ "url", T(URL), MANY, NULL, NULL },
	{ "additionalInfo", T(TEXT), 0, NULL, NULL },
	END
};

static const struct ct_elem email_inc[] = {
	{ "emailAddress", T(MAIL), MANY, NULL, email_address_attr },
	{ "content", T(TEXT), 0, NULL, NULL },
	{ "additionalInfo", T(TEXT), 0, NULL, NULL },
	END
};

static const struct ct_elem newsgroup_inc[] = {
	{ "name", T(STR255), 0, NULL, NULL },
	{ "emailAddress", T(MAIL), MANY, NULL, email_address_attr },
	{ "content", T(TEXT), 0, NULL, NULL },
	{ "additionalInfo", T(TEXT), 0, NULL, NULL },
	END
};

static const struct ct_elem chat_inc[] = {
	{ "chatClient", T(STR255), 0, NULL, NULL },
	{ "chatRoomName", T(STR255), 0, NULL, NULL },
	{ "content", T(TEXT), 0, NULL, NULL },
	{ "additionalInfo", T(TEXT), 0, NULL, NULL },
	END
};

static const struct ct_elem gaming_inc[] = {
	{ "gameName", T(STR255), 0, NULL, NULL },
	{ "console", T(STR255), 0, NULL, NULL },
	{ "content", T(TEXT), 0, NULL, NULL },
	{ "additionalInfo", T(TEXT), 0, NULL, NULL },
	END
};

static const struct ct_elem cell_inc[] = {
	{ "phoneNumber", T(STR50), 0, NULL, phone_number_attr },
	{ "latitude", T(DEGREES), 0, NULL, NULL },
	{ "longitude", T(DEGREES), 0, NULL, NULL },
	{ "additionalInfo", T(TEXT), 0, NULL, NULL },
	END
};

static const struct ct_elem postal_address[] = {
	{ "address", T(STR255), 0, NULL, NULL },
	{ "city", T(STR100), 0, NULL, NULL },
	{ "zipCode", T(STR20), 0, NULL, NULL },
	{ "state", T(STATE), 0, NULL, NULL },
	{ "nonUsaState", T(STR100), 0, NULL, NULL },
	{ "country", T(COUNTRY), 0, NULL, NULL },
	END
};

static const struct ct_elem offline_inc[] = {
	{ "locationName", T(STR255), 0, NULL, NULL },
	{ "incidentAddress", T(NODE), MANY, postal_address, postal_address_attr },
	{ "additionalInfo", T(TEXT), 0, NULL, NULL },
	END
};

static const struct ct_elem ip_capture[] = {
	{ "ipAddress", T(IP), MUST, NULL, NULL },
	{ "eventName", T(EVENT), 0, NULL, NULL },
	{ "dateTime", T(TIME), 0, NULL, NULL },
	{ "possibleProxy", T(BOOL), 0, NULL, NULL },
	{ "port", T(PORT), 0, NULL, NULL },
	END
};

static const struct ct_elem p2p_inc[] = {
	{ "client", T(STR255), 0, NULL, NULL },
	{ "ipCaptureEvent", T(NODE), MANY, ip_capture, NULL },
	{ "fileNames", T(TEXT), 0, NULL, NULL },
	{ "additionalInfo", T(TEXT), 0, NULL, NULL },
	END
};

static const struct ct_elem channel[] = {
	{ "webPageIncident", T(NODE), MUST, web_page, web_page_attr },
	{ "emailIncident", T(NODE), MUST, email_inc, NULL },
	{ "newsgroupIncident", T(NODE), MUST, newsgroup_inc, NULL },
	{ "chatImIncident", T(NODE), MUST, chat_inc, NULL },
	{ "onlineGamingIncident", T(NODE), MUST, gaming_inc, NULL },
	{ "cellPhoneIncident", T(NODE), MUST, cell_inc, NULL },
	{ "nonInternetIncident", T(NODE), MUST, offline_inc, NULL },
	{ "peer2peerIncident", T(NODE), MUST, p2p_inc, NULL },
	END
};

static const struct ct_elem contact_type[] = {
	{ "firstName", T(STR100), 0, NULL, NULL },
	{ "lastName", T(STR100), 0, NULL, NULL },
	{ "phone", T(STR50), MANY, NULL, phone_number_attr },
	{ "email", T(MAIL), MANY, NULL, email_address_attr },
	{ "address", T(NODE), MANY, postal_address, postal_address_attr },
	END
};

static const struct ct_elem police[] = {
	{ "agencyName", T(STR255), MUST, NULL, NULL },
	{ "caseNumber", T(STR100), 0, NULL, NULL },
	{ "officerContact", T(NODE), 0, contact_type, NULL },
	{ "reportedToLe", T(BOOL), 0, NULL, NULL },
	{ "servedLegalProcessDomestic", T(BOOL), 0, NULL, NULL },
	{ "servedLegalProcessInternational", T(BOOL), 0, NULL, intl_process_attr },
	END
};

static const struct ct_elem reporting_person_type[] = {
	{ "firstName", T(STR100), 0, NULL, NULL },
	{ "lastName", T(STR100), 0, NULL, NULL },
	{ "phone", T(STR50), MANY, NULL, phone_number_attr },
	{ "email", T(MAIL), MUST | MANY, NULL, email_address_attr },
	{ "address", T(NODE), MANY, postal_address, postal_address_attr },
	{ "age", T(AGE), 0, NULL, NULL },
	{ "ageAssertionDiscrepancy", T(BOOL), LATER, NULL, NULL },
	{ "dateOfBirth", T(DATE), 0, NULL, NULL },
	END
};

static const struct ct_elem reporter_type[] = {
	{ "reportingPerson", T(NODE), MUST, reporting_person_type, NULL },
	{ "contactPerson", T(NODE), 0, contact_type, NULL },
	{ "companyTemplate", T(TEXT), 0, NULL, NULL },
	{ "termsOfService", T(STR3000), 0, NULL, NULL },
	{ "legalURL", T(HTTP), 0, NULL, NULL },
	END
};

static const struct ct_elem person_type[] = {
	{ "firstName", T(STR100), 0, NULL, NULL },
	{ "lastName", T(STR100), 0, NULL, NULL },
	{ "phone", T(STR50), MANY, NULL, phone_number_attr },
	{ "email", T(MAIL), MANY, NULL, email_address_attr },
	{ "address", T(NODE), MANY, postal_address, postal_address_attr },
	{ "age", T(AGE), 0, NULL, NULL },
	{ "ageAssertionDiscrepancy", T(BOOL), LATER, NULL, NULL },
	{ "dateOfBirth", T(DATE), 0, NULL, NULL },
	END
};

static const struct ct_elem device_capture[] = {
	{ "idType", T(STR255), MUST, NULL, NULL },
	{ "idValue", T(STR2083), MUST, NULL, NULL },
	{ "eventName", T(EVENT), 0, NULL, NULL },
	{ "dateTime", T(TIME), 0, NULL, NULL },
	END
};

static const struct ct_elem location_guess[] = {
	{ "city", T(STR255), 0, NULL, NULL },
	{ "region", T(STR255), 0, NULL, NULL },
	{ "countryCode", T(COUNTRY), 0, NULL, NULL },
	END
};

static const struct ct_elem account_ref[] = {
	{ "platform", T(STR256), 0, NULL, platform_ref_attr },
	{ "firstName", T(STR256), 0, NULL, NULL },
	{ "middleName", T(STR256), 0, NULL, NULL },
	{ "lastName", T(STR256), 0, NULL, NULL },
	{ "approximateAge", T(AGE), 0, NULL, NULL },
	{ "ageAssertionDiscrepancy", T(BOOL), LATER, NULL, NULL },
	{ "dateOfBirth", T(DATE), 0, NULL, NULL },
	{ "phone", T(STR50), MANY, NULL, phone_number_attr },
	{ "email", T(MAIL), MANY, NULL, email_address_attr },
	{ "allEmailsReported", T(BOOL), 0, NULL, NULL },
	{ "address", T(NODE), MANY, postal_address, postal_address_attr },
	{ "espService", T(STR256), 0, NULL, NULL },
	{ "espIdentifier", T(STR256), 0, NULL, NULL },
	{ "profileUrl", T(URL), MANY, NULL, NULL },
	{ "screenName", T(STR256), 0, NULL, NULL },
	{ "displayName", T(TEXT), MANY, NULL, NULL },
	{ "profileBio", T(TEXT), 0, NULL, NULL },
	{ "groupIdentifier", T(STR256), 0, NULL, NULL },
	{ "compromisedAccount", T(BOOL), 0, NULL, NULL },
	{ "accountTemporarilyDisabled", T(BOOL), 0, NULL, temp_disabled_attr },
	{ "accountPermanentlyDisabled", T(BOOL), 0, NULL, perm_disabled_attr },
	{ "ipCaptureEvent", T(NODE), MANY, ip_capture, NULL },
	{ "deviceId", T(NODE), MANY, device_capture, NULL },
	{ "priorCTReport", T(NUMBER), MANY, NULL, NULL },
	{ "additionalInfo", T(TEXT), 0, NULL, NULL },
	END
};

static const struct ct_elem reported_user[] = {
	{ "personOrUserReportedPerson", T(NODE), 0, person_type, NULL },
	{ "vehicleDescription", T(STR300), 0, NULL, NULL },
	{ "espIdentifier", T(STR255), 0, NULL, NULL },
	{ "espService", T(STR100), 0, NULL, NULL },
	{ "compromisedAccount", T(BOOL), 0, NULL, NULL },
	{ "screenName", T(STR256), 0, NULL, NULL },
	{ "displayName", T(TEXT), MANY, NULL, NULL },
	{ "profileUrl", T(URL), MANY, NULL, NULL },
	{ "profileBio", T(TEXT), 0, NULL, NULL },
	{ "ipCaptureEvent", T(NODE), MANY, ip_capture, NULL },
	{ "deviceId", T(NODE), MANY, device_capture, NULL },
	{ "thirdPartyUserReported", T(BOOL), 0, NULL, NULL },
	{ "priorCTReports", T(NUMBER), MANY, NULL, NULL },
	{ "groupIdentifier", T(STR255), 0, NULL, NULL },
	{ "accountTemporarilyDisabled", T(BOOL), 0, NULL, temp_disabled_attr },
	{ "accountPermanentlyDisabled", T(BOOL), 0, NULL, perm_disabled_attr },
	{ "estimatedLocation", T(NODE), 0, location_guess, location_guess_attr },
	{ "allEmailsReported", T(BOOL), 0, NULL, NULL },
	{ "associatedAccount", T(NODE), MANY, account_ref, account_ref_attr },
	{ "additionalInfo", T(TEXT), 0, NULL, NULL },
	END
};

static const struct ct_elem recipient_user[] = {
	{ "intendedRecipientPerson", T(NODE), 0, person_type, NULL },
	{ "espIdentifier", T(STR255), 0, NULL, NULL },
	{ "espService", T(STR100), 0, NULL, NULL },
	{ "compromisedAccount", T(BOOL), 0, NULL, NULL },
	{ "screenName", T(STR256), 0, NULL, NULL },
	{ "displayName", T(TEXT), MANY, NULL, NULL },
	{ "profileUrl", T(URL), MANY, NULL, NULL },
	{ "profileBio", T(TEXT), 0, NULL, NULL },
	{ "ipCaptureEvent", T(NODE), MANY, ip_capture, NULL },
	{ "deviceId", T(NODE), MANY, device_capture, NULL },
	{ "priorCTReports", T(NUMBER), MANY, NULL, NULL },
	{ "groupIdentifier", T(STR255), 0, NULL, NULL },
	{ "accountTemporarilyDisabled", T(BOOL), 0, NULL, temp_disabled_attr },
	{ "accountPermanentlyDisabled", T(BOOL), 0, NULL, perm_disabled_attr },
	{ "estimatedLocation", T(NODE), 0, location_guess, location_guess_attr },
	{ "allEmailsReported", T(BOOL), 0, NULL, NULL },
	{ "additionalInfo", T(TEXT), MANY, NULL, NULL },
	END
};

static const struct ct_elem victim_user[] = {
	{ "victimPerson", T(NODE), MUST, person_type, NULL },
	{ "espIdentifier", T(STR255), 0, NULL, NULL },
	{ "espService", T(STR100), 0, NULL, NULL },
	{ "compromisedAccount", T(BOOL), 0, NULL, NULL },
	{ "screenName", T(STR256), 0, NULL, NULL },
	{ "displayName", T(TEXT), MANY, NULL, NULL },
	{ "profileUrl", T(URL), MANY, NULL, NULL },
	{ "profileBio", T(TEXT), 0, NULL, NULL },
	{ "ipCaptureEvent", T(NODE), MANY, ip_capture, NULL },
	{ "deviceId", T(NODE), MANY, device_capture, NULL },
	{ "schoolName", T(STR255), 0, NULL, NULL },
	{ "priorCTReports", T(NUMBER), MANY, NULL, NULL },
	{ "accountTemporarilyDisabled", T(BOOL), 0, NULL, temp_disabled_attr },
	{ "accountPermanentlyDisabled", T(BOOL), 0, NULL, perm_disabled_attr },
	{ "estimatedLocation", T(NODE), 0, location_guess, location_guess_attr },
	{ "allEmailsReported", T(BOOL), 0, NULL, NULL },
	{ "associatedAccount", T(NODE), MANY, account_ref, account_ref_attr },
	{ "additionalInfo", T(TEXT), 0, NULL, NULL },
	END
};

static const struct ct_elem report[] = {
	{ "batchedReport", T(NODE), 0, NULL, batch_attr },
	{ "incidentSummary", T(NODE), MUST, summary, NULL },
	{ "internetDetails", T(CHOICE), MANY, channel, NULL },
	{ "lawEnforcement", T(NODE), 0, police, NULL },
	{ "reporter", T(NODE), MUST, reporter_type, NULL },
	{ "personOrUserReported", T(NODE), MANY, reported_user, NULL },
	{ "intendedRecipient", T(NODE), MANY, recipient_user, NULL },
	{ "victim", T(NODE), MANY, victim_user, NULL },
	{ "additionalInfo", T(TEXT), 0, NULL, NULL },
	END
};

static const struct ct_elem file_flags[] = {
	{ "animeDrawingVirtualHentai", T(FLAG), 0, NULL, NULL },
	{ "potentialMeme", T(FLAG), 0, NULL, NULL },
	{ "viral", T(FLAG), 0, NULL, NULL },
	{ "possibleSelfProduction", T(FLAG), 0, NULL, NULL },
	{ "physicalHarm", T(FLAG), 0, NULL, NULL },
	{ "violenceGore", T(FLAG), 0, NULL, NULL },
	{ "bestiality", T(FLAG), 0, NULL, NULL },
	{ "liveStreaming", T(FLAG), 0, NULL, NULL },
	{ "infant", T(FLAG), 0, NULL, NULL },
	{ "generativeAi", T(FLAG), 0, NULL, NULL },
	END
};

static const struct ct_elem name_value[] = {
	{ "name", T(STR64), MUST, NULL, NULL },
	{ "value", T(TEXT), MUST, NULL, NULL },
	END
};

static const struct ct_attr metadata_attr[] = {
	{ "type", T(METADATA_KIND), false },
	{ NULL, NULL, false }
};

static const struct ct_elem metadata[] = {
	{ "nameValuePair", T(NODE), MUST | MANY, name_value, NULL },
	END
};

static const struct ct_elem file_details[] = {
	{ "reportId", T(NUMBER), MUST, NULL, NULL },
	{ "fileId", T(TOKEN), MUST, NULL, NULL },
	{ "fileName", T(TEXT), 0, NULL, NULL },
	{ "originalFileName", T(STR2056), 0, NULL, NULL },
	{ "uploadedToEspTimestamp", T(TIME), 0, NULL, NULL },
	{ "locationOfFile", T(HTTP), 0, NULL, NULL },
	{ "fileViewedByEsp", T(BOOL), 0, NULL, NULL },
	{ "exifViewedByEsp", T(BOOL), 0, NULL, NULL },
	{ "publiclyAvailable", T(BOOL), 0, NULL, NULL },
	{ "fileRelevance", T(RELEVANCE), 0, NULL, NULL },
	{ "potentialMeme", T(BOOL), 0, NULL, NULL },
	{ "fileAnnotations", T(FLAGS), 0, file_flags, NULL },
	{ "industryClassification", T(CLASS), 0, NULL, NULL },
	{ "originalFileHash", T(TEXT), MANY, NULL, file_hash_attr },
	{ "ipCaptureEvent", T(NODE), 0, ip_capture, NULL },
	{ "deviceId", T(NODE), MANY, device_capture, NULL },
	{ "details", T(NODE), MANY, metadata, metadata_attr },
	{ "additionalInfo", T(TEXT), MANY, NULL, NULL },
	END
};

/* clang-format on */

const struct ct_elem ct_report_table = { "report", T(NODE), MUST, report,
	NULL };
const struct ct_elem ct_file_table = { "fileDetails", T(NODE), MUST,
	file_details, NULL };
