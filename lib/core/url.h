/*
 * url.h - an address of the web in one normal form
 *
 * Two addresses that a browser takes to the same place, whatever the page
 * there does with its query, have the same: the scheme and the host are in
 * lower case, an address in numbers as 1.2.3.4 or [::1]; user name, the port
 * that the scheme has anyway, an empty query and what stands behind # are gone;
 * . and .. in the path are resolved.  An escape of a letter, a digit or one of
 * -._~ is that; any other has capitals; and what must not stand in an address
 * as it is, among it ' and a % that begins no escape, is escaped.  \ in the
 * path is /.
 *
 * Nothing is read into it: a parameter more is another address, and so is
 * another order of them.
 */
#ifndef CT_URL_H
#define CT_URL_H

#include <stddef.h>

#define CT_URL_MAX 8192 /* bytes of a normal form with its NUL */

/*
 * The normal form of len bytes of text, outer blanks cut: *n bytes and a NUL.
 * Returns NULL, or why it is refused: another scheme than http and https, a
 * control character, a host that is none or not in ASCII (of an international
 * name xn--... is wanted), a port that is none, a form that is too long.
 */
const char *ct_url_normal(
    const char *text, size_t len, char out[CT_URL_MAX], size_t *n);

#endif
