#include "base/error.h"
#include "program/compact.h"
#include "program/program.h"

namespace duet::program {
namespace {

// Of a value, in bits.
size_t offset(const net::Shape& shape, int lanes, int bits, int channel, int row, int column) {
  const int groups = (shape.channels + lanes - 1) / lanes;
  const size_t beat = (static_cast<size_t>(row) * groups + channel / lanes) * shape.width + column;
  return beat * 64 + static_cast<size_t>(channel % lanes) * bits;
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

// The picture's bytes cut into digits of `bits`, the most significant one first: channels of each digit side by side.
layer::IntMap in_digits(const layer::IntMap& picture, int digits, int bits) {
  layer::IntMap map{picture.shape, {}};
  map.shape.channels *= digits;
  for (int digit = digits - 1; digit >= 0; --digit)
    for (const int32_t value : picture.values) map.values.push_back(value >> (digit * bits) & ((1 << bits) - 1));
  return map;
}

}  // namespace

std::vector<uint8_t> pack_map(const layer::IntMap& map, int lanes, int bits) {
  std::vector<uint8_t> bytes(map_bytes(map.shape, lanes));
  each_value(map.shape, [&](size_t index, int channel, int row, int column) {
    const size_t at = offset(map.shape, lanes, bits, channel, row, column);
    for (int bit = 0; bit < bits; bit += 4)
      bytes[(at + bit) / 8] |= static_cast<uint8_t>((map.values[index] >> bit & 15) << ((at + bit) % 8));
  });
  return bytes;
}

std::vector<uint8_t> pack_picture(const layer::IntMap& picture, const Program& program) {
  if (engine::compact(program.engine)) return compact::pack_picture(picture, compact::plan(program.network));
  const Layer& first = program.layers.front();
  if (first.digits > 1)
    return pack_map(in_digits(picture, first.digits, engine::digit_bits(program.engine)), engine::beat_lanes(program.engine),
                    engine::stored_bits(program.engine));
  if (!first.wide) return pack_map(picture, engine::beat_lanes(program.engine), engine::stored_bits(program.engine));
  const int columns = first.quad ? 2 : 1;
  std::vector<uint8_t> bytes(static_cast<size_t>(program.layout.picture_bytes));
  each_value(picture.shape, [&](size_t index, int channel, int row, int column) {
    const size_t beat = static_cast<size_t>(row) * first.row_beats + column / columns;
    bytes[8 * beat + 3 * (column % columns) + channel] = static_cast<uint8_t>(picture.values[index]);
  });
  return bytes;
}

layer::IntMap unpack_map(const std::vector<uint8_t>& bytes, net::Shape shape, int lanes, int bits, bool is_signed) {
  DUET_CHECK(bytes.size() == map_bytes(shape, lanes), "a map's bytes do not fit its shape");
  layer::IntMap map{shape, std::vector<int32_t>(static_cast<size_t>(shape.size()))};
  each_value(shape, [&](size_t index, int channel, int row, int column) {
    const size_t at = offset(shape, lanes, bits, channel, row, column);
    int32_t raw = 0;
    for (int bit = 0; bit < bits; bit += 4) raw |= (bytes[(at + bit) / 8] >> ((at + bit) % 8) & 15) << bit;
    map.values[index] = is_signed && raw >> (bits - 1) ? raw - (1 << bits) : raw;
  });
  return map;
}

}  // namespace duet::program
