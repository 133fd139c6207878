#include "ham_kernel.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define NAME ct_ham_pairs_avx512
#define ROWS ct_ham_pairs_popcnt
#define TARGET __attribute__((target("avx512f,popcnt")))
#define WORDS 8
#define vec __m512i

#define load(at) _mm512_load_si512((const void *)(at))
#define store(at, v) _mm512_store_si512((void *)(at), v)
#define all(word) _mm512_set1_epi64((long long)(word))
#define both(a, b) _mm512_and_si512(a, b)
#define flip(a) _mm512_xor_si512(a, _mm512_set1_epi64(-1))
#define up(a, n) _mm512_slli_epi64(a, (unsigned)(n))
#define down(a, n) _mm512_srli_epi64(a, (unsigned)(n))
#define odd(a, b, c) _mm512_ternarylogic_epi64(a, b, c, 0x96)
#define most(a, b, c) _mm512_ternarylogic_epi64(a, b, c, 0xe8)
#define some(a) (_mm512_cmpeq_epi64_mask(a, _mm512_set1_epi64(-1)) != 0xff)

#include "ham_slice.h"

#else
typedef int ct_ham_avx512_pairs_is_empty; /* ISO C wants a declaration */
#endif
