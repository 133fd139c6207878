/* A key of any bytes has an id in UTF-8, which is of no other key; an id of any
 * bytes is of one, or of none. */
#include "fuzz.h"

#include "prog.h"
#include "rec.h"
#include "s3.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = fuzz_text(data, len), *id, *coded;
	struct ct_key key;
	struct ct_err err;
	json_t *plain;

	if (len <= CT_KEY_MAX) {
		id = ct_key_id(false, "media", text, len);
		plain = json_string(id);
		must(plain);
		json_decref(plain);
		must(ct_key_parse(&key, id, strlen(id), &err) == 0);
		must(strcmp(key.name, "media") == 0 && !key.azure);
		must(key.len == len && memcmp(key.key, text, len) == 0);
		ct_key_free(&key);
		free(id);
	}
	if (ct_key_parse(&key, text, len, &err) == 0 && key.len &&
	    text[len - 1] != '%') {
		coded = ct_alloc(3 * key.len + 1, 1);
		(void)ct_s3_escape(key.key, key.len, true, coded);
		must(ct_s3_unescape(coded, strlen(coded), true) ==
			(int64_t)key.len &&
		    memcmp(coded, key.key, key.len) == 0);
		free(coded);
	}
	ct_key_free(&key);
	free(text);
	return 0;
}
