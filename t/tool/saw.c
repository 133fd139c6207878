/* saw DIR SHA256 LEVEL ENTIRE EXIF - log a view, as a viewer would */
#include <stdio.h>
#include <string.h>

#include "prog.h"
#include "queue.h"

int
main(int argc, char *argv[])
{
	struct ct_err err = { 0 };
	struct ct_viewed v;
	struct ct_queue *q;
	int64_t view;

	ct_start("saw");
	if (argc != 6)
		ct_usage("usage: saw DIR SHA256 LEVEL ENTIRE EXIF\n");
	v = (struct ct_viewed){ argv[3], strcmp(argv[4], "true") == 0,
		strcmp(argv[5], "true") == 0 };
	if (ct_queue_open(&q, argv[1], &err) ||
	    ct_queue_view_begin(q, argv[2], "r7", &v, &view, &err) ||
	    ct_queue_view_end(q, view, 3, &err))
		ct_die_err(&err);
	ct_queue_close(q);
	return 0;
}
