/* ham_kernel.h - the kernels behind ct_ham_scan; for ham*.c only */
#ifndef CT_HAM_KERNEL_H
#define CT_HAM_KERNEL_H

#include "ham.h"

typedef size_t ct_ham_scan_fn(
    const uint8_t *, const uint8_t *, size_t, int, size_t *, size_t);

ct_ham_scan_fn ct_ham_scan_scalar;
#if defined(__x86_64__)
ct_ham_scan_fn ct_ham_scan_popcnt; /* needs POPCNT */
ct_ham_scan_fn ct_ham_scan_avx512; /* needs AVX512F, AVX512VPOPCNTDQ */
#endif

#endif
