#include "net/bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/error.h"

namespace duet::net {
namespace {

std::string hint_of(const std::string& text) {
  try {
    parse_bundle(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Bundle, EveryOneOfThePoolIsNamedAndReadBack) {
  const auto all = all_bundles();
  EXPECT_EQ(all.size(), 720u);  // (3 + 36 - 9) computing parts x norm or not x 4 activations x 3 poolings
  std::set<std::string> names;
  for (const Bundle& bundle : all) {
    EXPECT_EQ(parse_bundle(name(bundle)), bundle) << name(bundle);
    names.insert(name(bundle));
  }
  EXPECT_EQ(names.size(), all.size());
  EXPECT_TRUE(names.count("dw3-conv1-bn-relu-max"));
  EXPECT_TRUE(names.count("conv3"));
}

TEST(Bundle, DrawsFromTheWholePoolAndTheSameBySeed) {
  std::set<std::string> drawn;
  Rng rng(3), again(3);
  for (int i = 0; i < 20000; ++i) {
    const Bundle bundle = draw_bundle(rng);
    EXPECT_EQ(bundle, draw_bundle(again));
    drawn.insert(name(bundle));
  }
  EXPECT_EQ(drawn.size(), 720u);
}

TEST(Bundle, TheFirstDenseConvolutionChangesTheChannels) {
  EXPECT_EQ(expanding_layer(parse_bundle("dw3-conv1")), 1);
  EXPECT_EQ(expanding_layer(parse_bundle("conv1-dw3")), 0);
  EXPECT_EQ(expanding_layer(parse_bundle("conv3-conv1")), 0);
}

TEST(Bundle, WrongNamesSayWhatIsRight) {
  EXPECT_THAT(hint_of("dw3-conv2-bn"), testing::HasSubstr("did you mean 'conv1'"));
  EXPECT_THAT(hint_of("dw3-conv1-bn-relu6"), testing::HasSubstr("did you mean 'relu"));
  EXPECT_THAT(hint_of("dw3-dw5-bn"), testing::HasSubstr("one layer must be conv1, conv3 or conv5"));
  EXPECT_THAT(hint_of("dw3-conv1-conv1"), testing::HasSubstr("one or two"));
  EXPECT_THAT(hint_of("max-conv1"), testing::HasSubstr("write 'conv1-max'"));
  EXPECT_THAT(hint_of("conv1-max-avg"), testing::HasSubstr("write 'conv1-avg'"));
  EXPECT_NE(hint_of(""), "");
  EXPECT_NE(hint_of("-"), "");
}

}  // namespace
}  // namespace duet::net
