/** The words of the instruction set for any processor, by what GCC and Clang know of vectors: SSE2, NEON and others. */
import { MASKS_IN_VECTORS } from "./prelude-common.js";

export const PORTABLE = `
${MASKS_IN_VECTORS}inline_c boolv join_bool(boolh lo, boolh hi) {
  boolv r = {0};
  EACH(k, HALF) r[k] = (i32)lo[k];
  EACH(k, HALF) r[k + HALF] = (i32)hi[k];
  return r;
}
inline_c boolh low_bool(boolv m) {
  boolh r = {0};
  EACH(k, HALF) r[k] = m[k];
  return r;
}
inline_c boolh high_bool(boolv m) {
  boolh r = {0};
  EACH(k, HALF) r[k] = m[k + HALF];
  return r;
}
inline_c f32v select_f32v(boolv m, f32v a, f32v b) { return (f32v)((m & (i32v)a) | (~m & (i32v)b)); }
inline_c i32v select_i32v(boolv m, i32v a, i32v b) { return (m & a) | (~m & b); }
inline_c boolv select_boolv(boolv m, boolv a, boolv b) { return (m & a) | (~m & b); }
inline_c f64h select_half(boolh m, f64h a, f64h b) { return (f64h)((m & (i64h)a) | (~m & (i64h)b)); }
inline_c i32 all_boolv(boolv m) {
  i32 r = -1;
  EACH(k, LANES) r &= m[k];
  return r & 1;
}
inline_c i32 any_boolv(boolv m) {
  i32 r = 0;
  EACH(k, LANES) r |= m[k];
  return r & 1;
}
inline_c boolv first_bool(i32 n) {
  boolv r = {0};
  EACH(k, LANES) r[k] = k < n ? -1 : 0;
  return r;
}

/* a < b ? b : a, also where one of them is NaN or -0. */
inline_c f32v larger_f32v(f32v a, f32v b) { return select_f32v(a < b, b, a); }
inline_c f32v smaller_f32v(f32v a, f32v b) { return select_f32v(b < a, b, a); }
inline_c f64h larger_half(f64h a, f64h b) { return select_half(a < b, b, a); }
inline_c f64h smaller_half(f64h a, f64h b) { return select_half(b < a, b, a); }
/* NaN where there is one; of two zeros the bits tell. */
#define EXTREME(f, i, suffix) \\
  inline_c f min_##suffix(f a, f b) { \\
    f r = (f)((i)smaller_##suffix(a, b) | (i)smaller_##suffix(b, a)); \\
    return select_##suffix((a != a) | (b != b), a + b, r); \\
  } \\
  inline_c f max_##suffix(f a, f b) { \\
    f r = (f)((i)larger_##suffix(a, b) & (i)larger_##suffix(b, a)); \\
    return select_##suffix((a != a) | (b != b), a + b, r); \\
  }
EXTREME(f32v, i32v, f32v)
EXTREME(f64h, i64h, half)

#define LANEWISE(name) \\
  inline_c f32v name##_f32v(f32v a) { \\
    f32v r = a; \\
    EACH(k, LANES) r[k] = name##_f32(a[k]); \\
    return r; \\
  } \\
  inline_c f64h name##_half(f64h a) { \\
    f64h r = a; \\
    EACH(k, HALF) r[k] = name##_f64(a[k]); \\
    return r; \\
  }
LANEWISE(sqrt)
LANEWISE(floor)
LANEWISE(ceil)
LANEWISE(trunc)
LANEWISE(nearest)
#if defined(__ARM_NEON) && LANES == 4
#include <arm_neon.h>
inline_c f32v fma_f32v(f32v a, f32v b, f32v c) {
  return (f32v)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}
inline_c f64h fma_half(f64h a, f64h b, f64h c) {
  return (f64h)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
}
#elif defined(FUSED)
inline_c f32v fma_f32v(f32v a, f32v b, f32v c) {
  EACH(k, LANES) c[k] = fma_f32(a[k], b[k], c[k]);
  return c;
}
inline_c f64h fma_half(f64h a, f64h b, f64h c) {
  EACH(k, HALF) c[k] = fma_f64(a[k], b[k], c[k]);
  return c;
}
#else
inline_c f32v fma_f32v(f32v a, f32v b, f32v c) { return a * b + c; }
inline_c f64h fma_half(f64h a, f64h b, f64h c) { return a * b + c; }
#endif

inline_c f32v f32_of_i32v(i32v a) { return __builtin_convertvector(a, f32v); }
inline_c i32v i32_of_f32v(f32v a) {
  f32v held = larger_f32v(splat_f32(-2147483648.0f), smaller_f32v(splat_f32(2147483520.0f), a));
  i32v r = __builtin_convertvector(held, i32v);
  r = select_i32v(a >= 2147483648.0f, splat_i32(2147483647), r);
  return select_i32v(a != a, (i32v){0}, r);
}
inline_c f64v f64_of_f32v(f32v a) {
  f64v r = {{0}, {0}};
  EACH(k, HALF) r.lo[k] = a[k];
  EACH(k, HALF) r.hi[k] = a[k + HALF];
  return r;
}
inline_c f64v f64_of_i32v(i32v a) {
  f64v r = {{0}, {0}};
  EACH(k, HALF) r.lo[k] = a[k];
  EACH(k, HALF) r.hi[k] = a[k + HALF];
  return r;
}
inline_c f32v f32_of_f64v(f64v a) {
  f32v r = {0};
  EACH(k, HALF) r[k] = (f32)a.lo[k];
  EACH(k, HALF) r[k + HALF] = (f32)a.hi[k];
  return r;
}
inline_c i32v i32_of_f64v(f64v a) {
  i32v r = {0};
  EACH(k, HALF) r[k] = i32_of_f64(a.lo[k]);
  EACH(k, HALF) r[k + HALF] = i32_of_f64(a.hi[k]);
  return r;
}

inline_c f32v load_first_f32v(address p, i32 n) {
  f32v r = {0};
  EACH(k, LANES) if (k < n) r[k] = F32(p + 4 * k);
  return r;
}
inline_c i32v load_first_i32v(address p, i32 n) {
  i32v r = {0};
  EACH(k, LANES) if (k < n) r[k] = I32(p + 4 * k);
  return r;
}
inline_c f64h load_first_half(address p, i32 n) {
  f64h r = {0};
  EACH(k, HALF) if (k < n) r[k] = F64(p + 8 * k);
  return r;
}
inline_c void store_first_f32v(address p, i32 n, f32v x) { EACH(k, LANES) if (k < n) F32(p + 4 * k) = x[k]; }
inline_c void store_first_i32v(address p, i32 n, i32v x) { EACH(k, LANES) if (k < n) I32(p + 4 * k) = x[k]; }
inline_c void store_first_half(address p, i32 n, f64h x) { EACH(k, HALF) if (k < n) F64(p + 8 * k) = x[k]; }
inline_c i32v load_u8v(address p) {
  i32v r = {0};
  EACH(k, LANES) r[k] = U8(p + k);
  return r;
}
inline_c i32v load_first_u8v(address p, i32 n) {
  i32v r = {0};
  EACH(k, LANES) if (k < n) r[k] = U8(p + k);
  return r;
}
inline_c void store_first_u8v(address p, i32 n, i32v x) { EACH(k, LANES) if (k < n) U8(p + k) = (u8)x[k]; }
inline_c void store_u8v(address p, i32v x) { EACH(k, LANES) U8(p + k) = (u8)x[k]; }
#define load_even_f32v(p) load_apart_f32v(p, 2, LANES)
#define load_first_even_f32v(p, n) load_apart_f32v(p, 2, n)
#define load_back_f32v(p) load_apart_f32v(p, -1, LANES)
`;
