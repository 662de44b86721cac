#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "layer/layer.h"
#include "program/passes.h"
#include "quant/quantized.h"

namespace duet::program {

/// How one pass of the network over the engine runs (program/passes.h; most often a replication or the head): its tiles, the
/// passes of its stages and its addresses, as its descriptor tells the hardware.
struct Layer {
  Part part;              ///< of the network
  bool copy = false;      ///< no depth-wise convolution: rows go straight to the tile buffer
  int kernel = 1;         ///< side of the array's kernels
  bool diagonal = false;  ///< no convolution in the array: channels pass through it unchanged
  bool pool = false;
  bool store_pools = false;       ///< ... in the store: by average, or since a bypass takes the pixels
  bool bypass = false;            ///< its pixels also go, reordered, in front of what a later layer reads (net::Bypass)
  bool quad = false;              ///< four pixels of the picture in a word of the tile buffer, pooled as they come
  bool unsigned_picture = false;  ///< its input is the picture's bytes, on an engine of signed features
  bool wide = false;              ///< the picture's bytes on an engine of nibbles
  bool ahead = false;             ///< takes turns with the next layer: `lead` tiles before its first, then `burst` after each
  bool side = false;              ///< its rows lie in the side ring of the line buffer
  int lead = 0, burst = 0;
  bool head = false;    ///< signed 16-bit outputs
  bool stream = false;  ///< its point-wise weights come from memory again for every tile, an output group at a time
  net::Shape in, out;
  int halo = 0;       ///< rows above and below a tile that its kernel reads
  int digits = 1;     ///< of the picture, `in.channels` channels each
  int tiles = 0;      ///< pairs of rows
  int in_beats = 0;   ///< channel groups of the input: beats per pixel
  int row_beats = 0;  ///< beats of an input row
  int dw_groups = 0;  ///< passes of the depth-wise stage over a tile
  int dw_pass = 0;    ///< cycles of such a pass
  int in_groups = 0, out_groups = 0;
  int passes = 0;          ///< of the array for an output group: input groups and taps, or the input groups of a diagonal block
  int units = 0;           ///< output groups, engine.unit_groups at a time: what the result buffer and the store take at once
  int pixels = 0;          ///< words of an input group of a tile that the array makes
  int pass_words = 0;      ///< ... that it takes for them: with rows of taps a column more, of both rows
  int pw_pass = 0;         ///< cycles of a pass: one input group to one output group
  int tile_stride = 0;     ///< words of an input group in the tile buffer
  int tile_words = 0;      ///< of a tile in the tile buffer
  int diagonal_words = 0;  ///< diagonal: from an output group's first input group to the next one's, or an input group less
  int unit_pixels = 0;     ///< of a tile, after the array's pooling
  int unit_words = 0;      ///< of a unit of a tile in the result buffer
  int dw_weight_base = 0, dw_param_base = 0, pw_weight_base = 0, pw_param_base = 0;  ///< first words in the four memories
  int slots = 0;                         ///< stream: room for so many output groups' weights, the same for all streamed layers
  int slot_words = 0;                    ///< stream: from one slot to the next
  int group_beats = 0;                   ///< stream: beats of an output group's weights
  int64_t stream_address = 0;            ///< stream: of its weights in memory, bytes
  int out_lanes = 0;                     ///< channels in a beat of the output
  int groups_full = 0, groups_last = 0;  ///< beats per pixel that a full unit gives, and the last one
  int out_row_beats = 0;                 ///< beats of an output row
  int out_stride = 0;                    ///< beats from one output row to the next: more where it is joined with a bypassed map
  int part_beats = 0;                    ///< bypass: of one of the four pixels of a row
  int bypass_stride = 0;                 ///< bypass: beats from one row of the joined map to the next
  int pixel_beats() const { return (units - 1) * groups_full + groups_last; }  ///< of an output pixel; words of its parameters
  int64_t in_address = 0, out_address = 0;  ///< of the maps in memory, bytes; the picture's and the head's are given per frame
  int64_t bypass_address = 0;               ///< bypass: of the joined map
  int64_t macs = 0;
};

/// The next address that maps and programs begin at: a multiple of 128 bytes, so that a burst (16 beats) that starts at one never
/// crosses 4 KB.
inline int64_t align(int64_t address) { return (address + 127) / 128 * 128; }

/// Where things lie in memory. All addresses are aligned.
struct Layout {
  int64_t program = 0, program_bytes = 0;  ///< header, descriptors, weights, parameters: read once
  int64_t image_bytes() const { return streams + stream_bytes - program; }  ///< with the streamed weights
  int64_t streams = 0, stream_bytes = 0;                                    ///< weights of streamed layers
  int64_t maps = 0;                                                         ///< feature maps between layers
  int64_t picture_bytes = 0, head_bytes = 0;
  int64_t end = 0;
};

/// A network made ready for an engine: the one schedule that estimate, simulation, memory image and driver read.
struct Program {
  engine::Engine engine;
  net::Network network;
  std::vector<Layer> layers;
  Layout layout;
  engine::Buffers needs;  ///< of the engine's memories, all its slots of streamed weights included
};

/// Why the network does not run on the engine (lanes that break a rule, a memory too small: which, and how large it must be, a
/// number too large for a descriptor), or "" when it does.
std::string unfit_because(const net::Network& network, const engine::Engine& engine);
/// Throws Error with that reason.
Program compile(const net::Network& network, const engine::Engine& engine);
/// The engine with memories just large enough for the network (and so for smaller ones) to run at its best. Lanes and widths
/// stay.
engine::Engine size_for(const engine::Engine& engine, const net::Network& network);

/// Bytes of memory that frames back to back need: program, maps, a picture, and outputs of the four frames that may queue.
int64_t memory_bytes(const Program& program);

/// What lies behind the AXI port.
struct Memory {
  int latency = 60;     ///< cycles from a read's address to its first beat, and from a burst's last written beat to its response
  int outstanding = 8;  ///< bursts that the engine keeps in flight, each way
  /// Idle cycles per beat, each way: 1/7 lets 7 of 8 cycles carry data. A fraction of a cycle that is still owed when the bus
  /// idles by itself is forgotten.
  int gap_num = 0, gap_den = 1;
};
/// The memory of a device at a clock: each way gets half of what it carries.
Memory memory_of(const device::Device& device, double clock_mhz);

/// The fastest engine for the network whose memories take at most `bram36` blocks: as above where that fits, else with weights
/// streamed and, where it is worth it, smaller rings. Where nothing fits, the smallest.
engine::Engine size_for(const engine::Engine& engine, const net::Network& network, double bram36, const Memory& memory);

/// Where a layer's cycles go.
struct LayerCycles {
  Part part;
  int64_t total = 0;    ///< from the previous layer's last point-wise pass to this one's: the sum of the rest
  int64_t compute = 0;  ///< point-wise passes
  int64_t fill = 0;     ///< waiting for a tile that the depth-wise stage makes
  int64_t load = 0;     ///< waiting for a tile's rows or for streamed weights
  int64_t store = 0;    ///< waiting for room for results
};

struct Cycles {
  int64_t frame = 0;                          ///< between the done interrupts of the second and third frame, frames back to back
  int64_t latency = 0;                        ///< from start to done of a single frame, program loaded
  int64_t bytes_read = 0, bytes_written = 0;  ///< a frame
  std::vector<LayerCycles> layers;            ///< of the third frame
  LayerCycles all;  ///< of three frames, as the engine's counters count: with the end of the last one under `load`
};

/// Predicts the cycles of a program (program/pipeline.h).
Cycles predict(const Program& program, const Memory& memory);

/// Memory contents for a quantised network, whose numbers may be narrower than the engine's. Throws Error when they are wider:
/// the program (header, descriptors, weights, parameters) and streamed weights, from layout.program on.
std::vector<uint8_t> image(const Program& program, const quant::QuantizedNetwork& network);

/// A feature map in memory order: [row][channel group][column][lane], each value 4, 8 or 16 bits, a pixel's group 64 bits.
std::vector<uint8_t> pack_map(const layer::IntMap& map, int lanes, int bits);
/// A picture as the program's engine reads it: a map; in digits where the array reads it and its features are narrower
/// (engine::digits); on an engine of nibbles a pixel's three bytes in each beat or, where it is pooled, those of two columns.
std::vector<uint8_t> pack_picture(const layer::IntMap& picture, const Program& program);
layer::IntMap unpack_map(const std::vector<uint8_t>& bytes, net::Shape shape, int lanes, int bits, bool is_signed);

}  // namespace duet::program
