/* report_table.c - the elements of both documents, in the schema's order */
#include "report_impl.h"

#define MUST CT_MUST
#define MANY CT_MANY
#define LATER CT_LATER
/* clang-format off */
#define END { NULL, CT_TEXT, 0, NULL, NULL }

static const struct ct_attr batch_attr[] = {
	{ "reason", CT_TEXT, true },
	{ NULL, CT_TEXT, false }
};

static const struct ct_attr web_page_attr[] = {
	{ "thirdPartyHostedContent", CT_BOOL, false },
	{ NULL, CT_TEXT, false }
};

static const struct ct_attr email_address_attr[] = {
	{ "type", CT_TEXT, false },
	{ "verified", CT_BOOL, false },
	{ "verificationDate", CT_TIME, false },
	{ NULL, CT_TEXT, false }
};

static const struct ct_attr phone_number_attr[] = {
	{ "type", CT_TEXT, false },
	{ "verified", CT_BOOL, false },
	{ "verificationDate", CT_TIME, false },
	{ "countryCallingCode", CT_TEXT, false },
	{ "extension", CT_TEXT, false },
	{ NULL, CT_TEXT, false }
};

static const struct ct_attr postal_address_attr[] = {
	{ "type", CT_TEXT, false },
	{ NULL, CT_TEXT, false }
};

static const struct ct_attr intl_process_attr[] = {
	{ "fleaCountry", CT_TEXT, false },
	{ NULL, CT_TEXT, false }
};

static const struct ct_attr temp_disabled_attr[] = {
	{ "disabledDate", CT_TIME, false },
	{ "userNotified", CT_BOOL, false },
	{ "userNotifiedDate", CT_TIME, false },
	{ "reenabledDate", CT_TIME, false },
	{ NULL, CT_TEXT, false }
};

static const struct ct_attr perm_disabled_attr[] = {
	{ "disabledDate", CT_TIME, false },
	{ "userNotified", CT_BOOL, false },
	{ "userNotifiedDate", CT_TIME, false },
	{ NULL, CT_TEXT, false }
};

static const struct ct_attr location_guess_attr[] = {
	{ "verified", CT_BOOL, false },
	{ "timestamp", CT_TIME, false },
	{ NULL, CT_TEXT, false }
};

static const struct ct_attr account_ref_attr[] = {
	{ "type", CT_TEXT, true },
	{ NULL, CT_TEXT, false }
};

static const struct ct_attr platform_ref_attr[] = {
	{ "thirdPartyUser", CT_BOOL, false },
	{ NULL, CT_TEXT, false }
};

static const struct ct_attr file_hash_attr[] = {
	{ "hashType", CT_TEXT, true },
	{ NULL, CT_TEXT, false }
};

static const struct ct_elem report_flags[] = {
	{ "sextortion", CT_FLAG, 0, NULL, NULL },
	{ "csamSolicitation", CT_FLAG, 0, NULL, NULL },
	{ "minorToMinorInteraction", CT_FLAG, 0, NULL, NULL },
	{ "spam", CT_FLAG, 0, NULL, NULL },
	{ "sadisticOnlineExploitation", CT_FLAG, 0, NULL, NULL },
	{ "informational", CT_FLAG, LATER, NULL, NULL },
	{ "potentialAggravatingFactors", CT_FLAG, LATER, NULL, NULL },
	{ "instrumentalUse", CT_FLAG, LATER, NULL, NULL },
	END
};

static const struct ct_elem summary[] = {
	{ "incidentType", CT_TEXT, MUST, NULL, NULL },
	{ "platform", CT_TEXT, 0, NULL, NULL },
	{ "escalateToHighPriority", CT_TEXT, 0, NULL, NULL },
	{ "reportAnnotations", CT_FLAGS, 0, report_flags, NULL },
	{ "incidentDateTime", CT_TIME, MUST, NULL, NULL },
	{ "incidentDateTimeDescription", CT_TEXT, 0, NULL, NULL },
	END
};

static const struct ct_elem web_page[] = {
	{ "url", CT_URL, MANY, NULL, NULL },
	{ "additionalInfo", CT_TEXT, 0, NULL, NULL },
	END
};

static const struct ct_elem email_inc[] = {
	{ "emailAddress", CT_MAIL, MANY, NULL, email_address_attr },
	{ "content", CT_TEXT, 0, NULL, NULL },
	{ "additionalInfo", CT_TEXT, 0, NULL, NULL },
	END
};

