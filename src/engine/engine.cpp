#include "engine/engine.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <span>

#include "base/error.h"
#include "base/fields.h"
#include "fixed/requantize.h"

namespace duet::engine {
namespace {

constexpr int kParamBits = 14;  // multiplier and shift
constexpr int kMaxLayers = 32;
constexpr int kLeastBits = 2, kMostBits = 16;  // of weights and features
constexpr int kPictureChannels = 3, kPictureBits = 8, kNibble = 4;

struct Named {
  const char* name;
  int Engine::*member;
  int lo, hi;
};
constexpr Named kFields[] = {{"in_lanes", &Engine::in_lanes, 1, 64},
                             {"out_lanes", &Engine::out_lanes, 1, 64},
                             {"dw_lanes", &Engine::dw_lanes, 0, 16},
                             {"weight_bits", &Engine::weight_bits, kLeastBits, kMostBits},
                             {"feature_bits", &Engine::feature_bits, kLeastBits, kMostBits},
                             {"acc_bits", &Engine::acc_bits, 16, 40},
                             {"products", &Engine::products, 1, 6},
                             {"unit_groups", &Engine::unit_groups, 1, 2},
                             {"dw_in_luts", &Engine::dw_in_luts, 0, 1},
                             {"bypass", &Engine::bypass, 0, 1}};

struct NamedBuffer {
  const char* name;
  int Buffers::*member;
  int hi, lo = 1;
};
constexpr NamedBuffer kBuffers[] = {
    {"line_words", &Buffers::line_words, 1 << 14},           {"side_words", &Buffers::side_words, 1 << 14, 0},
    {"tile_words", &Buffers::tile_words, (1 << 16) - 1},     {"psum_words", &Buffers::psum_words, 1 << 14},
    {"result_words", &Buffers::result_words, 1 << 14},       {"pw_weight_words", &Buffers::pw_weight_words, 1 << 17},
    {"dw_weight_words", &Buffers::dw_weight_words, 1 << 15}, {"pw_param_words", &Buffers::pw_param_words, 1 << 14},
    {"dw_param_words", &Buffers::dw_param_words, 1 << 14},   {"layers", &Buffers::layers, kMaxLayers}};

int largest_divisor(int number, int most) {
  int divisor = std::max(1, std::min(number, most));
  while (number % divisor) --divisor;
  return divisor;
}

bool divides(int a, int b) { return a > 0 && b % a == 0; }

int lanes_of_beat(const Engine& engine, int bits) {
  return largest_divisor(std::gcd(engine.in_lanes, engine.out_lanes * engine.unit_groups), 64 / bits);
}

constexpr int kCompactLanes = 8;
constexpr size_t kFamilies = 4, kWidths = kMostBits - kLeastBits + 1;
constexpr std::array<int, 3> kJoined{2, 4, 6};  // products of joined operands

size_t index(device::Family family, int weight_bits, int feature_bits, bool is_signed, int products) {
  DUET_CHECK(std::min(weight_bits, feature_bits) >= kLeastBits && std::max(weight_bits, feature_bits) <= kMostBits, "widths");
  const size_t widths = static_cast<size_t>(weight_bits - kLeastBits) * kWidths + static_cast<size_t>(feature_bits - kLeastBits);
  return (static_cast<size_t>(family) * kWidths * kWidths + widths) * 2 * kJoined.size() + kJoined.size() * is_signed +
         static_cast<size_t>(std::max(products, 2) / 2 - 1);
}

device::Packing make_pair(device::Family family, int weight_bits, int feature_bits, bool is_signed, int products) {
  const int limit = fixed::weight_limit(weight_bits);
  if (products == 6) return device::row(device::ports(family), {-limit, limit}, fixed::feature_range(feature_bits, is_signed));
  const auto joined = [&](int weights, int features) {
    return device::join(device::ports(family), {-limit, limit}, fixed::feature_range(feature_bits, is_signed), weights, features);
  };
  if (products == 4) return joined(2, 2);
  const device::Packing channels = joined(2, 1);
  return channels.products ? channels : joined(1, 2);
}

// By index().
std::vector<device::Packing> packings() {
  std::vector<device::Packing> all;
  for (size_t family = 0; family < kFamilies; ++family)
    for (int w = kLeastBits; w <= kMostBits; ++w)
      for (int f = kLeastBits; f <= kMostBits; ++f)
        for (const bool is_signed : {false, true})
          for (const int products : kJoined)
            all.push_back(make_pair(static_cast<device::Family>(family), w, f, is_signed, products));
  return all;
}

}  // namespace

bool compact(const Engine& engine) { return engine.family == device::Family::ice40; }

Engine compact_engine(const net::Bundle& bundle, int weight_bits, int feature_bits) {
  Engine engine;
  engine.family = device::Family::ice40, engine.bundle = bundle;
  engine.in_lanes = 1, engine.out_lanes = kCompactLanes, engine.dw_lanes = dw_kernel(engine) ? kCompactLanes : 0;
  engine.weight_bits = weight_bits, engine.feature_bits = feature_bits, engine.acc_bits = 24;
  return engine;
}

Json to_json(const Engine& engine) {
  Json json{{"family", device::to_string(engine.family)}, {"bundle", net::name(engine.bundle)}};
  for (const Named& field : kFields) json[field.name] = engine.*field.member;
  for (const NamedBuffer& field : kBuffers) json["buffers"][field.name] = engine.buffers.*field.member;
  return json;
}

Engine engine_from_json(const Json& json, const std::string& where) {
  std::vector<std::string> keys{"family", "bundle", "buffers"}, buffers;
  for (const Named& field : kFields) keys.emplace_back(field.name);
  for (const NamedBuffer& field : kBuffers) buffers.emplace_back(field.name);
  base::only_keys(json, keys, where);
  Engine engine;
  const std::string family = base::text_field(json, "family", where);
  if (!device::family_of(family))
    throw Error("'" + family + "' is no family", where + ": family", "known families: " + device::family_names());
  engine.family = *device::family_of(family);
  engine.bundle = net::parse_bundle(base::text_field(json, "bundle", where));
  for (const Named& field : kFields)
    engine.*field.member = static_cast<int>(base::int_field(json, field.name, field.lo, field.hi, where));
  const Json& sizes = base::field(json, "buffers", where);
  base::only_keys(sizes, buffers, where + ": buffers");
  for (const NamedBuffer& field : kBuffers)
    engine.buffers.*field.member = static_cast<int>(base::int_field(sizes, field.name, field.lo, field.hi, where + ": buffers"));
  return engine;
}

std::string illegal_because(const Engine& engine) {
  for (const Named& field : kFields)
    if (engine.*field.member < field.lo || engine.*field.member > field.hi)
      return std::string(field.name) + " must be " + std::to_string(field.lo) + ".." + std::to_string(field.hi);
  for (const NamedBuffer& field : kBuffers)
    if (engine.buffers.*field.member < field.lo || engine.buffers.*field.member > field.hi)
      return std::string(field.name) + " must be " + std::to_string(field.lo) + ".." + std::to_string(field.hi);
  if (compact(engine))
    return engine.weight_bits > 8 || engine.feature_bits > 8 ? "weights and features of a compact engine have 8 bits at most"
                                                             : "";
  if ((engine.dw_lanes > 0) != (dw_kernel(engine) > 0))
    return "dw_lanes must be 0 without a depth-wise layer in the Bundle, and at least 1 with one";
  if (engine.dw_lanes > 0 && !divides(engine.dw_lanes, beat_lanes(engine)))
    return "dw_lanes must divide the channels of a beat: as many as divide in_lanes and a unit's out_lanes, here " +
           std::to_string(beat_lanes(engine));
  if (engine.products == 3 || engine.products == 5) return "products must be 1, 2, 4 or 6";
  if (engine.products == 6 && array_kernel(engine) == 1)
    return "six products a DSP are of three taps in a kernel's row: of 3x3 or 5x5";
  if (engine.products > 1 && pair(engine).products != engine.products)
    return "so many products of these widths do not fit one DSP";
  if (engine.products > 1 && pair(engine).weights == 2 && engine.out_lanes % 2)
    return "joined weights need an even number of out_lanes";
  if (engine.bypass && engine.bundle.pool == net::Pool::none) return "a bypass begins where a Bundle pools";
  if (array_kernel(engine) > 1 && pixels(engine) > 1 && engine.products != 6)
    return "the array takes one pixel at once where it convolves with more than one tap, or a row of them";
  return "";
}

int dw_kernel(const Engine& engine) {
  int side = 0;
  for (const net::ComputeLayer& layer : engine.bundle.layers)
    if (layer.depthwise) side = std::max(side, layer.kernel);
  return side;
}
int array_kernel(const Engine& engine) {
  int side = 1;
  for (const net::ComputeLayer& layer : engine.bundle.layers)
    if (!layer.depthwise) side = std::max(side, layer.kernel);
  return side;
}
bool signed_features(const Engine& engine) { return !engine.bundle.relu; }
bool diagonal(const Engine& engine) {
  const std::vector<net::ComputeLayer>& layers = engine.bundle.layers;
  for (size_t i = 0; i < layers.size(); ++i)
    if (layers[i].depthwise && (i + 1 == layers.size() || layers[i + 1].kernel > 1)) return true;
  return false;
}
int digit_bits(const Engine& engine) {
  return engine.bundle.layers.front().depthwise ? kPictureBits
                                                : std::min(kPictureBits, engine.feature_bits - (signed_features(engine) ? 1 : 0));
}
int digits(const Engine& engine) { return (kPictureBits + digit_bits(engine) - 1) / digit_bits(engine); }
bool nibbles(const Engine& engine) {
  const int beat = lanes_of_beat(engine, kNibble);
  return engine.feature_bits <= kNibble && quads(engine) && dw_kernel(engine) == 3 && !signed_features(engine) &&
         beat * kNibble >= 2 * kPictureChannels * 8 && divides(2 * bank_lanes(engine), engine.dw_lanes) &&
         divides(engine.dw_lanes, beat);
}
int stored_bits(const Engine& engine) { return nibbles(engine) ? kNibble : engine.feature_bits <= 8 ? 8 : 16; }
int beat_lanes(const Engine& engine) { return lanes_of_beat(engine, stored_bits(engine)); }
int head_lanes(const Engine& engine) { return largest_divisor(beat_lanes(engine), 64 / fixed::kHeadBits); }
bool quads(const Engine& engine) {
  return engine.dw_lanes > 0 && engine.products != 6 && engine.in_lanes % 4 == 0 && engine.in_lanes / 4 >= kPictureChannels &&
         engine.dw_lanes % (engine.in_lanes / 4) == 0;
}
int bank_lanes(const Engine& engine) {
  return quads(engine) ? engine.in_lanes / 4 : engine.dw_lanes > 0 ? engine.dw_lanes : beat_lanes(engine);
}
int chain(const Engine& engine) {
  if (engine.products == 1) return engine.in_lanes;
  const int longest = std::min(pair(engine).chain, engine.in_lanes);
  return quads(engine) ? largest_divisor(engine.in_lanes / 4, longest) : longest;  // four sums end inside the column
}

Memories::Memories(const Engine& e) {
  const int params = e.acc_bits + kParamBits;
  const auto add = [&](const MemoryBlock& memory) { blocks_[count_++] = memory; };
  if (compact(e)) {
    add({"weights", 1, 64, 256}), add({"params", 1, params, kCompactLanes}), add({"tile", 1, 64, 1024});
    return;
  }
  const Buffers& b = e.buffers;
  const int words = pixels(e), bank = bank_lanes(e), beat = beat_lanes(e);
  add({"tile", words * e.in_lanes / bank, bank * e.feature_bits, b.tile_words});
  add({"psum", 1, words * e.out_lanes * e.acc_bits, b.psum_words});
  add({"result", words * e.unit_groups, e.out_lanes * e.acc_bits, b.result_words});
  add({"pw_weight", 1, weight_word_bits(e), b.pw_weight_words});
  add({"pw_param", 1, beat * params, b.pw_param_words});
  if (e.dw_lanes == 0) return;
  add({"line", 2, beat * stored_bits(e), (dw_kernel(e) / 2 + 2) * (b.line_words + b.side_words)});
  add({"dw_weight", 1, e.dw_lanes * e.weight_bits, b.dw_weight_words});
  add({"dw_param", 1, e.dw_lanes * params, b.dw_param_words});
}

namespace {

int ceil_div(int a, int b) { return (a + b - 1) / b; }

struct Shape {
  int width, depth;
};

RamCut cut_in_rows(int width, int depth) {
  constexpr std::array<Shape, 5> kShapes{{{36, 512}, {18, 1024}, {9, 2048}, {4, 4096}, {2, 8192}}};
  // The cheapest single shape, the shallowest of equals.
  const auto single = [&](int words) {
    RamCut least{std::numeric_limits<int>::max(), 0};
    for (const auto& [bits, block] : kShapes) {
      const int rows = ceil_div(words, block), blocks = ceil_div(width, bits) * rows;
      if (blocks < least.blocks) least = {blocks, rows};
    }
    return least;
  };
  if (depth <= kShapes[0].depth) return {ceil_div(width, kShapes[0].width), 1};  // no shape takes fewer
  RamCut least = single(depth);
  for (const auto& [bits, block] : kShapes) {
    const int rows = depth / block;
    if (rows == 0 || rows * block == depth) continue;
    const RamCut rest = single(depth - rows * block);
    const int blocks = ceil_div(width, bits) * rows + rest.blocks;
    if (blocks < least.blocks) least = {blocks, rows + rest.rows};
  }
  return least;
}

// Blocks as deep as the memory; of the deepest shape as many rows as it takes.
RamCut cut_in_columns(std::span<const Shape> shapes, int width, int depth) {
  for (const Shape& shape : shapes)
    if (depth <= shape.depth) return {ceil_div(width, shape.width), 1};
  const int rows = ceil_div(depth, shapes.back().depth);
  return {ceil_div(width, shapes.back().width) * rows, rows};
}

}  // namespace

RamCut cut_ram(device::Family family, int width, int depth) {
  static constexpr std::array<Shape, 6> kEcp5{{{36, 512}, {18, 1024}, {9, 2048}, {4, 4096}, {2, 8192}, {1, 16384}}};
  static constexpr std::array<Shape, 4> kIce40{{{16, 256}, {8, 512}, {4, 1024}, {2, 2048}}};
  switch (family) {
    case device::Family::ecp5:
      return cut_in_columns(kEcp5, width, depth);
    case device::Family::ice40:
      return cut_in_columns(kIce40, width, depth);
    default:
      return cut_in_rows(width, depth);
  }
}

double bram36_count(const Engine& engine) {
  int blocks = 0;
  for (const MemoryBlock& memory : Memories(engine))
    blocks += memory.count * cut_ram(engine.family, memory.width, memory.depth).blocks;
  return engine.family == device::Family::ice40 ? blocks / 9.0 : blocks / 2.0;
}

int pixels(const Engine& engine) { return engine.products == 1 ? 1 : pair(engine).features; }

device::Packing pair(const Engine& engine) {
  static const std::vector<device::Packing> table = packings();
  return table[index(engine.family, engine.weight_bits, engine.feature_bits, signed_features(engine), engine.products)];
}

int row_taps(const Engine& engine) { return engine.products == 6 ? 3 : 1; }
int kernel_passes(const Engine& engine, int kernel) {
  return kernel * (row_taps(engine) == 1 ? kernel : std::max(1, kernel / 2));  // of three taps from every second one on
}
int column_channels(const Engine& engine) { return engine.products / pixels(engine) / row_taps(engine); }
int weight_word_bits(const Engine& engine) { return engine.out_lanes * row_taps(engine) * engine.weight_bits; }

int dsp_count(const Engine& engine) {
  if (compact(engine)) return kCompactLanes;
  const int depthwise = dw_kernel(engine) * dw_kernel(engine) * engine.dw_lanes;
  return engine.in_lanes * engine.out_lanes / column_channels(engine) + (engine.dw_in_luts ? 0 : depthwise);
}

}  // namespace duet::engine
