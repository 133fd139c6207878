#include "schema.h"

static const unsigned char text[] = {
#include "cybertipline.inc"
};

const char *
ct_schema_text(size_t *len)
{
	*len = sizeof text;
	return (const char *)text;
}

int
ct_schema(struct ct_xsd **xsd, struct ct_err *err)
{
	size_t len;
	const char *s = ct_schema_text(&len);

	if (ct_xsd_parse(xsd, s, len, err))
		return ct_fail(err, CT_SOFTWARE, "our schema does not parse");
	return 0;
}