static const struct ct_elem newsgroup_inc[] = {
	{ "name", CT_TEXT, 0, NULL, NULL },
	{ "emailAddress", CT_MAIL, MANY, NULL, email_address_attr },
	{ "content", CT_TEXT, 0, NULL, NULL },
	{ "additionalInfo", CT_TEXT, 0, NULL, NULL },
	END
};

static const struct ct_elem chat_inc[] = {
	{ "chatClient", CT_TEXT, 0, NULL, NULL },
	{ "chatRoomName", CT_TEXT, 0, NULL, NULL },
	{ "content", CT_TEXT, 0, NULL, NULL },
	{ "additionalInfo", CT_TEXT, 0, NULL, NULL },
	END
};

static const struct ct_elem gaming_inc[] = {
	{ "gameName", CT_TEXT, 0, NULL, NULL },
	{ "console", CT_TEXT, 0, NULL, NULL },
	{ "content", CT_TEXT, 0, NULL, NULL },
	{ "additionalInfo", CT_TEXT, 0, NULL, NULL },
	END
};

static const struct ct_elem cell_inc[] = {
	{ "phoneNumber", CT_TEXT, 0, NULL, phone_number_attr },
	{ "latitude", CT_REAL, 0, NULL, NULL },
	{ "longitude", CT_REAL, 0, NULL, NULL },
	{ "additionalInfo", CT_TEXT, 0, NULL, NULL },
	END
};

static const struct ct_elem postal_address[] = {
	{ "address", CT_TEXT, 0, NULL, NULL },
	{ "city", CT_TEXT, 0, NULL, NULL },
	{ "zipCode", CT_TEXT, 0, NULL, NULL },
	{ "state", CT_TEXT, 0, NULL, NULL },
	{ "nonUsaState", CT_TEXT, 0, NULL, NULL },
	{ "country", CT_TEXT, 0, NULL, NULL },
	END
};

static const struct ct_elem offline_inc[] = {
	{ "locationName", CT_TEXT, 0, NULL, NULL },
	{ "incidentAddress", CT_NODE, MANY, postal_address, postal_address_attr },
	{ "additionalInfo", CT_TEXT, 0, NULL, NULL },
	END
};

static const struct ct_elem ip_capture[] = {
	{ "ipAddress", CT_IP, MUST, NULL, NULL },
	{ "eventName", CT_TEXT, 0, NULL, NULL },
	{ "dateTime", CT_TIME, 0, NULL, NULL },
	{ "possibleProxy", CT_BOOL, 0, NULL, NULL },
	{ "port", CT_INT, 0, NULL, NULL },
	END
};

static const struct ct_elem p2p_inc[] = {
	{ "client", CT_TEXT, 0, NULL, NULL },
	{ "ipCaptureEvent", CT_NODE, MANY, ip_capture, NULL },
	{ "fileNames", CT_TEXT, 0, NULL, NULL },
	{ "additionalInfo", CT_TEXT, 0, NULL, NULL },
	END
};

static const struct ct_elem channel[] = {
	{ "webPageIncident", CT_NODE, MUST, web_page, web_page_attr },
	{ "emailIncident", CT_NODE, MUST, email_inc, NULL },
	{ "newsgroupIncident", CT_NODE, MUST, newsgroup_inc, NULL },
	{ "chatImIncident", CT_NODE, MUST, chat_inc, NULL },
	{ "onlineGamingIncident", CT_NODE, MUST, gaming_inc, NULL },
	{ "cellPhoneIncident", CT_NODE, MUST, cell_inc, NULL },
	{ "nonInternetIncident", CT_NODE, MUST, offline_inc, NULL },
	{ "peer2peerIncident", CT_NODE, MUST, p2p_inc, NULL },
	END
};

static const struct ct_elem contact_type[] = {
	{ "firstName", CT_TEXT, 0, NULL, NULL },
	{ "lastName", CT_TEXT, 0, NULL, NULL },
	{ "phone", CT_TEXT, MANY, NULL, phone_number_attr },
	{ "email", CT_MAIL, MANY, NULL, email_address_attr },
	{ "address", CT_NODE, MANY, postal_address, postal_address_attr },
	END
};

