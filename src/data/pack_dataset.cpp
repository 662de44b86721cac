#include "data/pack_dataset.h"

#include <map>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/parallel.h"
#include "data/image.h"
#include "data/pack.h"
#include "data/resize.h"

namespace duet::data {
namespace {

// Numbers in order of first appearance.
std::vector<uint32_t> number_sequences(const std::vector<Item>& items) {
  std::map<std::string, uint32_t> numbers;
  std::vector<uint32_t> out;
  for (const Item& item : items)
    out.push_back(numbers.emplace(item.sequence, static_cast<uint32_t>(numbers.size())).first->second);
  return out;
}

void write_note(const std::vector<Item>& items, int height, int width, const std::filesystem::path& path, const PackNote& note) {
  Json pictures = Json::array();
  for (const Item& item : items)
    pictures.push_back({{"file", item.path.string()}, {"sequence", item.sequence}, {"class", item.label}});
  base::write_json(path, {{"part", note.part},
                          {"hash", note.hash},
                          {"count", items.size()},
                          {"height", height},
                          {"width", width},
                          {"pictures", pictures}});
}

}  // namespace

void pack_dataset(const std::vector<Item>& items, int height, int width, const std::filesystem::path& path, const PackNote& note,
                  const Progress& progress, int threads) {
  if (height < 1 || width < 1 || height > 4096 || width > 4096)
    throw Error("the size of packed pictures must be 1 to 4096 pixels a side", path.string(),
                "160 high and 320 or 360 wide is usual");
  const auto sequences = number_sequences(items);
  PackWriter writer(path, static_cast<int>(items.size()), height, width);
  auto work = [&](int i) {
    const auto index = static_cast<size_t>(i);
    const Item& item = items[index];
    const Image picture = read_image(item.path);
    if (picture.width != item.width || picture.height != item.height)
      throw Error("the picture changed its size while it was used", item.path.string(), "run the command again");
    resize_planar(picture, height, width, writer.pixels(i));
    const net::Box& b = item.box;
    writer.set(i, {static_cast<float>(b.x0), static_cast<float>(b.y0), static_cast<float>(b.x1), static_cast<float>(b.y1)},
               sequences[index]);
  };
  base::parallel_for(static_cast<int>(items.size()), work, progress, threads);
  write_note(items, height, width, path.string() + ".json", note);
  writer.finish();
}

}  // namespace duet::data
