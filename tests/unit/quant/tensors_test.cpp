#include "quant/tensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"

namespace duet::quant {
namespace {

namespace fs = std::filesystem;

class TensorFile : public testing::Test {
 protected:
  TensorFile() { fs::remove_all(folder_), fs::create_directories(folder_); }
  ~TensorFile() override { fs::remove_all(folder_); }

  std::string message(const std::string& bytes) {
    base::write_file(folder_ / "bad.safetensors", bytes);
    try {
      load_safetensors(folder_ / "bad.safetensors");
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  static std::string with_header(const std::string& header, const std::string& data = "") {
    std::string length(8, '\0');
    for (int i = 0; i < 8; ++i) length[i] = static_cast<char>(header.size() >> (8 * i));
    return length + header + data;
  }

  fs::path folder_ = fs::temp_directory_path() / ("duet_tensors_" + std::to_string(getpid()));
};

template <class T>
Tensor of(std::vector<int64_t> shape, std::vector<T> values) {
  return make_tensor<T>(std::move(shape), std::span<const T>(values));
}

TEST_F(TensorFile, IsReadBackAsItWasWritten) {
  Tensors tensors;
  tensors["b.weight"] = of<float>({2, 1, 1, 2}, {1.5f, -2, 3e-30f, 4});
  tensors["a"] = of<int16_t>({3}, {-32768, 0, 32767});
  tensors["c"] = of<int64_t>({1}, {-(int64_t{1} << 39)});
  tensors["d"] = of<uint8_t>({2}, {0, 255});
  tensors["e"] = of<int32_t>({0}, {});
  save_safetensors(tensors, folder_ / "t.safetensors");
  const Tensors read = load_safetensors(folder_ / "t.safetensors");
  ASSERT_EQ(read.size(), tensors.size());
  for (const auto& [name, tensor] : tensors) {
    EXPECT_EQ(read.at(name).type, tensor.type) << name;
    EXPECT_EQ(read.at(name).shape, tensor.shape) << name;
    EXPECT_EQ(read.at(name).bytes, tensor.bytes) << name;
  }
  EXPECT_EQ(read.at("c").as<int64_t>()[0], -(int64_t{1} << 39));
  EXPECT_EQ(floats(read, "b.weight", {2, 1, 1, 2}, "t")[1], -2);
}

// The layout of the format's own description, byte by byte, so that other programs read what duet writes.
TEST_F(TensorFile, HasTheFormatsLayout) {
  save_safetensors({{"x", of<uint8_t>({2}, {7, 9})}}, folder_ / "t.safetensors");
  const std::string bytes = base::read_file(folder_ / "t.safetensors");
  const std::string header = R"({"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})";
  const size_t padded = (header.size() + 7) / 8 * 8;
  EXPECT_EQ(static_cast<size_t>(bytes[0]), padded);
  EXPECT_EQ(bytes.substr(1, 7), std::string(7, '\0'));
  EXPECT_EQ(bytes.substr(8, header.size()), header);
  EXPECT_EQ(bytes.substr(8 + padded), "\x07\x09");
}

TEST_F(TensorFile, ForeignMetadataIsSkipped) {
  base::write_file(folder_ / "t.safetensors",
                   with_header(R"({"__metadata__":{"format":"pt"},"x":{"dtype":"U8","shape":[],"data_offsets":[0,1]}})", "a"));
  EXPECT_EQ(load_safetensors(folder_ / "t.safetensors").at("x").as<uint8_t>()[0], 'a');
}

TEST_F(TensorFile, DamageIsNamed) {
  EXPECT_THAT(message(""), testing::HasSubstr("0 bytes"));
  EXPECT_THAT(message(std::string(8, '\xff')), testing::HasSubstr("header is cut short"));
  EXPECT_THAT(message(with_header("{")), testing::HasSubstr("no whole safetensors file"));
  EXPECT_THAT(message(with_header("[1]")), testing::HasSubstr("no whole safetensors file"));
  EXPECT_THAT(message(with_header(R"({"x":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}})", "ab")),
              testing::HasSubstr("type F16"));
  EXPECT_THAT(message(with_header(R"({"x":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}})", "ab")),
              testing::HasSubstr("larger than"));
  EXPECT_THAT(message(with_header(R"({"x":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})", "ab")),
              testing::HasSubstr("beyond"));
  EXPECT_THAT(message(with_header(R"({"x":{"dtype":"U8","shape":[1],"data_offsets":[0,2]}})", "ab")),
              testing::HasSubstr("does not match"));
  EXPECT_THAT(message(with_header(R"({"x":{"dtype":"U8","shape":[-1],"data_offsets":[0,2]}})", "ab")),
              testing::HasSubstr("larger than"));
  EXPECT_THAT(message(with_header(R"({"x":{"dtype":"I64","shape":[4611686018427387904,4],"data_offsets":[0,0]}})")),
              testing::HasSubstr("larger than"));
  EXPECT_THROW(load_safetensors(folder_ / "absent"), Error);
}

// Every prefix of a good file is refused, never half read.
TEST_F(TensorFile, EveryCutIsNoticed) {
  save_safetensors({{"x", of<float>({3}, {1, 2, 3})}, {"y", of<uint8_t>({1}, {1})}}, folder_ / "t.safetensors");
  const std::string bytes = base::read_file(folder_ / "t.safetensors");
  for (size_t cut = 0; cut < bytes.size(); ++cut) EXPECT_NE(message(bytes.substr(0, cut)), "") << cut;
}

TEST(Floats, WrongTensorsAreNamed) {
  const Tensors tensors{{"a", of<float>({2}, {1, 2})}, {"b", of<int16_t>({2}, {1, 2})}};
  EXPECT_THROW(floats(tensors, "c", {2}, "w"), Error);
  EXPECT_THROW(floats(tensors, "a", {1, 2}, "w"), Error);
  EXPECT_THROW(floats(tensors, "b", {2}, "w"), Error);
}

}  // namespace
}  // namespace duet::quant
