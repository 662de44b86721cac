#pragma once
// libjpeg behind functions that throw: image.cpp calls these, others call image.h.

#include "data/image.h"

namespace duet::data {

Image decode_jpeg(std::string_view bytes, const std::string& where);
Size jpeg_size(std::string_view bytes, const std::string& where);

}  // namespace duet::data
