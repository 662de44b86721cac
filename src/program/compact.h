#pragma once
#include "program/program.h"

/// The compact engine (rtl/compact, docs/compact.md): eight multipliers and one memory on chip, a layer after the other, for
/// devices that the pipeline is too large for: what program::compile and its like call for such an engine. Nothing of it is
/// chosen: a network fits or does not.
namespace duet::program::compact {

inline constexpr int kLanes = 8;             ///< channels side by side; a word of memory holds as many
inline constexpr int kWords = 16384;         ///< of memory, 64 bits each
inline constexpr int kTileWords = 1024;      ///< of u_tile
inline constexpr int kMaxInputs = 248;       ///< channels that a 1x1 convolution reads: words of u_weights, and its counter
inline constexpr int kAccumulatorBits = 24;  ///< AccBits of duet_compact

/// One layer of the engine: a pass of program::passes. Addresses and strides in words of memory, or half words of a picture
/// that a depth-wise convolution reads.
struct Layer {
  Part part;
  bool depthwise = false;  ///< 3x3, in front of the 1x1 convolution
  bool pool = false, head = false;
  bool packed = false;  ///< reads two pixels of the picture in a word
  net::Shape in, out;
  int inner = 0;                        ///< steps of the 1x1 convolution for a pixel: its channels, at least kLanes; a multiple
                                        ///< of kLanes without a depth-wise convolution
  int in_groups = 0, out_groups = 0;    ///< words of a pixel's features
  int64_t in_start = 0, out_start = 0;  ///< of the maps
  int64_t weights = 0;                  ///< of weights and parameters
  int64_t cycles = 0;                   ///< exact
};

struct Plan {
  net::Network network;
  std::vector<Layer> layers;
  int64_t program_words = 0;      ///< descriptors, weights and parameters, from word 0 on
  int64_t picture = 0, head = 0;  ///< first words
  int64_t picture_words = 0, head_words = 0;
  int64_t cycles = 0;  ///< of a frame, from start to the end of busy: exact, nothing ever waits
};

/// Why the network does not run on the compact engine (which layer, which limit), or "" when it does.
std::string unfit_because(const net::Network& network);
/// Throws Error with that reason.
Plan plan(const net::Network& network);

/// The network made ready for the compact engine, as program::compile hands it on: its layers with sizes and addresses.
Program to_program(const net::Network& network, const engine::Engine& engine);
/// Of such a program: nothing ever waits.
Cycles cycles(const Program& program);

/// The program's words, bytes in memory's order. Throws Error where the numbers are wider than W8F8, signed, or need a wider
/// accumulator.
std::vector<uint8_t> image(const Plan& plan, const quant::QuantizedNetwork& network);
/// A picture (3 x height x width, 0..255) as the first layer reads it: picture_words words.
std::vector<uint8_t> pack_picture(const layer::IntMap& picture, const Plan& plan);
/// The head's map from its words.
layer::IntMap unpack_head(const std::vector<uint8_t>& bytes, const Plan& plan);

}  // namespace duet::program::compact
