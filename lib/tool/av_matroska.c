/*
 * av_matroska.c - Matroska, WebM: is each element behind the other, to the end?
 *
 * libav looks for the next cluster that it can read and says nothing of what it
 * has passed over.  No more than names and lengths are read here.
 */
#include "av_impl.h"

#define UNKNOWN UINT64_MAX /* a length: until something else begins */

enum {
	EBML = 0x1a45dfa3,
	SEGMENT = 0x18538067,
	CLUSTER = 0x1f43b675,
	VOID = 0xec,
	CRC = 0xbf,
};

struct element {
	uint32_t id;
	uint64_t from, len; /* of its contents, in bytes */
};

static const uint32_t of_segment[] = { 0x114d9b74, 0x1549a966, 0x1654ae6b,
	0x1c53bb6b, 0x1941a469, 0x1043a770, 0x1254c367, CLUSTER, VOID, CRC, 0 };
static const uint32_t of_cluster[] = { 0xe7, 0x5854, 0xa7, 0xab, 0xa3, 0xa0,
	0xaf, VOID, CRC, 0 };

static bool
among(uint32_t id, const uint32_t *ids)
{
	for (; *ids; ids++)
		if (*ids == id)
			return true;
	return false;
}

/* The one at that place; false: there is none. */
static bool
read(const struct av *a, uint64_t at, struct element *e)
{
	uint8_t b[12];
	size_t n = av_read_at(a, at, b, sizeof b), i, id = 1, len = 1;

	while (n && id <= 4 && !(*b & 0x100 >> id))
		id++;
	if (id > 4 || id >= n)
		return false;
	while (len <= 8 && !(b[id] & 0x100 >> len))
		len++;
	if (len > 8 || id + len > n)
		return false;
	for (e->id = 0, i = 0; i < id; i++)
		e->id = e->id << 8 | b[i];
	e->len = b[id] & (0xffU >> len);
	for (i = 1; i < len; i++)
		e->len = e->len << 8 | b[id + i];
	if (e->len == (UINT64_C(1) << 7 * len) - 1)
		e->len = UNKNOWN;
	e->from = at + id + len;
	return true;
}

static uint64_t
min(uint64_t x, uint64_t y)
{
	return x < y ? x : y;
}

/* Where what is in it ends, which is no later than so. */
static uint64_t
end(const struct element *e, uint64_t most)
{
	return e->len > most - min(e->from, most) ? most : e->from + e->len;
}

/* The blocks of a cluster: where they end, which is there or, if nothing tells
 * how long it is, where something else of the segment begins. */
static uint64_t
cluster(struct av *a, const struct element *whole, uint64_t most)
{
	const uint64_t to = end(whole, most);
	uint64_t at = whole->from;
	struct element e;

	while (at < to) {
		if (!read(a, at, &e))
			break;
		if (whole->len == UNKNOWN &&
		    (e.id == EBML || e.id == SEGMENT ||
			among(e.id, of_segment)))
			if (!among(e.id, of_cluster))
				return at;
		if (!among(e.id, of_cluster) || e.len == UNKNOWN)
			break;
		/* what is cut off is told by libav */
		if (e.len > to - min(e.from, to)) {
			a->damaged |= to < (uint64_t)a->size;
			return to;
		}
		at = e.from + e.len;
	}
	a->damaged |= at < to && to - at >= 2;
	return to;
}

static uint64_t
segment(struct av *a, const struct element *whole)
{
	const uint64_t to = end(whole, (uint64_t)a->size);
	uint64_t at = whole->from;
	struct element e;

	while (at < to && read(a, at, &e)) {
		if (whole->len == UNKNOWN && e.id == EBML)
			return at;
		if (!among(e.id, of_segment))
			break;
		at = e.id == CLUSTER ? cluster(a, &e, to) : end(&e, to);
	}
	a->damaged |= at < to && to - at >= 2;
	return to;
}

uint64_t
av_matroska_end(struct av *a)
{
	struct element e;
	uint64_t at = 0;

	while (at < (uint64_t)a->size && read(a, at, &e)) {
		if (e.id == SEGMENT)
			at = segment(a, &e);
		else if ((e.id == EBML && at == 0) || e.id == VOID ||
		    e.id == CRC)
			at = end(&e, (uint64_t)a->size);
		else
			break;
	}
	return at;
}
