// What a step of text generation is made of: products of a few rows with matrices that are kept in float32, bfloat16 or int8, each weight
// read from memory once; and attention of one token a row to keys and values that are kept in place.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include "elementwise.h"
#include "kernel_helpers.h"
#include "kernels.h"
#include "matrix.h"
#include "parallel.h"
#include "softmax.h"

namespace mmgeo {
namespace {

// --- products; the attribute `kind` says how weights are kept

constexpr int kFloat = 0, kBfloat16 = 1, kInt8 = 2;

#if !defined(__AVX2__)
typedef uint16_t HalfVector __attribute__((vector_size(kLanes * sizeof(uint16_t)), aligned(sizeof(uint16_t)), may_alias));
typedef uint32_t WordVector __attribute__((vector_size(kLanes * sizeof(uint32_t)), aligned(sizeof(uint32_t)), may_alias));
#endif

template <int kind>
constexpr int64_t kBytes = kind == kFloat ? 4 : 2;

// By name where compilers make many instructions of what is one.
inline Vector LoadBfloat16(const char* at) {
#if defined(__AVX512F__)
  return (Vector)_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at))), 16);
#elif defined(__AVX2__)
  return (Vector)_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at))), 16);
#else
  return (Vector)(__builtin_convertvector(*reinterpret_cast<const HalfVector*>(at), WordVector) << 16);
#endif
}

template <int kind>
inline Vector Load(const char* at) {
  if constexpr (kind == kFloat) return *reinterpret_cast<const Vector*>(at);
  return LoadBfloat16(at);
}

template <int kind>
inline float LoadOne(const char* at) {
  if constexpr (kind == kFloat) return *reinterpret_cast<const float*>(at);
  uint16_t half;
  std::memcpy(&half, at, sizeof(half));
  const uint32_t word = static_cast<uint32_t>(half) << 16;
  float value;
  std::memcpy(&value, &word, sizeof(value));
  return value;
}

// Rows of x times rows of the matrix from `out` on.
template <int kind, int rows, int outs>
inline void Block(const char* matrix, int64_t depth, int64_t out, const float* x, float* y, int64_t y_stride) {
  Vector sum[rows][outs];
#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 4
    for (int o = 0; o < outs; ++o) sum[r][o] = Vector{};
  }
  float rest[rows][outs] = {};
  const int64_t row_bytes = depth * kBytes<kind>;
  const char* base = matrix + out * row_bytes;
  int64_t k = 0;
  for (; k + kLanes <= depth; k += kLanes) {
    Vector weight[outs];
#pragma GCC unroll 4
    for (int o = 0; o < outs; ++o) weight[o] = Load<kind>(base + o * row_bytes + k * kBytes<kind>);
#pragma GCC unroll 8
    for (int r = 0; r < rows; ++r) {
      const Vector value = *reinterpret_cast<const Vector*>(x + r * depth + k);
#pragma GCC unroll 4
      for (int o = 0; o < outs; ++o) sum[r][o] += weight[o] * value;
    }
  }
  for (; k < depth; ++k) {
    for (int r = 0; r < rows; ++r) {
      for (int o = 0; o < outs; ++o) rest[r][o] += LoadOne<kind>(base + o * row_bytes + k * kBytes<kind>) * x[r * depth + k];
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 4
    for (int o = 0; o < outs; ++o) {
      float total = rest[r][o];
      for (int lane = 0; lane < kLanes; ++lane) total += sum[r][o][lane];
      y[r * y_stride + out + o] = total;
    }
  }
}

// Sums that fit into the registers, together with the weights and one value.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int kMostRows = 8, kMostSums = 24;
#else
constexpr int kMostRows = 4, kMostSums = 12;
#endif

template <int kind, int rows>
void Rows(const char* matrix, int64_t depth, int64_t begin, int64_t end, const float* x, float* y, int64_t y_stride) {
  constexpr int outs = std::min(4, kMostSums / rows);
  int64_t out = begin;
  for (; out + outs <= end; out += outs) Block<kind, rows, outs>(matrix, depth, out, x, y, y_stride);
  for (; out < end; ++out) Block<kind, rows, 1>(matrix, depth, out, x, y, y_stride);
}

template <int kind, int rows = kMostRows>
void RowsOf(int64_t count, const char* matrix, int64_t depth, int64_t begin, int64_t end, const float* x, float* y, int64_t y_stride) {
  if constexpr (rows > 0) {
    if (count == rows) return Rows<kind, rows>(matrix, depth, begin, end, x, y, y_stride);
    RowsOf<kind, rows - 1>(count, matrix, depth, begin, end, x, y, y_stride);
  }
}

