// Activation functions and their derivatives, written so that the compiler turns the loops over them into vector code.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

namespace mmgeo {

// e^x by range reduction and a polynomial of degree 5 (Cephes, expf); relative error below 2e-7.
inline float Exp(float x) {
  x = x < -87.0f ? -87.0f : (x > 88.0f ? 88.0f : x);
  const float n = std::floor(x * 1.44269504f + 0.5f);
  // Written as fused operations, which the compiler must not reorder: the two parts of log 2 are not to be added to each other.
  const float r = std::fma(n, 2.12194440e-4f, std::fma(n, -0.693359375f, x));
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  const int32_t bits = (static_cast<int32_t>(n) + 127) * (1 << 23);
  float scale;
  std::memcpy(&scale, &bits, sizeof scale);
  return (p * r * r + r + 1.0f) * scale;
}

inline float Sigmoid(float x) { return 1.0f / (1.0f + Exp(-x)); }

inline float Tanh(float x) { return 1.0f - 2.0f / (1.0f + Exp(2.0f * x)); }

// The error function (Abramowitz and Stegun 7.1.26; absolute error below 1.5e-7), given e^(-x^2).
inline float Erf(float x, float exp_of_minus_square) {
  const float t = 1.0f / (1.0f + 0.3275911f * std::fabs(x));
  const float p = ((((1.061405429f * t - 1.453152027f) * t + 1.421413741f) * t - 0.284496736f) * t + 0.254829592f) * t;
  return std::copysign(1.0f - p * exp_of_minus_square, x);
}

struct Gelu {
  static float Value(float x) { return 0.5f * x * (1.0f + Erf(x * 0.70710678f, Exp(-0.5f * x * x))); }
  static float Derivative(float x) {
    const float e = Exp(-0.5f * x * x);
    return 0.5f * (1.0f + Erf(x * 0.70710678f, e)) + x * e * 0.39894228f;
  }
};

struct GeluTanh {
  static float Gate(float x) { return Tanh(0.79788456f * (x + 0.044715f * x * x * x)); }
  static float Value(float x) { return 0.5f * x * (1.0f + Gate(x)); }
  static float Derivative(float x) {
    const float gate = Gate(x);
    return 0.5f * (1.0f + gate) + 0.5f * x * (1.0f - gate * gate) * 0.79788456f * (1.0f + 0.134145f * x * x);
  }
};

struct QuickGelu {
  static float Value(float x) { return x * Sigmoid(1.702f * x); }
  static float Derivative(float x) {
    const float gate = Sigmoid(1.702f * x);
    return gate * (1.0f + 1.702f * x * (1.0f - gate));
  }
};

struct Silu {
  static float Value(float x) { return x * Sigmoid(x); }
  static float Derivative(float x) {
    const float gate = Sigmoid(x);
    return gate * (1.0f + x * (1.0f - gate));
  }
};

}  // namespace mmgeo
