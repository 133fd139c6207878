/* report_types.c - the values that elements take, as the schema names them */
#include "offence.h"
#include "report_impl.h"

/* clang-format off */
static const char *const events[] = {
	"Login", "Registration", "Purchase", "Upload", "Other", "Unknown",
	NULL
};

static const char *const address_kinds[] = {
	"Home", "Business", "Billing", "Shipping", "Technical", NULL
};

static const char *const email_kinds[] = {
	"Home", "Work", "Business", "Recovery", NULL
};

static const char *const phone_kinds[] = {
	"Mobile", "Home", "Business", "Work", "Fax", "Internet", "Recovery",
	NULL
};

static const char *const account_kinds[] = {
	"Billing", "Linked", "Business", "Creator", "Parent/Guardian",
	"Other", NULL
};

static const char *const relevances[] = {
	"Reported", "Supplemental Reported", NULL
};

static const char *const classes[] = {
	"A1", "A2", "B1", "B2", NULL
};

static const char *const metadata_kinds[] = {
	"EXIF", "HASH", NULL
};

static const char *const batch_reasons[] = {
	"VIRAL_POTENTIAL_MEME", NULL
};

/* ISO 3166-1 and the few codes that databases of addresses add */
static const char *const countries[] = {
	"A1", "A2", "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AN", "AO", "AP",
	"AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA", "BB", "BD", "BE",
	"BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS",
	"BT", "BV", "BW", "BY", "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI",
	"CK", "CL", "CM", "CN", "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ",
	"DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES",
	"ET", "EU", "FI", "FJ", "FK", "FM", "FO", "FR", "FX", "GA", "GB", "GD",
	"GE", "GF", "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS",
	"GT", "GU", "GW", "GY", "HK", "HM", "HN", "HR", "HT", "HU", "ID", "IE",
	"IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM", "JO", "JP",
	"KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA",
	"LB", "LC", "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC",
	"MD", "ME", "MF", "MG", "MH", "MK", "ML", "MM", "MN", "MO", "MP", "MQ",
	"MR", "MS", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE",
	"NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "O1", "OM", "PA",
	"PE", "PF", "PG", "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW",
	"PY", "QA", "RE", "RO", "RS", "RU", "RW", "SA", "SB", "SC", "SD", "SE",
	"SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS", "ST",
	"SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL",
	"TM", "TN", "TO", "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US",
	"UY", "UZ", "VA", "VC", "VE", "VG", "VI", "VN", "VU", "WF", "WS", "XK",
	"YE", "YT", "ZA", "ZM", "ZW", NULL
};

/* and DC, GU, PR, VI */
static const char *const states[] = {
	"AK", "AL", "AR", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "GA", "GU",
	"HI", "IA", "ID", "IL", "IN", "KS", "KY", "LA", "MA", "MD", "ME", "MI",
	"MN", "MO", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV", "NY",
	"OH", "OK", "OR", "PA", "PR", "RI", "SC", "SD", "TN", "TX", "UT", "VA",
	"VI", "VT", "WA", "WI", "WV", "WY", NULL
};

