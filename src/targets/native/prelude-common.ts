/**
 * The words in which kernels are printed, as C: what does not depend on the instruction set. Types are named as in the
 * compiler (`f32`, `i32`; `f32v` is LANES of them); `boolv` is a mask, and a vector of f64 is two halves.
 */

/** Before the words of the instruction set: scalars, and what vectors are. */
export const COMMON_BEGIN = `
typedef float f32;
typedef double f64;
typedef __INT32_TYPE__ i32;
typedef __UINT32_TYPE__ u32;
typedef __INT64_TYPE__ i64;
typedef __UINT64_TYPE__ u64;
typedef __UINT8_TYPE__ u8;
typedef __INTPTR_TYPE__ address;

#define inline_c static inline __attribute__((always_inline, unused))
#define VECTOR(type, lanes) type __attribute__((vector_size(sizeof(type) * (lanes))))
#define HALF (LANES / 2)

typedef VECTOR(f32, LANES) f32v;
typedef VECTOR(i32, LANES) i32v;
typedef VECTOR(u32, LANES) u32v;
typedef VECTOR(f64, HALF) f64h;
typedef VECTOR(i64, HALF) i64h;
typedef struct { f64h lo, hi; } f64v;

/* As they lie in memory: anywhere, beside anything. */
typedef f32v f32m __attribute__((aligned(4), may_alias));
typedef i32v i32m __attribute__((aligned(4), may_alias));
typedef f64h f64m __attribute__((aligned(8), may_alias));
typedef f32 f32s __attribute__((may_alias));
typedef f64 f64s __attribute__((may_alias));
typedef i32 i32s __attribute__((may_alias));

#define F32(p) (*(f32s *)(p))
#define F64(p) (*(f64s *)(p))
#define I32(p) (*(i32s *)(p))
#define U8(p) (*(u8 *)(p))
#define EACH(k, n) for (i32 k = 0; k < (n); k++)

/* Scalars. */
inline_c i32 bits_f32(f32 x) { union { f32 f; i32 i; } u; u.f = x; return u.i; }
inline_c f32 bits_i32(i32 x) { union { f32 f; i32 i; } u; u.i = x; return u.f; }
inline_c i64 bits_f64(f64 x) { union { f64 f; i64 i; } u; u.f = x; return u.i; }
inline_c f64 bits_i64(i64 x) { union { f64 f; i64 i; } u; u.i = x; return u.f; }

inline_c i32 div_i32(i32 a, i32 b) { return b == 0 ? 0 : b == -1 ? -a : a / b; }
inline_c i32 rem_i32(i32 a, i32 b) { return b == 0 || b == -1 ? 0 : a % b; }
inline_c i32 abs_i32(i32 a) { return a < 0 ? -a : a; }
inline_c i32 min_i32(i32 a, i32 b) { return a < b ? a : b; }
inline_c i32 max_i32(i32 a, i32 b) { return a > b ? a : b; }

#define FLOATS(f, suffix) \\
  inline_c f abs_##f(f a) { return __builtin_fabs##suffix(a); } \\
  inline_c f sqrt_##f(f a) { return __builtin_sqrt##suffix(a); } \\
  inline_c f floor_##f(f a) { return __builtin_floor##suffix(a); } \\
  inline_c f ceil_##f(f a) { return __builtin_ceil##suffix(a); } \\
  inline_c f trunc_##f(f a) { return __builtin_trunc##suffix(a); } \\
  inline_c f nearest_##f(f a) { return __builtin_rint##suffix(a); } \\
  inline_c f copysign_##f(f a, f b) { return __builtin_copysign##suffix(a, b); } \\
  inline_c f larger_##f(f a, f b) { return a < b ? b : a; } \\
  inline_c f smaller_##f(f a, f b) { return b < a ? b : a; } \\
  inline_c f min_##f(f a, f b) { \\
    if (a != a || b != b) return a + b; \\
    return a < b ? a : b < a ? b : __builtin_signbit(a) ? a : b; \\
  } \\
  inline_c f max_##f(f a, f b) { \\
    if (a != a || b != b) return a + b; \\
    return a > b ? a : b > a ? b : __builtin_signbit(a) ? b : a; \\
  } \\
  inline_c i32 i32_of_##f(f a) { \\
    if (a != a) return 0; \\
    return a >= (f)2147483648.0 ? 2147483647 : a <= (f)-2147483648.0 ? -2147483647 - 1 : (i32)a; \\
  }
FLOATS(f32, f)
FLOATS(f64, )

#ifdef FUSED
inline_c f32 fma_f32(f32 a, f32 b, f32 c) { return __builtin_fmaf(a, b, c); }
inline_c f64 fma_f64(f64 a, f64 b, f64 c) { return __builtin_fma(a, b, c); }
#else
inline_c f32 fma_f32(f32 a, f32 b, f32 c) { return a * b + c; }
inline_c f64 fma_f64(f64 a, f64 b, f64 c) { return a * b + c; }
#endif

/* Of normal floats, by what their bits mean (IEEE 754); 2^x of a whole x. */
inline_c f32 pow2_f32(f32 x) { return bits_i32((i32)((u32)bits_f32(x + 8388735.0f) << 23)); }
inline_c f64 pow2_f64(f64 x) { return bits_i64((i64)((u64)bits_f64(x + 4503599627371519.0) << 52)); }
inline_c f32 exponent_f32(f32 x) { return (f32)(((bits_f32(x) >> 23) & 255) - 127); }
inline_c f64 exponent_f64(f64 x) { return (f64)(((bits_f64(x) >> 52) & 2047) - 1023); }
inline_c f32 mantissa_f32(f32 x) { return bits_i32((bits_f32(x) & 0x007fffff) | 0x3f800000); }
inline_c f64 mantissa_f64(f64 x) {
  return bits_i64((bits_f64(x) & 0x000fffffffffffffLL) | 0x3ff0000000000000LL);
}

/* p 2^n, n the low bits of s less 254, in two steps of which only one may round. */
inline_c f32 scale_f32(f32 p, f32 s) {
  i32 all = bits_f32(s), half = all >> 1;
  return p * bits_i32((i32)((u32)half << 23)) * bits_i32((i32)((u32)(all - half) << 23));
}
inline_c f32 quotient_f32(f32 a, f32 b) { return a / b; }
inline_c f64 quotient_f64(f64 a, f64 b) { return a / b; }

/* Splats: the subtraction of nothing keeps -0. */
inline_c f32v splat_f32(f32 x) { return x - (f32v){0}; }
inline_c i32v splat_i32(i32 x) { return x - (i32v){0}; }
inline_c f64h splat_half(f64 x) { return x - (f64h){0}; }
inline_c f64v splat_f64(f64 x) { return (f64v){splat_half(x), splat_half(x)}; }

inline_c f32v bits_i32v(i32v x) { return (f32v)x; }
inline_c i32v bits_f32v(f32v x) { return (i32v)x; }
inline_c i32v div_i32v(i32v a, i32v b) {
  i32v r = a;
  EACH(k, LANES) r[k] = div_i32(a[k], b[k]);
  return r;
}
inline_c i32v rem_i32v(i32v a, i32v b) {
  i32v r = a;
  EACH(k, LANES) r[k] = rem_i32(a[k], b[k]);
  return r;
}
inline_c f32v abs_f32v(f32v a) { return (f32v)((i32v)a & 0x7fffffff); }
inline_c f64h abs_half(f64h a) { return (f64h)((i64h)a & 0x7fffffffffffffffLL); }
inline_c f32v copysign_f32v(f32v a, f32v b) {
  return (f32v)(((i32v)a & 0x7fffffff) | ((i32v)b & (-2147483647 - 1)));
}
inline_c f64h copysign_half(f64h a, f64h b) {
  return (f64h)(((i64h)a & 0x7fffffffffffffffLL) | ((i64h)b & (-0x7fffffffffffffffLL - 1)));
}
inline_c f32v pow2_f32v(f32v x) { return (f32v)((i32v)(x + 8388735.0f) << 23); }
inline_c f64h pow2_half(f64h x) { return (f64h)((i64h)(x + 4503599627371519.0) << 52); }
inline_c f32v exponent_f32v(f32v x) {
  return (f32v)((i32v)(((u32v)x >> 23) & 255u) | (150 << 23)) - 8388735.0f;
}
inline_c f64h exponent_half(f64h x) {
  return (f64h)((((i64h)x >> 52) & 2047) | (1075LL << 52)) - 4503599627371519.0;
}
inline_c f32v mantissa_f32v(f32v x) { return (f32v)(((i32v)x & 0x007fffff) | 0x3f800000); }
inline_c f64h mantissa_half(f64h x) {
  return (f64h)(((i64h)x & 0x000fffffffffffffLL) | 0x3ff0000000000000LL);
}
`;

