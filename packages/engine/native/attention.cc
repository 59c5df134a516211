// Scaled dot-product attention that keeps nothing but its inputs for the backward pass: a block of queries at a time, weights in a
// scratch buffer, computed again in the backward pass (Rabe and Staats 2021; Dao et al. 2022 tile the keys as well).

#include <algorithm>
#include <vector>

#include "kernel_helpers.h"
#include "kernels.h"
#include "matrix.h"
#include "parallel.h"
#include "softmax.h"

namespace mmgeo {
namespace {

// Floats of scores that a block of queries may take: they should stay in a core's own cache.
constexpr int64_t kScoreFloats = 1 << 16;

// Which tensors are [batch, tokens, heads, size] instead of [batch, heads, tokens, size]: bits of the attribute `kind`. Gradients
// lie as the tensor they belong to, the output as the query.
constexpr int64_t kQueryTokensFirst = 1, kKeyTokensFirst = 2, kValueTokensFirst = 4;

// One head of a tensor, seen as a matrix of tokens and numbers.
struct Heads {
  Heads(const Tensor& tensor, bool tokens_first)
      : data(tensor.data()), batch(tensor.dim(0)), heads(tensor.dim(tokens_first ? 2 : 1)), tokens(tensor.dim(tokens_first ? 1 : 2)), size(tensor.dim(3)), first(tokens_first) {}
  int64_t stride() const { return first ? heads * size : size; }
  float* at(int64_t index) const { return data + (first ? index / heads * tokens * heads * size + index % heads * size : index * tokens * size); }
  Matrix matrix(int64_t index, int64_t token = 0) const { return {at(index) + token * stride(), stride(), 1}; }
  Matrix transposed(int64_t index) const { return {at(index), 1, stride()}; }
  float* data;
  int64_t batch, heads, tokens, size;
  bool first;
};

// A term of the scores that broadcasts to [batch, heads, queries, keys]; empty for none.
struct Bias {
  explicit Bias(const Tensor& tensor) : data(tensor.size() == 0 ? nullptr : tensor.data()) {
    if (data == nullptr) return;
    int64_t step = 1;
    for (int i = 3; i >= 0; --i) {
      strides[i] = tensor.dim(i) == 1 ? 0 : step;
      step *= tensor.dim(i);
    }
  }
  const float* row(int64_t batch, int64_t head, int64_t query) const { return data + batch * strides[0] + head * strides[1] + query * strides[2]; }
  const float* data;
  int64_t strides[4] = {0, 0, 0, 0};
};

// What forward and backward pass share: the shapes, and how many keys a query sees.
struct Shape {
  Shape(const Heads& query, const Heads& key, bool causal)
      : heads(query.heads), queries(query.tokens), keys(key.tokens), size(query.size), causal(causal), block(std::max<int64_t>(16, std::min<int64_t>(queries, kScoreFloats / std::max<int64_t>(1, keys)))) {}
  int64_t visible(int64_t query) const { return causal ? std::max<int64_t>(0, std::min(keys, query + keys - queries + 1)) : keys; }
  int64_t heads, queries, keys, size;
  bool causal;
  int64_t block;
};

// weights[rows, width]: the softmax of the scaled and biased scores of the queries from `begin` on.
void Weights(const Shape& shape, const Heads& query, const Heads& key, const Bias& bias, float scale, int64_t index, int64_t begin, int64_t rows, int64_t width, Product* product, float* weights) {
  product->Run(query.matrix(index, begin), key.transposed(index), rows, width, shape.size, weights, width, false);
  for (int64_t row = 0; row < rows; ++row) {
    float* to = weights + row * width;
    const int64_t seen = shape.visible(begin + row);
    const float* term = bias.data == nullptr ? nullptr : bias.row(index / shape.heads, index % shape.heads, begin + row);
    if (term == nullptr || bias.strides[3] == 0) {
      const float shift = term == nullptr ? 0.0f : term[0];
      for (int64_t i = 0; i < seen; ++i) to[i] = to[i] * scale + shift;
    } else {
      for (int64_t i = 0; i < seen; ++i) to[i] = to[i] * scale + term[i];
    }
    if (seen > 0) SoftmaxRow(to, to, seen);
    std::fill(to + seen, to + width, 0.0f);
  }
}

void Attention(const Attributes& attributes, TF_OpKernelContext* context, Status* status) {
  const Tensor q = Input(context, 0, status), k = Input(context, 1, status), v = Input(context, 2, status), b = Input(context, 3, status);
  const Tensor y = Output(context, 0, q.shape(), status);
  const Heads query(q, attributes.kind & kQueryTokensFirst), key(k, attributes.kind & kKeyTokensFirst), value(v, attributes.kind & kValueTokensFirst), out(y, query.first);
  const Bias bias(b);
  const Shape shape(query, key, attributes.causal != 0);
  const int64_t blocks = (shape.queries + shape.block - 1) / shape.block;
  const float scale = attributes.scale;
  Parallel::Get().For(query.batch * query.heads * blocks, 2, [&](int64_t first, int64_t last, int) {
    std::vector<float> scratch(shape.block * shape.keys);
    Product product;
    for (int64_t task = first; task < last; ++task) {
      const int64_t index = task / blocks, begin = task % blocks * shape.block, rows = std::min(shape.block, shape.queries - begin);
      const int64_t width = shape.visible(begin + rows - 1);
      float* weights = scratch.data();
      Weights(shape, query, key, bias, scale, index, begin, rows, width, &product, weights);
      product.Run({weights, width, 1}, value.matrix(index), rows, value.size, width, out.at(index) + begin * out.stride(), out.stride(), false);
    }
  });
}

void AttentionGradient(const Attributes& attributes, TF_OpKernelContext* context, Status* status) {
  const Tensor q = Input(context, 0, status), k = Input(context, 1, status), v = Input(context, 2, status), b = Input(context, 3, status);
  const Tensor dy = Input(context, 4, status);
  const Tensor dq = Output(context, 0, q.shape(), status), dk = Output(context, 1, k.shape(), status), dv = Output(context, 2, v.shape(), status);
  const Heads query(q, attributes.kind & kQueryTokensFirst), key(k, attributes.kind & kKeyTokensFirst), value(v, attributes.kind & kValueTokensFirst);
  const Heads upstream(dy, query.first), query_gradient(dq, query.first), key_gradient(dk, key.first), value_gradient(dv, value.first);
  const Bias bias(b);
  const Shape shape(query, key, attributes.causal != 0);
  const float scale = attributes.scale;
  Parallel::Get().For(query.batch * query.heads, 2, [&](int64_t first, int64_t last, int) {
    std::vector<float> weight_scratch(shape.block * shape.keys), gradient_scratch(shape.block * shape.keys);
    Product product;
    for (int64_t index = first; index < last; ++index) {
      for (int64_t token = 0; token < shape.keys; ++token) {
        std::fill_n(key_gradient.at(index) + token * key_gradient.stride(), shape.size, 0.0f);
        std::fill_n(value_gradient.at(index) + token * value_gradient.stride(), value.size, 0.0f);
      }
      for (int64_t begin = 0; begin < shape.queries; begin += shape.block) {
        const int64_t rows = std::min(shape.block, shape.queries - begin), width = shape.visible(begin + rows - 1);
        float *weights = weight_scratch.data(), *gradients = gradient_scratch.data();
        Weights(shape, query, key, bias, scale, index, begin, rows, width, &product, weights);
        product.Run(upstream.matrix(index, begin), value.transposed(index), rows, width, value.size, gradients, width, false);
        for (int64_t row = 0; row < rows; ++row) {
          const float* weight = weights + row * width;
          float* gradient = gradients + row * width;
          float sum = 0;
          for (int64_t i = 0; i < width; ++i) sum += weight[i] * gradient[i];
          for (int64_t i = 0; i < width; ++i) gradient[i] = weight[i] * (gradient[i] - sum) * scale;
        }
        product.Run({gradients, width, 1}, key.matrix(index), rows, shape.size, width, query_gradient.at(index) + begin * query_gradient.stride(), query_gradient.stride(), false);
        product.Run({gradients, 1, width}, query.matrix(index, begin), width, shape.size, rows, key_gradient.at(index), key_gradient.stride(), true);
        product.Run({weights, 1, width}, upstream.matrix(index, begin), width, value.size, rows, value_gradient.at(index), value_gradient.stride(), true);
      }
    }
  });
}

}  // namespace

void RegisterAttention() {
  Register("MMGeoAttention", {"query: float", "key: float", "value: float", "bias: float"}, {"y: float"}, {"kind: int", "causal: int", "scale: float"}, SameShapes<0>, Compute<Attention>);
  Register("MMGeoAttentionGrad", {"query: float", "key: float", "value: float", "bias: float", "dy: float"}, {"dquery: float", "dkey: float", "dvalue: float"},
           {"kind: int", "causal: int", "scale: float"}, SameShapes<0, 1, 2>, Compute<AttentionGradient>);
}

}  // namespace mmgeo
