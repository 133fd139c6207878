/* ham_kernel.h - the kernels behind ham.h; for ham*.c only */
#ifndef CT_HAM_KERNEL_H
#define CT_HAM_KERNEL_H

#include "ham.h"

typedef size_t ct_ham_scan_fn(
    const uint8_t *, const uint8_t *, size_t, int, size_t *, size_t);
typedef void ct_ham_pairs_fn(const uint8_t *, size_t, const uint8_t *, size_t,
    int, ct_ham_pair_fn *, void *);

/* the specification of the others */
ct_ham_scan_fn ct_ham_scan_scalar;
ct_ham_pairs_fn ct_ham_pairs_scalar;
#if defined(__x86_64__)
ct_ham_scan_fn ct_ham_scan_popcnt;   /* needs POPCNT */
ct_ham_scan_fn ct_ham_scan_avx2;     /* needs AVX2 */
ct_ham_scan_fn ct_ham_scan_avx512;   /* needs AVX512F, AVX512VPOPCNTDQ */
ct_ham_pairs_fn ct_ham_pairs_popcnt; /* needs POPCNT */
ct_ham_pairs_fn ct_ham_pairs_avx2;   /* needs AVX2, POPCNT */
ct_ham_pairs_fn ct_ham_pairs_avx512; /* needs AVX512F, POPCNT */
#elif defined(__aarch64__)
ct_ham_scan_fn ct_ham_scan_neon;
ct_ham_pairs_fn ct_ham_pairs_neon;
#endif

/* Whole, a loop of so few steps that each may stand alone. */
#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

/* Of all pairs, by row: hashes of a tile, 256 KiB, half of a usual L2. */
#define CT_HAM_TILE ((size_t)8192)

/*
 * Of all pairs, by slices (ham_slice.h): how many bits are looked at first,
 * the groups these make, and what is worth it.  With a larger max too many
 * hashes pass, and with fewer queries to slice costs more than it saves.
 */
#define CT_HAM_SLICE_GROUPS 48
#define CT_HAM_SLICE_BITS (2 * CT_HAM_SLICE_GROUPS + 1)
#define CT_HAM_SLICE_QUERIES ((size_t)512) /* at once: 24 KiB of stack */
#define CT_HAM_SLICE_FEW 8
#define CT_HAM_SLICE_MAX 36

#endif
