/* sandbox_static.c - files as they are on disk, and bodies in place of answers
 */
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>

#include "blake.h"
#include "file.h"
#include "hex.h"
#include "prog.h"
#include "sandbox_impl.h"

#define FILE_MOST ((size_t)1 << 30)

/* {NAME: path}, or null: there is none of that name any more */
int
ct_sandbox_files(struct ct_sandbox *box, const json_t *v, struct ct_err *err)
{
	const char *name;
	json_t *path;

	json_object_foreach((json_t *)(uintptr_t)v, name, path)
	{
		if (json_is_null(path))
			(void)json_object_del(box->file, name);
		else if (json_is_string(path))
			(void)json_object_set(box->file, name, path);
		else
			return ct_fail(err, CT_DATAERR, "file: want paths");
	}
	return json_is_object(v) ? 0
				 : ct_fail(err, CT_DATAERR, "file: want {}");
}

static bool
is_status(const json_t *is)
{
	json_int_t n = json_integer_value(json_object_get(is, "status"));

	return n >= 200 && n < 600;
}

/* {CALL: {"path", "status", "header": {NAME: TEXT}}} */
int
ct_sandbox_body(struct ct_sandbox *box, const json_t *v, struct ct_err *err)
{
	const char *call;
	json_t *is;

	json_object_foreach((json_t *)(uintptr_t)v, call, is)
	{
		if (!json_is_string(json_object_get(is, "path")))
			return ct_fail(err, CT_DATAERR, "body: want a path");
		if (json_object_get(is, "status") && !is_status(is))
			return ct_fail(err, CT_DATAERR, "body: want a status");
		(void)json_object_set(box->body, call, is);
	}
	return json_is_object(v) ? 0
				 : ct_fail(err, CT_DATAERR, "body: want {}");
}

void
ct_sandbox_bytes(struct sandbox_ans *ans, const char *path)
{
	struct ct_err err = { 0 };
	uint8_t *bytes;
	size_t len;

	if (ct_file_read(path, FILE_MOST, &bytes, &len, &err)) {
		ct_sandbox_refuse(ans, MHD_HTTP_NOT_FOUND);
		return;
	}
	ans->status = MHD_HTTP_OK;
	ans->type = "application/octet-stream";
	ans->body = (char *)bytes;
	ans->len = len;
}

void
ct_sandbox_instead(struct sandbox_req *req, struct sandbox_ans *ans)
{
	const json_t *is = json_object_get(
	    req->box->body, ct_sandbox_call_name(req->route->call));
	const json_t *path = json_object_get(is, "path");

	if (!path) {
		ct_sandbox_refuse(ans, MHD_HTTP_INTERNAL_SERVER_ERROR);
		return;
	}
	ct_sandbox_bytes(ans, json_string_value(path));
	if (is_status(is))
		ans->status =
		    (int)json_integer_value(json_object_get(is, "status"));
	ans->type = NULL;
	ans->header = json_incref(json_object_get(is, "header"));
}

/* /files/NAME, with a tag of its bytes. */
void
ct_sandbox_file(struct sandbox_req *req, struct sandbox_ans *ans)
{
	const json_t *path = json_object_get(req->box->file, req->tail);
	const char *had = ct_sandbox_header(req, "If-None-Match");
	struct ct_blake blake;
	uint8_t sum[16];
	char hex[2 * sizeof sum + 1], *tag;

	if (!path) {
		ct_sandbox_refuse(ans, MHD_HTTP_NOT_FOUND);
		return;
	}
	ct_sandbox_bytes(ans, json_string_value(path));
	if (ans->status != MHD_HTTP_OK)
		return;
	ct_blake_start(&blake, sizeof sum, NULL);
	ct_blake_add(&blake, ans->body, ans->len);
	ct_blake_end(&blake, sum, sizeof sum);
	ct_hex(sum, sizeof sum, hex);
	tag = ct_printf("\"%s\"", hex);
	ans->header = json_pack("{s:s}", "ETag", tag);
	if (had && strcmp(had, tag) == 0) {
		free(ans->body);
		ct_sandbox_refuse(ans, MHD_HTTP_NOT_MODIFIED);
		ans->len = 0;
	}
	free(tag);
}
