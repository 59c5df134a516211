// The engine's own addon. It makes the eager context on behalf of tfjs-node (whose sources are compiled with
// TFE_NewContext renamed to MMGeo_NewContext), keeps the pointer, and offers what tfjs-node lacks: building a graph
// node by node with TensorFlow's shape inference, and registering it as a function of that context.

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include "graph.h"
#include "kernels.h"
#include "tensorflow/c/c_api_experimental.h"

using mmgeo::Check;
using mmgeo::Failure;
using mmgeo::Graph;
using mmgeo::Status;

namespace {

TFE_Context* context = nullptr;
std::string config_proto;
std::string server_def;

TFE_Context* RequireContext() {
  if (context == nullptr) throw Failure{"the TensorFlow context does not exist yet"};
  return context;
}

Graph* ToGraph(napi_env env, napi_value value) {
  void* data = nullptr;
  Check(napi_get_value_external(env, value, &data), "graph");
  return static_cast<Graph*>(data);
}

// configure(configProto, serverDef): serialized settings of the context that will be made; no bytes of a ServerDef mean a
// process on its own.
napi_value Configure(napi_env env, napi_value* arguments) {
  if (context != nullptr) throw Failure{"the TensorFlow context exists already: configure the backend before its first use"};
  const mmgeo::Bytes bytes = mmgeo::ToBytes(env, arguments[0], "configuration");
  config_proto.assign(static_cast<const char*>(bytes.data), bytes.size);
  const mmgeo::Bytes server = mmgeo::ToBytes(env, arguments[1], "server");
  server_def.assign(static_cast<const char*>(server.data), server.size);
  return nullptr;
}

// registerKernels(threads)
napi_value RegisterKernels(napi_env env, napi_value* arguments) {
  mmgeo::RegisterKernels(static_cast<int>(mmgeo::ToInteger(env, arguments[0], "threads")));
  return nullptr;
}

// createGraph() -> graph
napi_value CreateGraph(napi_env env, napi_value*) {
  napi_value value;
  Check(napi_create_external(env, new Graph(), [](napi_env, void* data, void*) { delete static_cast<Graph*>(data); }, nullptr, &value), "graph");
  return value;
}

// Describes a node's outputs to JavaScript: {node, dtypes, shapes}; an unknown dimension is -1, an unknown rank null.
napi_value Describe(napi_env env, Graph* graph, int32_t index) {
  TF_Operation* operation = graph->node(index);
  const int count = TF_OperationNumOutputs(operation);
  napi_value result, number, shapes;
  std::vector<int64_t> dtypes;
  Check(napi_create_object(env, &result), "object");
  Check(napi_create_array_with_length(env, count, &shapes), "array");
  for (int i = 0; i < count; ++i) {
    const TF_Output output{operation, i};
    dtypes.push_back(TF_OperationOutputType(output));
    Status status;
    const int rank = TF_GraphGetTensorNumDims(graph->get(), output, status.get());
    status.Check("shape");
    napi_value shape;
    if (rank < 0) {
      Check(napi_get_null(env, &shape), "null");
    } else {
      std::vector<int64_t> dimensions(rank);
      TF_GraphGetTensorShape(graph->get(), output, dimensions.data(), rank, status.get());
      status.Check("shape");
      shape = mmgeo::FromIntegers(env, dimensions);
    }
    Check(napi_set_element(env, shapes, i, shape), "array element");
  }
  Check(napi_create_int32(env, index, &number), "number");
  Check(napi_set_named_property(env, result, "node", number), "property");
  Check(napi_set_named_property(env, result, "dtypes", mmgeo::FromIntegers(env, dtypes)), "property");
  Check(napi_set_named_property(env, result, "shapes", shapes), "property");
  return result;
}

// addNode(graph, type, inputs, controls, attributes) -> {node, dtypes, shapes}
napi_value AddNode(napi_env env, napi_value* arguments) {
  Graph* graph = ToGraph(env, arguments[0]);
  const std::string type = mmgeo::ToString(env, arguments[1], "operation type");
  const std::vector<int32_t> inputs = mmgeo::ToInt32s(env, arguments[2], "inputs");
  const std::vector<int32_t> controls = mmgeo::ToInt32s(env, arguments[3], "controls");
  return Describe(env, graph, graph->AddNode(env, type, inputs, controls, arguments[4]));
}

// addConstant(graph, dtype, shape, typedArray) -> node
napi_value AddConstant(napi_env env, napi_value* arguments) {
  Graph* graph = ToGraph(env, arguments[0]);
  const TF_DataType dtype = static_cast<TF_DataType>(mmgeo::ToInteger(env, arguments[1], "dtype"));
  const std::vector<int64_t> shape = mmgeo::ToIntegers(env, arguments[2], "shape");
  napi_value number;
  Check(napi_create_int32(env, graph->AddConstant(dtype, shape, mmgeo::ToBytes(env, arguments[3], "values")), &number), "number");
  return number;
}

std::vector<TF_Output> ToOutputs(Graph* graph, const std::vector<int32_t>& pairs) {
  std::vector<TF_Output> outputs;
  for (size_t i = 0; i + 1 < pairs.size(); i += 2) outputs.push_back(graph->output(pairs[i], pairs[i + 1]));
  return outputs;
}

// registerFunction(graph, name, inputs, outputs, controls, compile) -> the numbers of the nodes kept
napi_value RegisterFunction(napi_env env, napi_value* arguments) {
  Graph* graph = ToGraph(env, arguments[0]);
  const std::string name = mmgeo::ToString(env, arguments[1], "name");
  const std::vector<TF_Output> inputs = ToOutputs(graph, mmgeo::ToInt32s(env, arguments[2], "inputs"));
  const std::vector<TF_Output> outputs = ToOutputs(graph, mmgeo::ToInt32s(env, arguments[3], "outputs"));
  std::vector<const TF_Operation*> controls;
  for (const int32_t index : mmgeo::ToInt32s(env, arguments[4], "controls")) controls.push_back(graph->node(index));
  const std::vector<int32_t> kept = graph->Reachable(inputs, outputs, controls);
  std::vector<const TF_Operation*> body;
  for (const int32_t index : kept) body.push_back(graph->node(index));

  std::vector<std::string> control_names(controls.size());
  std::vector<const char*> control_pointers(controls.size());
  for (size_t i = 0; i < controls.size(); ++i) {
    control_names[i] = "control" + std::to_string(i);
    control_pointers[i] = control_names[i].c_str();
  }
  Status status;
  TF_Function* function = TF_GraphToFunctionWithControlOutputs(
      graph->get(), name.c_str(), /*append_hash_to_fn_name=*/0, static_cast<int>(body.size()), body.data(), static_cast<int>(inputs.size()), inputs.data(),
      static_cast<int>(outputs.size()), outputs.data(), nullptr, static_cast<int>(controls.size()), controls.data(), control_pointers.data(), nullptr, nullptr, status.get());
  status.Check("making a function");
  if (mmgeo::ToBool(env, arguments[5], "compile")) {
    static const char kTrue[] = {0x28, 0x01};  // AttrValue { b: true }
    TF_FunctionSetAttrValueProto(function, "_XlaMustCompile", kTrue, sizeof(kTrue), status.get());
  }
  TFE_ContextAddFunction(RequireContext(), function, status.get());
  TF_DeleteFunction(function);
  status.Check("registering a function");
  return mmgeo::FromIntegers(env, std::vector<int64_t>(kept.begin(), kept.end()));
}

// removeFunction(name)
napi_value RemoveFunction(napi_env env, napi_value* arguments) {
  Status status;
  TFE_ContextRemoveFunction(RequireContext(), mmgeo::ToString(env, arguments[0], "name").c_str(), status.get());
  status.Check("removing a function");
  return nullptr;
}

// Runs an export and turns a Failure into a JavaScript Error.
template <napi_value (*Body)(napi_env, napi_value*)>
napi_value Export(napi_env env, napi_callback_info info) {
  size_t count = 8;
  napi_value arguments[8];
  if (napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr) != napi_ok) return nullptr;
  try {
    return Body(env, arguments);
  } catch (const Failure& failure) {
    napi_throw_error(env, nullptr, failure.message.c_str());
    return nullptr;
  }
}

