#include "graph.h"

#include <unordered_set>

namespace mmgeo {
namespace {

// Reads the wire format of protocol buffers, as far as OpDef needs it (op_def.proto: OpDef.input_arg = 2;
// ArgDef.number_attr = 5, ArgDef.type_list_attr = 6).
class Reader {
 public:
  Reader(const uint8_t* data, size_t size) : at_(data), end_(data + size) {}
  bool Next(uint32_t* field, Reader* content) {
    while (at_ < end_) {
      const uint64_t key = Varint();
      const uint32_t wire = key & 7;
      *field = static_cast<uint32_t>(key >> 3);
      if (wire == 2) {
        const uint64_t length = Varint();
        if (length > static_cast<uint64_t>(end_ - at_)) return false;
        *content = Reader(at_, length);
        at_ += length;
        return true;
      }
      if (wire == 0) {
        Varint();
      } else {
        at_ += wire == 1 ? 8 : 4;
      }
    }
    return false;
  }

 private:
  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; at_ < end_ && shift < 64; shift += 7) {
      const uint8_t byte = *at_++;
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return value;
  }
  const uint8_t* at_;
  const uint8_t* end_;
};

void SetAttribute(napi_env env, TF_OperationDescription* description, napi_value attribute) {
  const std::string name = ToString(env, Property(env, attribute, "name"), "attribute name");
  const int64_t type = ToInteger(env, Property(env, attribute, "type"), "attribute type");
  const napi_value value = Property(env, attribute, "value");
  const bool list = IsArray(env, value);
  const uint32_t length = list ? ArrayLength(env, value, name.c_str()) : 0;
  switch (type) {
    case TF_ATTR_STRING: {
      if (!list) {
        const std::string text = ToString(env, value, name.c_str());
        TF_SetAttrString(description, name.c_str(), text.data(), text.size());
        return;
      }
      std::vector<std::string> texts;
      for (uint32_t i = 0; i < length; ++i) texts.push_back(ToString(env, Element(env, value, i), name.c_str()));
      std::vector<const void*> pointers;
      std::vector<size_t> sizes;
      for (const std::string& text : texts) {
        pointers.push_back(text.data());
        sizes.push_back(text.size());
      }
      TF_SetAttrStringList(description, name.c_str(), pointers.data(), sizes.data(), static_cast<int>(length));
      return;
    }
    case TF_ATTR_INT: {
      if (!list) return TF_SetAttrInt(description, name.c_str(), ToInteger(env, value, name.c_str()));
      const std::vector<int64_t> numbers = ToIntegers(env, value, name.c_str());
      return TF_SetAttrIntList(description, name.c_str(), numbers.data(), static_cast<int>(length));
    }
    case TF_ATTR_FLOAT: {
      if (!list) return TF_SetAttrFloat(description, name.c_str(), static_cast<float>(ToDouble(env, value, name.c_str())));
      std::vector<float> numbers(length);
      for (uint32_t i = 0; i < length; ++i) numbers[i] = static_cast<float>(ToDouble(env, Element(env, value, i), name.c_str()));
      return TF_SetAttrFloatList(description, name.c_str(), numbers.data(), static_cast<int>(length));
    }
    case TF_ATTR_BOOL: {
      if (!list) return TF_SetAttrBool(description, name.c_str(), ToBool(env, value, name.c_str()));
      std::vector<unsigned char> flags(length);
      for (uint32_t i = 0; i < length; ++i) flags[i] = ToBool(env, Element(env, value, i), name.c_str());
      return TF_SetAttrBoolList(description, name.c_str(), flags.data(), static_cast<int>(length));
    }
    case TF_ATTR_TYPE: {
      if (!list) return TF_SetAttrType(description, name.c_str(), static_cast<TF_DataType>(ToInteger(env, value, name.c_str())));
      std::vector<TF_DataType> types;
      for (const int64_t number : ToIntegers(env, value, name.c_str())) types.push_back(static_cast<TF_DataType>(number));
      return TF_SetAttrTypeList(description, name.c_str(), types.data(), static_cast<int>(length));
    }
    case TF_ATTR_SHAPE: {
      const std::vector<int64_t> shape = ToIntegers(env, value, name.c_str());
      return TF_SetAttrShape(description, name.c_str(), shape.data(), static_cast<int>(shape.size()));
    }
    default:
      throw Failure{"attribute " + name + " has a type that cannot be traced"};
  }
}

}  // namespace

const std::vector<InputArgument>& Graph::ArgumentsOf(const std::string& type) {
  const auto known = arguments_.find(type);
  if (known != arguments_.end()) return known->second;
  Status status;
  TF_Buffer* buffer = TF_NewBuffer();
  TF_GraphGetOpDef(graph_, type.c_str(), buffer, status.get());
  if (TF_GetCode(status.get()) != TF_OK) {
    TF_DeleteBuffer(buffer);
    status.Check(type);
  }
  std::vector<InputArgument> arguments;
  Reader definition(static_cast<const uint8_t*>(buffer->data), buffer->length);
  uint32_t field = 0;
  Reader content(nullptr, 0);
  while (definition.Next(&field, &content)) {
    if (field != 2) continue;
    InputArgument argument{false};
    uint32_t inner = 0;
    Reader ignored(nullptr, 0);
    while (content.Next(&inner, &ignored)) argument.list = argument.list || inner == 5 || inner == 6;
    arguments.push_back(argument);
  }
  TF_DeleteBuffer(buffer);
  return arguments_.emplace(type, std::move(arguments)).first->second;
}

