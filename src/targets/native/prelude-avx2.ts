/** The words of the instruction set for AVX2 with FMA: eight lanes, masks in vectors. */
import { MASKS_IN_VECTORS } from "./prelude-common.js";

export const AVX2 = `
${MASKS_IN_VECTORS}inline_c boolv join_bool(boolh lo, boolh hi) {
  __m256 both = _mm256_shuffle_ps((__m256)lo, (__m256)hi, 0x88);
  return (boolv)_mm256_permute4x64_epi64((__m256i)both, 0xd8);
}
inline_c boolh low_bool(boolv m) { return (boolh)_mm256_cvtepi32_epi64(_mm256_castsi256_si128((__m256i)m)); }
inline_c boolh high_bool(boolv m) {
  return (boolh)_mm256_cvtepi32_epi64(_mm256_extracti128_si256((__m256i)m, 1));
}
inline_c f32v select_f32v(boolv m, f32v a, f32v b) {
  return (f32v)_mm256_blendv_ps((__m256)b, (__m256)a, (__m256)m);
}
inline_c i32v select_i32v(boolv m, i32v a, i32v b) {
  return (i32v)_mm256_blendv_ps((__m256)b, (__m256)a, (__m256)m);
}
inline_c boolv select_boolv(boolv m, boolv a, boolv b) { return select_i32v(m, a, b); }
inline_c f64h select_half(boolh m, f64h a, f64h b) {
  return (f64h)_mm256_blendv_pd((__m256d)b, (__m256d)a, (__m256d)m);
}
inline_c i32 all_boolv(boolv m) { return _mm256_movemask_ps((__m256)m) == 255; }
inline_c i32 any_boolv(boolv m) { return _mm256_movemask_ps((__m256)m) != 0; }
inline_c boolv first_bool(i32 n) { return (boolv)((i32v){0, 1, 2, 3, 4, 5, 6, 7} < n); }
inline_c boolh first_half_bool(i32 n) { return (boolh)((i64h){0, 1, 2, 3} < (i64)n); }

/* The instruction gives its second operand where one is NaN, or both are zeros. */
inline_c f32v larger_f32v(f32v a, f32v b) { return (f32v)_mm256_max_ps((__m256)b, (__m256)a); }
inline_c f32v smaller_f32v(f32v a, f32v b) { return (f32v)_mm256_min_ps((__m256)b, (__m256)a); }
inline_c f64h larger_half(f64h a, f64h b) { return (f64h)_mm256_max_pd((__m256d)b, (__m256d)a); }
inline_c f64h smaller_half(f64h a, f64h b) { return (f64h)_mm256_min_pd((__m256d)b, (__m256d)a); }
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
#define ROUNDS(name, mode) \\
  inline_c f32v name##_f32v(f32v a) { return (f32v)_mm256_round_ps((__m256)a, (mode) | _MM_FROUND_NO_EXC); } \\
  inline_c f64h name##_half(f64h a) { return (f64h)_mm256_round_pd((__m256d)a, (mode) | _MM_FROUND_NO_EXC); }
ROUNDS(floor, _MM_FROUND_TO_NEG_INF)
ROUNDS(ceil, _MM_FROUND_TO_POS_INF)
ROUNDS(trunc, _MM_FROUND_TO_ZERO)
ROUNDS(nearest, _MM_FROUND_TO_NEAREST_INT)
inline_c f32v sqrt_f32v(f32v a) { return (f32v)_mm256_sqrt_ps((__m256)a); }
inline_c f64h sqrt_half(f64h a) { return (f64h)_mm256_sqrt_pd((__m256d)a); }
inline_c f32v fma_f32v(f32v a, f32v b, f32v c) {
  return (f32v)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}
inline_c f64h fma_half(f64h a, f64h b, f64h c) {
  return (f64h)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
}

inline_c f32v f32_of_i32v(i32v a) { return (f32v)_mm256_cvtepi32_ps((__m256i)a); }
inline_c i32v i32_of_f32v(f32v a) {
  i32v r = (i32v)_mm256_cvttps_epi32((__m256)a);
  r = select_i32v(a >= 2147483648.0f, splat_i32(2147483647), r);
  return (a == a) & r;
}
inline_c f64v f64_of_f32v(f32v a) {
  __m256 x = (__m256)a;
  return (f64v){(f64h)_mm256_cvtps_pd(_mm256_castps256_ps128(x)), (f64h)_mm256_cvtps_pd(_mm256_extractf128_ps(x, 1))};
}
inline_c f64v f64_of_i32v(i32v a) {
  __m256i x = (__m256i)a;
  return (f64v){(f64h)_mm256_cvtepi32_pd(_mm256_castsi256_si128(x)), (f64h)_mm256_cvtepi32_pd(_mm256_extracti128_si256(x, 1))};
}
inline_c f32v f32_of_f64v(f64v a) {
  return (f32v)_mm256_set_m128(_mm256_cvtpd_ps((__m256d)a.hi), _mm256_cvtpd_ps((__m256d)a.lo));
}
inline_c __m128i i32_of_half(f64h a) {
  f64h held = smaller_half(splat_half(2147483647.0), larger_half(splat_half(-2147483648.0), a));
  return _mm256_cvttpd_epi32((__m256d)(f64h)((i64h)held & (i64h)(a == a)));
}
inline_c i32v i32_of_f64v(f64v a) { return (i32v)_mm256_set_m128i(i32_of_half(a.hi), i32_of_half(a.lo)); }

inline_c f32v load_first_f32v(address p, i32 n) {
  return (f32v)_mm256_maskload_ps((const f32 *)p, (__m256i)first_bool(n));
}
inline_c i32v load_first_i32v(address p, i32 n) {
  return (i32v)_mm256_maskload_epi32((const i32 *)p, (__m256i)first_bool(n));
}
inline_c f64h load_first_half(address p, i32 n) {
  return (f64h)_mm256_maskload_pd((const f64 *)p, (__m256i)first_half_bool(n));
}
inline_c void store_first_f32v(address p, i32 n, f32v x) {
  _mm256_maskstore_ps((f32 *)p, (__m256i)first_bool(n), (__m256)x);
}
inline_c void store_first_i32v(address p, i32 n, i32v x) {
  _mm256_maskstore_epi32((i32 *)p, (__m256i)first_bool(n), (__m256i)x);
}
inline_c void store_first_half(address p, i32 n, f64h x) {
  _mm256_maskstore_pd((f64 *)p, (__m256i)first_half_bool(n), (__m256d)x);
}
inline_c i32v load_u8v(address p) { return (i32v)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)p)); }
inline_c i32v load_first_u8v(address p, i32 n) {
  i32v r = {0};
  EACH(k, LANES) if (k < n) r[k] = U8(p + k);
  return r;
}
inline_c void store_first_u8v(address p, i32 n, i32v x) { EACH(k, LANES) if (k < n) U8(p + k) = (u8)x[k]; }
inline_c void store_u8v(address p, i32v x) {
  __m256i bytes = _mm256_and_si256((__m256i)x, _mm256_set1_epi32(255));
  __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(bytes), _mm256_extracti128_si256(bytes, 1));
  _mm_storel_epi64((__m128i *)p, _mm_packus_epi16(words, words));
}
/* Lanes 0, 2, .. 14: nothing behind the last is read. */
inline_c f32v load_even_f32v(address p) {
  __m256 a = _mm256_loadu_ps((const f32 *)p), b = _mm256_loadu_ps((const f32 *)(p + 28));
  /* 0 2 8 10 | 4 6 12 14, then the middle pairs change places. */
  __m256 both = _mm256_shuffle_ps(a, b, 0xd8);
  return (f32v)_mm256_permute4x64_epi64((__m256i)both, 0xd8);
}
inline_c f32v load_first_even_f32v(address p, i32 n) {
  i32 all = 2 * n - 1;
  __m256 a = (__m256)load_first_f32v(p, all < 8 ? all : 8), b = (__m256)load_first_f32v(p + 32, all > 8 ? all - 8 : 0);
  return (f32v)_mm256_permute4x64_epi64((__m256i)_mm256_shuffle_ps(a, b, 0x88), 0xd8);
}
inline_c f32v load_back_f32v(address p) {
  __m256 a = _mm256_loadu_ps((const f32 *)(p - 28));
  return (f32v)_mm256_permutevar8x32_ps(a, _mm256_setr_epi32(7, 6, 5, 4, 3, 2, 1, 0));
}
/* Past the cache, where the place is a multiple of 32. */
#define STREAMS
inline_c void stream_f32v(address p, f32v x) {
  if ((p & 31) == 0) _mm256_stream_ps((f32 *)p, (__m256)x);
  else *(f32m *)p = x;
}
inline_c void drain(void) { _mm_sfence(); }
#define ACROSS_IS_SPECIAL
#define ACROSS_QUICK(name, combine, combine_scalar) \\
  inline_c f32 name(f32v x) { \\
    __m128 v = combine(_mm256_castps256_ps128((__m256)x), _mm256_extractf128_ps((__m256)x, 1)); \\
    v = combine(v, _mm_movehl_ps(v, v)); \\
    v = combine(v, _mm_shuffle_ps(v, v, 1)); \\
    return _mm_cvtss_f32(v); \\
  }
#define PLUS_4(a, b) _mm_add_ps(a, b)
#define LARGER_4(a, b) _mm_max_ps(b, a)
#define SMALLER_4(a, b) _mm_min_ps(b, a)
ACROSS_QUICK(across_add_f32v, PLUS_4, )
ACROSS_QUICK(across_larger_f32v, LARGER_4, )
ACROSS_QUICK(across_smaller_f32v, SMALLER_4, )
`;