template <napi_value (*Body)(napi_env, napi_value*)>
void Define(napi_env env, napi_value exports, const char* name) {
  napi_value function;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, Export<Body>, nullptr, &function) == napi_ok) napi_set_named_property(env, exports, name, function);
}

// Opens TensorFlow, to which this addon is not linked: its calls bind when they are first made. TensorFlow logs while it
// loads, before anything can tell it not to, so standard error leads nowhere meanwhile, unless logs are wanted.
void LoadTensorFlow() {
  const char* level = getenv("TF_CPP_MIN_LOG_LEVEL");
  const int saved = level != nullptr && atoi(level) >= 1 ? dup(2) : -1;
  if (saved >= 0) {
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, 2);
    close(nowhere);
  }
  const bool loaded = dlopen(MMGEO_FRAMEWORK, RTLD_LAZY | RTLD_GLOBAL) != nullptr && dlopen(MMGEO_TENSORFLOW, RTLD_LAZY | RTLD_GLOBAL) != nullptr;
  if (saved >= 0) {
    dup2(saved, 2);
    close(saved);
  }
  if (!loaded) throw Failure{dlerror()};
}

napi_value Initialize(napi_env env, napi_value exports) {
  try {
    LoadTensorFlow();
  } catch (const Failure& failure) {
    napi_throw_error(env, nullptr, failure.message.c_str());
    return nullptr;
  }
  Define<Configure>(env, exports, "configure");
  Define<RegisterKernels>(env, exports, "registerKernels");
  Define<CreateGraph>(env, exports, "createGraph");
  Define<AddNode>(env, exports, "addNode");
  Define<AddConstant>(env, exports, "addConstant");
  Define<RegisterFunction>(env, exports, "registerFunction");
  Define<RemoveFunction>(env, exports, "removeFunction");
  return exports;
}

}  // namespace

// Called by tfjs-node's addon in place of TFE_NewContext.
extern "C" __attribute__((visibility("default"))) TFE_Context* MMGeo_NewContext(const TFE_ContextOptions* options, TF_Status* status) {
  if (!config_proto.empty()) {
    TFE_ContextOptionsSetConfig(const_cast<TFE_ContextOptions*>(options), config_proto.data(), config_proto.size(), status);
    if (TF_GetCode(status) != TF_OK) return nullptr;
  }
  context = TFE_NewContext(options, status);
  // Before tfjs-node asks for the devices: joining a group renames them.
  if (context != nullptr && !server_def.empty()) {
    TFE_EnableCollectiveOps(context, server_def.data(), server_def.size(), status);
    if (TF_GetCode(status) != TF_OK) return nullptr;
  }
  return context;
}

NAPI_MODULE(mmgeo_capture, Initialize)
