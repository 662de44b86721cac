#pragma once
#include <vector>

#include "data/dataset.h"
#include "data/image.h"

namespace duet::data {

/// `count` items spread evenly over `items` (all when there are fewer): every sequence gets its chance.
std::vector<Item> spread(const std::vector<Item>& items, int count);

/// A contact sheet: the pictures in rows of `columns`, each scaled to `width` pixels with its box drawn, below it class, sequence
/// and the box's share of the picture. Throws Error naming a picture that cannot be read.
Image contact_sheet(const std::vector<Item>& items, int columns = 5, int width = 320);

}  // namespace duet::data
