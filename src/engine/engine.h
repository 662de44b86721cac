#pragma once
#include <array>
#include <string>
#include <vector>

#include "base/json.h"
#include "device/packing.h"
#include "net/network.h"

namespace duet::engine {

/// Depth of every memory of an engine, in its own words: what a network needs of them decides whether it runs.
/// `program::size_for` makes them just large enough for given networks.
struct Buffers {
  int line_words = 512;       ///< beats of one feature row (channel groups x width); of either parity kernel / 2 + 2 rows
  int side_words = 0;         ///< of a row of the first of two interleaved layers: as many rows more
  int tile_words = 1024;      ///< a ring; a tile takes input groups x pixels, those of its halo included
  int psum_words = 256;       ///< pixels of a tile whose sums wait for further input groups
  int result_words = 512;     ///< a ring; an output group of a tile takes its pixels, pooled only by maximum
  int pw_weight_words = 512;  ///< the array's weights of all layers: one word = one input lane of all output lanes
  int dw_weight_words = 256;  ///< depth-wise weights of all layers: one word = one tap of all depth-wise lanes
  int pw_param_words = 128;   ///< requantisation behind the array: one word = the channels of a beat
  int dw_param_words = 128;   ///< ... of the depth-wise stage: one word = the depth-wise lanes
  int layers = 16;            ///< descriptors (program::passes), at most 32
  bool operator==(const Buffers&) const = default;
};

/// What is elaborated once: the design point that the search chooses beside the network (PF_j and Q_j of the paper).
/// One engine runs every replication of its Bundle, folded; its stages run as a pipeline over tiles (docs/architecture.md).
struct Engine {
  device::Family family = device::Family::xc7;                                 ///< whose multipliers and memories it is made of
  net::Bundle bundle{{{true, 3}, {false, 1}}, true, true, 0, net::Pool::max};  ///< which Bundle it computes
  int in_lanes = 8;                       ///< input channels the point-wise array takes at once
  int out_lanes = 24;                     ///< output channels it makes at once
  int dw_lanes = 2;                       ///< channels the depth-wise stage takes at once (a multiplier a tap each)
  int weight_bits = 8, feature_bits = 8;  ///< 2..16; a layer with narrower numbers runs in the wider lanes
  int acc_bits = 32;                      ///< accumulator, 16..40
  int products = 1;  ///< per DSP of the array: 1; 2: of two output channels or two pixels; 4: of both; 6: of a row (see `pair`)
  int unit_groups = 1;  ///< output groups of the array in a word of the result buffer, 1 or 2: what the store takes at once
  int dw_in_luts = 0;   ///< 1: the depth-wise multipliers are made of LUTs and leave the DSPs to the point-wise array
  int bypass = 0;       ///< 1: the store may reorder a map for a bypass (net::Bypass), and pools that map itself
  Buffers buffers;
  bool operator==(const Engine&) const = default;
};

/// Whether it is the compact engine (rtl/compact, docs/compact.md), which a device of iCE40 gets instead of the pipeline.
bool compact(const Engine& engine);
/// The compact engine for a Bundle: nothing of it is chosen, and the widths (at most 8 bits) are those of its numbers alone.
Engine compact_engine(const net::Bundle& bundle, int weight_bits, int feature_bits);

Json to_json(const Engine& engine);
/// Throws Error naming `where` and the key.
Engine engine_from_json(const Json& json, const std::string& where);

/// Why an engine cannot be elaborated (lanes that do not divide each other, widths out of range), or "". The same rules stop
/// elaboration in rtl/duet_rules.sv.
std::string illegal_because(const Engine& engine);

/// Channels in a 64-bit beat of a feature map in memory: as many as divide in_lanes and a unit (out_lanes * unit_groups), at most
/// 16 (nibbles), 8 (bytes, F <= 8) or 4 (16-bit words).
int beat_lanes(const Engine& engine);
/// The same for the head's 16-bit outputs: as many as divide beat_lanes, at most 4.
int head_lanes(const Engine& engine);
/// Side of the depth-wise kernels of the Bundle, 0 where it has none: then the engine has no depth-wise stage, and dw_lanes is 0.
int dw_kernel(const Engine& engine);
/// Largest side of the array's kernels.
int array_kernel(const Engine& engine);
/// Whether features have a sign: the Bundle has no ReLU.
bool signed_features(const Engine& engine);
/// Whether some depth-wise layer has no 1x1 convolution behind it in its pass, so that the array hands its map on
/// (program::passes).
bool diagonal(const Engine& engine);
/// Bits of the digits in which a picture lies in memory that the array reads itself, and how many digits its 8 bits make: 8 and 1
/// where a feature holds them or a depth-wise stage reads the picture.
int digit_bits(const Engine& engine);
int digits(const Engine& engine);
/// Whether the array takes four pixels of a pooled picture at once, each with a quarter of its input lanes: where a quarter holds
/// the picture's three channels and the depth-wise lanes are made of quarters.
bool quads(const Engine& engine);
/// Channels of a bank of the tile buffer.
int bank_lanes(const Engine& engine);
/// Products that are added inside the DSPs of a column before they are taken apart (in_lanes with one product a DSP).
int chain(const Engine& engine);
/// Whether maps lie in memory as nibbles and a beat of a picture that is pooled holds two columns, which the depth-wise stage
/// then takes at once: where F <= 4, the picture comes in quads, a beat holds six bytes and the depth-wise lanes whole pairs of
/// banks.
bool nibbles(const Engine& engine);
/// Bits of a feature in the line buffer and in memory: 4, 8 or 16. The picture has 8, whatever F.
int stored_bits(const Engine& engine);

/// One memory of an engine as it is built: `count` copies of `width` bits x `depth` words.
struct MemoryBlock {
  const char* name = "";
  int count = 1, width = 0, depth = 0;
};

/// Every block memory of the engine; rtl/mem/duet_ram.sv builds them in these shapes.
class Memories {
 public:
  explicit Memories(const Engine& engine);
  const MemoryBlock* begin() const { return blocks_.data(); }
  const MemoryBlock* end() const { return blocks_.data() + count_; }

