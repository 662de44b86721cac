#include "base/error.h"
#include "program/program.h"

namespace duet::program {
namespace {

size_t offset(const net::Shape& shape, int lanes, int bits, int channel, int row, int column) {
  const int groups = (shape.channels + lanes - 1) / lanes;
  const size_t beat = (static_cast<size_t>(row) * groups + channel / lanes) * shape.width + column;
  return beat * 8 + static_cast<size_t>(channel % lanes) * (bits / 8);
}

size_t map_bytes(const net::Shape& shape, int lanes) {
  return size_t{8} * ((shape.channels + lanes - 1) / lanes) * shape.pixels();
}

template <class Visit>
void each_value(const net::Shape& shape, const Visit& visit) {
  size_t index = 0;
  for (int channel = 0; channel < shape.channels; ++channel)
    for (int row = 0; row < shape.height; ++row)
      for (int column = 0; column < shape.width; ++column) visit(index++, channel, row, column);
}

}  // namespace

std::vector<uint8_t> pack_map(const layer::IntMap& map, int lanes, int bits) {
  std::vector<uint8_t> bytes(map_bytes(map.shape, lanes));
  each_value(map.shape, [&](size_t index, int channel, int row, int column) {
    const size_t at = offset(map.shape, lanes, bits, channel, row, column);
    for (int byte = 0; byte < bits / 8; ++byte) bytes[at + byte] = static_cast<uint8_t>(map.values[index] >> (8 * byte));
  });
  return bytes;
}

layer::IntMap unpack_map(const std::vector<uint8_t>& bytes, net::Shape shape, int lanes, int bits, bool is_signed) {
  DUET_CHECK(bytes.size() == map_bytes(shape, lanes), "a map's bytes do not fit its shape");
  layer::IntMap map{shape, std::vector<int32_t>(static_cast<size_t>(shape.size()))};
  each_value(shape, [&](size_t index, int channel, int row, int column) {
    const size_t at = offset(shape, lanes, bits, channel, row, column);
    const int32_t raw = bits == 8 ? bytes[at] : bytes[at] | bytes[at + 1] << 8;
    map.values[index] = is_signed && raw >> (bits - 1) ? raw - (1 << bits) : raw;
  });
  return map;
}

}  // namespace duet::program
