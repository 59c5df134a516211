// Operations that TensorFlow lacks: activations, normalizations and softmax with their gradients, each in one pass over
// memory. Float32, on the CPU.

#include "kernels.h"

#include <algorithm>
#include <vector>

#include "elementwise.h"
#include "kernel_helpers.h"
#include "parallel.h"
#include "softmax.h"

namespace mmgeo {
namespace {

// --- activations

template <typename Function>
void ApplyValue(const float* x, float* y, int64_t count) {
  Parallel::Get().For(count, kParallelElements, [=](int64_t begin, int64_t end, int) {
    for (int64_t i = begin; i < end; ++i) y[i] = Function::Value(x[i]);
  });
}

template <typename Function>
void ApplyDerivative(const float* x, const float* dy, float* dx, int64_t count) {
  Parallel::Get().For(count, kParallelElements, [=](int64_t begin, int64_t end, int) {
    for (int64_t i = begin; i < end; ++i) dx[i] = dy[i] * Function::Derivative(x[i]);
  });
}

void Activation(const Attributes& attributes, TF_OpKernelContext* context, Status* status) {
  const Tensor x = Input(context, 0, status);
  const Tensor y = Output(context, 0, x.shape(), status);
  switch (attributes.kind) {
    case 0: return ApplyValue<Gelu>(x.data(), y.data(), x.size());
    case 1: return ApplyValue<GeluTanh>(x.data(), y.data(), x.size());
    case 2: return ApplyValue<QuickGelu>(x.data(), y.data(), x.size());
    default: return ApplyValue<Silu>(x.data(), y.data(), x.size());
  }
}

void ActivationGradient(const Attributes& attributes, TF_OpKernelContext* context, Status* status) {
  std::vector<int64_t> shape = Input(context, 1, status).shape();
  const Tensor dx = OutputInPlace(context, {1, 0}, shape, status);
  const Tensor x = Input(context, 0, status);
  const Tensor dy = Input(context, 1, status);
  switch (attributes.kind) {
    case 0: return ApplyDerivative<Gelu>(x.data(), dy.data(), dx.data(), x.size());
    case 1: return ApplyDerivative<GeluTanh>(x.data(), dy.data(), dx.data(), x.size());
    case 2: return ApplyDerivative<QuickGelu>(x.data(), dy.data(), dx.data(), x.size());
    default: return ApplyDerivative<Silu>(x.data(), dy.data(), dx.data(), x.size());
  }
}

// --- normalizations; kind 0 is layer normalization, 1 root mean square

struct Moments {
  float mean;
  float inverse;
};

Moments MomentsOf(const float* x, int64_t size, const Attributes& attributes) {
  float mean = 0;
  if (attributes.kind == 0) {
    for (int64_t i = 0; i < size; ++i) mean += x[i];
    mean /= size;
  }
  float square = 0;
  for (int64_t i = 0; i < size; ++i) square += (x[i] - mean) * (x[i] - mean);
  return {mean, 1.0f / std::sqrt(square / size + attributes.epsilon)};
}

void Normalization(const Attributes& attributes, TF_OpKernelContext* context, Status* status) {
  const Tensor x = Input(context, 0, status);
  const Tensor weight = Input(context, 1, status);
  const Tensor bias = Input(context, 2, status);
  const Tensor y = Output(context, 0, x.shape(), status);
  const int64_t size = weight.size();
  const float *in = x.data(), *w = weight.data(), *b = bias.data();
  float* out = y.data();
  const bool shifted = attributes.kind == 0;
  Parallel::Get().For(x.size() / size, std::max<int64_t>(2, kParallelElements / size), [=](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      const float* from = in + row * size;
      float* to = out + row * size;
      const Moments moments = MomentsOf(from, size, attributes);
      if (shifted) {
        for (int64_t i = 0; i < size; ++i) to[i] = (from[i] - moments.mean) * moments.inverse * w[i] + b[i];
      } else {
        for (int64_t i = 0; i < size; ++i) to[i] = from[i] * moments.inverse * w[i];
      }
    }
  });
}

// dx = inverse (g - mean(g) - normal mean(g normal)) with g = dy weight; the mean of g is left out for root mean square.
void NormalizationGradient(const Attributes& attributes, TF_OpKernelContext* context, Status* status) {
  const Tensor x = Input(context, 0, status);
  const Tensor weight = Input(context, 1, status);
  const Tensor dy = Input(context, 2, status);
  const Tensor dx = Output(context, 0, x.shape(), status);
  const Tensor dweight = Output(context, 1, weight.shape(), status);
  const Tensor dbias = Output(context, 2, weight.shape(), status);
  const int64_t size = weight.size();
  const int parts = Parallel::Get().threads();
  std::vector<float> sums(2 * size * parts, 0.0f);
  float* partial = sums.data();
  const float *in = x.data(), *w = weight.data(), *upstream = dy.data();
  float* out = dx.data();
  Parallel::Get().For(x.size() / size, std::max<int64_t>(2, kParallelElements / size), [=](int64_t begin, int64_t end, int part) {
    float* weight_sum = partial + 2 * size * part;
    float* bias_sum = weight_sum + size;
    for (int64_t row = begin; row < end; ++row) {
      const float* from = in + row * size;
      const float* g = upstream + row * size;
      float* to = out + row * size;
      const Moments moments = MomentsOf(from, size, attributes);
      float mean_g = 0, mean_gn = 0;
      for (int64_t i = 0; i < size; ++i) {
        const float normal = (from[i] - moments.mean) * moments.inverse;
        const float scaled = g[i] * w[i];
        mean_g += scaled;
        mean_gn += scaled * normal;
        weight_sum[i] += g[i] * normal;
        bias_sum[i] += g[i];
      }
      mean_g = attributes.kind == 0 ? mean_g / size : 0.0f;
      mean_gn /= size;
      for (int64_t i = 0; i < size; ++i) {
        const float normal = (from[i] - moments.mean) * moments.inverse;
        to[i] = (g[i] * w[i] - mean_g - normal * mean_gn) * moments.inverse;
      }
    }
  });
  std::fill_n(dweight.data(), size, 0.0f);
  std::fill_n(dbias.data(), size, 0.0f);
  for (int part = 0; part < parts; ++part) {
    const float* weight_sum = partial + 2 * size * part;
    for (int64_t i = 0; i < size; ++i) dweight.data()[i] += weight_sum[i];
    for (int64_t i = 0; i < size; ++i) dbias.data()[i] += weight_sum[size + i];
  }
}

// --- softmax over the last dimension, in place where possible

void Softmax(const Attributes&, TF_OpKernelContext* context, Status* status) {
  const std::vector<int64_t> shape = Input(context, 0, status).shape();
  const Tensor y = OutputInPlace(context, {0}, shape, status);
  const Tensor x = Input(context, 0, status);
  const int64_t size = shape.back();
  const float* in = x.data();
  float* out = y.data();
  Parallel::Get().For(size == 0 ? 0 : x.size() / size, std::max<int64_t>(2, kParallelElements / std::max<int64_t>(1, size)), [=](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      const float* from = in + row * size;
      float* to = out + row * size;
      SoftmaxRow(from, to, size);
    }
  });
}

