/* pipe.h - a browser at the other end of a pipe; a failure ends both */
#ifndef BROWSE_PIPE_H
#define BROWSE_PIPE_H

#include <stdint.h>

#include "rec.h"

#define BROWSER "chromium-headless-shell"
#define PATIENCE 60000 /* ms that a command may take */

/* Started on this profile, with a page that we are attached to. */
void browser_start(const char *profile);
/* It dies at once, or is asked to end; then it is gone. */
void browser_kill(void);
void browser_end(void);

/* The result, released with json_decref; params become ours, or are NULL. */
json_t *browser_call(const char *method, json_t *params);
/* The same, without its result. */
void browser_tell(const char *method, json_t *params);

/* Go there, and wait until the page is loaded. */
void browser_go(const char *url);

/* What the page complained of; an array that the caller may empty. */
json_t *browser_said(void);

extern size_t browse_line; /* of the commands, for messages */
_Noreturn void browse_fail(const char *what, const char *why);

#endif
