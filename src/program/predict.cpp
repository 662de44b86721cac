// The cycle model: the stages of rtl/ without their data. Every time is the cycle in which something is visible to the next
// register, counted from the last beat of the program's loading; the constants count registers in the files they name.

#include <algorithm>
#include <array>

#include "program/program.h"

namespace duet::program {
namespace {

constexpr int kBurst = 16;
constexpr int64_t kDwLatency = 28;     // duet_dw: last pixel's issue to the token that duet_pw sees
constexpr int64_t kPwLatency = 6;      // duet_pw: end of the last pass to the token that duet_store sees, plus in_lanes
constexpr int64_t kTakeApart = 2;      // duet_column: the registers behind chains of two products a DSP
constexpr int64_t kStoreLatency = 14;  // duet_store: asking for a run to its first beat at the queue's head
constexpr int64_t kFirstPlan = 6;      // duet_program, duet_control: last beat to the first tile's condition
constexpr int kSlots = 3;              // duet_load: rows of either parity in the line buffer

// One direction of the AXI port: bursts in order, a limit on those in flight, idle cycles that keep the memory's bandwidth.
class Channel {
 public:
  explicit Channel(const Memory& memory)
      : latency_(std::max(1, memory.latency)),
        gap_num_(memory.gap_num),
        gap_den_(memory.gap_den),
        in_flight_(static_cast<size_t>(memory.outstanding), kLongAgo) {}

  // Reads `beats` from byte `address`, first asked for at `time`. Returns the cycle of the last beat.
  int64_t read(int64_t time, int64_t address, int64_t beats) {
    for (int64_t beat = address / 8; beats > 0;) {
      const int64_t length = std::min<int64_t>(beats, kBurst - beat % kBurst);
      time = std::max(time, in_flight_[next_] + 1);
      carry(time + latency_, length);
      answer(last_);
      ++time;
      beat += length, beats -= length;
    }
    return last_;
  }

  // Writes a run whose address can go out at `time` and whose beats are there from `data` on. Returns the cycle of the last beat.
  int64_t write(int64_t time, int64_t data, int64_t address, int64_t beats) {
    for (int64_t beat = address / 8; beats > 0;) {
      const int64_t length = std::min<int64_t>(beats, kBurst - beat % kBurst);
      time = std::max(time, in_flight_[next_] + 1);
      carry(std::max(time + 2, data), length);
      answer(last_ + latency_);
      ++time, data += length;
      beat += length, beats -= length;
    }
    return last_;
  }

  // What went over the bus before time 0.
  void before(int64_t beats) {
    debt_ = beats * gap_num_ % gap_den_;
    free_ = 1 + ((beats - 1) * gap_num_ % gap_den_ + gap_num_) / gap_den_;
  }
  int64_t last_answer() const { return last_answer_; }

 private:
  static constexpr int64_t kLongAgo = -(int64_t{1} << 40);
  void carry(int64_t start, int64_t beats) {
    free_ = std::max(free_, start);
    const int64_t before_last = debt_ + (beats - 1) * gap_num_;
    last_ = free_ + beats - 1 + before_last / gap_den_;
    debt_ = before_last % gap_den_ + gap_num_;
    free_ = last_ + 1 + debt_ / gap_den_;
    debt_ %= gap_den_;
  }
  void answer(int64_t time) {
    in_flight_[next_] = last_answer_ = time;
    next_ = next_ + 1 == in_flight_.size() ? 0 : next_ + 1;
  }
  int64_t latency_, gap_num_, gap_den_;
  std::vector<int64_t> in_flight_;  // when each burst was or will be answered, the oldest at next_
  size_t next_ = 0;
  int64_t free_ = 0, last_ = 0, debt_ = 0, last_answer_ = 0;
};

// When the slots of the rows of one parity become free, in the order in which rows take them.
class Ring {
 public:
  // The cycle from which `rows` more slots are free.
  int64_t take(int rows) {
    taken_ += rows;
    return rows && taken_ > kSlots ? freed_[(taken_ - 1) % kSlots] : 0;
  }
  void free(int rows, int64_t time) {
    for (int i = 0; i < rows; ++i) freed_[given_++ % kSlots] = time;
  }

 private:
  std::array<int64_t, kSlots> freed_{};
  int64_t taken_ = 0, given_ = 0;
};

class Pipeline {
 public:
  Pipeline(const Program& program, const Memory& memory) : program_(program), reads_(memory), writes_(memory) {
    reads_.before(program.layout.program_bytes / 8);
  }

  // Runs a frame; returns the cycle of its interrupt.
  int64_t frame(std::vector<LayerCycles>& accounts) {
    accounts.clear();
    for (const Layer& layer : program_.layers) {
      const Layer* previous = &layer == &program_.layers.front() ? nullptr : &layer - 1;
      before_.swap(stored_);
      stored_.clear();
      accounts.push_back({layer.name});
      const int64_t entered = pw_free_;
      for (int tile = 0; tile < layer.tiles; ++tile) {
        load(layer, previous, tile);
        depthwise(layer, tile);
        for (int group = 0; group < layer.out_groups; ++group) {
          pointwise(layer, tile, group, accounts.back());
          store(layer, tile, group);
        }
        stored_.push_back(writes_.last_answer() + 2);
      }
      accounts.back().total = pw_free_ - entered;
    }
    return writes_.last_answer() + 2;
  }

