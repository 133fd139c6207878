/*
 * pdna.h - distance between PhotoDNA hashes
 *
 * A PhotoDNA hash is CT_PDNA_LEN bytes, each a number of 0 to 255.  It is not
 * made here: it comes from an operator's own licensed hasher, and from lists
 * (NCMEC, IWF, Project VIC).  Every kernel gives the same result; they differ
 * only in speed.  All functions are thread-safe; none can fail.
 *
 * The distance is the sum of the squared differences of the bytes, 0 to
 * 9 363 600, and thresholds are compared with this sum, not with its root.
 * Microsoft publishes neither; this is what open tools do:
 *
 *	sepinf-inc/IPED, PhotoDNALookup.java, PhotoDnaTree.java and
 *	PhotoDNALookupConfig.txt: this sum, at most 40 000 is a match (50 000
 *	in its first version).  It looks up no hash in which 0.7 or less of
 *	the 143 pairs of neighbouring bytes differ, as these are of something
 *	flat.
 *	gabedwrds/photodna-matcher, main.go: this sum, the least of a set.
 *	adulau/photodna, oaphotodna.py: its root; a threshold is the user's.
 *	H. Farid, an author of PhotoDNA, in nai18.pdf, which issue 1 of
 *	gabedwrds/photodna-matcher quotes: the Euclidean distance, that is
 *	the root, below a threshold that is not given.
 *	marunero/hashAttack, threshold.py, attack_hash.py: the sum of absolute
 *	differences, 1800; another measure, not to be mixed with this.
 *
 * Rotated and mirrored pictures: IPED searches the eight hashes that its
 * PhotoDNATransforms makes of one; only its interface is public, rot(hash,
 * degrees, flip).  By a public analysis (ArcaneNibble/open-alleged-photodna;
 * adulau/photodna) the bytes are 6 x 6 cells, row by row, of four sums each:
 * how the brightness falls to the right, to the left, down and up.  Then a
 * turn moves the cells as it does the picture and exchanges the four of a cell,
 * up to rounding.  That is an analysis and no specification, so it is not done
 * here.
 */
#ifndef CT_PDNA_H
#define CT_PDNA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CT_PDNA_LEN ((size_t)144) /* bytes */
#define CT_PDNA_MAX 9363600       /* 144 * 255 * 255 */
#define CT_PDNA_DEFAULT 40000     /* at most this far apart is a match */

/* Is it of something flat, and near to much that is flat?  It never matches:
 * IPED's rule above. */
bool ct_pdna_flat(const uint8_t hash[CT_PDNA_LEN]);

uint32_t ct_pdna(const uint8_t a[CT_PDNA_LEN], const uint8_t b[CT_PDNA_LEN]);

struct ct_pdna_hit {
	size_t i; /* index into the list */
	uint32_t distance;
};

/*
 * Find the hashes of list at a distance of at most max from q.
 *
 * list: n hashes, packed, CT_PDNA_LEN * n bytes, no alignment needed.
 * hit: room for cap hits; filled by ascending index.
 * Returns how many there are, which may be more than cap.
 */
size_t ct_pdna_scan(const uint8_t q[CT_PDNA_LEN], const uint8_t *list, size_t n,
    uint32_t max, struct ct_pdna_hit *hit, size_t cap);

/* The kernel in use, and to try them all: as ct_ham_kernel, ct_ham_force. */
const char *ct_pdna_kernel(void);
const char *ct_pdna_force(int i);

/* Hold every kernel of this CPU to the definition; as ct_ham_self_test. */
int ct_pdna_self_test(
    void (*say)(void *arg, const char *kernel, bool good), void *arg);

#endif
