/*
 * jq - what tests ask of records, of jq's language
 *
 * jq takes 36 ms to start, the suite starts it thousands of times.  Here is
 * the part of its language that tests use, with jq's words and jq's output;
 * where a filter, an option or a value is not of this part, jq_punt() runs jq
 * itself.  t/0100-jq.t holds the two together.
 */
#ifndef T_JQ_H
#define T_JQ_H

#include <jansson.h>
#include <stddef.h>

enum jq_op {
	JQ_DOT,   /* . */
	JQ_LIT,   /* val */
	JQ_VAR,   /* $name */
	JQ_TEXT,  /* list: "list \(list) list" */
	JQ_ARRAY, /* [a], a may be NULL */
	JQ_DICT,  /* list: key, value, key, value */
	JQ_AT,    /* a[b], a.b; soft: a[b]? */
	JQ_CUT,   /* a[b:c], either may be NULL */
	JQ_EACH,  /* a[]; soft: a[]? */
	JQ_PIPE,  /* a | b */
	JQ_COMMA, /* a, b */
	JQ_ALT,   /* a // b */
	JQ_AND,
	JQ_OR,
	JQ_BIN, /* a name b: + - * % == != < <= > >= */
	JQ_SET, /* a name b: = |= += -= */
	JQ_AS,  /* a as $name | b */
	JQ_IF,  /* if a then b else c */
	JQ_CALL /* name(list), or name is @name */
};

struct jq_node {
	enum jq_op op;
	struct jq_node *a, *b, *c;
	struct jq_node *list[48];
	size_t n; /* of list */
	char name[24];
	json_t *val; /* of the pool */
	int soft;
};

struct jq_env {
	const char *name;
	json_t *val;
	const struct jq_env *up;
};

/* the value, freed at the end; jq if it is NULL */
json_t *jq_keep(json_t *v);

/* runs jq on the whole input in place of this program */
_Noreturn void jq_punt(void);

/* the filter; or jq runs */
struct jq_node *jq_parse(const char *filter);

/* all that comes out, as an array of the pool */
json_t *jq_eval(const struct jq_node *n, json_t *in, const struct jq_env *env);

/* a + b and so on, a value of the pool */
json_t *jq_binary(const char *op, json_t *a, json_t *b);

/* name(list), what comes out of it is appended to out */
void jq_call(
    const struct jq_node *n, json_t *in, const struct jq_env *env, json_t *out);

/* f(arg...) of the string in, where f is of t/jq/text.c; NULL: it is not */
json_t *jq_text(const char *f, json_t *in, json_t *const *arg, size_t args);

/* whether the expression is in the string */
int jq_matches(json_t *in, json_t *re);

/* in, changed as n, a JQ_SET, says; del(n): without what n finds */
json_t *jq_update(
    const struct jq_node *n, json_t *in, const struct jq_env *env);
json_t *jq_delete(
    const struct jq_node *n, json_t *in, const struct jq_env *env);

/* neither false nor null */
int jq_true(const json_t *v);

/* v as jq -c prints it; to be freed */
char *jq_dump(json_t *v);

#endif
