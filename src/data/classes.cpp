#include "data/classes.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/error.h"
#include "base/files.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "data/image.h"
#include "data/pack.h"
#include "data/resize.h"

namespace duet::data {
namespace fs = std::filesystem;
namespace {

constexpr int kValidationShare = 10;

// A part's pictures: their classes, and how to get one.
struct Part {
  std::vector<int> classes;
  std::function<Image(size_t)> picture;
};

struct Parts {
  std::vector<std::string> names;
  Part train, test;
};

std::vector<fs::path> sorted(const fs::path& folder, bool folders) {
  std::vector<fs::path> all;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_directory() == folders && entry.path().filename().string()[0] != '.') all.push_back(entry.path());
  std::sort(all.begin(), all.end());
  return all;
}

Part folder_part(const fs::path& folder, const std::vector<std::string>& names) {
  Part part;
  auto files = std::make_shared<std::vector<fs::path>>();
  for (size_t c = 0; c < names.size(); ++c)
    for (const fs::path& file : sorted(folder / names[c], false)) {
      files->push_back(file);
      part.classes.push_back(static_cast<int>(c));
    }
  part.picture = [files](size_t i) { return read_image((*files)[i]); };
  return part;
}

Parts read_folders(const fs::path& root) {
  Parts parts;
  for (const fs::path& folder : sorted(root / "train", true)) parts.names.push_back(folder.filename().string());
  for (const std::string& name : parts.names)
    if (!fs::is_directory(root / "test" / name))
      throw Error("the class has no folder of test pictures", (root / "test" / name).string(), "give every class both folders");
  parts.train = folder_part(root / "train", parts.names), parts.test = folder_part(root / "test", parts.names);
  return parts;
}

// The bytes of an idx file behind its header, and its sizes. http://yann.lecun.com/exdb/mnist tells the format.
struct Idx {
  std::vector<int> sizes;
  std::vector<uint8_t> bytes;
};

Idx read_idx(const fs::path& file, size_t dimensions) {
  const auto broken = [&](const std::string& why) { return Error(why, file.string(), "is it an idx file of bytes, whole?"); };
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> in(gzopen(file.c_str(), "rb"), gzclose);
  if (!in) throw broken("cannot be read");
  const auto read = [&](void* to, size_t count) {
    if (gzread(in.get(), to, static_cast<unsigned>(count)) != static_cast<int>(count)) throw broken("ends too early");
  };
  std::array<uint8_t, 4> word{};
  read(word.data(), 4);
  if (word[0] || word[1] || word[2] != 8 || word[3] != dimensions) throw broken("has another header");
  Idx idx;
  size_t total = 1;
  for (size_t d = 0; d < dimensions; ++d) {
    read(word.data(), 4);
    idx.sizes.push_back(word[0] << 24 | word[1] << 16 | word[2] << 8 | word[3]);
    if (idx.sizes.back() <= 0 || idx.sizes.back() > 10'000'000) throw broken("has another header");
    total *= static_cast<size_t>(idx.sizes.back());
  }
  idx.bytes.resize(total);
  read(idx.bytes.data(), total);
  return idx;
}

fs::path idx_file(const fs::path& root, const std::string& name) {
  for (const std::string& ending : {"", ".gz"})
    if (fs::exists(root / (name + ending))) return root / (name + ending);
  return {};
}

Part idx_part(const fs::path& root, const std::string& part_name) {
  const fs::path pictures = idx_file(root, part_name + "-images-idx3-ubyte"),
                 labels = idx_file(root, part_name + "-labels-idx1-ubyte");
  for (const fs::path& file : {pictures, labels})
    if (file.empty()) throw Error("an idx file of the part is missing", (root / part_name).string(), "there are four of them");
  auto idx = std::make_shared<Idx>(read_idx(pictures, 3));
  const Idx classes = read_idx(labels, 1);
  if (classes.sizes[0] != idx->sizes[0]) throw Error("pictures and labels differ in number", pictures.string(), "");
  Part part;
  part.classes.assign(classes.bytes.begin(), classes.bytes.end());
  part.picture = [idx](size_t i) {
    Image image(idx->sizes[2], idx->sizes[1]);
    const size_t size = static_cast<size_t>(idx->sizes[1]) * static_cast<size_t>(idx->sizes[2]);
    for (size_t p = 0; p < size; ++p) std::fill_n(image.rgb.begin() + static_cast<int64_t>(3 * p), 3, idx->bytes[i * size + p]);
    return image;
  };
  return part;
}

Parts read_parts(const fs::path& root) {
  if (fs::is_directory(root / "train")) return read_folders(root);
  if (idx_file(root, "train-images-idx3-ubyte").empty())
    throw Error("no pictures of classes here", root.string(),
                "give a folder with train/<class>/ and test/<class>/, or with idx files");
  Parts parts;
  parts.train = idx_part(root, "train"), parts.test = idx_part(root, "t10k");
  const int most = *std::max_element(parts.train.classes.begin(), parts.train.classes.end());
  for (int c = 0; c <= most; ++c) parts.names.push_back(std::to_string(c));
  return parts;
}

void write_pack(const Part& part, const std::vector<size_t>& chosen, int height, int width, const fs::path& file,
                const Progress& progress) {
  PackWriter writer(file, static_cast<int>(chosen.size()), height, width);
  base::parallel_for(
      static_cast<int>(chosen.size()),
      [&](int i) {
        const size_t from = chosen[static_cast<size_t>(i)];
        const std::vector<uint8_t> pixels = resize_planar(part.picture(from), height, width);
        std::copy(pixels.begin(), pixels.end(), writer.pixels(i));
        writer.set(i, {0, 0, 1, 1}, static_cast<uint32_t>(part.classes[from]));
      },
      progress);
  writer.finish();
}

}  // namespace