 private:
  // duet_load: rows 2t+1 and 2t+2 (0..2 for the first tile). Sets loaded_, the cycle in which duet_dw sees the tile.
  void load(const Layer& layer, const Layer* previous, int tile) {
    const int from = tile ? std::min(2 * tile + 1, layer.in.height) : 0, to = std::min(2 * tile + 3, layer.in.height);
    const int rows = to - from, odd = to / 2 - from / 2;
    int64_t go = load_next_ + (tile ? 0 : 1);
    go = std::max({go, even_.take(rows - odd), odd_.take(odd)});
    if (previous) {
      const int need = std::min(previous->tiles, previous->pool ? 2 * tile + 3 : tile + 2);
      go = std::max(go, before_[static_cast<size_t>(need) - 1]);
    }
    if (rows == 0) {
      loaded_ = go + 2;
      load_next_ = go + 2;
      return;
    }
    const int64_t last =
        reads_.read(go + 2, layer.in_address + int64_t{8} * from * layer.row_beats, int64_t{rows} * layer.row_beats);
    loaded_ = last + 3;
    load_next_ = last + 3;
  }

  // duet_dw. Sets tile_there_, the cycle in which duet_pw sees the tile.
  void depthwise(const Layer& layer, int tile) {
    int64_t wait = std::max(dw_end_ + 1, loaded_);
    if (tile == 0) ++wait;
    wait = std::max(wait, tile_free_[tile_half_]);
    dw_end_ = wait + int64_t{layer.dw_groups} * layer.dw_pass;
    const int height = layer.in.height;
    const bool last = tile + 1 == layer.tiles;
    even_.free(last && 2 * tile + 2 < height ? 2 : 1, dw_end_ + 1);
    odd_.free((tile > 0) + (last && 2 * tile + 1 < height), dw_end_ + 1);
    tile_there_ = dw_end_ + kDwLatency;
  }

  // duet_pw: the passes of one output group. pw_free_: the cycle in which the next pass may begin.
  void pointwise(const Layer& layer, int tile, int group, LayerCycles& account) {
    int64_t begin = pw_free_;
    if (group == 0) {
      if (tile == 0) begin = std::max(begin, tile_there_) + 1;
      begin = std::max(begin, tile_there_);
      account.wait_input += begin - pw_free_;
    }
    const int64_t last = begin + int64_t{layer.in_groups - 1} * layer.pw_pass;
    const int64_t start = std::max(last, result_free_[result_half_]);
    account.wait_output += start - last;
    account.compute += int64_t{layer.in_groups} * layer.pw_pass;
    pw_free_ = start + layer.pw_pass;
    result_there_ = pw_free_ + kPwLatency + program_.engine.in_lanes + (program_.engine.products == 2 ? kTakeApart : 0);
    if (group + 1 < layer.out_groups) return;
    tile_free_[tile_half_] = pw_free_;
    tile_half_ ^= 1;
  }

  // duet_store: one run a row.
  void store(const Layer& layer, int tile, int group) {
    int64_t ask = std::max(store_end_ + 1, result_there_) + 1;
    if (tile == 0 && group == 0) ++ask;
    const int beats = (group + 1 == layer.out_groups ? layer.groups_last : layer.groups_full) * layer.out.width;
    const int rows = layer.pool ? 1 : std::min(2, layer.in.height - 2 * tile);
    for (int row = 0; row < rows; ++row) {
      const int64_t beat = int64_t{layer.pool ? tile : 2 * tile + row} * layer.out_row_beats +
                           int64_t{group} * layer.groups_full * layer.out.width;
      store_end_ = writes_.write(ask + 1, ask + kStoreLatency, layer.out_address + 8 * beat, beats) + 1;
      ask = store_end_ + 1;
    }
    result_free_[result_half_] = store_end_ + 1;
    result_half_ ^= 1;
  }

  const Program& program_;
  Channel reads_, writes_;
  Ring even_, odd_;
  std::vector<int64_t> stored_, before_;  // when duet_load sees each tile of this layer, of the one before, in memory
  std::array<int64_t, 2> tile_free_{}, result_free_{};
  int tile_half_ = 0, result_half_ = 0;
  int64_t load_next_ = kFirstPlan - 1, loaded_ = 0, dw_end_ = 0, tile_there_ = 0, pw_free_ = 0, result_there_ = 0, store_end_ = 0;
};

}  // namespace

Cycles predict(const Program& program, const Memory& memory) {
  Pipeline pipeline(program, memory);
  Cycles cycles;
  int64_t done[3] = {};
  for (int64_t& time : done) time = pipeline.frame(cycles.layers);
  cycles.latency = done[0];
  cycles.frame = done[2] - done[1];
  for (const Layer& layer : program.layers) {
    cycles.bytes_read += int64_t{8} * layer.row_beats * layer.in.height;
    cycles.bytes_written += int64_t{8} * layer.out_row_beats * layer.out.height;
  }
  return cycles;
}

}  // namespace duet::program