static const struct ct_elem police[] = {
	{ "agencyName", CT_TEXT, MUST, NULL, NULL },
	{ "caseNumber", CT_TEXT, 0, NULL, NULL },
	{ "officerContact", CT_NODE, 0, contact_type, NULL },
	{ "reportedToLe", CT_BOOL, 0, NULL, NULL },
	{ "servedLegalProcessDomestic", CT_BOOL, 0, NULL, NULL },
	{ "servedLegalProcessInternational", CT_BOOL, 0, NULL, intl_process_attr },
	END
};

static const struct ct_elem reporting_person_type[] = {
	{ "firstName", CT_TEXT, 0, NULL, NULL },
	{ "lastName", CT_TEXT, 0, NULL, NULL },
	{ "phone", CT_TEXT, MANY, NULL, phone_number_attr },
	{ "email", CT_MAIL, MUST | MANY, NULL, email_address_attr },
	{ "address", CT_NODE, MANY, postal_address, postal_address_attr },
	{ "age", CT_INT, 0, NULL, NULL },
	{ "ageAssertionDiscrepancy", CT_BOOL, LATER, NULL, NULL },
	{ "dateOfBirth", CT_DATE, 0, NULL, NULL },
	END
};

static const struct ct_elem reporter_type[] = {
	{ "reportingPerson", CT_NODE, MUST, reporting_person_type, NULL },
	{ "contactPerson", CT_NODE, 0, contact_type, NULL },
	{ "companyTemplate", CT_TEXT, 0, NULL, NULL },
	{ "termsOfService", CT_TEXT, 0, NULL, NULL },
	{ "legalURL", CT_HTTP, 0, NULL, NULL },
	END
};

static const struct ct_elem person_type[] = {
	{ "firstName", CT_TEXT, 0, NULL, NULL },
	{ "lastName", CT_TEXT, 0, NULL, NULL },
	{ "phone", CT_TEXT, MANY, NULL, phone_number_attr },
	{ "email", CT_MAIL, MANY, NULL, email_address_attr },
	{ "address", CT_NODE, MANY, postal_address, postal_address_attr },
	{ "age", CT_INT, 0, NULL, NULL },
	{ "ageAssertionDiscrepancy", CT_BOOL, LATER, NULL, NULL },
	{ "dateOfBirth", CT_DATE, 0, NULL, NULL },
	END
};

static const struct ct_elem device_capture[] = {
	{ "idType", CT_TEXT, MUST, NULL, NULL },
	{ "idValue", CT_TEXT, MUST, NULL, NULL },
	{ "eventName", CT_TEXT, 0, NULL, NULL },
	{ "dateTime", CT_TIME, 0, NULL, NULL },
	END
};

static const struct ct_elem location_guess[] = {
	{ "city", CT_TEXT, 0, NULL, NULL },
	{ "region", CT_TEXT, 0, NULL, NULL },
	{ "countryCode", CT_TEXT, 0, NULL, NULL },
	END
};

static const struct ct_elem account_ref[] = {
	{ "platform", CT_TEXT, 0, NULL, platform_ref_attr },
	{ "firstName", CT_TEXT, 0, NULL, NULL },
	{ "middleName", CT_TEXT, 0, NULL, NULL },
	{ "lastName", CT_TEXT, 0, NULL, NULL },
	{ "approximateAge", CT_INT, 0, NULL, NULL },
	{ "ageAssertionDiscrepancy", CT_BOOL, LATER, NULL, NULL },
	{ "dateOfBirth", CT_DATE, 0, NULL, NULL },
	{ "phone", CT_TEXT, MANY, NULL, phone_number_attr },
	{ "email", CT_MAIL, MANY, NULL, email_address_attr },
	{ "allEmailsReported", CT_BOOL, 0, NULL, NULL },
	{ "address", CT_NODE, MANY, postal_address, postal_address_attr },
	{ "espService", CT_TEXT, 0, NULL, NULL },
	{ "espIdentifier", CT_TEXT, 0, NULL, NULL },
	{ "profileUrl", CT_URL, MANY, NULL, NULL },
	{ "screenName", CT_TEXT, 0, NULL, NULL },
	{ "displayName", CT_TEXT, MANY, NULL, NULL },
	{ "profileBio", CT_TEXT, 0, NULL, NULL },
	{ "groupIdentifier", CT_TEXT, 0, NULL, NULL },
	{ "compromisedAccount", CT_BOOL, 0, NULL, NULL },
	{ "accountTemporarilyDisabled", CT_BOOL, 0, NULL, temp_disabled_attr },
	{ "accountPermanentlyDisabled", CT_BOOL, 0, NULL, perm_disabled_attr },
	{ "ipCaptureEvent", CT_NODE, MANY, ip_capture, NULL },
	{ "deviceId", CT_NODE, MANY, device_capture, NULL },
	{ "priorCTReport", CT_INT, MANY, NULL, NULL },
	{ "additionalInfo", CT_TEXT, 0, NULL, NULL },
	END
};