// A slice of the matrix small enough for a core's own cache, times all rows, before the next slice.
constexpr int64_t kSliceBytes = 1 << 16;

template <int kind>
void Multiply(const char* matrix, int64_t depth, int64_t begin, int64_t end, const float* x, int64_t count, float* y, int64_t y_stride) {
  const int64_t slice = std::max<int64_t>(12, kSliceBytes / (depth * kBytes<kind>) / 12 * 12);
  for (int64_t out = begin; out < end; out += slice) {
    const int64_t last = std::min(end, out + slice);
    for (int64_t row = 0; row < count; row += kMostRows) RowsOf<kind>(std::min<int64_t>(kMostRows, count - row), matrix, depth, out, last, x + row * depth, y + row * y_stride, y_stride);
  }
}

// --- products in int8: both sides are whole numbers, -127 to 127, times the scale of a run of `group` of them

struct Quantized {
  const int8_t* values;
  const float* scale;
};

// The rows of x, each run by its largest number.
void Quantize(const float* x, int64_t count, int64_t group, int8_t* values, float* scale) {
  for (int64_t begin = 0; begin < count; begin += group, ++scale) {
    float largest = 0;
    for (int64_t i = begin; i < begin + group; ++i) largest = std::max(largest, std::fabs(x[i]));
    const float steps = largest == 0 ? 0.0f : 127.0f / largest;
    *scale = largest / 127.0f;
    for (int64_t i = begin; i < begin + group; ++i) values[i] = static_cast<int8_t>(std::lrint(x[i] * steps));
  }
}

#if defined(__AVX2__)
// Adds products of 32 pairs to eight sums.
inline __m256i AddProducts(__m256i sum, __m256i size, __m256i signs, __m256i x) {
  const __m256i turned = _mm256_sign_epi8(x, signs);
#if defined(__AVX512VNNI__) && defined(__AVX512VL__)
  return _mm256_dpbusd_epi32(sum, size, turned);
#else
  return _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(size, turned), _mm256_set1_epi16(1)));
#endif
}

inline float Sum(__m256 x) {
  __m128 half = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
  half = _mm_add_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}

// Runs of 64, two registers long.
template <int rows>
void Rows64(const Quantized& w, int64_t depth, int64_t begin, int64_t end, const Quantized& x, float* y, int64_t y_stride) {
  const int64_t groups = depth / 64;
  for (int64_t out = begin; out < end; ++out) {
    __m256 sum[rows];
#pragma GCC unroll 8
    for (int r = 0; r < rows; ++r) sum[r] = _mm256_setzero_ps();
    const int8_t* weight = w.values + out * depth;
    const float* scale = w.scale + out * groups;
    for (int64_t g = 0; g < groups; ++g) {
      const __m256i first = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(weight + g * 64)), second = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(weight + g * 64 + 32));
      const __m256i first_size = _mm256_abs_epi8(first), second_size = _mm256_abs_epi8(second);
#pragma GCC unroll 8
      for (int r = 0; r < rows; ++r) {
        const int8_t* value = x.values + r * depth + g * 64;
        __m256i whole = AddProducts(_mm256_setzero_si256(), first_size, first, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(value)));
        whole = AddProducts(whole, second_size, second, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(value + 32)));
        sum[r] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(whole), _mm256_set1_ps(scale[g] * x.scale[r * groups + g]), sum[r]);
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < rows; ++r) y[r * y_stride + out] = Sum(sum[r]);
  }
}

template <int rows = 8>
void Rows64Of(int64_t count, const Quantized& w, int64_t depth, int64_t begin, int64_t end, const Quantized& x, float* y, int64_t y_stride) {
  if constexpr (rows > 0) {
    if (count == rows) return Rows64<rows>(w, depth, begin, end, x, y, y_stride);
    Rows64Of<rows - 1>(count, w, depth, begin, end, x, y, y_stride);
  }
}
#endif

void MultiplyInt8(const Quantized& w, int64_t depth, int64_t group, int64_t begin, int64_t end, const Quantized& x, int64_t count, float* y, int64_t y_stride) {
  const int64_t groups = depth / group, slice = std::max<int64_t>(1, kSliceBytes / depth);
  for (int64_t out = begin; out < end; out += slice) {
    const int64_t last = std::min(end, out + slice);
#if defined(__AVX2__) && defined(__FMA__)
    if (group == 64) {
      for (int64_t row = 0; row < count; row += 8) Rows64Of(std::min<int64_t>(8, count - row), w, depth, out, last, {x.values + row * depth, x.scale + row * groups}, y + row * y_stride, y_stride);
      continue;
    }
#endif
    for (int64_t o = out; o < last; ++o) {
      for (int64_t row = 0; row < count; ++row) {
        float sum = 0;
        for (int64_t g = 0; g < groups; ++g) {
          int32_t whole = 0;
          for (int64_t i = g * group; i < (g + 1) * group; ++i) whole += static_cast<int32_t>(w.values[o * depth + i]) * x.values[row * depth + i];
          sum += whole * (w.scale[o * groups + g] * x.scale[row * groups + g]);
        }
        y[row * y_stride + o] = sum;
      }
    }
  }
}