TF_Operation* Graph::node(int32_t index) const {
  if (index < 0 || static_cast<size_t>(index) >= nodes_.size()) throw Failure{"node " + std::to_string(index) + " is not of this graph"};
  return nodes_[index];
}

int32_t Graph::AddNode(napi_env env, const std::string& type, const std::vector<int32_t>& inputs, const std::vector<int32_t>& controls, napi_value attributes) {
  const std::vector<InputArgument>& arguments = ArgumentsOf(type);
  size_t lists = 0;
  for (const InputArgument& argument : arguments) lists += argument.list ? 1 : 0;
  const size_t given = inputs.size() / 2;
  const size_t singles = arguments.size() - lists;
  if (given < singles || (lists == 0 && given != singles)) throw Failure{type + ": takes " + std::to_string(arguments.size()) + " inputs, not " + std::to_string(given)};
  const size_t per_list = lists == 0 ? 0 : (given - singles) / lists;
  const uint32_t attribute_count = ArrayLength(env, attributes, "attributes");

  TF_OperationDescription* description = TF_NewOperation(graph_, type.c_str(), ("n" + std::to_string(nodes_.size())).c_str());
  // TensorFlow frees a description only by finishing it: finish also on the way out of a failure.
  try {
    size_t at = 0;
    for (const InputArgument& argument : arguments) {
      if (!argument.list) {
        TF_AddInput(description, output(inputs[2 * at], inputs[2 * at + 1]));
        ++at;
        continue;
      }
      std::vector<TF_Output> list;
      for (size_t i = 0; i < per_list; ++i, ++at) list.push_back(output(inputs[2 * at], inputs[2 * at + 1]));
      TF_AddInputList(description, list.data(), static_cast<int>(list.size()));
    }
    for (const int32_t control : controls) TF_AddControlInput(description, node(control));
    for (uint32_t i = 0; i < attribute_count; ++i) SetAttribute(env, description, Element(env, attributes, i));
  } catch (const Failure&) {
    Status ignored;
    TF_FinishOperation(description, ignored.get());
    throw;
  }
  return Finish(description, type);
}

int32_t Graph::AddConstant(TF_DataType dtype, const std::vector<int64_t>& shape, Bytes bytes) {
  size_t expected = TF_DataTypeSize(dtype);
  for (const int64_t dimension : shape) expected *= static_cast<size_t>(dimension);
  if (expected != bytes.size) throw Failure{"a constant's bytes do not fill its shape"};
  TF_Tensor* tensor = TF_AllocateTensor(dtype, shape.data(), static_cast<int>(shape.size()), bytes.size);
  if (bytes.size > 0) std::memcpy(TF_TensorData(tensor), bytes.data, bytes.size);
  Status status;
  TF_OperationDescription* description = TF_NewOperation(graph_, "Const", ("n" + std::to_string(nodes_.size())).c_str());
  TF_SetAttrType(description, "dtype", dtype);
  TF_SetAttrTensor(description, "value", tensor, status.get());
  TF_DeleteTensor(tensor);
  return Finish(description, "Const");
}

int32_t Graph::Finish(TF_OperationDescription* description, const std::string& type) {
  Status status;
  TF_Operation* operation = TF_FinishOperation(description, status.get());
  status.Check(type);
  nodes_.push_back(operation);
  return static_cast<int32_t>(nodes_.size()) - 1;
}

std::vector<int32_t> Graph::Reachable(const std::vector<TF_Output>& inputs, const std::vector<TF_Output>& outputs, const std::vector<const TF_Operation*>& controls) const {
  std::unordered_set<const TF_Operation*> seen;
  for (const TF_Output& input : inputs) seen.insert(input.oper);
  std::vector<const TF_Operation*> stack(controls);
  for (const TF_Output& output : outputs) stack.push_back(output.oper);
  std::unordered_set<const TF_Operation*> kept;
  while (!stack.empty()) {
    const TF_Operation* operation = stack.back();
    stack.pop_back();
    if (!seen.insert(operation).second) continue;
    kept.insert(operation);
    TF_Operation* mutable_operation = const_cast<TF_Operation*>(operation);
    for (int i = 0; i < TF_OperationNumInputs(mutable_operation); ++i) stack.push_back(TF_OperationInput(TF_Input{mutable_operation, i}).oper);
    std::vector<TF_Operation*> before(TF_OperationNumControlInputs(mutable_operation));
    TF_OperationGetControlInputs(mutable_operation, before.data(), static_cast<int>(before.size()));
    stack.insert(stack.end(), before.begin(), before.end());
  }
  std::vector<int32_t> ordered;
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (kept.count(nodes_[i]) != 0) ordered.push_back(static_cast<int32_t>(i));
  }
  return ordered;
}

}  // namespace mmgeo
