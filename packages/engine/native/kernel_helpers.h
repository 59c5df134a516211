// What the engine's operations share: tensors of a running kernel, attributes, registration through TensorFlow's C interface.
#pragma once

#include <vector>

#include "napi_helpers.h"
#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_tensor.h"

namespace mmgeo {

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

inline Tensor Input(TF_OpKernelContext* context, int index, Status* status) {
  TF_Tensor* tensor = nullptr;
  TF_GetInput(context, index, &tensor, status->get());
  status->Check("input");
  return Tensor(tensor);
}

inline Tensor Output(TF_OpKernelContext* context, int index, const std::vector<int64_t>& shape, Status* status) {
  size_t bytes = sizeof(float);
  for (const int64_t dimension : shape) bytes *= static_cast<size_t>(dimension);
  TF_Tensor* tensor = TF_AllocateOutput(context, index, TF_FLOAT, shape.data(), static_cast<int>(shape.size()), bytes, status->get());
  status->Check("output");
  return Tensor(tensor);
}

// An output in the memory of one of the inputs where nobody else needs that any more. Ask before reading the inputs.
inline Tensor OutputInPlace(TF_OpKernelContext* context, std::vector<int> candidates, const std::vector<int64_t>& shape, Status* status) {
  int forwarded = 0;
  TF_Tensor* tensor = TF_ForwardInputOrAllocateOutput(context, candidates.data(), static_cast<int>(candidates.size()), 0, shape.data(), static_cast<int>(shape.size()), &forwarded, status->get());
  status->Check("output");
  return Tensor(tensor);
}

// The attributes of all operations; each has those it declares.
struct Attributes {
  int64_t kind = 0;
  int64_t causal = 0;
  int64_t gated = 0;
  int64_t window = 0;
  float epsilon = 0;
  float scale = 1;
  float beta1 = 0;
  float beta2 = 0;
  float decay = 0;
};

inline void* Create(TF_OpKernelConstruction* construction) {
  Attributes* attributes = new Attributes();
  // What an operation does not declare keeps its default.
  const auto integer = [construction](const char* name, int64_t* value) {
    Status absent;
    TF_OpKernelConstruction_GetAttrInt64(construction, name, value, absent.get());
  };
  const auto real = [construction](const char* name, float* value) {
    Status absent;
    TF_OpKernelConstruction_GetAttrFloat(construction, name, value, absent.get());
  };
  integer("kind", &attributes->kind);
  integer("causal", &attributes->causal);
  integer("gated", &attributes->gated);
  integer("window", &attributes->window);
  real("epsilon", &attributes->epsilon);
  real("scale", &attributes->scale);
  real("beta1", &attributes->beta1);
  real("beta2", &attributes->beta2);
  real("decay", &attributes->decay);
  return attributes;
}

inline void Delete(void* attributes) { delete static_cast<Attributes*>(attributes); }

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

inline void Register(const char* name, const std::vector<const char*>& inputs, const std::vector<const char*>& outputs, const std::vector<const char*>& attributes,
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

}  // namespace mmgeo
