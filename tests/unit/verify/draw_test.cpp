// What `duet verify` draws: reproducible, complete, and nothing that could not be verified.
#include "verify/draw.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "estimate/estimate.h"
#include "quant/quantize.h"
#include "verify/numbers.h"

namespace duet::verify {
namespace {

constexpr int kMany = 204;  // more than there are latencies

const device::Device& pynq() {
  static const device::Device device = device::find_device("pynq-z1");
  return device;
}

const std::vector<Design>& many() {
  static const std::vector<Design> designs = draw(kMany, 7, pynq());
  return designs;
}

template <class Value>
std::set<int> values(Value value) {
  std::set<int> all;
  for (const Design& design : many()) all.insert(value(design));
  return all;
}

std::set<int> whole(int lo, int hi) {
  std::set<int> all;
  for (int i = lo; i <= hi; ++i) all.insert(i);
  return all;
}

TEST(Deck, DealsEveryCardBeforeAnyAgain) {
  Rng rng(1);
  Deck deck(2, 9);
  for (int round = 0; round < 3; ++round) {
    std::set<int> seen;
    for (int i = 0; i < 8; ++i) seen.insert(deck.take(rng));
    EXPECT_EQ(seen, whole(2, 9));
  }
}

TEST(Deck, KeepsWhatIsNotAllowedForLater) {
  Rng rng(1);
  Deck deck(1, 4);
  const auto even = [](int card) { return card % 2 == 0; };
  EXPECT_EQ((std::set<int>{deck.take(rng, even), deck.take(rng, even)}), (std::set<int>{2, 4}));
  EXPECT_EQ((std::set<int>{deck.take(rng), deck.take(rng)}), (std::set<int>{1, 3}));
}

TEST(Draw, SameSeedSameDesigns) {
  const std::vector<Design> few = draw(4, 7, pynq());
  for (size_t i = 0; i < few.size(); ++i) EXPECT_EQ(to_json(few[i]), to_json(many()[i]));
  EXPECT_NE(to_json(draw(1, 8, pynq())[0]), to_json(few[0]));
}

TEST(Draw, EverythingComesUp) {
  EXPECT_EQ(values([](const Design& d) { return d.engine.weight_bits; }), whole(2, 16));
  EXPECT_EQ(values([](const Design& d) { return d.engine.feature_bits; }), whole(2, 16));
  EXPECT_EQ(values([](const Design& d) { return d.memory.latency; }), whole(0, 200));
  EXPECT_EQ(values([](const Design& d) { return d.engine.acc_bits; }), whole(16, 40));
  EXPECT_THAT(values([](const Design& d) { return d.engine.dw_lanes; }), testing::IsSupersetOf({0, 1, 2, 3, 4, 5, 6, 8, 12}));
  EXPECT_EQ(values([](const Design& d) { return d.engine.unit_groups; }), whole(1, 2));
  EXPECT_EQ(values([](const Design& d) { return d.network.replications.size(); }), whole(1, 5));
  EXPECT_EQ(values([](const Design& d) { return static_cast<int>(d.network.bundle.pool); }), whole(0, 2));
  EXPECT_EQ(values([](const Design& d) { return d.network.bundle.relu; }), whole(0, 1));
  EXPECT_EQ(values([](const Design& d) { return d.engine.bypass + d.network.bypass.has_value(); }), whole(0, 2));
  EXPECT_THAT(values([](const Design& d) { return d.network.bypass ? d.network.bypass->to - d.network.bypass->from : 0; }),
              testing::IsSupersetOf({1, 2}));
  std::set<std::string> layers;  // of every kind one or two, in every order
  for (const Design& d : many()) {
    net::Bundle bundle{d.network.bundle.layers, false, false, 0, net::Pool::none};
    layers.insert(net::name(bundle));
  }
  EXPECT_EQ(layers.size(), 30u);
  const auto picture = [](const Design& d) { return runs_quads(d) + engine::nibbles(d.engine); };
  std::set<int> mappings = whole(0, 17);
  mappings.insert({18, 21});  // six products a DSP: of rows, without quads
  EXPECT_EQ(values([&](const Design& d) { return 6 * (d.engine.products / 2) + 3 * d.engine.dw_in_luts + picture(d); }),
            mappings);
}

TEST(Draw, AQuarterIsWideAndAnotherDeep) {
  for (size_t i = 0; i < many().size(); i += 4) EXPECT_GE(multipliers(many()[i]), kManyMultipliers);
  for (size_t i = 2; i < many().size(); i += 4) {
    EXPECT_GE(many()[i].network.replications.size(), static_cast<size_t>(kManyBundles));
    for (const net::Replication& r : many()[i].network.replications) EXPECT_GE(r.channels, kManyChannels);
  }
}

TEST(Draw, EveryDesignRunsFitsAndIsAlive) {
  for (const Design& d : many()) {
    SCOPED_TRACE(describe(d));
    EXPECT_EQ(program::unfit_because(d.network, d.engine), "");
    EXPECT_EQ(estimate::excess(estimate::engine_resources(d.engine), pynq().resources), 0);
    const Numbers numbers = draw_numbers(d);
    EXPECT_LE(quant::accumulator_bits(numbers.network), d.engine.acc_bits);
    const std::vector<Live> live = live_outputs(numbers, golden_maps(numbers));
    EXPECT_GE(live.size(), d.network.bundle.layers.size() * d.network.replications.size() + 1);
    EXPECT_GE(least(live), kLeastLive);
  }
}

TEST(Design, ReadsWhatItWrites) {
  for (const Design& d : draw(8, 3, pynq())) EXPECT_EQ(to_json(design_from_json(to_json(d), "test")), to_json(d));
}

TEST(Design, RefusesNumbersWiderThanTheEngine) {
  Json json = to_json(many()[0]);
  json["weight_bits"] = 17;
  EXPECT_THROW(design_from_json(json, "test"), Error);
  json = to_json(many()[0]);
  json["seed"] = "-1";
  EXPECT_THROW(design_from_json(json, "test"), Error);
}

TEST(Draw, ADeviceThatHoldsNoneIsRefused) {
  device::Device tiny = pynq();
  tiny.resources.bram36 = 2;
  EXPECT_THROW(draw(1, 1, tiny), Error);
}

}  // namespace
}  // namespace duet::verify
