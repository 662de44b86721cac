#include "simulate/job.h"

#include <unistd.h>

#include "base/error.h"

namespace duet::simulate {
namespace {

namespace fs = std::filesystem;

std::vector<uint8_t> cut(const std::string& memory, int64_t address, int64_t bytes) {
  const auto* begin = reinterpret_cast<const uint8_t*>(memory.data()) + address;
  return {begin, begin + bytes};
}

}  // namespace

Places place(const program::Program& program, size_t pictures, int frames) {
  Places places;
  int64_t address = program::align(program.layout.end);
  const auto take = [&](int64_t bytes) {
    const int64_t at = address;
    address = program::align(address + bytes);
    return at;
  };
  for (size_t i = 0; i < pictures; ++i) places.pictures.push_back(take(program.layout.picture_bytes));
  for (int i = 0; i < frames; ++i) places.heads.push_back(take(program.layout.head_bytes));
  places.end = address;
  return places;
}

std::string memory_image(const program::Program& program, const quant::QuantizedNetwork& network, const Places& places,
                         const std::vector<layer::IntMap>& pictures) {
  std::string bytes(static_cast<size_t>(places.end), 0);
  const auto put = [&](int64_t address, const std::vector<uint8_t>& data) {
    std::copy(data.begin(), data.end(), bytes.begin() + static_cast<ptrdiff_t>(address));
  };
  put(program.layout.program, program::image(program, network));
  for (size_t i = 0; i < pictures.size(); ++i) put(places.pictures[i], program::pack_picture(pictures[i], program));
  return bytes;
}

layer::IntMap head_at(const std::string& memory, int64_t address, const program::Program& program) {
  const program::Layer& head = program.layers.back();
  return program::unpack_map(cut(memory, address, program.layout.head_bytes), head.out, head.out_lanes, fixed::kHeadBits, true);
}

layer::IntMap input_at(const std::string& memory, const program::Layer& layer, const engine::Engine& engine) {
  const int64_t bytes = int64_t{8} * layer.row_beats * layer.in.height;
  return program::unpack_map(cut(memory, layer.in_address, bytes), layer.in, engine::beat_lanes(engine),
                             engine::stored_bits(engine), engine::signed_features(engine));
}

Scratch::Scratch() {
  std::string name = (fs::temp_directory_path() / "duet-sim-XXXXXX").string();
  if (!mkdtemp(name.data())) throw Error("cannot make a folder", name, "free some space or set TMPDIR");
  path = name;
}

Scratch::~Scratch() {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

}  // namespace duet::simulate