/** After the words of the instruction set: what is put together from them. */
export const COMMON_END = `
/* The two halves of a vector of f64, one after the other. */
#define HALVES_1(name) \\
  inline_c f64v name##_f64v(f64v a) { return (f64v){name##_half(a.lo), name##_half(a.hi)}; }
#define HALVES_2(name) \\
  inline_c f64v name##_f64v(f64v a, f64v b) { \\
    return (f64v){name##_half(a.lo, b.lo), name##_half(a.hi, b.hi)}; \\
  }
#define HALVES_OPERATOR(name, operator) \\
  inline_c f64v name##_f64v(f64v a, f64v b) { return (f64v){a.lo operator b.lo, a.hi operator b.hi}; }
HALVES_OPERATOR(add, +)
HALVES_OPERATOR(sub, -)
HALVES_OPERATOR(mul, *)
HALVES_OPERATOR(div, /)
inline_c f64v neg_f64v(f64v a) { return (f64v){-a.lo, -a.hi}; }
HALVES_1(abs)
HALVES_1(sqrt)
HALVES_1(floor)
HALVES_1(ceil)
HALVES_1(trunc)
HALVES_1(nearest)
HALVES_1(pow2)
HALVES_1(exponent)
HALVES_1(mantissa)
HALVES_2(copysign)
HALVES_2(min)
HALVES_2(max)
HALVES_2(larger)
HALVES_2(smaller)
inline_c f64v fma_f64v(f64v a, f64v b, f64v c) {
  return (f64v){fma_half(a.lo, b.lo, c.lo), fma_half(a.hi, b.hi, c.hi)};
}
#define HALVES_COMPARE(name) \\
  inline_c boolv name##_f64v(f64v a, f64v b) { \\
    return join_bool(name##_half(a.lo, b.lo), name##_half(a.hi, b.hi)); \\
  }
HALVES_COMPARE(lt)
HALVES_COMPARE(le)
HALVES_COMPARE(eq)
HALVES_COMPARE(ne)
inline_c f64v select_f64v(boolv m, f64v a, f64v b) {
  return (f64v){select_half(low_bool(m), a.lo, b.lo), select_half(high_bool(m), a.hi, b.hi)};
}
inline_c boolv bool_of_f32v(f32v a) { return ne_f32v(a, (f32v){0}); }
inline_c boolv bool_of_f64v(f64v a) { return ne_f64v(a, splat_f64(0)); }
inline_c boolv bool_of_i32v(i32v a) { return ne_i32v(a, (i32v){0}); }
inline_c f32v f32_of_boolv(boolv m) { return select_f32v(m, splat_f32(1), (f32v){0}); }
inline_c f64v f64_of_boolv(boolv m) { return select_f64v(m, splat_f64(1), splat_f64(0)); }
inline_c i32v i32_of_boolv(boolv m) { return select_i32v(m, splat_i32(1), (i32v){0}); }
inline_c boolv splat_bool(i32 x) { return ne_i32v(splat_i32(x), (i32v){0}); }
inline_c i32v abs_i32v(i32v a) { return select_i32v(lt_i32v(a, (i32v){0}), -a, a); }
inline_c i32v min_i32v(i32v a, i32v b) { return select_i32v(lt_i32v(a, b), a, b); }
inline_c i32v max_i32v(i32v a, i32v b) { return select_i32v(lt_i32v(a, b), b, a); }

#ifndef SCALES
inline_c f32v scale_f32v(f32v p, f32v s) {
  i32v all = (i32v)s, half = all >> 1;
  return p * (f32v)(half << 23) * (f32v)((all - half) << 23);
}
#endif
#ifndef RECIPROCALS
inline_c f32v quotient_f32v(f32v a, f32v b) { return a / b; }
inline_c f32v div_all_f32v(f32v a, f32v b) { return a / b; }
#endif
inline_c f64v quotient_f64v(f64v a, f64v b) { return div_f64v(a, b); }

/* The lanes below count. */
inline_c f32v keep_f32v(f32v a, f32v b, i32 count) { return select_f32v(first_bool(count), a, b); }
inline_c i32v keep_i32v(i32v a, i32v b, i32 count) { return select_i32v(first_bool(count), a, b); }
inline_c f64v keep_f64v(f64v a, f64v b, i32 count) { return select_f64v(first_bool(count), a, b); }
inline_c boolv keep_boolv(boolv a, boolv b, i32 count) { return select_boolv(first_bool(count), a, b); }
#define lane_f64v(x, k) ((k) < HALF ? (x).lo[(k) % HALF] : (x).hi[(k) % HALF])

/* One value of all lanes, halves first. */
#define ACROSS(name, type, vector, combine) \\
  inline_c type name(vector x) { \\
    type v[LANES]; \\
    EACH(k, LANES) v[k] = x[k]; \\
    for (i32 n = LANES / 2; n > 0; n /= 2) EACH(k, n) v[k] = combine(v[k], v[k + n]); \\
    return v[0]; \\
  }
#define ACROSS_HALVES(name, combine, combine_half) \\
  inline_c f64 name(f64v x) { \\
    f64h h = combine_half(x.lo, x.hi); \\
    f64 v[HALF]; \\
    EACH(k, HALF) v[k] = h[k]; \\
    for (i32 n = HALF / 2; n > 0; n /= 2) EACH(k, n) v[k] = combine(v[k], v[k + n]); \\
    return v[0]; \\
  }
#define PLUS(a, b) ((a) + (b))
#define TIMES(a, b) ((a) * (b))
#define BOTH(a, b) ((a) & (b))
#define EITHER(a, b) ((a) | (b))
ACROSS(across_mul_f32v, f32, f32v, TIMES)
ACROSS(across_min_f32v, f32, f32v, min_f32)
ACROSS(across_max_f32v, f32, f32v, max_f32)
ACROSS(across_mul_i32v, i32, i32v, TIMES)
ACROSS(across_add_i32v, i32, i32v, PLUS)
ACROSS(across_min_i32v, i32, i32v, min_i32)
ACROSS(across_max_i32v, i32, i32v, max_i32)
ACROSS(across_and_i32v, i32, i32v, BOTH)
ACROSS(across_or_i32v, i32, i32v, EITHER)
#ifndef ACROSS_IS_SPECIAL
ACROSS(across_add_f32v, f32, f32v, PLUS)
ACROSS(across_larger_f32v, f32, f32v, larger_f32)
ACROSS(across_smaller_f32v, f32, f32v, smaller_f32)
#endif
ACROSS_HALVES(across_add_f64v, PLUS, PLUS)
ACROSS_HALVES(across_mul_f64v, TIMES, TIMES)
ACROSS_HALVES(across_min_f64v, min_f64, min_half)
ACROSS_HALVES(across_max_f64v, max_f64, max_half)
ACROSS_HALVES(across_larger_f64v, larger_f64, larger_half)
ACROSS_HALVES(across_smaller_f64v, smaller_f64, smaller_half)

/* Memory: neighbours; the first few of them, the others 0 and not touched; steps apart. */
inline_c f32v load_f32v(address p) { return *(const f32m *)p; }
inline_c i32v load_i32v(address p) { return *(const i32m *)p; }
inline_c f64v load_f64v(address p) { return (f64v){*(const f64m *)p, *(const f64m *)(p + 8 * HALF)}; }
inline_c void store_f32v(address p, f32v x) { *(f32m *)p = x; }
inline_c void store_i32v(address p, i32v x) { *(i32m *)p = x; }
inline_c void store_f64v(address p, f64v x) { *(f64m *)p = x.lo; *(f64m *)(p + 8 * HALF) = x.hi; }
#ifndef STREAMS
inline_c void stream_f32v(address p, f32v x) { store_f32v(p, x); }
inline_c void drain(void) {}
#endif
inline_c void stream_i32v(address p, i32v x) { stream_f32v(p, (f32v)x); }
inline_c f64v load_first_f64v(address p, i32 n) {
  f64v r = {{0}, {0}};
  if (n >= HALF) r.lo = *(const f64m *)p;
  else r.lo = load_first_half(p, n);
  if (n > HALF) r.hi = load_first_half(p + 8 * HALF, n - HALF);
  return r;
}
inline_c void store_first_f64v(address p, i32 n, f64v x) {
  if (n >= HALF) *(f64m *)p = x.lo;
  else store_first_half(p, n, x.lo);
  if (n > HALF) store_first_half(p + 8 * HALF, n - HALF, x.hi);
}
inline_c f32v load_apart_f32v(address p, i32 step, i32 n) {
  f32v r = {0};
  EACH(k, LANES) if (k < n) r[k] = F32(p + 4 * (address)step * k);
  return r;
}
inline_c i32v load_apart_i32v(address p, i32 step, i32 n) {
  i32v r = {0};
  EACH(k, LANES) if (k < n) r[k] = I32(p + 4 * (address)step * k);
  return r;
}
inline_c i32v load_apart_u8v(address p, i32 step, i32 n) {
  i32v r = {0};
  EACH(k, LANES) if (k < n) r[k] = U8(p + (address)step * k);
  return r;
}
inline_c f64v load_apart_f64v(address p, i32 step, i32 n) {
  f64v r = {{0}, {0}};
  EACH(k, HALF) if (k < n) r.lo[k] = F64(p + 8 * (address)step * k);
  EACH(k, HALF) if (k + HALF < n) r.hi[k] = F64(p + 8 * (address)step * (k + HALF));
  return r;
}
inline_c void store_apart_f32v(address p, i32 step, i32 n, f32v x) {
  EACH(k, LANES) if (k < n) F32(p + 4 * (address)step * k) = x[k];
}
inline_c void store_apart_i32v(address p, i32 step, i32 n, i32v x) {
  EACH(k, LANES) if (k < n) I32(p + 4 * (address)step * k) = x[k];
}
inline_c void store_apart_u8v(address p, i32 step, i32 n, i32v x) {
  EACH(k, LANES) if (k < n) U8(p + (address)step * k) = (u8)x[k];
}
inline_c void store_apart_f64v(address p, i32 step, i32 n, f64v x) {
  EACH(k, HALF) if (k < n) F64(p + 8 * (address)step * k) = x.lo[k];
  EACH(k, HALF) if (k + HALF < n) F64(p + 8 * (address)step * (k + HALF)) = x.hi[k];
}
`;

