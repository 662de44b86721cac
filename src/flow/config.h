#pragma once
// FLOW.toml: what a user asks of a run. Every key, its unit and its default stand in docs/flow.md.

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/dataset.h"
#include "device/device.h"
#include "net/network.h"

namespace duet::flow {

/// What the design must reach; empty: not asked for.
struct Targets {
  std::optional<double> fps;                ///< frames back to back, at the run's clock
  std::optional<double> latency_ms;         ///< of a single frame
  std::optional<double> iou;                ///< mean IoU on the test part
  std::optional<double> watts;              ///< estimate
  std::optional<double> mac_per_dsp_cycle;  ///< per DSP of the device and cycle
};

struct Widths {
  int weight_bits = 8, feature_bits = 8;
  bool operator==(const Widths&) const = default;
};

struct DataConfig {
  bool composed = true;        ///< the default data set, made from `pictures` and `seed`
  std::filesystem::path root;  ///< else a folder of labelled pictures
  data::ReadOptions read;
  int pictures = 2000;  ///< training pictures of the default data set
  uint64_t seed = 1;
};

struct SearchConfig {
  std::vector<net::Bundle> bundles;  ///< named ones, before those drawn
  int draw = 18;                     ///< Bundles in all
  int prototypes = 6;                ///< how many of them are trained
  int prototype_epochs = 20;
  int prototype_replications = 4;
  int prototype_channels = 32;       ///< of the first replication; each later one has half as many more
  double qos_ratio = 1.5;            ///< width of a QoS group
  int top_n = 1;                     ///< Bundles kept of each group
  std::string strategy = "descent";  ///< of search::kStrategies
  int scouts = 8;                    ///< networks trained briefly, to predict accuracy from; 0: none
  int proposals = 240;
  double tolerance = 0.1;
  int finalists = 3;
  std::string choose = "iou";  ///< of search::kRules: which of the finalists goes on
  int min_replications = 3, max_replications = 6;
  int min_stride = 4, max_stride = 8;  ///< pixels that a cell of the head's grid is wide
  int channel_step = 8, max_channels = 512;
};

struct TrainConfig {
  std::optional<int> epochs;           ///< of each finalist; else from `minutes` of the run
  std::optional<int> final_epochs;     ///< that the best finalist goes on for
  std::optional<int> quantize_epochs;  ///< of fine-tuning
  int batch = 16;
  double learning_rate = 0.002;
  int64_t samples_per_epoch = 0;  ///< 0: every training picture
};

/// A flow as its TOML says.
struct Config {
  std::string name;               ///< of the TOML, without its folder and ending
  std::filesystem::path file;     ///< the TOML itself
  std::string text;               ///< its content, with what the command line put in its place
  std::optional<double> minutes;  ///< time budget of the whole run
  uint64_t seed = 1;
  device::Device device;
  std::filesystem::path device_file;
  double clock_mhz = 0;
  bool own_clock = false;         ///< it is the TOML's, not the device file's
  int height = 160, width = 320;  ///< of the network's input
  Targets targets;
  std::vector<Widths> widths;  ///< in order of preference
  DataConfig data;
  SearchConfig search;
  TrainConfig train;
  int simulate_pictures = 5;
};

/// Reads and checks a flow. `data` (may be empty) is put in the place of the TOML's own images. Throws Error naming file, table
/// and key (with the nearest right one for a misspelt key).
Config read_config(const std::filesystem::path& file, const std::filesystem::path& data = {});
/// A device at its clock and a seed, for evaluations that ask for no more.
Config device_config(const std::string& device, uint64_t seed);
/// The same from text, for tests and verbs; relative folders in it are below `file`'s.
Config parse_config(const std::string& text, const std::filesystem::path& file, const std::filesystem::path& data = {});

}  // namespace duet::flow
