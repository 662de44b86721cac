#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "program/program.h"

namespace duet::simulate {

struct Options {
  program::Memory memory;           ///< latency, outstanding bursts and bandwidth behind the AXI port
  uint64_t stall_seed = 0;          ///< 0: none; else random stalls on every AXI channel, which must change only the time
  int frames = 0;                   ///< frames to run, pictures again and again; 0: one for each picture, at least 3
  bool keep_maps = false;           ///< also return the maps that layers read (of the last frame)
  std::filesystem::path waveform;   ///< where an FST waveform goes; empty: none
  std::filesystem::path simulator;  ///< one that build_netlist made; empty: the RTL's
  std::filesystem::path cache;      ///< built simulators, by content; empty: $DUET_CACHE, else <home>/build/simulators
};

/// What the engine counted, as its registers tell: while frames were queued, but for `cycles`.
struct Counters {
  int64_t cycles = 0;     ///< since reset (register 0x28), read after the last done
  int64_t wait_fill = 0;  ///< point-wise array idle for want of a tile that is being made
  int64_t wait_load =
      0;  ///< ... of one whose rows are not there yet, or of streamed weights; or while the last results are stored
  int64_t wait_store = 0;  ///< ... of room for results
  int64_t load_busy = 0, store_busy = 0;
  int64_t beats_read = 0, beats_written = 0;  ///< 64 bits each, the program's included
};

/// A map in memory that a layer reads.
struct LayerMap {
  std::string node;  ///< of the network's graph that it is the map of
  layer::IntMap map;
};

struct Result {
  std::vector<layer::IntMap> outputs;         ///< head's map of every frame
  std::vector<LayerMap> maps;                 ///< with keep_maps: what every layer but the first one read, of the last frame
  std::vector<int64_t> done;                  ///< cycle of every done interrupt, counted from the first start
  int64_t frame_cycles = 0;                   ///< between the second and third interrupt
  int64_t latency_cycles = 0;                 ///< of a single frame, program loaded
  int64_t bytes_read = 0, bytes_written = 0;  ///< over the bus, of all frames; without the program's
  Counters counters;
  double cycles_per_second = 0;  ///< speed of the simulation
};

/// Runs the elaborated engine in Verilator: builds the simulator where the cache lacks it, puts program and pictures into a
/// memory behind the AXI port, starts the frames back to back. Throws Error when Verilator is absent, fails, or the engine
/// reports an error or counts other frames, cycles or beats than there were.
Result run(const quant::QuantizedNetwork& network, const engine::Engine& engine, const std::vector<layer::IntMap>& pictures,
           const Options& options, const Progress& progress = {});

/// Bytes of two sets of maps that differ, and where the first difference lies.
struct Comparison {
  int64_t bytes_compared = 0, bytes_differ = 0;
  std::string first;  ///< "frame 1, channel 3, row 2, column 7: 12 instead of 13", or ""
};
/// `bits`: of a value in memory, 8 or 16.
Comparison compare(const std::vector<layer::IntMap>& got, const std::vector<layer::IntMap>& expected, int bits);

}  // namespace duet::simulate