// y[rows, out] = f(x) Wᵀ + bias + residual. f is the root mean square normalization where `norm` is given, and SiLU(first half) *
// second half where the attribute `gated` is 1.
void PackedLinear(const Attributes& attributes, TF_OpKernelContext* context, Status* status) {
  const Tensor input = Input(context, 0, status), matrix = Input(context, 1, status), scale = Input(context, 2, status);
  const Tensor norm = Input(context, 3, status), bias = Input(context, 4, status), residual = Input(context, 5, status);
  const int64_t rows = input.dim(0), outs = matrix.dim(0), gated = attributes.gated;
  const int64_t depth = input.dim(1) / (gated ? 2 : 1);
  const int64_t words = attributes.kind == kFloat ? depth : attributes.kind == kBfloat16 ? depth / 2 : depth / 4;
  if (matrix.dim(1) != words) throw Failure{"the matrix does not fit the rows"};
  const Tensor y = Output(context, 0, {rows, outs}, status);
  const float* x = input.data();
  std::vector<float> prepared;
  if (gated || norm.size() > 0) {
    prepared.resize(rows * depth);
    for (int64_t row = 0; row < rows; ++row) {
      const float* from = x + row * (gated ? 2 : 1) * depth;
      float* to = prepared.data() + row * depth;
      if (gated) {
        for (int64_t i = 0; i < depth; ++i) to[i] = Silu::Value(from[i]) * from[depth + i];
        continue;
      }
      float square = 0;
      for (int64_t i = 0; i < depth; ++i) square += from[i] * from[i];
      const float inverse = 1.0f / std::sqrt(square / depth + attributes.epsilon);
      for (int64_t i = 0; i < depth; ++i) to[i] = from[i] * inverse * norm.data()[i];
    }
    x = prepared.data();
  }
  const int64_t groups = attributes.kind == kInt8 ? scale.dim(1) : 1;
  const char* data = reinterpret_cast<const char*>(matrix.data());
  const Quantized quantized{reinterpret_cast<const int8_t*>(data), scale.data()};
  std::vector<int8_t> whole(attributes.kind == kInt8 ? rows * depth : 0);
  std::vector<float> steps(attributes.kind == kInt8 ? rows * groups : 0);
  if (attributes.kind == kInt8) Quantize(x, rows * depth, depth / groups, whole.data(), steps.data());
  float* to = y.data();
  const float* shift = bias.size() > 0 ? bias.data() : nullptr;
  const float* added = residual.size() > 0 ? residual.data() : nullptr;
  Parallel::Get().For(outs, std::max<int64_t>(2, kParallelElements / depth), [&](int64_t begin, int64_t end, int) {
    switch (attributes.kind) {
      case kFloat: Multiply<kFloat>(data, depth, begin, end, x, rows, to, outs); break;
      case kBfloat16: Multiply<kBfloat16>(data, depth, begin, end, x, rows, to, outs); break;
      default: MultiplyInt8(quantized, depth, depth / groups, begin, end, {whole.data(), steps.data()}, rows, to, outs);
    }
    for (int64_t row = 0; row < rows && (shift != nullptr || added != nullptr); ++row) {
      for (int64_t i = begin; i < end; ++i) to[row * outs + i] += (shift == nullptr ? 0.0f : shift[i]) + (added == nullptr ? 0.0f : added[row * outs + i]);
    }
  });
}

// --- attention of one token a row

void Turn(const float* from, const float* cosine, const float* sine, int64_t half, float factor, float* to) {
  for (int64_t i = 0; i < half; ++i) {
    const float first = from[i], second = from[half + i];
    to[i] = (first * cosine[i] - second * sine[i]) * factor;
    to[half + i] = (second * cosine[i] + first * sine[i]) * factor;
  }
}