static const struct ct_elem reported_user[] = {
	{ "personOrUserReportedPerson", CT_NODE, 0, person_type, NULL },
	{ "vehicleDescription", CT_TEXT, 0, NULL, NULL },
	{ "espIdentifier", CT_TEXT, 0, NULL, NULL },
	{ "espService", CT_TEXT, 0, NULL, NULL },
	{ "compromisedAccount", CT_BOOL, 0, NULL, NULL },
	{ "screenName", CT_TEXT, 0, NULL, NULL },
	{ "displayName", CT_TEXT, MANY, NULL, NULL },
	{ "profileUrl", CT_URL, MANY, NULL, NULL },
	{ "profileBio", CT_TEXT, 0, NULL, NULL },
	{ "ipCaptureEvent", CT_NODE, MANY, ip_capture, NULL },
	{ "deviceId", CT_NODE, MANY, device_capture, NULL },
	{ "thirdPartyUserReported", CT_BOOL, 0, NULL, NULL },
	{ "priorCTReports", CT_INT, MANY, NULL, NULL },
	{ "groupIdentifier", CT_TEXT, 0, NULL, NULL },
	{ "accountTemporarilyDisabled", CT_BOOL, 0, NULL, temp_disabled_attr },
	{ "accountPermanentlyDisabled", CT_BOOL, 0, NULL, perm_disabled_attr },
	{ "estimatedLocation", CT_NODE, 0, location_guess, location_guess_attr },
	{ "allEmailsReported", CT_BOOL, 0, NULL, NULL },
	{ "associatedAccount", CT_NODE, MANY, account_ref, account_ref_attr },
	{ "additionalInfo", CT_TEXT, 0, NULL, NULL },
	END
};

static const struct ct_elem recipient_user[] = {
	{ "intendedRecipientPerson", CT_NODE, 0, person_type, NULL },
	{ "espIdentifier", CT_TEXT, 0, NULL, NULL },
	{ "espService", CT_TEXT, 0, NULL, NULL },
	{ "compromisedAccount", CT_BOOL, 0, NULL, NULL },
	{ "screenName", CT_TEXT, 0, NULL, NULL },
	{ "displayName", CT_TEXT, MANY, NULL, NULL },
	{ "profileUrl", CT_URL, MANY, NULL, NULL },
	{ "profileBio", CT_TEXT, 0, NULL, NULL },
	{ "ipCaptureEvent", CT_NODE, MANY, ip_capture, NULL },
	{ "deviceId", CT_NODE, MANY, device_capture, NULL },
	{ "priorCTReports", CT_INT, MANY, NULL, NULL },
	{ "groupIdentifier", CT_TEXT, 0, NULL, NULL },
	{ "accountTemporarilyDisabled", CT_BOOL, 0, NULL, temp_disabled_attr },
	{ "accountPermanentlyDisabled", CT_BOOL, 0, NULL, perm_disabled_attr },
	{ "estimatedLocation", CT_NODE, 0, location_guess, location_guess_attr },
	{ "allEmailsReported", CT_BOOL, 0, NULL, NULL },
	{ "additionalInfo", CT_TEXT, MANY, NULL, NULL },
	END
};

static const struct ct_elem victim_user[] = {
	{ "victimPerson", CT_NODE, MUST, person_type, NULL },
	{ "espIdentifier", CT_TEXT, 0, NULL, NULL },
	{ "espService", CT_TEXT, 0, NULL, NULL },
	{ "compromisedAccount", CT_BOOL, 0, NULL, NULL },
	{ "screenName", CT_TEXT, 0, NULL, NULL },
	{ "displayName", CT_TEXT, MANY, NULL, NULL },
	{ "profileUrl", CT_URL, MANY, NULL, NULL },
	{ "profileBio", CT_TEXT, 0, NULL, NULL },
	{ "ipCaptureEvent", CT_NODE, MANY, ip_capture, NULL },
	{ "deviceId", CT_NODE, MANY, device_capture, NULL },
	{ "schoolName", CT_TEXT, 0, NULL, NULL },
	{ "priorCTReports", CT_INT, MANY, NULL, NULL },
	{ "accountTemporarilyDisabled", CT_BOOL, 0, NULL, temp_disabled_attr },
	{ "accountPermanentlyDisabled", CT_BOOL, 0, NULL, perm_disabled_attr },
	{ "estimatedLocation", CT_NODE, 0, location_guess, location_guess_attr },
	{ "allEmailsReported", CT_BOOL, 0, NULL, NULL },
	{ "associatedAccount", CT_NODE, MANY, account_ref, account_ref_attr },
	{ "additionalInfo", CT_TEXT, 0, NULL, NULL },
	END
};

