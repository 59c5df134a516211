// Single-precision matrix products inside the engine's kernels: a tile of the result in registers (Goto and van de Geijn 2008),
// the left operand read where it lies, the right one packed a panel at a time. Made for heads of attention, which fit a core's caches. One
// call runs in the calling thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

namespace mmgeo {

#if defined(__AVX512F__)
constexpr int kLanes = 16, kTileRows = 14;
#elif defined(__AVX__)
constexpr int kLanes = 8, kTileRows = 6;
#else
constexpr int kLanes = 4, kTileRows = 8;
#endif
constexpr int kTileVectors = 2;
constexpr int kTileColumns = kLanes * kTileVectors;
typedef float Vector __attribute__((vector_size(kLanes * sizeof(float)), aligned(sizeof(float)), may_alias));

// A matrix in memory: element (row, column) lies at data[row * row_stride + column * column_stride].
struct Matrix {
  const float* data;
  int64_t row_stride;
  int64_t column_stride;
};

// A tile of C: `rows` of A, of any strides, times a packed panel of B.
template <int rows>
inline void Tile(const Matrix& a, const float* b, int64_t depth, float* c, int64_t stride, bool accumulate) {
  Vector sum[rows][kTileVectors];
  const float* at[rows];
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i) {
    at[i] = a.data + i * a.row_stride;
#pragma GCC unroll 2
    for (int j = 0; j < kTileVectors; ++j) sum[i][j] = Vector{};
  }
  const int64_t step = a.column_stride;
  for (int64_t k = 0, place = 0; k < depth; ++k, place += step) {
    Vector right[kTileVectors];
#pragma GCC unroll 2
    for (int j = 0; j < kTileVectors; ++j) right[j] = *reinterpret_cast<const Vector*>(b + j * kLanes);
#pragma GCC unroll 16
    for (int i = 0; i < rows; ++i) {
      const Vector left = Vector{} + at[i][place];
#pragma GCC unroll 2
      for (int j = 0; j < kTileVectors; ++j) sum[i][j] += left * right[j];
    }
    b += kTileColumns;
  }
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i) {
#pragma GCC unroll 2
    for (int j = 0; j < kTileVectors; ++j) {
      Vector* to = reinterpret_cast<Vector*>(c + i * stride + j * kLanes);
      *to = accumulate ? *to + sum[i][j] : sum[i][j];
    }
  }
}

// The same for a number of rows that is known when it runs.
template <int rows = kTileRows>
inline void TileOf(int64_t count, const Matrix& a, const float* b, int64_t depth, float* c, int64_t stride, bool accumulate) {
  if constexpr (rows > 0) {
    if (count == rows) return Tile<rows>(a, b, depth, c, stride, accumulate);
    TileOf<rows - 1>(count, a, b, depth, c, stride, accumulate);
  }
}

// Products of matrices, with the buffers of one thread: C[m, n] = A[m, k] B[k, n], or added to what C holds. C's rows are `stride`
// apart. Each element is summed in the same order however the work is split over threads.
class Product {
 public:
  void Run(const Matrix& a, const Matrix& b, int64_t m, int64_t n, int64_t k, float* c, int64_t stride, bool accumulate) {
    if (k == 0 && !accumulate) {
      for (int64_t row = 0; row < m; ++row) std::fill_n(c + row * stride, n, 0.0f);
    }
    const int64_t parts = (k + kDepth - 1) / kDepth;
    for (int64_t part = 0; part < parts; ++part) {
      const int64_t begin = k * part / parts, depth = k * (part + 1) / parts - begin;
      const Matrix left{a.data + begin * a.column_stride, a.row_stride, a.column_stride};
      // A transposed operand would touch a new line of the cache with every step of the depth.
      const bool packed = a.row_stride == 1 && n > kTileColumns;
      if (packed) PackRows(left, m, depth);
      const bool add = accumulate || part > 0;
      for (int64_t column = 0; column < n; column += kTileColumns) {
        const int64_t wide = std::min<int64_t>(kTileColumns, n - column);
        const Matrix right{b.data + begin * b.row_stride + column * b.column_stride, b.row_stride, b.column_stride};
        const float* panel = Pack(right, wide, depth);
        for (int64_t row = 0; row < m; row += kTileRows) {
          const int64_t high = std::min<int64_t>(kTileRows, m - row);
          const Matrix rows = packed ? Matrix{rows_.data() + row * depth, 1, kTileRows} : Matrix{left.data + row * left.row_stride, left.row_stride, left.column_stride};
          float* to = c + row * stride + column;
          if (wide == kTileColumns) {
            TileOf(high, rows, panel, depth, to, stride, add);
            continue;
          }
          float edge[kTileRows * kTileColumns];
          TileOf(high, rows, panel, depth, edge, kTileColumns, false);
          for (int64_t i = 0; i < high; ++i) {
            for (int64_t j = 0; j < wide; ++j) to[i * stride + j] = edge[i * kTileColumns + j] + (add ? to[i * stride + j] : 0.0f);
          }
        }
      }
    }
  }

 private:
  // A panel of B stays in a core's first-level cache.
  static constexpr int64_t kDepth = 256;

  // Some columns of B row by row, filled up with zeros. Also where rows are contiguous already: a stride near a power of two would have
  // them compete for the same few lines of the cache.
  const float* Pack(const Matrix& from, int64_t columns, int64_t depth) {
    if (panel_.size() < static_cast<size_t>(kTileColumns * depth)) panel_.resize(kTileColumns * depth);
    float* to = panel_.data();
    if (from.column_stride == 1 && columns == kTileColumns) {
      for (int64_t k = 0; k < depth; ++k) std::memcpy(to + k * kTileColumns, from.data + k * from.row_stride, kTileColumns * sizeof(float));
      return to;
    }
    if (columns < kTileColumns) std::memset(to, 0, sizeof(float) * kTileColumns * depth);
    for (int64_t column = 0; column < columns; ++column) {
      const float* source = from.data + column * from.column_stride;
      for (int64_t k = 0; k < depth; ++k) to[k * kTileColumns + column] = source[k * from.row_stride];
    }
    return to;
  }

  // The rows of a transposed A, a tile's at a time, step by step of the depth.
  void PackRows(const Matrix& from, int64_t count, int64_t depth) {
    const size_t size = static_cast<size_t>((count + kTileRows - 1) / kTileRows * kTileRows * depth);
    if (rows_.size() < size) rows_.resize(size);
    float* to = rows_.data();
    for (int64_t row = 0; row < count; row += kTileRows) {
      const int64_t high = std::min<int64_t>(kTileRows, count - row);
      for (int64_t k = 0; k < depth; ++k, to += kTileRows) {
        const float* source = from.data + row + k * from.column_stride;
        if (high == kTileRows) {
          std::memcpy(to, source, kTileRows * sizeof(float));
        } else {
          std::memcpy(to, source, high * sizeof(float));
        }
      }
    }
  }

  std::vector<float> panel_, rows_;
};

}  // namespace mmgeo
