/* report_gather.c - the threads of all records, each once */
#include <stdlib.h>
#include <string.h>

#include "prog.h"
#include "report_impl.h"

#define SHORT 2000 /* characters of what a thread is called */

char *
ct_thread_text(const json_t *v)
{
	char *all = NULL, *one, *more;
	json_t *sub;
	size_t i;

	if (!v || json_is_null(v))
		return ct_strdup("");
	if (json_is_string(v))
		return ct_strdup(json_string_value(v));
	if (!json_is_array(v)) {
		all = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
		return all ? all : ct_strdup("");
	}
	json_array_foreach((json_t *)(uintptr_t)v, i, sub)
	{
		one = ct_thread_text(sub);
		more = all ? ct_printf("%s; %s", all, one) : ct_strdup(one);
		free(all);
		free(one);
		all = more;
	}
	return all ? all : ct_strdup("");
}

/* What several records tell of one thread: each message once.  What one record
 * tells twice was said twice. */
static void
merge(json_t *into, json_t *seen, const json_t *messages)
{
	json_t *now = json_array(), *m;
	char *dump;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)messages, i, m)
	{
		dump = json_dumps(m, JSON_COMPACT | JSON_SORT_KEYS);
		if (dump && !json_object_get(seen, dump)) {
			(void)json_array_append(into, m);
			(void)json_array_append_new(now, json_string(dump));
		}
		free(dump);
	}
	json_array_foreach(now, i, m)
	{
		(void)json_object_set_new(
		    seen, json_string_value(m), json_true());
	}
	json_decref(now);
}

/* A name for it, of all threads: its id as JSON; of none one of its own. */
static char *
key_of(const json_t *thread, size_t n)
{
	const json_t *id = json_object_get(thread, "id");
	const char *s = json_string_value(id);

	if (!id || json_is_null(id) || (s && ct_blank(s)))
		return ct_printf("none %zu", n);
	return json_dumps(id, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
}

static void
add_thread(json_t *all, json_t *seen, const json_t *thread, size_t n)
{
	json_t *kind = json_object_get(thread, "kind"), *one;
	char *key = key_of(thread, n);

	if (!(one = json_object_get(all, key))) {
		one = json_pack("{s:O?, s:[]}", "id",
		    strncmp(key, "none", 4) == 0
			? NULL
			: json_object_get(thread, "id"),
		    "messages");
		(void)json_object_set_new(all, key, one);
		(void)json_object_set_new(seen, key, json_object());
	}
	if (kind)
		(void)json_object_set(one, "kind", kind);
	merge(json_object_get(one, "messages"), json_object_get(seen, key),
	    json_object_get(thread, "messages"));
	free(key);
}

/* What a person calls it, which no other is called: a text is what it is, a
 * number gives way to the same text, what has no id gets the number of its
 * place. */
static void
label(json_t *all)
{
	json_t *used = json_object(), *thread, *id;
	const char *key;
	char *name, *base;
	size_t pass, n, at;

	for (pass = 0; pass < 3; pass++) {
		at = 0;
		json_object_foreach(all, key, thread)
		{
			at++;
			id = json_object_get(thread, "id");
			if (pass !=
			    (json_is_string(id)        ? 0
				    : json_is_null(id) ? 2
						       : 1))
				continue;
			base = ct_thread_text(id);
			name = ct_soft_text(base, SHORT);
			for (n = 2; !*name || json_object_get(used, name);
			     n++) {
				free(name);
				name = *base
				    ? ct_printf("%.*s (%zu)", SHORT, base, n)
				    : ct_printf("%zu", at + n - 2);
			}
			(void)json_object_set_new(used, name, json_true());
			(void)json_object_set_new(
			    thread, "label", json_string(name));
			free(name);
			free(base);
		}
	}
	json_decref(used);
}

json_t *
ct_thread_gather(const json_t *recs)
{
	json_t *all = json_object(), *seen = json_object(), *thread;
	const json_t *rec;
	size_t i, k, n = 0;

	json_array_foreach(recs, i, rec)
	{
		json_array_foreach(json_object_get(rec, "threads"), k, thread)
		{
			if (json_array_size(
				json_object_get(thread, "messages")))
				add_thread(all, seen, thread, ++n);
		}
	}
	json_decref(seen);
	label(all);
	return all;
}

static bool
said(const json_t *m, const char *name)
{
	char *s = ct_thread_text(json_object_get(m, name));
	bool is = !ct_blank(s);

	free(s);
	return is;
}

static void
odd_member(const char *name, json_t *notes)
{
	char *soft = ct_soft_text(name, 40);
	char *path = ct_printf("threads.messages.%s", soft);

	ct_soft_note(notes, path, "is not looked at: left out");
	free(path);
	free(soft);
}

void
ct_thread_odd(const json_t *thread, json_t *notes)
{
	static const char known[] = " at from to ip port type id text ";
	const char *name;
	json_t *m, *v;
	char *word;
	size_t i;

	json_array_foreach(json_object_get(thread, "messages"), i, m)
	{
		json_object_foreach(m, name, v)
		{
			word = ct_printf(" %s ", name);
			if (!strstr(known, word) && !json_is_null(v))
				odd_member(name, notes);
			free(word);
		}
	}
}

bool
ct_thread_wordless(const json_t *recs)
{
	const json_t *rec, *thread, *m;
	size_t i, k, l;
	bool words, no = false;

	json_array_foreach(recs, i, rec)
	{
		json_array_foreach(json_object_get(rec, "threads"), k, thread)
		{
			m = json_object_get(thread, "messages");
			words = !json_array_size(m);
			for (l = 0; !words && l < json_array_size(m); l++)
				words = said(json_array_get(m, l), "from") ||
				    said(json_array_get(m, l), "text");
			no |= !words;
		}
	}
	return no;
}

void
ct_thread_newest(const json_t *recs, int64_t now, int64_t *ms)
{
	const json_t *rec, *at;
	json_t *thread, *m;
	size_t i, k, l;
	struct ct_err none = { 0 };
	int64_t t;

	json_array_foreach(recs, i, rec)
	{
		json_array_foreach(json_object_get(rec, "threads"), k, thread)
		{
			json_array_foreach(
			    json_object_get(thread, "messages"), l, m)
			{
				at = json_object_get(m, "at");
				if (at &&
				    ct_report_time(&t, "at", at, &none) == 0 &&
				    t > *ms && t <= now)
					*ms = t;
			}
		}
	}
}
