/*
 * item.h - an item of the queue as people are told of it, on any face
 *
 * Texts of a record are cleaned: no control character, nothing that turns a
 * line round, and nothing longer than a person reads.
 */
#ifndef CT_ITEM_H
#define CT_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rec.h"

/* What it is known by in the view log: hashes.sha256, or of what has no bytes
 * review.content; borrowed. */
const char *ct_item_content(const json_t *rec);

/* Cut to so many characters; what is no text (NULL) is "".  Release with
 * free. */
char *ct_item_clean(const char *text, size_t most);
#define CT_ITEM_ID 1000 /* characters of an id */

/* What is known of it without its content: an array of [label, text], in the
 * order in which it is told.  Release with json_decref. */
json_t *ct_item_facts(const json_t *rec);

/* What it tells: the addresses in incident.url and the lines of incident.text,
 * cleaned and whole, in arrays.  False: nothing. */
bool ct_item_tells(const json_t *rec);
json_t *ct_item_urls(const json_t *rec);
json_t *ct_item_lines(const json_t *rec);

/* What is known of the metadata within its file, object.exif: lines, such as
 * "Make: X", cleaned, in an array. */
json_t *ct_item_exif(const json_t *rec);

/* A time within a video, such as 0:07.5 or 1:02:03.0; returns text. */
#define CT_ITEM_CLOCK 40
char *ct_item_clock(int64_t ms, char text[CT_ITEM_CLOCK]);

#endif
