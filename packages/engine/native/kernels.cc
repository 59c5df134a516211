// Operations that TensorFlow lacks, registered through its C kernel interface: activations, normalizations and softmax with
// their gradients, each in one pass over memory. Float32, on the CPU.

#include "kernels.h"

#include <algorithm>
#include <vector>

#include "elementwise.h"
#include "napi_helpers.h"
#include "parallel.h"
#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_tensor.h"

namespace mmgeo {
namespace {

// Elements below which a loop is not worth waking threads for.
constexpr int64_t kParallelElements = 1 << 14;

// A tensor of the running kernel, released when it leaves scope.
class Tensor {
 public:
  explicit Tensor(TF_Tensor* tensor) : tensor_(tensor) {}
  Tensor(Tensor&& other) : tensor_(other.tensor_) { other.tensor_ = nullptr; }
  ~Tensor() {
    if (tensor_ != nullptr) TF_DeleteTensor(tensor_);
  }
  float* data() const { return static_cast<float*>(TF_TensorData(tensor_)); }
  int64_t size() const { return TF_TensorElementCount(tensor_); }
  int rank() const { return TF_NumDims(tensor_); }
  int64_t dim(int index) const { return TF_Dim(tensor_, index); }
  std::vector<int64_t> shape() const {
    std::vector<int64_t> shape(rank());
    for (int i = 0; i < rank(); ++i) shape[i] = dim(i);
    return shape;
  }

 private:
  TF_Tensor* tensor_;
};

Tensor Input(TF_OpKernelContext* context, int index, Status* status) {
  TF_Tensor* tensor = nullptr;
  TF_GetInput(context, index, &tensor, status->get());
  status->Check("input");
  return Tensor(tensor);
}

Tensor Output(TF_OpKernelContext* context, int index, const std::vector<int64_t>& shape, Status* status) {
  size_t bytes = sizeof(float);
  for (const int64_t dimension : shape) bytes *= static_cast<size_t>(dimension);
  TF_Tensor* tensor = TF_AllocateOutput(context, index, TF_FLOAT, shape.data(), static_cast<int>(shape.size()), bytes, status->get());
  status->Check("output");
  return Tensor(tensor);
}

// An output in the memory of one of the inputs where nobody else needs that any more. Ask before reading the inputs.
Tensor OutputInPlace(TF_OpKernelContext* context, std::vector<int> candidates, const std::vector<int64_t>& shape, Status* status) {
  int forwarded = 0;
  TF_Tensor* tensor = TF_ForwardInputOrAllocateOutput(context, candidates.data(), static_cast<int>(candidates.size()), 0, shape.data(), static_cast<int>(shape.size()), &forwarded, status->get());
  status->Check("output");
  return Tensor(tensor);
}

struct Attributes {
  int64_t kind = 0;
  float epsilon = 0;
};

void* Create(TF_OpKernelConstruction* construction) {
  Attributes* attributes = new Attributes();
  Status ignored;
  TF_OpKernelConstruction_GetAttrInt64(construction, "kind", &attributes->kind, ignored.get());
  Status absent;
  TF_OpKernelConstruction_GetAttrFloat(construction, "epsilon", &attributes->epsilon, absent.get());
  return attributes;
}

void Delete(void* attributes) { delete static_cast<Attributes*>(attributes); }

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

// Eight maxima side by side, which the compiler can keep in one register.
float Largest(const float* x, int64_t size) {
  float lanes[8];
  std::fill_n(lanes, 8, x[0]);
  int64_t i = 0;
  for (; i + 8 <= size; i += 8) {
    for (int lane = 0; lane < 8; ++lane) lanes[lane] = x[i + lane] > lanes[lane] ? x[i + lane] : lanes[lane];
  }
  for (; i < size; ++i) lanes[0] = x[i] > lanes[0] ? x[i] : lanes[0];
  return *std::max_element(lanes, lanes + 8);
}

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
      const float top = Largest(from, size);
      float sum = 0;
      for (int64_t i = 0; i < size; ++i) to[i] = Exp(from[i] - top);
      for (int64_t i = 0; i < size; ++i) sum += to[i];
      const float scale = 1.0f / sum;
      for (int64_t i = 0; i < size; ++i) to[i] *= scale;
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

// --- registration

template <void (*Body)(const Attributes&, TF_OpKernelContext*, Status*)>
void Compute(void* attributes, TF_OpKernelContext* context) {
  Status status;
  try {
    Body(*static_cast<Attributes*>(attributes), context, &status);
  } catch (const Failure& failure) {
    TF_SetStatus(status.get(), TF_INTERNAL, failure.message.c_str());
    TF_OpKernelContext_Failure(context, status.get());
  }
}

// Output i has the shape of input sources[i].
template <int... sources>
void SameShapes(TF_ShapeInferenceContext* context, TF_Status* status) {
  int output = 0;
  for (const int source : {sources...}) {
    TF_ShapeHandle* shape = TF_NewShapeHandle();
    TF_ShapeInferenceContextGetInput(context, source, shape, status);
    if (TF_GetCode(status) == TF_OK) TF_ShapeInferenceContextSetOutput(context, output, shape, status);
    TF_DeleteShapeHandle(shape);
    ++output;
  }
}

void Register(const char* name, const std::vector<const char*>& inputs, const std::vector<const char*>& outputs, const std::vector<const char*>& attributes,
              void (*shapes)(TF_ShapeInferenceContext*, TF_Status*), void (*compute)(void*, TF_OpKernelContext*)) {
  TF_OpDefinitionBuilder* definition = TF_NewOpDefinitionBuilder(name);
  for (const char* input : inputs) TF_OpDefinitionBuilderAddInput(definition, input);
  for (const char* output : outputs) TF_OpDefinitionBuilderAddOutput(definition, output);
  for (const char* attribute : attributes) TF_OpDefinitionBuilderAddAttr(definition, attribute);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(definition, shapes);
  Status status;
  TF_RegisterOpDefinition(definition, status.get());
  status.Check(name);
  TF_RegisterKernelBuilder(name, TF_NewKernelBuilder(name, "CPU", Create, compute, Delete), status.get());
  status.Check(name);
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
}

}  // namespace mmgeo
