/* tmk_impl.h - inside TMK; for tmk*.c only */
#ifndef CT_TMK_IMPL_H
#define CT_TMK_IMPL_H

#include "tmk.h"

#define LANES 16 /* divides CT_TMK_DIM */

extern const uint32_t ct_tmk_period[CT_TMK_PERIODS];
extern const float ct_tmk_weight[CT_TMK_COEFFS];

float ct_tmk_dot(const float a[CT_TMK_DIM], const float b[CT_TMK_DIM]);

#endif
