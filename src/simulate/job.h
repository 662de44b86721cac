#pragma once
// What a simulator is given and leaves: where pictures and heads lie, the memory's first contents, maps out of its last.

#include <filesystem>
#include <string>
#include <vector>

#include "program/program.h"

namespace duet::simulate {

/// Pictures and heads lie behind the program's own layout, each frame with a head of its own.
struct Places {
  std::vector<int64_t> pictures, heads;  ///< by picture, by frame
  int64_t end = 0;
};
Places place(const program::Program& program, size_t pictures, int frames);

/// All of the memory up to `places.end`.
std::string memory_image(const program::Program& program, const quant::QuantizedNetwork& network, const Places& places,
                         const std::vector<layer::IntMap>& pictures);

/// The head's map at an address.
layer::IntMap head_at(const std::string& memory, int64_t address, const program::Program& program);
/// The map that a layer reads; not of the first one.
layer::IntMap input_at(const std::string& memory, const program::Layer& layer, const engine::Engine& engine);

/// A folder that goes away with its owner.
struct Scratch {
  std::filesystem::path path;
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
};

}  // namespace duet::simulate
