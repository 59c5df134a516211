// Small helpers over Node-API, shared by the sources of the capture addon.
#pragma once

#include <node_api.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "tensorflow/c/c_api.h"

namespace mmgeo {

// Thrown inside the addon and turned into a JavaScript Error at its border.
struct Failure {
  std::string message;
};

inline void Check(napi_status status, const char* what) {
  if (status != napi_ok) throw Failure{std::string("bad argument: ") + what};
}

// A TF_Status that is freed when it leaves scope and throws what TensorFlow complained about.
class Status {
 public:
  Status() : status_(TF_NewStatus()) {}
  ~Status() { TF_DeleteStatus(status_); }
  TF_Status* get() { return status_; }
  void Check(const std::string& what) {
    if (TF_GetCode(status_) != TF_OK) throw Failure{what + ": " + TF_Message(status_)};
  }

 private:
  TF_Status* status_;
};

inline std::string ToString(napi_env env, napi_value value, const char* what) {
  size_t length = 0;
  Check(napi_get_value_string_utf8(env, value, nullptr, 0, &length), what);
  std::string text(length, '\0');
  Check(napi_get_value_string_utf8(env, value, &text[0], length + 1, &length), what);
  return text;
}

inline napi_value FromString(napi_env env, const std::string& text) {
  napi_value value;
  Check(napi_create_string_utf8(env, text.data(), text.size(), &value), "string");
  return value;
}

inline uint32_t ArrayLength(napi_env env, napi_value value, const char* what) {
  uint32_t length = 0;
  Check(napi_get_array_length(env, value, &length), what);
  return length;
}

inline napi_value Element(napi_env env, napi_value array, uint32_t index) {
  napi_value element;
  Check(napi_get_element(env, array, index, &element), "array element");
  return element;
}

inline napi_value Property(napi_env env, napi_value object, const char* name) {
  napi_value value;
  Check(napi_get_named_property(env, object, name, &value), name);
  return value;
}

inline bool IsArray(napi_env env, napi_value value) {
  bool answer = false;
  Check(napi_is_array(env, value, &answer), "array");
  return answer;
}

inline int64_t ToInteger(napi_env env, napi_value value, const char* what) {
  int64_t number = 0;
  Check(napi_get_value_int64(env, value, &number), what);
  return number;
}

inline double ToDouble(napi_env env, napi_value value, const char* what) {
  double number = 0;
  Check(napi_get_value_double(env, value, &number), what);
  return number;
}

inline bool ToBool(napi_env env, napi_value value, const char* what) {
  bool answer = false;
  Check(napi_get_value_bool(env, value, &answer), what);
  return answer;
}

inline std::vector<int64_t> ToIntegers(napi_env env, napi_value value, const char* what) {
  std::vector<int64_t> numbers(ArrayLength(env, value, what));
  for (uint32_t i = 0; i < numbers.size(); ++i) numbers[i] = ToInteger(env, Element(env, value, i), what);
  return numbers;
}

// The numbers of an Int32Array, copied.
inline std::vector<int32_t> ToInt32s(napi_env env, napi_value value, const char* what) {
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  Check(napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr), what);
  if (type != napi_int32_array) throw Failure{std::string("bad argument: ") + what + " is not an Int32Array"};
  const int32_t* numbers = static_cast<const int32_t*>(data);
  return std::vector<int32_t>(numbers, numbers + length);
}

// The bytes of any typed array, in place: valid while JavaScript does not run.
struct Bytes {
  const void* data;
  size_t size;
};

inline Bytes ToBytes(napi_env env, napi_value value, const char* what) {
  static const size_t widths[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  Check(napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr), what);
  return Bytes{data, length * widths[type]};
}

inline napi_value FromIntegers(napi_env env, const std::vector<int64_t>& numbers) {
  napi_value array;
  Check(napi_create_array_with_length(env, numbers.size(), &array), "array");
  for (size_t i = 0; i < numbers.size(); ++i) {
    napi_value number;
    Check(napi_create_int64(env, numbers[i], &number), "number");
    Check(napi_set_element(env, array, i, number), "array element");
  }
  return array;
}

}  // namespace mmgeo
