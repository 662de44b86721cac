// The cycle model: the same stages, tiles and bursts as rtl/, without their data.

#include <algorithm>
#include <array>

#include "program/program.h"

namespace duet::program {
namespace {

// Latencies of the stages, in cycles; each names the registers it counts.
constexpr int64_t kDwLatency = 28;     // from a read of the line buffer to the word in the tile buffer
constexpr int64_t kPwLatency = 8;      // plus in_lanes: from a read of the tile buffer to the sum in the result buffer
constexpr int64_t kStoreLatency = 14;  // from a read of the result buffer to the beat on the bus
constexpr int64_t kStart = 2;          // from a token to the first cycle of the stage it releases

// One direction of the AXI port: bursts in order, a limit on those in flight, idle cycles that keep the memory's bandwidth.
class Channel {
 public:
  explicit Channel(const Memory& memory) : memory_(memory), answers_(static_cast<size_t>(memory.outstanding), 0) {}

  // A read of `beats` from byte `address` that is asked for at `time`; returns when its last beat is there.
  int64_t read(int64_t time, int64_t address, int64_t beats) {
    each_burst(address, beats, [&](int64_t length) {
      const int64_t asked = std::max(time, slot() + 1);
      time = asked + 1;
      carry(asked + memory_.latency, length);
      answer(free_ - 1);
    });
    return free_ - 1;
  }

  // A write whose beats are ready from `time` on, one a cycle; returns when its last beat is taken.
  int64_t write(int64_t time, int64_t address, int64_t beats) {
    each_burst(address, beats, [&](int64_t length) {
      carry(std::max(time, slot() + 1), length);
      answer(free_ - 1 + memory_.latency);
    });
    return free_ - 1;
  }
  int64_t last_answer() const { return last_answer_; }

 private:
  template <class Visit>
  static void each_burst(int64_t address, int64_t beats, const Visit& visit) {
    for (int64_t beat = address / 8; beats > 0;) {
      const int64_t length = std::min<int64_t>(beats, 16 - beat % 16);
      visit(length);
      beat += length;
      beats -= length;
    }
  }
  int64_t slot() const { return answers_[next_]; }
  void answer(int64_t time) {
    answers_[next_] = last_answer_ = time;
    next_ = (next_ + 1) % answers_.size();
  }
  void carry(int64_t start, int64_t length) {
    free_ = std::max(free_, start);
    debt_ += length * memory_.gap_num;
    free_ += length + debt_ / memory_.gap_den;
    debt_ %= memory_.gap_den;
  }
  Memory memory_;
  std::vector<int64_t> answers_;
  size_t next_ = 0;
  int64_t free_ = 0, debt_ = 0, last_answer_ = 0;
};

}  // namespace

Cycles predict(const Program& program, const Memory& memory) {
  Channel reads(memory), writes(memory);
  Cycles cycles;
  int64_t load = 0, dw_end = 0, pw_end = 0, store_end = 0;
  std::array<int64_t, 2> line_free{}, tile_free{}, result_free{};
  std::vector<int64_t> stored, previous;
  int64_t done[3] = {};
  uint64_t tile_index = 0, unit_index = 0;
  for (int frame = 0; frame < 3; ++frame) {
    cycles.layers.clear();
    for (const Layer& layer : program.layers) {
      previous.swap(stored);
      stored.clear();
      const bool first = &layer == &program.layers.front();
      LayerCycles account{layer.name};
      const int64_t entered = pw_end;
      for (int tile = 0; tile < layer.tiles; ++tile, ++tile_index) {
        const int rows_before = tile ? std::min(2 * tile + 1, layer.in.height) : 0;
        const int rows = std::min(2 * tile + 3, layer.in.height) - rows_before;
        int64_t start = std::max(load, line_free[tile_index % 2]) + kStart;
        if (!first) {
          const bool pooled = (&layer - 1)->pool;
          const int last_row = rows_before + rows;
          start =
              std::max(start, previous[std::min<size_t>(previous.size(), pooled ? last_row : (last_row + 1) / 2) - 1] + kStart);
        }
        if (rows)
          load =
              reads.read(start, layer.in_address + int64_t{8} * rows_before * layer.row_beats, int64_t{rows} * layer.row_beats);
        const int64_t dw_start = std::max({load + kStart, dw_end, tile_free[tile_index % 2] + kStart});
        dw_end = dw_start + int64_t{layer.dw_groups} * layer.dw_pass;
        line_free[tile_index % 2] = dw_end;
        for (int group = 0; group < layer.out_groups; ++group, ++unit_index) {
          const int64_t input = group ? 0 : dw_end + kDwLatency;
          account.wait_input += std::max<int64_t>(0, input - pw_end);
          int64_t pass = std::max(pw_end, input) + int64_t{layer.in_groups - 1} * layer.pw_pass;
          account.wait_output += std::max<int64_t>(0, result_free[unit_index % 2] - pass);
          pass = std::max(pass, result_free[unit_index % 2] + kStart);
          pw_end = pass + layer.pw_pass;
          account.compute += int64_t{layer.in_groups} * layer.pw_pass;
          const int64_t ready = std::max(store_end, pass + layer.pixels + kPwLatency + program.engine.in_lanes) + kStart;
          const int groups = group + 1 == layer.out_groups ? layer.groups_last : layer.groups_full;
          const int out_rows = layer.pool ? 1 : std::min(2, layer.in.height - 2 * tile);
          for (int row = 0; row < out_rows; ++row) {
            const int64_t beat = int64_t{layer.pool ? tile : 2 * tile + row} * layer.out_row_beats +
                                 int64_t{group} * layer.groups_full * layer.out.width;
            store_end = writes.write(std::max(ready + kStoreLatency, store_end), layer.out_address + 8 * beat,
                                     int64_t{groups} * layer.out.width);
          }
          result_free[unit_index % 2] = store_end;
        }
        tile_free[tile_index % 2] = pw_end;
        stored.push_back(writes.last_answer());
      }
      account.total = pw_end - entered;
      cycles.layers.push_back(account);
    }
    done[frame] = stored.back();
  }
  cycles.latency = done[0];
  cycles.frame = done[2] - done[1];
  for (const Layer& layer : program.layers) {
    cycles.bytes_read += int64_t{8} * layer.row_beats * layer.in.height;
    cycles.bytes_written += int64_t{8} * layer.out_row_beats * layer.out.height;
  }
  return cycles;
}

}  // namespace duet::program
