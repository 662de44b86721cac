#include "program/compact.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "program/passes.h"

namespace duet::program::compact {
namespace {

constexpr int kDescriptorWords = 3, kTaps = 9;
// Cycles of duet_compact beside a layer's steps: its descriptor's words until they are there and Begin; a group's words until
// they are there, the last step until its result is written, and Next; the cycle in which the start is seen.
constexpr int kLayer = kDescriptorWords + 5 + 1, kGroup = 5 + 24 + 1, kStart = 1;

int groups(int channels) { return (channels + kLanes - 1) / kLanes; }

std::string unfit_because(const Pass& pass) {
  if (pass.dense != 1) return fmt::format("{}: it has no 1x1 convolution", pass.part.name());
  if (pass.depthwise != 0 && pass.depthwise != 3)
    return fmt::format("{}: a depth-wise convolution of {}x{}", pass.part.name(), pass.depthwise, pass.depthwise);
  if (pass.pool == net::Pool::average) return fmt::format("{}: average pooling", pass.part.name());
  if (pass.joined || pass.bypass) return fmt::format("{}: a bypass", pass.part.name());
  if (pass.in.height % 2) return fmt::format("{}: {} rows, which is odd", pass.part.name(), pass.in.height);
  if (pass.pool == net::Pool::max && pass.in.width % 2)
    return fmt::format("{}: {} columns to pool, which is odd", pass.part.name(), pass.in.width);
  if (pass.in.width > 256 || pass.in.height > 512)
    return fmt::format("{}: a map of {} x {}", pass.part.name(), pass.in.height, pass.in.width);
  if (pass.in.channels > kMaxInputs || pass.out.channels > kMaxInputs)
    return fmt::format("{}: {} to {} channels, {} at most", pass.part.name(), pass.in.channels, pass.out.channels, kMaxInputs);
  const int words = 2 * pass.in.width * groups(pass.in.channels);
  if (pass.depthwise && words > kTileWords)
    return fmt::format("{}: two rows of {} columns and {} channels take {} words, u_tile has {}", pass.part.name(), pass.in.width,
                       pass.in.channels, words, kTileWords);
  return "";
}

compact::Layer layer_of(const Pass& pass, bool first) {
  compact::Layer l{pass.part, pass.depthwise > 0, pass.pool == net::Pool::max, pass.head, false, pass.in, pass.out};
  l.in_groups = groups(pass.in.channels), l.out_groups = groups(pass.out.channels);
  l.packed = first && l.depthwise;
  l.inner = l.depthwise ? std::max(pass.in.channels, kLanes) : kLanes * l.in_groups;
  const int64_t pixels = 2 * pass.in.width, tiles = pass.in.height / 2;
  const int64_t dw = l.depthwise ? l.in_groups * (kTaps + kLanes + pixels * kTaps + kGroup) : 0;
  l.cycles = kLayer + tiles * (dw + l.out_groups * (l.inner + kLanes + pixels * l.inner + kGroup));
  return l;
}

int64_t weight_words(const compact::Layer& l) {
  return (l.depthwise ? l.in_groups * (kTaps + kLanes) : 0) + int64_t{l.out_groups} * (l.inner + kLanes);
}

int64_t map_words(const compact::Layer& l) {  // of what it writes
  return int64_t{l.out.height} * l.out.width * l.out_groups * (l.head ? 2 : 1);
}

// Maps lie at the low and at the high end of what the program leaves, in turns. Returns the words that are missing.
int64_t place(Plan& plan) {
  int64_t at = kDescriptorWords * static_cast<int64_t>(plan.layers.size());
  for (compact::Layer& l : plan.layers) l.weights = at, at += weight_words(l);
  plan.program_words = at;
  const int64_t low = at + at % 2;  // a head's pixel begins at an even word
  const compact::Layer& first = plan.layers.front();
  plan.picture_words = int64_t{first.in.height} * first.in.width / (first.packed ? 2 : 1);
  int64_t missing = 0, before = plan.picture_words;
  bool before_low = true;
  plan.picture = low;
  plan.layers.front().in_start = low * (first.packed ? 2 : 1);
  for (size_t i = 0; i < plan.layers.size(); ++i) {
    compact::Layer& l = plan.layers[i];
    const int64_t words = map_words(l);
    missing = std::max(missing, low + before + words - kWords);
    l.out_start = before_low ? kWords - words : low;
    if (i + 1 < plan.layers.size()) plan.layers[i + 1].in_start = l.out_start;
    before = words, before_low = !before_low;
  }
  plan.head = plan.layers.back().out_start, plan.head_words = before;
  return missing;
}

struct Made {
  Plan plan;
  std::string unfit;
};

Made make(const net::Network& network) {
  Made made;
  made.plan.network = network;
  if (!network.bundle.relu) return {{}, "features with a sign: its Bundle has no ReLU"};
  made.plan.cycles = kStart;
  for (const Pass& pass : passes(network)) {
    made.unfit = unfit_because(pass);
    if (!made.unfit.empty()) return made;
    made.plan.layers.push_back(layer_of(pass, made.plan.layers.empty()));
    made.plan.cycles += made.plan.layers.back().cycles;
  }
  if (const int64_t missing = place(made.plan); missing > 0)
    made.unfit =
        fmt::format("its weights and two maps side by side take {} of {} bytes of memory", 8 * (kWords + missing), 8 * kWords);
  return made;
}

}  // namespace

std::string unfit_because(const net::Network& network) { return make(network).unfit; }

Plan plan(const net::Network& network) {
  Made made = make(network);
  if (!made.unfit.empty())
    throw Error("the compact engine cannot run it: " + made.unfit, network.name, "docs/compact.md tells what fits");
  return std::move(made.plan);
}

Program to_program(const net::Network& network, const engine::Engine& engine) {
  const Plan made = plan(network);
  Program program{engine, network, {}, {}, engine.buffers};
  for (const compact::Layer& from : made.layers) {
    program::Layer layer;
    layer.part = from.part, layer.in = from.in, layer.out = from.out;
    layer.copy = !from.depthwise, layer.pool = from.pool, layer.head = from.head;
    layer.tiles = from.in.height / 2, layer.dw_groups = from.depthwise ? from.in_groups : 0;
    layer.in_groups = from.in_groups, layer.out_groups = from.out_groups, layer.passes = from.inner, layer.out_lanes = kLanes;
    layer.in_address = 8 * (from.packed ? from.in_start / 2 : from.in_start), layer.out_address = 8 * from.out_start;
    layer.macs = from.in.pixels() * from.in.channels * ((from.depthwise ? kTaps : 0) + from.out.channels);
    program.layers.push_back(layer);
  }
  program.layout.program_bytes = program.layout.streams = program.layout.maps = 8 * made.program_words;
  program.layout.picture_bytes = 8 * made.picture_words, program.layout.head_bytes = 8 * made.head_words;
  program.layout.end = 8 * kWords;
  return program;
}

Cycles cycles(const Program& program) {
  const Plan made = plan(program.network);
  Cycles all;
  all.frame = all.latency = made.cycles;
  for (const compact::Layer& layer : made.layers) all.layers.push_back({layer.part, layer.cycles, layer.cycles});
  all.all = {{}, 3 * made.cycles, 3 * made.cycles};
  return all;
}

}  // namespace duet::program::compact
