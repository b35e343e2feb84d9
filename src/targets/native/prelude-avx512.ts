/** The words of the instruction set for AVX-512 (F, VL, BW, DQ): sixteen lanes, masks in registers of their own. */
export const AVX512 = `
typedef __mmask16 boolv;
typedef __mmask8 boolh;

#define COMPARES(name, operation, integer) \\
  inline_c boolv name##_f32v(f32v a, f32v b) { return _mm512_cmp_ps_mask((__m512)a, (__m512)b, operation); } \\
  inline_c boolh name##_half(f64h a, f64h b) { return _mm512_cmp_pd_mask((__m512d)a, (__m512d)b, operation); } \\
  inline_c boolv name##_i32v(i32v a, i32v b) { return _mm512_cmp_epi32_mask((__m512i)a, (__m512i)b, integer); }
COMPARES(lt, _CMP_LT_OQ, _MM_CMPINT_LT)
COMPARES(le, _CMP_LE_OQ, _MM_CMPINT_LE)
COMPARES(eq, _CMP_EQ_OQ, _MM_CMPINT_EQ)
COMPARES(ne, _CMP_NEQ_UQ, _MM_CMPINT_NE)
inline_c boolv join_bool(boolh lo, boolh hi) { return (boolv)(lo | (u32)hi << 8); }
inline_c boolh low_bool(boolv m) { return (boolh)m; }
inline_c boolh high_bool(boolv m) { return (boolh)((u32)m >> 8); }
inline_c f32v select_f32v(boolv m, f32v a, f32v b) {
  return (f32v)_mm512_mask_blend_ps(m, (__m512)b, (__m512)a);
}
inline_c i32v select_i32v(boolv m, i32v a, i32v b) {
  return (i32v)_mm512_mask_blend_epi32(m, (__m512i)b, (__m512i)a);
}
inline_c boolv select_boolv(boolv m, boolv a, boolv b) { return (boolv)((m & a) | (~m & b)); }
inline_c f64h select_half(boolh m, f64h a, f64h b) {
  return (f64h)_mm512_mask_blend_pd(m, (__m512d)b, (__m512d)a);
}
inline_c boolv not_boolv(boolv m) { return (boolv)~m; }
inline_c boolv and_boolv(boolv a, boolv b) { return (boolv)(a & b); }
inline_c boolv or_boolv(boolv a, boolv b) { return (boolv)(a | b); }
inline_c boolv xor_boolv(boolv a, boolv b) { return (boolv)(a ^ b); }
inline_c i32 all_boolv(boolv m) { return m == 0xffff; }
inline_c i32 any_boolv(boolv m) { return m != 0; }
#define lane_boolv(m, k) ((i32)((u32)(m) >> (k)) & 1)
inline_c boolv first_bool(i32 n) { return (boolv)((1u << n) - 1); }

/* The instruction gives its second operand where one is NaN, or both are zeros. */
inline_c f32v larger_f32v(f32v a, f32v b) { return (f32v)_mm512_max_ps((__m512)b, (__m512)a); }
inline_c f32v smaller_f32v(f32v a, f32v b) { return (f32v)_mm512_min_ps((__m512)b, (__m512)a); }
inline_c f64h larger_half(f64h a, f64h b) { return (f64h)_mm512_max_pd((__m512d)b, (__m512d)a); }
inline_c f64h smaller_half(f64h a, f64h b) { return (f64h)_mm512_min_pd((__m512d)b, (__m512d)a); }
#define EXTREME(f, i, suffix, unordered) \\
  inline_c f min_##suffix(f a, f b) { \\
    f r = (f)((i)smaller_##suffix(a, b) | (i)smaller_##suffix(b, a)); \\
    return select_##suffix(unordered(a, b), a + b, r); \\
  } \\
  inline_c f max_##suffix(f a, f b) { \\
    f r = (f)((i)larger_##suffix(a, b) & (i)larger_##suffix(b, a)); \\
    return select_##suffix(unordered(a, b), a + b, r); \\
  }
#define UNORDERED_F32(a, b) _mm512_cmp_ps_mask((__m512)(a), (__m512)(b), _CMP_UNORD_Q)
#define UNORDERED_F64(a, b) _mm512_cmp_pd_mask((__m512d)(a), (__m512d)(b), _CMP_UNORD_Q)
EXTREME(f32v, i32v, f32v, UNORDERED_F32)
EXTREME(f64h, i64h, half, UNORDERED_F64)
#define ROUNDS(name, mode) \\
  inline_c f32v name##_f32v(f32v a) { return (f32v)_mm512_roundscale_ps((__m512)a, (mode) | _MM_FROUND_NO_EXC); } \\
  inline_c f64h name##_half(f64h a) { return (f64h)_mm512_roundscale_pd((__m512d)a, (mode) | _MM_FROUND_NO_EXC); }
ROUNDS(floor, _MM_FROUND_TO_NEG_INF)
ROUNDS(ceil, _MM_FROUND_TO_POS_INF)
ROUNDS(trunc, _MM_FROUND_TO_ZERO)
ROUNDS(nearest, _MM_FROUND_TO_NEAREST_INT)
inline_c f32v sqrt_f32v(f32v a) { return (f32v)_mm512_sqrt_ps((__m512)a); }
inline_c f64h sqrt_half(f64h a) { return (f64h)_mm512_sqrt_pd((__m512d)a); }
inline_c f32v fma_f32v(f32v a, f32v b, f32v c) {
  return (f32v)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}
inline_c f64h fma_half(f64h a, f64h b, f64h c) {
  return (f64h)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
}

inline_c f32v f32_of_i32v(i32v a) { return (f32v)_mm512_cvtepi32_ps((__m512i)a); }
inline_c i32v i32_of_f32v(f32v a) {
  i32v r = (i32v)_mm512_cvttps_epi32((__m512)a);
  r = select_i32v(le_f32v(splat_f32(2147483648.0f), a), splat_i32(2147483647), r);
  return select_i32v(eq_f32v(a, a), r, (i32v){0});
}
inline_c __m256 low_f32v(f32v a) { return _mm512_castps512_ps256((__m512)a); }
inline_c __m256 high_f32v(f32v a) { return _mm512_extractf32x8_ps((__m512)a, 1); }
inline_c f64v f64_of_f32v(f32v a) {
  return (f64v){(f64h)_mm512_cvtps_pd(low_f32v(a)), (f64h)_mm512_cvtps_pd(high_f32v(a))};
}
inline_c f64v f64_of_i32v(i32v a) {
  __m512i x = (__m512i)a;
  return (f64v){(f64h)_mm512_cvtepi32_pd(_mm512_castsi512_si256(x)), (f64h)_mm512_cvtepi32_pd(_mm512_extracti32x8_epi32(x, 1))};
}
inline_c f32v f32_of_f64v(f64v a) {
  __m512 lo = _mm512_castps256_ps512(_mm512_cvtpd_ps((__m512d)a.lo));
  return (f32v)_mm512_insertf32x8(lo, _mm512_cvtpd_ps((__m512d)a.hi), 1);
}
inline_c __m256i i32_of_half(f64h a) {
  f64h held = smaller_half(splat_half(2147483647.0), larger_half(splat_half(-2147483648.0), a));
  return _mm512_maskz_cvttpd_epi32(eq_half(a, a), (__m512d)held);
}
inline_c i32v i32_of_f64v(f64v a) {
  return (i32v)_mm512_inserti32x8(_mm512_castsi256_si512(i32_of_half(a.lo)), i32_of_half(a.hi), 1);
}

inline_c f32v load_first_f32v(address p, i32 n) { return (f32v)_mm512_maskz_loadu_ps(first_bool(n), (const void *)p); }
inline_c i32v load_first_i32v(address p, i32 n) {
  return (i32v)_mm512_maskz_loadu_epi32(first_bool(n), (const void *)p);
}
inline_c f64h load_first_half(address p, i32 n) {
  return (f64h)_mm512_maskz_loadu_pd((boolh)first_bool(n), (const void *)p);
}
inline_c void store_first_f32v(address p, i32 n, f32v x) { _mm512_mask_storeu_ps((void *)p, first_bool(n), (__m512)x); }
inline_c void store_first_i32v(address p, i32 n, i32v x) {
  _mm512_mask_storeu_epi32((void *)p, first_bool(n), (__m512i)x);
}
inline_c void store_first_half(address p, i32 n, f64h x) {
  _mm512_mask_storeu_pd((void *)p, (boolh)first_bool(n), (__m512d)x);
}
inline_c i32v load_u8v(address p) { return (i32v)_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)p)); }
inline_c i32v load_first_u8v(address p, i32 n) {
  return (i32v)_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(first_bool(n), (const void *)p));
}
inline_c void store_u8v(address p, i32v x) { _mm_storeu_si128((__m128i *)p, _mm512_cvtepi32_epi8((__m512i)x)); }
inline_c void store_first_u8v(address p, i32 n, i32v x) {
  _mm_mask_storeu_epi8((void *)p, first_bool(n), _mm512_cvtepi32_epi8((__m512i)x));
}
/* Lanes 0, 2, .. 30: nothing behind the last is read. */
inline_c f32v load_even_f32v(address p) {
  __m512 a = _mm512_loadu_ps((const void *)p), b = _mm512_loadu_ps((const void *)(p + 60));
  return (f32v)_mm512_permutex2var_ps(a, _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 17, 19, 21, 23, 25, 27, 29, 31), b);
}
inline_c f32v load_first_even_f32v(address p, i32 n) {
  i32 all = 2 * n - 1;
  __m512 a = (__m512)load_first_f32v(p, all < 16 ? all : 16), b = (__m512)load_first_f32v(p + 64, all > 16 ? all - 16 : 0);
  return (f32v)_mm512_permutex2var_ps(a, _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30), b);
}
inline_c f32v load_back_f32v(address p) {
  __m512 a = _mm512_loadu_ps((const void *)(p - 60));
  return (f32v)_mm512_permutexvar_ps(_mm512_setr_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0), a);
}
#define SCALES
inline_c f32v scale_f32v(f32v p, f32v s) {
  return (f32v)_mm512_scalef_ps((__m512)p, (__m512)(s - splat_f32(12583166.0f)));
}
/*
 * Division takes as long as sixteen multiplications. An estimate of 1 / b is doubled in bits, and what a quotient leaves
 * over corrects it.
 */
#define RECIPROCALS
inline_c f32v quotient_f32v(f32v a, f32v b) {
  f32v r = (f32v)_mm512_rcp14_ps((__m512)b);
  r = fma_f32v(fma_f32v(-b, r, splat_f32(1)), r, r);
  f32v q = a * r;
  return fma_f32v(fma_f32v(-q, b, a), r, q);
}
/*
 * a / b for one b: with r, which is 1 / b rounded, q = a r corrected by what it leaves over is a / b rounded (Markstein,
 * 1990; the hardest quotients of all mantissas were tried). It needs sizes between 2^-60 and 2^60, or 0, whose sign is put
 * back; others are divided.
 */
inline_c f32v div_all_f32v(f32v a, f32v bs) {
  f32 b = bs[0];
  f32v r = splat_f32(1.0f / b);
  u32v twice = (u32v)a << 1;
  u32 size = (u32)bits_f32(b) << 1;
  boolv fits = _mm512_cmple_epu32_mask((__m512i)(twice - (67u << 24)), (__m512i)((u32v){0} + (120u << 24)));
  boolv zeros = _mm512_testn_epi32_mask((__m512i)twice, (__m512i)twice);
  if (size - (67u << 24) <= 120u << 24 && (boolv)(fits | zeros) == 0xffff) {
    f32v q = a * r;
    q = fma_f32v(fma_f32v(-q, bs, a), r, q);
    return (f32v)((i32v)q | (((i32v)a ^ (i32v)bs) & (-2147483647 - 1)));
  }
  return a / bs;
}
/* Past the cache, where it is a whole line. */
#define STREAMS
inline_c void stream_f32v(address p, f32v x) {
  if ((p & 63) == 0) _mm512_stream_ps((void *)p, (__m512)x);
  else *(f32m *)p = x;
}
inline_c void drain(void) { _mm_sfence(); }
#define ACROSS_IS_SPECIAL
#define ACROSS_QUICK(name, combine_8, combine) \\
  inline_c f32 name(f32v x) { \\
    __m256 w = combine_8(low_f32v(x), high_f32v(x)); \\
    __m128 v = combine(_mm256_castps256_ps128(w), _mm256_extractf128_ps(w, 1)); \\
    v = combine(v, _mm_movehl_ps(v, v)); \\
    v = combine(v, _mm_shuffle_ps(v, v, 1)); \\
    return _mm_cvtss_f32(v); \\
  }
#define PLUS_8(a, b) _mm256_add_ps(a, b)
#define PLUS_4(a, b) _mm_add_ps(a, b)
#define LARGER_8(a, b) _mm256_max_ps(b, a)
#define LARGER_4(a, b) _mm_max_ps(b, a)
#define SMALLER_8(a, b) _mm256_min_ps(b, a)
#define SMALLER_4(a, b) _mm_min_ps(b, a)
ACROSS_QUICK(across_add_f32v, PLUS_8, PLUS_4)
ACROSS_QUICK(across_larger_f32v, LARGER_8, LARGER_4)
ACROSS_QUICK(across_smaller_f32v, SMALLER_8, SMALLER_4)
`;
