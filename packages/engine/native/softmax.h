// The softmax of one row.
#pragma once

#include <algorithm>
#include <cstdint>

#include "elementwise.h"

namespace mmgeo {

// Eight maxima side by side, which the compiler can keep in one register.
inline float Largest(const float* x, int64_t size) {
  float lanes[8];
  std::fill_n(lanes, 8, x[0]);
  int64_t i = 0;
  for (; i + 8 <= size; i += 8) {
    for (int lane = 0; lane < 8; ++lane) lanes[lane] = x[i + lane] > lanes[lane] ? x[i + lane] : lanes[lane];
  }
  for (; i < size; ++i) lanes[0] = x[i] > lanes[0] ? x[i] : lanes[0];
  return *std::max_element(lanes, lanes + 8);
}

// Of at least one number; `to` may be `from`.
inline void SoftmaxRow(const float* from, float* to, int64_t size) {
  const float top = Largest(from, size);
  float sum = 0;
  for (int64_t i = 0; i < size; ++i) to[i] = Exp(from[i] - top);
  for (int64_t i = 0; i < size; ++i) sum += to[i];
  const float scale = 1.0f / sum;
  for (int64_t i = 0; i < size; ++i) to[i] *= scale;
}

}  // namespace mmgeo
