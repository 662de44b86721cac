#include <gtest/gtest.h>

#include "base/error.h"
#include "program/program.h"
#include "quant/quantize.h"

namespace duet::program {
namespace {

net::Network network() {
  net::Network small = *net::find_known("dnn-a");
  small.input = {3, 12, 20};
  small.replications = {{8, true}, {12, false}};
  return small;
}

engine::Engine lanes(int weight_bits, int feature_bits) {
  engine::Engine engine;
  engine.in_lanes = 4, engine.out_lanes = 4, engine.dw_lanes = 1;
  engine.weight_bits = weight_bits, engine.feature_bits = feature_bits, engine.acc_bits = 40;
  return size_for(engine, network());
}

quant::QuantizedNetwork numbers(int weight_bits, int feature_bits) {
  quant::QuantizeOptions widths;
  widths.weight_bits = weight_bits, widths.feature_bits = feature_bits;
  Rng rng(1);
  return quant::random_quantized(network(), widths, rng);
}

uint64_t beat(const std::vector<uint8_t>& bytes, size_t index) {
  uint64_t value = 0;
  for (size_t i = 8; i-- > 0;) value = value << 8 | bytes[8 * index + i];
  return value;
}

TEST(Image, HeaderNamesTheEngine) {
  const std::vector<uint8_t> bytes = image(compile(network(), lanes(8, 8)), numbers(8, 8));
  EXPECT_EQ(beat(bytes, 0), 0x0000000754455544u);
  EXPECT_EQ(beat(bytes, 1), 0x1128'0808'0401'0404u);
  EXPECT_EQ(beat(bytes, 2) & 0xffff, 3u);
  EXPECT_EQ((beat(bytes, 2) >> 32) * 8 + 64, bytes.size());
}

// Rows of 20 x 1 and 10 x 2 beats; tiles of 40, 2 x 20 and (head) 3 x 20 pixels; sums and results of 20; weights 2 x 4, 2 x 3 x 4
// and 3 x 3 x 4 words.
TEST(Image, HeaderTellsWhatTheProgramNeedsOfTheMemories) {
  const std::vector<uint8_t> bytes = image(compile(network(), lanes(8, 8)), numbers(8, 8));
  EXPECT_EQ(beat(bytes, 5), 60ull << 32 | 20ull << 48 | 20 << 16 | 20);
  EXPECT_EQ(beat(bytes, 6), 68ull << 32 | 20);
  EXPECT_EQ(beat(bytes, 7), 0u);
}

// Of 12 output groups of 8 words and a head of 144, an engine with room for more keeps more slots, and the program uses them all.
TEST(Image, HeaderCountsTheSlotsOfStreamedWeights) {
  net::Network wide = network();
  wide.replications[1].channels = 48;
  engine::Engine engine = size_for(lanes(8, 8), wide);
  Rng rng(1);
  const quant::QuantizedNetwork numbers = quant::random_quantized(wide, {}, rng);
  const auto words = [&] { return static_cast<int>(beat(image(compile(wide, engine), numbers), 6) >> 32); };
  EXPECT_EQ(words(), 8 + 12 * 8 + 144);
  for (const int slots : {2, 3, 5}) {
    engine.buffers.pw_weight_words = 8 + slots * 8 + 144;
    EXPECT_EQ(words(), engine.buffers.pw_weight_words);
    engine.buffers.pw_weight_words += 7;
    EXPECT_EQ(words(), engine.buffers.pw_weight_words - 7);
  }
}

TEST(Image, NarrowerNumbersRunInWiderLanes) {
  EXPECT_NO_THROW(image(compile(network(), lanes(11, 9)), numbers(8, 8)));
  EXPECT_THROW(image(compile(network(), lanes(8, 8)), numbers(11, 8)), Error);
  EXPECT_THROW(image(compile(network(), lanes(8, 8)), numbers(8, 9)), Error);
}

TEST(Image, SumsMustFitTheAccumulator) {
  engine::Engine narrow = lanes(8, 8);
  narrow.acc_bits = quant::accumulator_bits(numbers(8, 8));
  EXPECT_NO_THROW(image(compile(network(), narrow), numbers(8, 8)));
  narrow.acc_bits -= 1;
  EXPECT_THROW(image(compile(network(), narrow), numbers(8, 8)), Error);
}

// A bypass needs an engine that has one.
TEST(Image, HeaderTellsOfABypass) {
  net::Network around = network();
  around.bypass = net::Bypass{0, 1};
  const engine::Engine engine = size_for(lanes(8, 8), around);
  Rng rng(1);
  const quant::QuantizedNetwork numbers = quant::random_quantized(around, {}, rng);
  EXPECT_EQ(beat(image(compile(around, engine), numbers), 6) >> 16 & 0xffff, 1u);
  EXPECT_EQ(unfit_because(around, lanes(8, 8)), "the network has a bypass, the engine none");
  around.replications[0].channels = 6;
  EXPECT_EQ(unfit_because(around, engine), "the 6 channels that a bypass takes are no multiple of the 4 of a beat");
}

// docs/registers.md: a program moves when the base is added to four beats of every descriptor.
TEST(Image, MovesByFourBeatsOfEveryDescriptor) {
  constexpr int64_t kBase = 0x1000'0080;
  net::Network around = network();
  around.bypass = net::Bypass{0, 2};
  engine::Engine engine = size_for(lanes(8, 8), around);
  while (unfit_because(around, engine).empty()) --engine.buffers.pw_weight_words;
  ++engine.buffers.pw_weight_words;  // layers are streamed: their addresses move too
  const Program program = compile(around, engine);
  Program moved = program;
  moved.layout.program += kBase, moved.layout.streams += kBase, moved.layout.maps += kBase;
  int streamed = 0;
  for (Layer& layer : moved.layers) {
    layer.in_address += kBase, layer.out_address += kBase, layer.stream_address += kBase;
    if (layer.bypass) layer.bypass_address += kBase;
    streamed += layer.stream;
  }
  ASSERT_GT(streamed, 0);
  ASSERT_TRUE(program.layers[0].bypass);
  Rng rng(1);
  const quant::QuantizedNetwork numbers = quant::random_quantized(around, {}, rng);
  const std::vector<uint8_t> there = image(program, numbers), expected = image(moved, numbers);
  ASSERT_EQ(there.size(), expected.size());
  const size_t descriptors = 8, layers = program.layers.size();
  for (size_t i = 0; i < there.size() / 8; ++i) {
    const size_t layer = (i - descriptors) / 16, field = (i - descriptors) % 16;
    uint64_t want = beat(there, i);
    if (i >= descriptors && layer < layers &&
        (field == 0 || field == 12 || (field == 2 && program.layers[layer].stream) ||
         (field == 11 && program.layers[layer].bypass)))
      want += kBase;
    EXPECT_EQ(beat(expected, i), want) << "beat " << i;
  }
}

}  // namespace
}  // namespace duet::program
