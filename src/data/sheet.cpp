#include "data/sheet.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/parallel.h"
#include "data/draw.h"
#include "data/resize.h"

namespace duet::data {
namespace {

constexpr int kGap = 6, kLine = 12, kLabel = 2 * kLine + 2;

std::string cut_to(std::string text, int width) {
  while (text.size() > 1 && text_width(text) > width) text.pop_back();
  return text;
}

}  // namespace

std::vector<Item> spread(const std::vector<Item>& items, int count) {
  const size_t wanted = std::min(items.size(), static_cast<size_t>(std::max(count, 0)));
  std::vector<Item> out;
  for (size_t i = 0; i < wanted; ++i) out.push_back(items[(2 * i + 1) * items.size() / (2 * wanted)]);
  return out;
}

Image contact_sheet(const std::vector<Item>& items, int columns, int width) {
  columns = std::max(1, std::min(columns, static_cast<int>(items.size())));
  int height = 1;  // of the tallest picture at that width
  for (const Item& item : items) height = std::max(height, std::min(2 * width, item.height * width / std::max(1, item.width)));
  const int rows = (static_cast<int>(items.size()) + columns - 1) / columns, cell = height + kLabel + kGap;
  Image sheet(kGap + columns * (width + kGap), kGap + rows * cell);
  fill(sheet, 0, 0, sheet.width, sheet.height, kInk);
  auto work = [&](int i) {
    const Item& item = items[static_cast<size_t>(i)];
    const int x = kGap + i % columns * (width + kGap), y = kGap + i / columns * cell;
    Image small = resize(read_image(item.path), std::clamp(item.height * width / item.width, 1, height), width);
    draw_box(small, item.box, kYellow);
    paste(sheet, small, x, y);
    const double share = 100 * (item.box.x1 - item.box.x0) * (item.box.y1 - item.box.y0);
    draw_text(sheet, x, y + height + 3, cut_to(fmt::format("{}  {:.2f} %", item.label, share), width), kWhite);
    draw_text(sheet, x, y + height + 3 + kLine, cut_to(item.sequence + "/" + item.path.filename().string(), width),
              {150, 160, 175});
  };
  base::parallel_for(static_cast<int>(items.size()), work);
  return sheet;
}

}  // namespace duet::data