const struct ct_type ct_types[CT_NTYPES] = {
	[CT_T_NODE] = { NULL, CT_NODE, 0, 0, 0,
	    NULL, "an object" },
	[CT_T_CHOICE] = { NULL, CT_CHOICE, 0, 0, 0,
	    NULL, "an object" },
	[CT_T_FLAGS] = { NULL, CT_FLAGS, 0, 0, 0,
	    NULL, "a list of names" },
	[CT_T_FLAG] = { "xs:boolean", CT_FLAG, 0, 0, 0,
	    NULL, "true" },
	[CT_T_TEXT] = { "xs:string", CT_TEXT, 0, 0, 0,
	    NULL, "a text" },
	[CT_T_STR20] = { "str20", CT_TEXT, 20, 0, 0,
	    NULL, "a text" },
	[CT_T_STR50] = { "str50", CT_TEXT, 50, 0, 0,
	    NULL, "a text" },
	[CT_T_STR64] = { "str64", CT_TEXT, 64, 0, 0,
	    NULL, "a text" },
	[CT_T_STR100] = { "str100", CT_TEXT, 100, 0, 0,
	    NULL, "a text" },
	[CT_T_STR255] = { "str255", CT_TEXT, 255, 0, 0,
	    NULL, "a text" },
	[CT_T_STR256] = { "str256", CT_TEXT, 256, 0, 0,
	    NULL, "a text" },
	[CT_T_STR300] = { "str300", CT_TEXT, 300, 0, 0,
	    NULL, "a text" },
	[CT_T_STR2056] = { "str2056", CT_TEXT, 2056, 0, 0,
	    NULL, "a text" },
	[CT_T_STR2083] = { "str2083", CT_TEXT, 2083, 0, 0,
	    NULL, "a text" },
	[CT_T_STR3000] = { "str3000", CT_TEXT, 3000, 0, 0,
	    NULL, "a text" },
	[CT_T_REASON] = { "nonBlank3000", CT_TEXT, 3000, 0, 0,
	    NULL, "a text" },
	[CT_T_TOKEN] = { "nonEmptyToken", CT_TEXT, 0, 0, 0,
	    NULL, "a text" },
	[CT_T_BOOL] = { "xs:boolean", CT_BOOL, 0, 0, 0,
	    NULL, "true or false" },
	[CT_T_NUMBER] = { "xs:long", CT_INT, 0, 1, INT64_MAX,
	    NULL, "a report number" },
	[CT_T_PORT] = { "portNumber", CT_INT, 0, 1, 65535,
	    NULL, "a port, 1 to 65535" },
	[CT_T_AGE] = { "ageYears", CT_INT, 0, 0, 150,
	    NULL, "an age, 0 to 150" },
	[CT_T_DEGREES] = { "degrees", CT_REAL, 0, -180, 180,
	    NULL, "degrees, -180 to 180" },
	[CT_T_TIME] = { "zonedDateTime", CT_TIME, 0, 0, 0,
	    NULL, "a time with a zone" },
	[CT_T_DATE] = { "xs:date", CT_DATE, 0, 0, 0,
	    NULL, "a date, YYYY-MM-DD" },
	[CT_T_URL] = { "urlish", CT_URL, 0, 0, 0,
	    NULL, "a URL" },
	[CT_T_HTTP] = { "url2083", CT_HTTP, 2083, 0, 0,
	    NULL, "an http or https URL" },
	[CT_T_MAIL] = { "str255", CT_MAIL, 255, 0, 0,
	    NULL, "an e-mail address" },
	[CT_T_IP] = { "xs:string", CT_IP, 0, 0, 0,
	    NULL, "an IP address" },
	[CT_T_CALLING] = { "callingCode", CT_CALLING, 0, 0, 0,
	    NULL, "a calling code, + and 1 to 3 digits" },
	[CT_T_EXTENSION] = { "phoneExt", CT_DIGITS, 10, 0, 0,
	    NULL, "digits" },
	[CT_T_INCIDENT] = { "incidentTypeName", CT_TEXT, 0, 0, 0,
	    ct_offences, "an incident type" },
	[CT_T_EVENT] = { "eventNameType", CT_TEXT, 0, 0, 0,
	    events, NULL },
	[CT_T_ADDRESS_KIND] = { "addressKind", CT_TEXT, 0, 0, 0,
	    address_kinds, NULL },
	[CT_T_EMAIL_KIND] = { "emailKind", CT_TEXT, 0, 0, 0,
	    email_kinds, NULL },
	[CT_T_PHONE_KIND] = { "phoneKind", CT_TEXT, 0, 0, 0,
	    phone_kinds, NULL },
	[CT_T_ACCOUNT_KIND] = { "accountKind", CT_TEXT, 0, 0, 0,
	    account_kinds, NULL },
	[CT_T_RELEVANCE] = { "relevance", CT_TEXT, 0, 0, 0,
	    relevances, NULL },
	[CT_T_CLASS] = { "classification", CT_TEXT, 0, 0, 0,
	    classes, NULL },
	[CT_T_METADATA_KIND] = { "metadataKind", CT_TEXT, 0, 0, 0,
	    metadata_kinds, NULL },
	[CT_T_BATCH_REASON] = { "batchReason", CT_TEXT, 0, 0, 0,
	    batch_reasons, NULL },
	[CT_T_COUNTRY] = { "countryCode", CT_TEXT, 0, 0, 0,
	    countries, "a country code of two capitals" },
	[CT_T_STATE] = { "stateCode", CT_TEXT, 0, 0, 0,
	    states, "a state of the USA, two capitals" },
};
/* clang-format on */
