#include "serve.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blake.h"
#include "hex.h"
#include "os.h"
#include "prog.h"
#include "serve_impl.h"

/* A new address, once; who had one has none any more. */
static int
invite(struct ct_serve *s, struct ct_err *err)
{
	uint8_t secret[SERVE_SECRET / 2];
	char *url;
	int rc;

	serve_covered(s);
	ct_wipe(s->session, sizeof s->session);
	ct_wipe(s->base, sizeof s->base);
	ct_random(secret, sizeof secret);
	ct_hex(secret, sizeof secret, s->token);
	ct_wipe(secret, sizeof secret);
	url = ct_printf("http://127.0.0.1:%d/open/%s", s->port, s->token);
	rc = ct_out_line(s->out, url, strlen(url), err);
	if (!rc)
		rc = ct_out_flush(s->out, err);
	ct_wipe(url, strlen(url));
	free(url);
	return rc;
}

/* Enter at the terminal: true, a new address is wanted. */
static bool
entered(bool *watch)
{
	char line[256];
	ssize_t n = read(STDIN_FILENO, line, sizeof line);

	if (n <= 0)
		*watch = false;
	return n > 0;
}

static int
run(struct ct_serve *s, struct ct_err *err)
{
	bool watch = isatty(STDIN_FILENO), line;
	int rc = serve_listen(s, err);

	if (rc || (rc = invite(s, err)))
		return rc;
	ct_warn("that address opens once; from elsewhere: ssh -L "
		"%d:127.0.0.1:%d HOST%s",
	    s->port, s->port, watch ? "; Enter: a new one" : "");
	while (!rc && !ct_stop) {
		/* one in the background would be stopped by reading */
		line = watch && tcgetpgrp(STDIN_FILENO) == getpgrp();
		rc = serve_wait(s, &line, err);
		if (!rc && line && entered(&watch))
			rc = invite(s, err);
		serve_tick(s);
		if (!rc && s->guesses >= SERVE_GUESSES)
			rc = ct_fail(err, CT_NOPERM,
			    "%d wrong addresses or cookies in a row: somebody "
			    "guesses",
			    SERVE_GUESSES);
	}
	return rc;
}

int
ct_serve(struct ct_queue *q, const struct ct_serve_how *how, struct ct_out *out,
    struct ct_err *err)
{
	struct ct_serve *s = ct_alloc(1, sizeof *s);
	struct sigaction sa;
	int rc = ct_queue_admits(q, how->by, err);

	ct_json_wipe();
	s->queue = q;
	s->how = how;
	s->out = out;
	/* a terminal that is gone ends it, too */
	if (sigaction(SIGTERM, NULL, &sa) == 0)
		(void)sigaction(SIGHUP, &sa, NULL);
	if (!rc && !(rc = ct_tiler_open(&s->tiler, NULL, err)) &&
	    !ct_os_sanitized() && ct_os_private() < 0)
		rc = ct_fail_errno(err, CT_OSERR, "cannot keep memory private");
	if (!rc)
		rc = run(s, err);
	serve_hang_up(s);
	serve_covered(s);
	serve_drop(s);
	ct_tiler_close(s->tiler);
	ct_wipe(s, sizeof *s);
	free(s);
	return rc;
}