ClassPacks pack_classes(const fs::path& root, int height, int width, int most, uint64_t seed, const fs::path& folder,
                        const Progress& progress) {
  const Parts parts = read_parts(root);
  Rng rng(seed);
  const auto order = [&](const Part& part) {
    std::vector<size_t> all(part.classes.size());
    for (size_t i = 0; i < all.size(); ++i) all[i] = i;
    rng.shuffle(all);
    return all;
  };
  const std::vector<size_t> training = order(parts.train);
  const auto cut = static_cast<int64_t>(training.size() / kValidationShare);
  std::vector<size_t> validation(training.begin(), training.begin() + cut), train(training.begin() + cut, training.end()),
      test = order(parts.test);
  for (auto* part : {&train, &validation, &test})
    if (most > 0 && part->size() > static_cast<size_t>(most)) part->resize(static_cast<size_t>(most));
  if (train.empty() || validation.empty() || test.empty())
    throw Error("too few pictures", root.string(), "give at least ten of training and one of test");
  write_pack(parts.train, train, height, width, folder / "train.pack", progress);
  write_pack(parts.train, validation, height, width, folder / "validation.pack", {});
  write_pack(parts.test, test, height, width, folder / "test.pack", {});
  return {parts.names, static_cast<int>(train.size()), static_cast<int>(validation.size()), static_cast<int>(test.size())};
}

std::string class_data_hash(const fs::path& root) {
  if (!fs::is_directory(root)) throw Error("there is no such folder", root.string(), "give one with --data");
  std::map<std::string, uintmax_t> files;
  for (const auto& entry : fs::recursive_directory_iterator(root))
    if (entry.is_regular_file()) files[fs::relative(entry.path(), root).string()] = entry.file_size();
  std::string text;
  for (const auto& [name, size] : files) text += fmt::format("{} {}\n", name, size);
  return base::sha256(text);
}

fs::path fashion_mnist() {
  const fs::path folder = "/usr/share/datasets/fashion-mnist";
  return fs::is_directory(folder) ? folder : fs::path();
}

}  // namespace duet::data
