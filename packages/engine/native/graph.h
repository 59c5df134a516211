// A growing TF_Graph that becomes a function of the eager context: what tracing writes into.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "napi_helpers.h"
#include "tensorflow/c/eager/c_api.h"

namespace mmgeo {

// How one formal input of an operation takes its tensors: one, or a list.
struct InputArgument {
  bool list;
};

class Graph {
 public:
  Graph() : graph_(TF_NewGraph()) {}
  ~Graph() { TF_DeleteGraph(graph_); }
  Graph(const Graph&) = delete;

  // Adds one operation. `inputs` holds pairs (node, output); attributes are tfjs-node's {name, type, value} objects,
  // where a value may also be a list. Returns the node's number.
  int32_t AddNode(napi_env env, const std::string& type, const std::vector<int32_t>& inputs, const std::vector<int32_t>& controls, napi_value attributes);

  // Adds a Const operation that holds a copy of the bytes.
  int32_t AddConstant(TF_DataType dtype, const std::vector<int64_t>& shape, Bytes bytes);

  TF_Operation* node(int32_t index) const;
  TF_Output output(int32_t index, int32_t port) const { return TF_Output{node(index), port}; }
  TF_Graph* get() const { return graph_; }

  // The numbers of the nodes that outputs and controls need, in order, without the inputs themselves: nothing else enters a function.
  std::vector<int32_t> Reachable(const std::vector<TF_Output>& inputs, const std::vector<TF_Output>& outputs, const std::vector<const TF_Operation*>& controls) const;

 private:
  const std::vector<InputArgument>& ArgumentsOf(const std::string& type);
  int32_t Finish(TF_OperationDescription* description, const std::string& type);

  TF_Graph* graph_;
  std::vector<TF_Operation*> nodes_;
  std::unordered_map<std::string, std::vector<InputArgument>> arguments_;
};

}  // namespace mmgeo
