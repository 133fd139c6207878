/* pdna_kernel.h - the kernels behind ct_pdna_scan; for pdna*.c only */
#ifndef CT_PDNA_KERNEL_H
#define CT_PDNA_KERNEL_H

#include "pdna.h"

/* Sums only grow: a hash that is too far after its first bytes is too far. */
#define CT_PDNA_FIRST ((size_t)48)

typedef size_t ct_pdna_scan_fn(const uint8_t *, const uint8_t *, size_t,
    uint32_t, struct ct_pdna_hit *, size_t);

ct_pdna_scan_fn ct_pdna_scan_scalar;
#if defined(__x86_64__)
ct_pdna_scan_fn ct_pdna_scan_avx2; /* needs AVX2 */
#elif defined(__aarch64__)
ct_pdna_scan_fn ct_pdna_scan_neon;
#endif

#endif