 private:
  std::array<MemoryBlock, 8> blocks_;
  size_t count_ = 0;
};
/// How a family's duet_ram cuts a memory into blocks (rtl/vendor). Of 7 series and UltraScale: `rows` rows of 18-Kbit blocks of
/// one shape among 512x36, 1Kx18, 2Kx9, 4Kx4 and 8Kx2 or, where that takes fewer, the words that whole rows hold and the rest in
/// a shape of its own. Of ECP5 (18 Kbit, also 16Kx1) and iCE40 (4 Kbit: 256x16, 512x8, 1Kx4, 2Kx2): one row of blocks as deep as
/// the memory, and more only of the deepest shape.
struct RamCut {
  int blocks = 0, rows = 0;
};
RamCut cut_ram(device::Family family, int width, int depth);
/// 36-Kbit blocks of the whole engine, halves included: exact.
double bram36_count(const Engine& engine);
/// Pixels that the array takes at once, and that a word of the tile buffer and the result buffer holds: as many as share a DSP.
int pixels(const Engine& engine);
/// How output channels and pixels share a DSP at the engine's widths: two weights joined at `weight_shift`, features at
/// `feature_shift`, `chain` products added before the sums are taken apart. Four products are of both; two (also asked for with
/// one) of two channels or, where the widths forbid that, of two pixels; six are of three taps in a kernel's row and two pixels
/// side by side (device::Packing). products 0 where the widths allow none.
device::Packing pair(const Engine& engine);
/// Taps of a kernel's row that the array takes at once: 3 with six products a DSP, else 1.
int row_taps(const Engine& engine);
/// Passes of the array for a kernel: its taps or, where it takes three of a row at once, those of each row.
int kernel_passes(const Engine& engine, int kernel);
/// Output channels of a column of the array, which share its DSPs: 1 or 2.
int column_channels(const Engine& engine);
/// Bits of a word of the array's weights: `row_taps` of one input lane for all output lanes.
int weight_word_bits(const Engine& engine);
/// DSP blocks, exact: in_lanes * out_lanes / column_channels, and dw_kernel^2 * dw_lanes where they are not LUTs.
int dsp_count(const Engine& engine);

}  // namespace duet::engine