void SoftmaxGradient(const Attributes&, TF_OpKernelContext* context, Status* status) {
  const std::vector<int64_t> shape = Input(context, 0, status).shape();
  const Tensor dx = OutputInPlace(context, {1, 0}, shape, status);
  const Tensor y = Input(context, 0, status);
  const Tensor dy = Input(context, 1, status);
  const int64_t size = shape.back();
  const float *value = y.data(), *upstream = dy.data();
  float* out = dx.data();
  Parallel::Get().For(size == 0 ? 0 : y.size() / size, std::max<int64_t>(2, kParallelElements / std::max<int64_t>(1, size)), [=](int64_t begin, int64_t end, int) {
    for (int64_t row = begin; row < end; ++row) {
      const float* p = value + row * size;
      const float* g = upstream + row * size;
      float* to = out + row * size;
      float sum = 0;
      for (int64_t i = 0; i < size; ++i) sum += p[i] * g[i];
      for (int64_t i = 0; i < size; ++i) to[i] = p[i] * (g[i] - sum);
    }
  });
}

}  // namespace

void RegisterKernels(int threads) {
  static bool registered = false;
  Parallel::Get().SetThreads(threads);
  if (registered) return;
  registered = true;
  Register("MMGeoActivation", {"x: float"}, {"y: float"}, {"kind: int"}, SameShapes<0>, Compute<Activation>);
  Register("MMGeoActivationGrad", {"x: float", "dy: float"}, {"dx: float"}, {"kind: int"}, SameShapes<0>, Compute<ActivationGradient>);
  Register("MMGeoNormalization", {"x: float", "weight: float", "bias: float"}, {"y: float"}, {"kind: int", "epsilon: float"}, SameShapes<0>, Compute<Normalization>);
  Register("MMGeoNormalizationGrad", {"x: float", "weight: float", "dy: float"}, {"dx: float", "dweight: float", "dbias: float"}, {"kind: int", "epsilon: float"}, SameShapes<0, 1, 1>,
           Compute<NormalizationGradient>);
  Register("MMGeoSoftmax", {"x: float"}, {"y: float"}, {}, SameShapes<0>, Compute<Softmax>);
  Register("MMGeoSoftmaxGrad", {"y: float", "dy: float"}, {"dx: float"}, {}, SameShapes<0>, Compute<SoftmaxGradient>);
  RegisterAttention();
  RegisterOptimizer();
  RegisterDecoding();
}

}  // namespace mmgeo
