/* s3_impl.h - what the files of s3 share */
#ifndef CT_S3_IMPL_H
#define CT_S3_IMPL_H

#include "s3.h"

#define CT_ENDPOINT_MAX ((size_t)1024)

/* The secrets of a bucket: of the file of this name, else of that profile of
 * the files that AWS's own programs have. */
int s3_secrets(struct ct_bucket *b, const char *credential, const char *profile,
    struct ct_err *err);

#endif
