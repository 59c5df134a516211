// AdamW and the sum of squares that clipping needs, each in one pass over memory.

#include "kernel_helpers.h"
#include "kernels.h"
#include "parallel.h"

#include <cmath>

namespace mmgeo {
namespace {

// AdamW (Loshchilov and Hutter 2019) as PyTorch computes it: value, first and second moment, gradient, and the scalars rate,
// factor on the gradient, and the powers of beta1 and beta2 of this step. The results are new tensors: a reader of the value of
// before the step may still hold it.
void AdamW(const Attributes& attributes, TF_OpKernelContext* context, Status* status) {
  const Tensor value = Input(context, 0, status);
  const Tensor first = Input(context, 1, status);
  const Tensor second = Input(context, 2, status);
  const Tensor gradient = Input(context, 3, status);
  const float rate = *Input(context, 4, status).data();
  const float factor = *Input(context, 5, status).data();
  const float beta1_power = *Input(context, 6, status).data();
  const float beta2_power = *Input(context, 7, status).data();
  const Tensor new_value = Output(context, 0, value.shape(), status);
  const Tensor new_first = Output(context, 1, value.shape(), status);
  const Tensor new_second = Output(context, 2, value.shape(), status);
  const float beta1 = attributes.beta1, beta2 = attributes.beta2, epsilon = attributes.epsilon;
  const float keep = 1.0f - rate * attributes.decay;
  const float step = rate / (1.0f - beta1_power);
  const float correction = 1.0f / std::sqrt(1.0f - beta2_power);
  const float *p = value.data(), *m = first.data(), *v = second.data(), *g = gradient.data();
  float *np = new_value.data(), *nm = new_first.data(), *nv = new_second.data();
  Parallel::Get().For(value.size(), kParallelElements, [=](int64_t begin, int64_t end, int) {
    for (int64_t i = begin; i < end; ++i) {
      const float scaled = g[i] * factor;
      const float moment = beta1 * m[i] + (1.0f - beta1) * scaled;
      const float square = beta2 * v[i] + (1.0f - beta2) * scaled * scaled;
      nm[i] = moment;
      nv[i] = square;
      np[i] = p[i] * keep - step * moment / (std::sqrt(square) * correction + epsilon);
    }
  });
}

}  // namespace

void RegisterOptimizer() {
  Register("MMGeoAdamW", {"value: float", "first: float", "second: float", "gradient: float", "rate: float", "factor: float", "beta1_power: float", "beta2_power: float"},
           {"new_value: float", "new_first: float", "new_second: float"}, {"beta1: float", "beta2: float", "epsilon: float", "decay: float"}, SameShapes<0, 1, 2>, Compute<AdamW>);
}

}  // namespace mmgeo