static const struct ct_elem report[] = {
	{ "batchedReport", CT_NODE, 0, NULL, batch_attr },
	{ "incidentSummary", CT_NODE, MUST, summary, NULL },
	{ "internetDetails", CT_CHOICE, MANY, channel, NULL },
	{ "lawEnforcement", CT_NODE, 0, police, NULL },
	{ "reporter", CT_NODE, MUST, reporter_type, NULL },
	{ "personOrUserReported", CT_NODE, MANY, reported_user, NULL },
	{ "intendedRecipient", CT_NODE, MANY, recipient_user, NULL },
	{ "victim", CT_NODE, MANY, victim_user, NULL },
	{ "additionalInfo", CT_TEXT, 0, NULL, NULL },
	END
};

static const struct ct_elem file_flags[] = {
	{ "animeDrawingVirtualHentai", CT_FLAG, 0, NULL, NULL },
	{ "potentialMeme", CT_FLAG, 0, NULL, NULL },
	{ "viral", CT_FLAG, 0, NULL, NULL },
	{ "possibleSelfProduction", CT_FLAG, 0, NULL, NULL },
	{ "physicalHarm", CT_FLAG, 0, NULL, NULL },
	{ "violenceGore", CT_FLAG, 0, NULL, NULL },
	{ "bestiality", CT_FLAG, 0, NULL, NULL },
	{ "liveStreaming", CT_FLAG, 0, NULL, NULL },
	{ "infant", CT_FLAG, 0, NULL, NULL },
	{ "generativeAi", CT_FLAG, 0, NULL, NULL },
	END
};

static const struct ct_elem name_value[] = {
	{ "name", CT_TEXT, MUST, NULL, NULL },
	{ "value", CT_TEXT, MUST, NULL, NULL },
	END
};

static const struct ct_elem metadata[] = {
	{ "nameValuePair", CT_NODE, MUST | MANY, name_value, NULL },
	END
};

static const struct ct_elem file_details[] = {
	{ "reportId", CT_INT, MUST, NULL, NULL },
	{ "fileId", CT_TEXT, MUST, NULL, NULL },
	{ "fileName", CT_TEXT, 0, NULL, NULL },
	{ "originalFileName", CT_TEXT, 0, NULL, NULL },
	{ "uploadedToEspTimestamp", CT_TIME, 0, NULL, NULL },
	{ "locationOfFile", CT_HTTP, 0, NULL, NULL },
	{ "fileViewedByEsp", CT_BOOL, 0, NULL, NULL },
	{ "exifViewedByEsp", CT_BOOL, 0, NULL, NULL },
	{ "publiclyAvailable", CT_BOOL, 0, NULL, NULL },
	{ "fileRelevance", CT_TEXT, 0, NULL, NULL },
	{ "potentialMeme", CT_BOOL, 0, NULL, NULL },
	{ "fileAnnotations", CT_FLAGS, 0, file_flags, NULL },
	{ "industryClassification", CT_TEXT, 0, NULL, NULL },
	{ "originalFileHash", CT_TEXT, MANY, NULL, file_hash_attr },
	{ "ipCaptureEvent", CT_NODE, 0, ip_capture, NULL },
	{ "deviceId", CT_NODE, MANY, device_capture, NULL },
	{ "details", CT_NODE, MANY, metadata, postal_address_attr },
	{ "additionalInfo", CT_TEXT, MANY, NULL, NULL },
	END
};

/* clang-format on */

const struct ct_elem ct_report_table = { "report", CT_NODE, MUST, report,
	NULL };
const struct ct_elem ct_file_table = { "fileDetails", CT_NODE, MUST,
	file_details, NULL };