/** Masks where a processor has no registers of their own for them: a lane is all ones or all zeros. */
export const MASKS_IN_VECTORS = `typedef i32v boolv;
typedef i64h boolh;

inline_c boolv lt_f32v(f32v a, f32v b) { return (boolv)(a < b); }
inline_c boolv le_f32v(f32v a, f32v b) { return (boolv)(a <= b); }
inline_c boolv eq_f32v(f32v a, f32v b) { return (boolv)(a == b); }
inline_c boolv ne_f32v(f32v a, f32v b) { return (boolv)(a != b); }
inline_c boolv lt_i32v(i32v a, i32v b) { return (boolv)(a < b); }
inline_c boolv le_i32v(i32v a, i32v b) { return (boolv)(a <= b); }
inline_c boolv eq_i32v(i32v a, i32v b) { return (boolv)(a == b); }
inline_c boolv ne_i32v(i32v a, i32v b) { return (boolv)(a != b); }
inline_c boolh lt_half(f64h a, f64h b) { return (boolh)(a < b); }
inline_c boolh le_half(f64h a, f64h b) { return (boolh)(a <= b); }
inline_c boolh eq_half(f64h a, f64h b) { return (boolh)(a == b); }
inline_c boolh ne_half(f64h a, f64h b) { return (boolh)(a != b); }
inline_c boolv not_boolv(boolv m) { return ~m; }
inline_c boolv and_boolv(boolv a, boolv b) { return a & b; }
inline_c boolv or_boolv(boolv a, boolv b) { return a | b; }
inline_c boolv xor_boolv(boolv a, boolv b) { return a ^ b; }
#define lane_boolv(m, k) ((m)[k] & 1)
`;
