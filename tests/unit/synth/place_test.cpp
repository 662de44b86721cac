#include "synth/place.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace duet::synth {
namespace {

bool legal(double in_mhz, const Pll& pll) {
  const double detector = in_mhz / pll.in, oscillator = detector * pll.feed;
  return detector >= 10 && oscillator >= 400 && oscillator <= 800;
}

TEST(Place, PllMakesTheHighestClockThatIsNotTooHigh) {
  for (const double in : {12.0, 25.0, 100.0})
    for (const double wanted : {12.5, 47.3, 80.0, 99.99, 106.19, 120.0, 150.0}) {
      double best = 0;  // by trying all dividers
      for (int i = 1; i <= 128; ++i)
        for (int feed = 1; feed <= 128; ++feed)
          for (int out = 1; out <= 128; ++out)
            if (const double mhz = in * feed / i / out; mhz <= wanted + 1e-9 && legal(in, {i, feed, out, mhz}))
              best = std::max(best, mhz);
      const Pll pll = ecp5_pll(in, wanted);
      EXPECT_TRUE(legal(in, pll)) << in << " to " << wanted;
      EXPECT_NEAR(pll.mhz, best, 1e-9) << in << " to " << wanted;
      EXPECT_DOUBLE_EQ(pll.mhz, in / pll.in * pll.feed / pll.out);
      EXPECT_LE(std::max({pll.in, pll.feed, pll.out}), 128);
    }
  EXPECT_DOUBLE_EQ(ecp5_pll(25, 80).mhz, 80);
  EXPECT_THROW(ecp5_pll(25, 1), Error);
}

// Project IceStorm's icepll names the same settings: `icepll -i 12 -o 36` and so on.
TEST(Place, PllOfIce40) {
  const auto is = [](double in, double wanted, Pll expected) {
    const Pll pll = ice40_pll(in, wanted);
    EXPECT_EQ(pll.in, expected.in);
    EXPECT_EQ(pll.feed, expected.feed);
    EXPECT_EQ(pll.out, expected.out);
    EXPECT_DOUBLE_EQ(pll.mhz, expected.mhz);
  };
  is(12, 36, {1, 48, 4, 36});
  is(12, 39.75, {1, 53, 4, 39.75});
  is(12, 40, {1, 53, 4, 39.75});  // the highest below, not the nearest
  is(48, 16.5, {1, 22, 6, 16.5});
  EXPECT_THROW(ice40_pll(12, 8), Error);
}

TEST(Place, SaysWhyThereIsNoBitstream) {
  EXPECT_EQ(unplaceable_because(device::find_device("pynq-z1")), "the device file has no [board]");
  device::Device other = device::find_device("ulx3s-85f");
  other.family = device::Family::ultrascale;
  EXPECT_EQ(unplaceable_because(other), "duet knows no open place and route for ultrascale");
}

}  // namespace
}  // namespace duet::synth
