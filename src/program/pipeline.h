#pragma once
#include <array>
#include <optional>
#include <vector>

#include "program/channel.h"
#include "program/order.h"
#include "program/word_ring.h"

namespace duet::program {

/// The stages of rtl/ without their data: a max-plus recurrence over the tiles of frames, back to back. What repeats is not
/// counted one by one: units of a tile that the store keeps up with, turns that leave the stages as the turn before left them.
class Pipeline {
 public:
  /// `plain`: counts everything one by one, for tests.
  explicit Pipeline(bool plain = false) : plain_(plain) {}

  /// Before the first frame of a program, which must outlive the frames.
  void reset(const Program& program, const Memory& memory);
  /// Runs a frame, and sets its layers' cycles; returns the cycle of its interrupt.
  int64_t frame(std::vector<LayerCycles>& accounts);
  /// Whether the last frame left all as the one before did, so that each further one takes the same.
  bool settled() const { return settled_; }
  /// After the last frame: the array's cycles without work until duet_store has nothing left and the frame leaves the queue.
  int64_t drain() const { return drain_; }

 private:
  static constexpr size_t kStreamSlots = 16;  // duet_load: at most, of streamed weights
  struct Rows {
    WordRing even, odd;
    void settle(int64_t time) { even.settle(time), odd.settle(time); }
    void shift(int64_t cycles) { even.shift(cycles), odd.shift(cycles); }
  };
  // Of a layer, cycles that are the same for all its tiles or units; those of memory where it is timeless.
  struct Costs {
    int64_t rows = 0;                    // of reading a tile's, from the first beat to the last
    int64_t array = 0, array_last = 0;   // of the array for a unit; for the last one
    int64_t first_group = 0;             // ... to the last pass of a unit's first group
    int64_t store = 0, store_last = 0;   // of the store for a unit, from asking to the end; for the last one
    int free_units = 0, late_units = 0;  // keeps_up: units that need room, 0 where it never does; those not free at the end
  };
  // Of a layer, when duet_load sees its tiles in memory, of the `count` that the array has made.
  struct Stored {
    std::vector<int64_t> at;
    int count = 0;
    int64_t last() const { return at[static_cast<size_t>(count) - 1]; }
    void add(int64_t time) { at[static_cast<size_t>(count++)] = time; }
    void repeat(int tiles, int burst, int64_t turn) {
      for (int end = count + tiles; count < end; ++count)
        at[static_cast<size_t>(count)] = at[static_cast<size_t>(count - burst)] + turn;
    }
  };
  // Where a stretch of turns stood at the end of a turn.
  struct Mark {
    std::array<int64_t, 3> stand{};
    std::vector<int64_t> state;
    int64_t time = 0;
    LayerCycles first, second;
  };
  // The last frame that was counted to its end: behind the turns of its first stretch that repeat, and at its end.
  struct Entered {
    std::vector<int64_t> state;
    int64_t time = 0, done = 0;
    std::vector<LayerCycles> now, end;
    bool now_known = false;  // of the frame that is counted
  };

  const Layer& layer(int index) const { return program_->layers[static_cast<size_t>(index)]; }
  void run(const Step& step);
  bool as_before();
  int64_t end_as_before();
  static std::pair<int, int> regular(const Layer& layer);
  void begin_stretch(int first);
  int repeat(int first, const Step& step);
  void state(int64_t time, bool streams, std::vector<int64_t>& to) const;
  void settle();
  void shift(int64_t cycles, bool streams);
  Costs costs_of(const Layer& layer) const;
  void bring(const Layer& layer, const Step& step);
  void make(const Layer& layer, const Step& step);
  void compute(const Layer& layer, const Step& step);
  bool keeps_up(const Layer& layer, const Costs& costs, int64_t begin);
  void compute(const Layer& layer, const Step& step, int from, int to);
  void streamed(const Layer& layer, const Step& step);
  void fetch(const Layer& layer, int group);
  int64_t take_weights(const Layer& layer, int64_t begin);
  int64_t inputs_there(const Layer& layer, const Step& step) const;
  void read_rows(const Layer& layer, const Step& step, int64_t go, int from, int rows);
  void load(const Layer& layer, const Step& step);
  void depthwise(const Layer& layer, int tile);
  void copy(const Layer& layer, const Step& step);
  void copied();
  int64_t take_tile(LayerCycles& account) const;
  void end_tile(const Layer& layer, const Step& step);
  bool rows_as_first(const Layer& layer, int tile) const;
  int64_t store(const Layer& layer, const Costs& costs, int tile, int unit, int64_t ask, bool as_first);
  int64_t run_out(const Layer& layer, int tile, int unit, int64_t ask);
  int64_t read(int64_t time, int64_t address, int64_t beats);
  int64_t answered() const;

  bool plain_;
  const Program* program_ = nullptr;
  Memory memory_;
  bool timeless_ = false;
  std::optional<Channel> reads_, writes_;  // where it is not timeless
  Rows main_, side_;
  WordRing tiles_, results_;
  int64_t latency_ = 0, dw_latency_ = 0, pw_latency_ = 0;
  std::vector<Costs> costs_;
  std::vector<Stored> stored_;
  std::vector<LayerCycles>* accounts_ = nullptr;
  int first_turn_ = 0, last_turn_ = 0;
  Mark mark_;
  int marked_ = 0;  // at the turn before this one: 1: `stand` alone, 2: all
  Entered entered_;
  bool settled_ = false;
  int64_t drain_ = 0;
  std::vector<int64_t> now_, end_, end_before_;
  std::array<int64_t, kStreamSlots> slots_free_{};
  int slots_ = 0, slot_ = 0;  // of streamed weights, the same of all layers; the next one
  int64_t weights_there_ = 0, weights_busy_ = 0, last_pass_ = 0;
  int64_t load_next_ = 0, loaded_ = 0, dw_end_ = 0, begun_ = 0, tile_there_ = 0, pw_free_ = 0, store_end_ = 0;
};

}  // namespace duet::program
