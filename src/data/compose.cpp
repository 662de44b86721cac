#include "data/compose.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>

#include "base/error.h"
#include "base/parallel.h"
#include "data/contest_files.h"
#include "data/photo.h"
#include "data/resize.h"

namespace duet::data {
namespace fs = std::filesystem;

namespace {

constexpr int kFrames = 5;  // pictures of one pair of cut-out and landscape: a sequence
constexpr int kLandscapeWidth = 1920;
constexpr uint64_t kPlanStream = 1, kShotStream = 1000;

struct Shot {
  std::string part, sequence;
  int frame = 0;
  size_t cutout = 0, landscape = 0;
  std::string file() const { return fmt::format("{}/{}/{:06}", part, sequence, frame); }
};

struct Share {
  std::vector<size_t> train, validation, test;
};

// Percent of the sources that go to the test and to the validation part. Landscapes are few, and one alone would decide a part's
// score.
struct Portions {
  size_t test, validation;
};
constexpr Portions kCutoutPortions{15, 10}, kLandscapePortions{25, 15};

// Shares out indices, each class on its own so that all are in every part where there are enough.
Share share_out(const std::vector<Source>& sources, const Portions& portions, Rng& rng) {
  std::map<std::string, std::vector<size_t>> classes;
  for (size_t i = 0; i < sources.size(); ++i) classes[sources[i].label].push_back(i);
  Share share;
  for (auto& [label, members] : classes) {
    rng.shuffle(members);
    const size_t n = members.size();
    size_t test = (n * portions.test + 50) / 100, validation = (n * portions.validation + 50) / 100;
    if (n >= 3) test = std::max<size_t>(test, 1), validation = std::max<size_t>(validation, 1);
    for (size_t i = 0; i < n; ++i)
      (i < test ? share.test : i < test + validation ? share.validation : share.train).push_back(members[i]);
  }
  return share;
}

void plan_part(const Sources& sources, const std::string& part, int count, std::vector<size_t> cutouts,
               const std::vector<size_t>& landscapes, Rng& rng, std::vector<Shot>& shots) {
  rng.shuffle(cutouts);
  for (int i = 0; i < count; ++i) {
    const size_t pair = static_cast<size_t>(i / kFrames);
    Shot shot{part, "", i % kFrames, cutouts[pair % cutouts.size()], 0};
    // Each turn through the cut-outs meets the landscapes shifted by one: no pair repeats before all were there.
    shot.landscape = landscapes[(pair % cutouts.size() + pair / cutouts.size()) % landscapes.size()];
    shot.sequence = fmt::format("{}_{}_{:03}", sources.cutouts[shot.cutout].name, sources.landscapes[shot.landscape].name, pair);
    shots.push_back(std::move(shot));
  }
}

std::vector<Shot> plan(const Sources& sources, const ComposeOptions& options) {
  Rng rng = Rng(options.seed).fork(kPlanStream);
  const Share cutouts = share_out(sources.cutouts, kCutoutPortions, rng);
  const Share landscapes = share_out(sources.landscapes, kLandscapePortions, rng);
  for (const Share* share : {&cutouts, &landscapes})
    if (share->train.empty() || share->validation.empty() || share->test.empty())
      throw Error(fmt::format("{} cut-outs and {} landscapes cannot be shared out among three parts", sources.cutouts.size(),
                              sources.landscapes.size()),
                  "data set", "give at least three of each");
  std::vector<Shot> shots;
  plan_part(sources, "train", options.count, cutouts.train, landscapes.train, rng, shots);
  plan_part(sources, "validation", std::max(1, options.count / 10), cutouts.validation, landscapes.validation, rng, shots);
  plan_part(sources, "test", std::max(1, options.count * 3 / 20), cutouts.test, landscapes.test, rng, shots);
  return shots;
}

// Those that the plan uses, decoded once.
struct Loaded {
  std::vector<Cutout> cutouts;
  std::vector<Image> landscapes;
};

Loaded load(const Sources& sources, const std::vector<Shot>& shots, int threads) {
  std::vector<bool> cutout(sources.cutouts.size()), landscape(sources.landscapes.size());
  for (const Shot& shot : shots) cutout[shot.cutout] = true, landscape[shot.landscape] = true;
  Loaded loaded{std::vector<Cutout>(cutout.size()), std::vector<Image>(landscape.size())};
  auto work = [&](int n) {
    const auto i = static_cast<size_t>(n);
    if (i < landscape.size()) {
      if (!landscape[i]) return;
      Image image = read_image(sources.landscapes[i].path);
      if (image.width > kLandscapeWidth)
        image = resize(image, std::max(1, image.height * kLandscapeWidth / image.width), kLandscapeWidth);
      loaded.landscapes[i] = std::move(image);
    } else if (const size_t j = i - landscape.size(); cutout[j]) {
      const Source& source = sources.cutouts[j];
      loaded.cutouts[j] = make_cutout(read_alpha_png(source.path), source.name, source.label, source.path.string());
    }
  };
  base::parallel_for(static_cast<int>(cutout.size() + landscape.size()), work, {}, threads);
  return loaded;
}

}  // namespace

std::string contest_xml(const std::string& file, const Size& picture, int x0, int y0, int x1, int y1, const std::string& label) {
  return fmt::format(
      "<annotation>\n  <filename>{}</filename>\n  <size>\n    <width>{}</width>\n    <height>{}</height>\n  </size>\n"
      "  <object>\n    <name>{}</name>\n    <bndbox>\n      <xmin>{}</xmin>\n      <ymin>{}</ymin>\n      <xmax>{}</xmax>\n"
      "      <ymax>{}</ymax>\n    </bndbox>\n  </object>\n</annotation>\n",
      file, picture.width, picture.height, label, x0, y0, x1, y1);
}

void write_plain(const fs::path& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out)
    throw Error(std::string("cannot write: ") + std::strerror(errno), path.string(),
                "free some space on that disk, or choose another folder");
}

void compose_dataset(const Sources& sources, const ComposeOptions& options, const fs::path& folder, const Progress& progress,
                     int threads) {
  const auto shots = plan(sources, options);
  const Loaded loaded = load(sources, shots, threads);
  for (const Shot& shot : shots)
    if (shot.frame == 0) fs::create_directories(folder / shot.part / shot.sequence);
  std::vector<std::string> lines(shots.size());
  auto work = [&](int n) {
    const Shot& shot = shots[static_cast<size_t>(n)];
    Rng rng = Rng(options.seed).fork(kShotStream + static_cast<uint64_t>(n));
    const Cutout& cutout = loaded.cutouts[shot.cutout];
    const Composition made = compose_one(cutout, loaded.landscapes[shot.landscape], options.width, options.height, rng);
    write_plain(folder / (shot.file() + ".jpg"), encode_jpeg(made.picture, made.jpeg_quality));
    write_plain(folder / (shot.file() + ".xml"),
                contest_xml(fmt::format("{:06}.jpg", shot.frame), {options.width, options.height}, made.x0, made.y0, made.x1,
                            made.y1, cutout.label));
    lines[static_cast<size_t>(n)] = fmt::format("{}.jpg,{},{},{},{},{},{},{}\n", shot.file(), shot.part, shot.sequence,
                                                cutout.label, made.x0, made.y0, made.x1, made.y1);
  };
  base::parallel_for(static_cast<int>(shots.size()), work, progress, threads);
  std::string index = "file,split,seq,class,xmin,ymin,xmax,ymax\n";
  for (const std::string& line : lines) index += line;
  write_plain(folder / "index.csv", index);
}

}  // namespace duet::data
