#include "vpdq.h"

#include <stdlib.h>
#include <string.h>

#include "ham.h"

/* ---- a frame's hash ------------------------------------------------------ */

static bool
ready(const struct ct_vpdq_hasher *h, const struct ct_pdq_shape *shape)
{
	return h->work && h->pdq.shape.w == shape->w &&
	    h->pdq.shape.h == shape->h;
}

/* Work memory for another shape, which is begun in it. */
static int
prepare(struct ct_vpdq_hasher *h, const struct ct_pdq_shape *shape,
    struct ct_err *err)
{
	size_t need = ct_pdq_need(shape);

	if (need > h->room) {
		free(h->work);
		h->work = malloc(need);
		h->room = h->work ? need : 0;
		if (!h->work)
			return ct_fail(err, CT_OSERR, "out of memory");
	}
	ct_pdq_start(&h->pdq, shape, h->work);
	return 0;
}

int
ct_vpdq_hash(struct ct_vpdq_hasher *h, const struct ct_vpdq_rows *rows,
    struct ct_vpdq_frame *frame, struct ct_err *err)
{
	const struct ct_pdq_shape shape = {
		.method = CT_PDQ_TENT, .w = rows->w, .h = rows->h, .eighths = 8
	};

	if (ready(h, &shape))
		ct_pdq_again(&h->pdq);
	else if (prepare(h, &shape, err))
		return err->code;
	ct_pdq_rows(&h->pdq, rows->pixel, rows->at, rows->stride);
	if (rows->pixel == CT_PDQ_FILM)
		ct_pdq_white(&h->pdq, CT_PDQ_WHITE);
	frame->quality = (uint8_t)ct_pdq_end(&h->pdq, frame->hash);
	return 0;
}

void
ct_vpdq_hasher_free(struct ct_vpdq_hasher *h)
{
	free(h->work);
	h->work = NULL;
	h->room = 0;
}

/* ---- a video's frames ---------------------------------------------------- */

int
ct_vpdq_add(
    struct ct_vpdq *v, const struct ct_vpdq_frame *frame, struct ct_err *err)
{
	struct ct_vpdq_frame *more;
	size_t room;

	if (v->n == CT_VPDQ_FRAMES)
		return ct_fail(
		    err, CT_DATAERR, "more than %zu frames", CT_VPDQ_FRAMES);
	if (v->n == v->room) {
		room = v->room ? 2 * v->room : 64;
		more = realloc(v->frame, room * sizeof *more);
		if (!more)
			return ct_fail(err, CT_OSERR, "out of memory");
		v->frame = more;
		v->room = room;
	}
	v->frame[v->n++] = *frame;
	return 0;
}

void
ct_vpdq_free(struct ct_vpdq *v)
{
	free(v->frame);
	memset(v, 0, sizeof *v);
}

/* ---- comparing ----------------------------------------------------------- */

static int
order(const void *a, const void *b)
{
	return memcmp(a, b, CT_PDQ_LEN);
}

/* Those that are the same stand together: keep one, with their number. */
static void
unite(struct ct_vpdq_set *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->n; i++) {
		const uint8_t *hash = s->hash + i * CT_PDQ_LEN;

		if (n == 0 || order(s->hash + (n - 1) * CT_PDQ_LEN, hash)) {
			memmove(s->hash + n * CT_PDQ_LEN, hash, CT_PDQ_LEN);
			s->times[n++] = 0;
		}
		s->times[n - 1]++;
	}
	s->n = n;
}

int
ct_vpdq_set(struct ct_vpdq_set *set, const struct ct_vpdq *v, int quality,
    struct ct_err *err)
{
	size_t i;

	memset(set, 0, sizeof *set);
	if (v->n == 0)
		return 0;
	set->hash = malloc(v->n * CT_PDQ_LEN);
	set->times = malloc(v->n * sizeof *set->times);
	if (!set->hash || !set->times) {
		ct_vpdq_set_free(set);
		return ct_fail(err, CT_OSERR, "out of memory");
	}
	for (i = 0; i < v->n; i++)
		if (v->frame[i].quality >= quality &&
		    !ct_ham_flat(v->frame[i].hash))
			memcpy(set->hash + set->n++ * CT_PDQ_LEN,
			    v->frame[i].hash, CT_PDQ_LEN);
	set->frames = set->n;
	qsort(set->hash, set->n, CT_PDQ_LEN, order);
	unite(set);
	return 0;
}

void
ct_vpdq_set_free(struct ct_vpdq_set *set)
{
	free(set->hash);
	free(set->times);
	memset(set, 0, sizeof *set);
}

struct marks {
	bool *query, *compared;
};

static void
mark(void *arg, size_t query, size_t hash, int distance)
{
	struct marks *m = arg;

	(void)distance;
	m->query[query] = true;
	m->compared[hash] = true;
}

static uint64_t
count(const struct ct_vpdq_set *s, const bool *marked, bool every)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < s->n; i++)
		if (marked[i])
			sum += every ? s->times[i] : 1;
	return sum;
}

int
ct_vpdq_compare(const struct ct_vpdq_set *query,
    const struct ct_vpdq_set *compared, int distance, bool every,
    struct ct_vpdq_score *score, struct ct_err *err)
{
	struct marks m;

	*score = (struct ct_vpdq_score){
		.query = every ? query->frames : query->n,
		.compared = every ? compared->frames : compared->n,
	};
	if (query->n == 0 || compared->n == 0)
		return 0;
	m.query = calloc(query->n + compared->n, sizeof *m.query);
	if (!m.query)
		return ct_fail(err, CT_OSERR, "out of memory");
	m.compared = m.query + query->n;
	ct_ham_pairs(query->hash, query->n, compared->hash, compared->n,
	    distance, mark, &m);
	score->query_near = count(query, m.query, every);
	score->compared_near = count(compared, m.compared, every);
	free(m.query);
	return 0;
}

double
ct_vpdq_percent(uint64_t near, uint64_t all)
{
	return all ? (double)near * 100 / (double)all : 0;
}

bool
ct_vpdq_match(const struct ct_vpdq_score *s, double query, double compared)
{
	return s->query_near &&
	    ct_vpdq_percent(s->query_near, s->query) >= query &&
	    ct_vpdq_percent(s->compared_near, s->compared) >= compared;
}
