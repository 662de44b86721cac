#include "quant/tensors.h"

#include <algorithm>
#include <cstring>

#include "base/files.h"
#include "base/json.h"

namespace duet::quant {
namespace {

struct TypeName {
  Type type;
  const char* name;
  int bytes;
};
constexpr TypeName kTypes[] = {
    {Type::f32, "F32", 4}, {Type::i16, "I16", 2}, {Type::i32, "I32", 4}, {Type::i64, "I64", 8}, {Type::u8, "U8", 1}};

const TypeName& describe(Type type) {
  return *std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeName& t) { return t.type == type; });
}

// No header is longer than this: a damaged length must not ask for all memory (the format's own limit).
constexpr uint64_t kMaxHeader = 100'000'000;

[[noreturn]] void damaged(const std::string& what, const std::filesystem::path& path) {
  throw Error("is no whole safetensors file: " + what, path.string(), "make it again, or name another file");
}

Tensor read_tensor(const std::string& name, const Json& entry, std::string_view data, const std::filesystem::path& path) {
  const std::string type_name = entry.at("dtype").get<std::string>();
  const auto type = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypeName& t) { return t.name == type_name; });
  if (type == std::end(kTypes))
    damaged("tensor '" + name + "' has type " + type_name + ", known are F32, I16, I32, I64, U8", path);
  Tensor tensor{type->type, entry.at("shape").get<std::vector<int64_t>>(), {}};
  uint64_t bytes = type->bytes;
  for (int64_t side : tensor.shape) {
    if (side < 0 || (side > 0 && bytes > data.size() / static_cast<uint64_t>(side)))
      damaged("tensor '" + name + "' is larger than the file", path);
    bytes *= static_cast<uint64_t>(side);
  }
  const auto begin = entry.at("data_offsets").at(0).get<uint64_t>(), end = entry.at("data_offsets").at(1).get<uint64_t>();
  if (begin > end || end > data.size()) damaged("tensor '" + name + "' lies beyond the end", path);
  if (end - begin != bytes) damaged("tensor '" + name + "' has a shape that does not match its bytes", path);
  tensor.bytes = data.substr(begin, bytes);
  return tensor;
}

std::string shape_text(const std::vector<int64_t>& shape) { return Json(shape).dump(); }

}  // namespace

void save_safetensors(const Tensors& tensors, const std::filesystem::path& path) {
  Json header = Json::object();
  std::string data;
  for (const auto& [name, tensor] : tensors) {
    DUET_CHECK(tensor.bytes.size() == static_cast<size_t>(tensor.size()) * describe(tensor.type).bytes, name);
    header[name] = {{"dtype", describe(tensor.type).name},
                    {"shape", tensor.shape},
                    {"data_offsets", {data.size(), data.size() + tensor.bytes.size()}}};
    data += tensor.bytes;
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');  // so that the data is aligned
  std::string length(8, '\0');
  for (int i = 0; i < 8; ++i) length[i] = static_cast<char>(text.size() >> (8 * i));
  base::write_file(path, length + text + data);
}

Tensors load_safetensors(const std::filesystem::path& path) {
  const std::string file = base::read_file(path);
  if (file.size() < 8) damaged("it has " + std::to_string(file.size()) + " bytes", path);
  uint64_t length = 0;
  for (int i = 0; i < 8; ++i) length |= uint64_t{static_cast<unsigned char>(file[i])} << (8 * i);
  if (length > kMaxHeader || length > file.size() - 8) damaged("its header is cut short", path);
  const std::string_view data = std::string_view(file).substr(8 + length);
  Tensors tensors;
  try {
    const Json header = Json::parse(file.substr(8, length));
    if (!header.is_object()) damaged("its header is no object", path);
    for (const auto& [name, entry] : header.items())
      if (name != "__metadata__") tensors[name] = read_tensor(name, entry, data, path);
  } catch (const Json::exception& error) {
    damaged(error.what(), path);
  }
  return tensors;
}

std::span<const float> floats(const Tensors& tensors, const std::string& name, const std::vector<int64_t>& shape,
                              const std::string& where) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) throw Error("tensor '" + name + "' is missing", where, "the weights belong to another network");
  if (found->second.type != Type::f32 || found->second.shape != shape)
    throw Error("tensor '" + name + "' is " + describe(found->second.type).name + " " + shape_text(found->second.shape) +
                    ", but the network needs F32 " + shape_text(shape),
                where, "the weights belong to another network");
  return found->second.as<float>();
}

}  // namespace duet::quant
