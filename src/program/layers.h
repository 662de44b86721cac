#pragma once
// How a network runs on an engine: its passes as layers, with what each stage has to do, which of them take turns and whose
// weights are streamed. compile.cpp gives them memory.

#include "program/passes.h"
#include "program/program.h"

namespace duet::program {

/// a / b, rounded up.
template <class Int>
Int ceil_div(Int a, int b) {
  return (a + b - 1) / b;
}

/// Output groups of streamed weights on chip (duet_load), at least.
inline constexpr int kLeastSlots = 2;

/// What all layers ask about their engine.
struct Shape {
  explicit Shape(const engine::Engine& e)
      : engine(e),
        dw_kernel(engine::dw_kernel(e)),
        beat_lanes(engine::beat_lanes(e)),
        head_lanes(engine::head_lanes(e)),
        pixels(engine::pixels(e)),
        digits(engine::digits(e)),
        quads(engine::quads(e)),
        nibbles(engine::nibbles(e)),
        signs(engine::signed_features(e)) {}
  const engine::Engine& engine;
  int dw_kernel, beat_lanes, head_lanes, pixels, digits;
  bool quads, nibbles, signs;
};

/// Words of point-wise weights.
struct PwWeights {
  int resident = 0;  ///< of the layers whose weights stay on chip
  int slot = 0;      ///< the largest output group of a streamed layer
  int total() const { return resident + kLeastSlots * slot; }
};
PwWeights pw_weights(const std::vector<Layer>& layers, const engine::Engine& engine);

/// Taps of the depth-wise stage.
inline int taps(const engine::Engine& engine) { return engine::dw_kernel(engine) * engine::dw_kernel(engine); }
/// 64-bit beats of a word of weights.
inline int64_t word_beats(int bits) { return (bits + 63) / 64; }

/// How the network runs where there is room for so many words of point-wise weights and of a row in the side ring. `layers`:
/// what was in it is lost, its storage used again.
void make_layers(const std::vector<Pass>& passes, const Shape& shape, int pw_weight_words, int side_words,
                 std::vector<Layer>& layers);

}  // namespace duet::program
