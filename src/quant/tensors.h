#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"

namespace duet::quant {

enum class Type { f32, i16, i32, i64, u8 };

template <class T>
constexpr Type type_of();

/// An array of numbers, row-major, little-endian as in the file.
struct Tensor {
  Type type = Type::f32;
  std::vector<int64_t> shape;
  std::string bytes;

  int64_t size() const {
    int64_t product = 1;
    for (int64_t side : shape) product *= side;
    return product;
  }
  /// The elements; T must be the tensor's type.
  template <class T>
  std::span<const T> as() const {
    DUET_CHECK(type == type_of<T>(), "tensor type");
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
};

template <class T>
Tensor make_tensor(std::vector<int64_t> shape, std::span<const T> values) {
  Tensor tensor{type_of<T>(), std::move(shape), {reinterpret_cast<const char*>(values.data()), values.size_bytes()}};
  DUET_CHECK(tensor.size() == static_cast<int64_t>(values.size()), "tensor shape");
  return tensor;
}

/// Tensors by name. Float weights of a network: `<node>.weight` [out][in/groups][k][k], `<node>.bias` [out] (where the node's
/// bias attribute is 1), and of a batch norm `<node>.weight`, `.bias`, `.running_mean`, `.running_var`, all [channels] and f32.
using Tensors = std::map<std::string, Tensor>;

/// One safetensors file: 8 bytes little-endian length, that much JSON, data (https://github.com/huggingface/safetensors). Names
/// in order, so equal tensors give equal bytes. Throws Error (disk full...) and leaves nothing half-written.
void save_safetensors(const Tensors& tensors, const std::filesystem::path& path);
/// Throws Error naming the file when it is missing, cut short, malformed, or holds a type other than those of Type.
Tensors load_safetensors(const std::filesystem::path& path);

/// The tensor of that name with that shape and type f32. Throws Error naming `where` when it is absent or differs.
std::span<const float> floats(const Tensors& tensors, const std::string& name, const std::vector<int64_t>& shape,
                              const std::string& where);

template <>
constexpr Type type_of<float>() {
  return Type::f32;
}
template <>
constexpr Type type_of<int16_t>() {
  return Type::i16;
}
template <>
constexpr Type type_of<int32_t>() {
  return Type::i32;
}
template <>
constexpr Type type_of<int64_t>() {
  return Type::i64;
}
template <>
constexpr Type type_of<uint8_t>() {
  return Type::u8;
}

}  // namespace duet::quant
