/* source_log.c - the index, in the audit log of ct-syncdb */
#include "audit.h"
#include "prog.h"
#include "source.h"

int
ct_compile_tell(const char *home, uint64_t generation, bool quiet)
{
	json_t *members =
	    json_pack("{s:I}", "generation", (json_int_t)generation);
	struct ct_audit *log;
	struct ct_err err = { 0 };

	/* no source has this name */
	if (!ct_audit_open(&log, home, "ct-syncdb", &err))
		(void)ct_audit_reach(log, "known", (int64_t)generation,
		    "compile", members, &err);
	ct_audit_close(log);
	json_decref(members);
	if (!quiet)
		ct_warn(
		    "index: generation %llu", (unsigned long long)generation);
	return ct_audit_missed(&err, 0);
}