// Rotates queries and keys, puts keys and values into their places among those of earlier tokens, in the memory that is given, and attends.
void CachedAttention(const Attributes& attributes, TF_OpKernelContext* context, Status* status) {
  const Tensor fresh = Input(context, 0, status), like = Input(context, 1, status), cosine = Input(context, 2, status), sine = Input(context, 3, status);
  const Tensor places = Input(context, 4, status), keys = Input(context, 5, status), values = Input(context, 6, status);
  const int64_t rows = fresh.dim(0), width = fresh.dim(1), kv_heads = keys.dim(1), capacity = keys.dim(2), size = keys.dim(3);
  const int64_t heads = like.dim(0) / size, group = heads / kv_heads, half = size / 2, window = attributes.window;
  if (width != (heads + 2 * kv_heads) * size || keys.dim(0) != rows || cosine.dim(1) != half) throw Failure{"queries, keys and values do not fit the cache"};
  const int32_t* positions = reinterpret_cast<const int32_t*>(places.data());
  for (int64_t row = 0; row < rows; ++row) {
    if (positions[row] < 0 || positions[row] >= capacity) throw Failure{"a token's place is outside the cache"};
  }
  const Tensor y = Output(context, 0, {rows, heads * size}, status);
  const float scale = 1.0f / std::sqrt(static_cast<float>(size));
  Parallel::Get().For(rows * kv_heads, 2, [&](int64_t first_task, int64_t last_task, int) {
    std::vector<float> query(group * size), weights;
    for (int64_t task = first_task; task < last_task; ++task) {
      const int64_t row = task / kv_heads, head = task % kv_heads, place = positions[row];
      const float *from = fresh.data() + row * width, *c = cosine.data() + row * half, *s = sine.data() + row * half;
      float *key = keys.data() + task * capacity * size, *value = values.data() + task * capacity * size;
      Turn(from + (heads + head) * size, c, s, half, 1.0f, key + place * size);
      std::memcpy(value + place * size, from + (heads + kv_heads + head) * size, size * sizeof(float));
      for (int64_t g = 0; g < group; ++g) Turn(from + (head * group + g) * size, c, s, half, scale, query.data() + g * size);
      const int64_t begin = window > 0 ? std::max<int64_t>(0, place - window + 1) : 0, count = place + 1 - begin;
      weights.resize(count * group);
      for (int64_t t = 0; t < count; ++t) {
        const float* other = key + (begin + t) * size;
        for (int64_t g = 0; g < group; ++g) {
          const float* own = query.data() + g * size;
          float sum = 0;
          for (int64_t i = 0; i < size; ++i) sum += own[i] * other[i];
          weights[g * count + t] = sum;
        }
      }
      float* out = y.data() + row * heads * size + head * group * size;
      for (int64_t g = 0; g < group; ++g) SoftmaxRow(weights.data() + g * count, weights.data() + g * count, count);
      std::fill_n(out, group * size, 0.0f);
      for (int64_t t = 0; t < count; ++t) {
        const float* other = value + (begin + t) * size;
        for (int64_t g = 0; g < group; ++g) {
          const float weight = weights[g * count + t];
          for (int64_t i = 0; i < size; ++i) out[g * size + i] += weight * other[i];
        }
      }
    }
  });
}

// [rows of the first input, first dimension of the second].
void RowsByFirst(TF_ShapeInferenceContext* context, TF_Status* status) {
  TF_ShapeHandle *left = TF_NewShapeHandle(), *right = TF_NewShapeHandle(), *result = TF_NewShapeHandle();
  const auto first = [&](int index, TF_ShapeHandle* to) {
    TF_ShapeInferenceContextGetInput(context, index, to, status);
    if (TF_GetCode(status) == TF_OK) TF_ShapeInferenceContextSubshape(context, to, 0, 1, to, status);
  };
  first(0, left);
  if (TF_GetCode(status) == TF_OK) first(1, right);
  if (TF_GetCode(status) == TF_OK) TF_ShapeInferenceContextConcatenateShapes(context, left, right, result, status);
  if (TF_GetCode(status) == TF_OK) TF_ShapeInferenceContextSetOutput(context, 0, result, status);
  for (TF_ShapeHandle* handle : {left, right, result}) TF_DeleteShapeHandle(handle);
}

}  // namespace

void RegisterDecoding() {
  Register("MMGeoPackedLinear", {"x: float", "matrix: T", "scale: float", "norm: float", "bias: float", "residual: float"}, {"y: float"}, {"T: {float, int32}", "kind: int", "gated: int", "epsilon: float"}, RowsByFirst,
           Compute<PackedLinear>);
  Register("MMGeoCachedAttention", {"fresh: float", "like: float", "cosine: float", "sine: float", "positions: int32", "keys: float", "values: float"}, {"y: float"}, {"window: int"}, RowsByFirst, Compute<CachedAttention>);
}

}  // namespace mmgeo
