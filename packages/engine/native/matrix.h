// Single-precision matrix products inside the engine's kernels: packed panels and a register-blocked inner product (Goto and
// van de Geijn 2008). One call runs in the calling thread.
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

// One tile of C from panels packed along the depth.
inline void Tile(const float* a, const float* b, int64_t depth, float* c, int64_t stride, bool accumulate) {
  Vector sum[kTileRows][kTileVectors];
#pragma GCC unroll 16
  for (int i = 0; i < kTileRows; ++i)
#pragma GCC unroll 2
    for (int j = 0; j < kTileVectors; ++j) sum[i][j] = Vector{};
  for (int64_t k = 0; k < depth; ++k) {
    Vector right[kTileVectors];
#pragma GCC unroll 2
    for (int j = 0; j < kTileVectors; ++j) right[j] = *reinterpret_cast<const Vector*>(b + j * kLanes);
#pragma GCC unroll 16
    for (int i = 0; i < kTileRows; ++i) {
      const Vector left = Vector{} + a[i];
#pragma GCC unroll 2
      for (int j = 0; j < kTileVectors; ++j) sum[i][j] += left * right[j];
    }
    a += kTileRows;
    b += kTileColumns;
  }
#pragma GCC unroll 16
  for (int i = 0; i < kTileRows; ++i)
#pragma GCC unroll 2
    for (int j = 0; j < kTileVectors; ++j) {
      Vector* to = reinterpret_cast<Vector*>(c + i * stride + j * kLanes);
      *to = accumulate ? *to + sum[i][j] : sum[i][j];
    }
}

// Copies `rows` x depth into panels of `width` rows, each stored depth by depth, and fills the last panel up with zeros.
template <int width>
void Pack(const Matrix& from, int64_t rows, int64_t depth, float* to) {
  for (int64_t first = 0; first < rows; first += width, to += width * depth) {
    const int64_t count = std::min<int64_t>(width, rows - first);
    const float* at = from.data + first * from.row_stride;
    if (from.row_stride == 1 && count == width) {
      for (int64_t k = 0; k < depth; ++k) std::memcpy(to + k * width, at + k * from.column_stride, width * sizeof(float));
      continue;
    }
    if (count < width) std::memset(to, 0, sizeof(float) * width * depth);
    for (int64_t row = 0; row < count; ++row) {
      const float* source = at + row * from.row_stride;
      for (int64_t k = 0; k < depth; ++k) to[k * width + row] = source[k * from.column_stride];
    }
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
    const int64_t depth_parts = (k + kDepth - 1) / kDepth;
    for (int64_t column = 0; column < n; column += kColumns) {
      const int64_t columns = std::min(kColumns, n - column);
      for (int64_t part = 0; part < depth_parts; ++part) {
        const int64_t begin = k * part / depth_parts, depth = k * (part + 1) / depth_parts - begin;
        Reserve(&b_panels_, columns, kTileColumns, depth);
        Pack<kTileColumns>({b.data + begin * b.row_stride + column * b.column_stride, b.column_stride, b.row_stride}, columns, depth, b_panels_.data());
        for (int64_t row = 0; row < m; row += kRows) {
          const int64_t rows = std::min(kRows, m - row);
          Reserve(&a_panels_, rows, kTileRows, depth);
          Pack<kTileRows>({a.data + row * a.row_stride + begin * a.column_stride, a.row_stride, a.column_stride}, rows, depth, a_panels_.data());
          Tiles(rows, columns, depth, c + row * stride + column, stride, accumulate || part > 0);
        }
      }
    }
  }

 private:
  // Blocks of A stay in a core's second-level cache, a panel of B in the first.
  static constexpr int64_t kDepth = 256, kRows = 24 * kTileRows, kColumns = 4096;

  static void Reserve(std::vector<float>* panels, int64_t count, int64_t width, int64_t depth) {
    const size_t size = static_cast<size_t>((count + width - 1) / width * width * depth);
    if (panels->size() < size) panels->resize(size);
  }

  void Tiles(int64_t rows, int64_t columns, int64_t depth, float* c, int64_t stride, bool accumulate) const {
    for (int64_t column = 0; column < columns; column += kTileColumns) {
      for (int64_t row = 0; row < rows; row += kTileRows) {
        const float *a = a_panels_.data() + row * depth, *b = b_panels_.data() + column * depth;
        float* to = c + row * stride + column;
        const int64_t high = std::min<int64_t>(kTileRows, rows - row), wide = std::min<int64_t>(kTileColumns, columns - column);
        if (high == kTileRows && wide == kTileColumns) {
          Tile(a, b, depth, to, stride, accumulate);
          continue;
        }
        float edge[kTileRows * kTileColumns];
        Tile(a, b, depth, edge, kTileColumns, false);
        for (int64_t i = 0; i < high; ++i) {
          for (int64_t j = 0; j < wide; ++j) to[i * stride + j] = edge[i * kTileColumns + j] + (accumulate ? to[i * stride + j] : 0.0f);
        }
      }
    }
  }

  std::vector<float> a_panels_, b_panels_;
};

}  // namespace mmgeo
