#pragma once
#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "data/pack.h"

namespace duet::train::core {

/// Pictures ready for the network: batch x height x width x 3, as 0..255/256, with their boxes.
struct Batch {
  int count = 0;
  std::vector<float> pixels;
  std::vector<std::array<float, 4>> boxes;  ///< x0, y0, x1, y1
  std::vector<int64_t> classes;             ///< of packs of classes
};

/// Picture i of a pack as it is.
void read_plain(const data::Pack& pack, int i, float* pixels, std::array<float, 4>& box);
/// Picture i changed at random: mirrored, scaled, shifted (the object stays inside), colours and brightness. The same for equal
/// (seed, epoch, place).
void read_augmented(const data::Pack& pack, int i, uint64_t seed, int64_t epoch, int64_t place, float* pixels,
                    std::array<float, 4>& box);

/// Picture i of a pack of classes shifted by up to an eighth of its sides, the border black, and mirrored at random.
void read_shifted(const data::Pack& pack, int i, uint64_t seed, int64_t epoch, int64_t place, float* pixels);

/// Assembles batches in a thread of its own, ahead of training. The batch of step t depends on (seed, t) alone, so that a resumed
/// training sees the same pictures.
class Loader {
 public:
  struct Options {
    int batch = 16;
    int64_t samples_per_epoch = 0;  ///< 0: all
    bool augment = true, classes = false;
    uint64_t seed = 1;
    int64_t first_step = 0, steps = 0;
    int64_t plain_from = INT64_MAX;  ///< from this step on pictures are left as they are
  };
  Loader(const data::Pack& pack, const Options& options);
  ~Loader();
  /// The next batch, waiting for it if need be. Give `used` back for its memory.
  Batch next(Batch&& used);

 private:
  void work();
  void fill(int64_t step, Batch& batch);
  const data::Pack& pack_;
  Options options_;
  std::vector<int> order_;
  int64_t order_epoch_ = -1;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> ready_, free_;
  bool stop_ = false;
  std::exception_ptr failure_;
  std::thread thread_;
};

/// Steps in an epoch: whole batches only, at least one.
int64_t steps_per_epoch(int64_t pictures, int64_t samples_per_epoch, int batch);

}  // namespace duet::train::core
