// The cycle model: the stages of rtl/ without their data. Every time is the cycle in which something is visible to the next
// register, counted from the last beat of the program's loading; the constants count registers in the files they name.

#include <algorithm>
#include <array>
#include <vector>

#include "program/channel.h"
#include "program/compact.h"

namespace duet::program {
namespace {

constexpr int64_t kTurn = 2;           // duet_dw: end of a tile to taking the next one
constexpr int64_t kFreed = 2;          // duet_store's words and duet_dw's rows: their last use to room for others
constexpr int64_t kBegun = 2;          // duet_dw: taking a tile to duet_pw knowing it
constexpr int64_t kPwLatency = 7;      // duet_pw: see pw_latency
constexpr int64_t kTwoPixels = 1;      // duet_pw: the register behind the last comparison
constexpr int64_t kRowTaps = 1;        // duet_column: the register behind sums of two columns
constexpr int64_t kTakeApart = 1;      // duet_column: the register behind chains of joined products
constexpr int64_t kStoreLatency = 14;  // duet_store: asking for a run to its first beat at the queue's head
constexpr int64_t kProgramThere = 5;   // duet_program, duet_control: last beat to the program being there: counters begin
constexpr int64_t kFirstWait = 3;      // duet_program, duet_control: as if duet_dw had ended a tile then
constexpr int64_t kFirstPlan = 8;      // duet_program, duet_control: last beat to the first tile's condition
constexpr int kSamples = 4;            // duet_store: cycles of a beat that it pools; parts of a bypassed map
constexpr size_t kStreamSlots = 16;    // ...: at most, of streamed weights

// duet_dw: a pixel's issue to its word in the tile buffer; room for a copied tile to the token that duet_load sees.
int64_t dw_latency(const engine::Engine& engine) {
  const int kernel = engine::dw_kernel(engine), columns = kernel / 2 + 1;
  return kernel ? columns * columns + kernel * kernel + 14 : 4;
}

// duet_pw: end of the last pass to the token that duet_store sees.
int64_t pw_latency(const engine::Engine& engine) {
  return kPwLatency + engine.in_lanes + (engine.products > 1 ? kTakeApart : 0) + (engine::pixels(engine) > 1 ? kTwoPixels : 0) +
         (engine::row_taps(engine) > 1 ? kRowTaps : 0);
}

// duet_load: rows of either parity in the line buffer.
int slots(const engine::Engine& engine) { return engine::dw_kernel(engine) / 2 + 2; }

// When the slots of the rows of one parity become free, in the order in which rows take them.
class Ring {
 public:
  explicit Ring(int slots) : slots_(slots), freed_(static_cast<size_t>(slots)) {}
  // The cycle from which `rows` more slots are free.
  int64_t take(int rows) {
    taken_ += rows;
    return rows && taken_ > slots_ ? freed_[static_cast<size_t>((taken_ - 1) % slots_)] : 0;
  }
  void free(int rows, int64_t time) {
    for (int i = 0; i < rows; ++i) freed_[static_cast<size_t>(given_++ % slots_)] = time;
  }

 private:
  int slots_;
  std::vector<int64_t> freed_;
  int64_t taken_ = 0, given_ = 0;
};

// A buffer whose words are taken and freed in order.
class WordRing {
 public:
  explicit WordRing(int words) : room_(words) {}
  // The cycle from which `words` more are there.
  int64_t take(int words) {
    int64_t time = 0;
    for (; room_ < words; ++next_) {
      room_ += freed_[next_].second;
      time = freed_[next_].first;
    }
    room_ -= words;
    return time;
  }
  void free(int words, int64_t time) {
    if (next_ == freed_.size()) freed_.clear(), next_ = 0;
    freed_.push_back({time, words});
  }

 private:
  int room_;
  std::vector<std::pair<int64_t, int>> freed_;  // all but those before next_ are still to be taken
  size_t next_ = 0;
};

class Pipeline {
 public:
  Pipeline(const Program& program, const Memory& memory)
      : program_(program),
        order_(order(program.layers)),
        reads_(memory),
        writes_(memory),
        main_(slots(program.engine)),
        side_(slots(program.engine)),
        tiles_(program.engine.buffers.tile_words),
        results_(program.engine.buffers.result_words),
        dw_latency_(dw_latency(program.engine)),
        pw_latency_(pw_latency(program.engine)),
        stored_(program.layers.size()) {
    reads_.before(program.layout.program_bytes / 8);
  }

  // Runs a frame; returns the cycle of its interrupt.
  int64_t frame(std::vector<LayerCycles>& accounts) {
    accounts.clear();
    for (const Layer& layer : program_.layers) accounts.push_back({layer.name});
    for (std::vector<int64_t>& times : stored_) times.clear();
    for (const Step& step : order_) {
      const Layer& layer = program_.layers[static_cast<size_t>(step.layer)];
      LayerCycles& account = accounts[static_cast<size_t>(step.layer)];
      if (layer.stream) {
        streamed(layer, step, account);
        continue;
      }
      bring(layer, step);
      make(layer, step);
      groups(layer, step, 0, layer.out_groups, account);
    }
    return writes_.last_answer() + 2;
  }

  // After the last frame: the array's cycles without work until duet_store has nothing left and the frame leaves the queue.
  int64_t drain() const { return store_end_ + 1 - pw_free_; }

 private:
  // duet_load and duet_dw: a tile's rows from memory, then the tile out of them.
  void bring(const Layer& layer, const Step& step) { layer.copy ? copy(layer, step) : load(layer, step); }
  void make(const Layer& layer, const Step& step) { layer.copy ? copied() : depthwise(layer, step.tile); }

  // The array and the store on some output groups of a tile.
  void groups(const Layer& layer, const Step& step, int from, int to, LayerCycles& account) {
    const int64_t entered = pw_free_;
    for (int group = from; group < to; ++group) {
      if (layer.stream) fetch(layer, group);
      const int groups = program_.engine.unit_groups, unit = group / groups;
      pointwise(layer, group, group % groups == 0, account);
      if (group + 1 == layer.out_groups || (group + 1) % groups == 0) store(layer, step.tile, unit);
    }
    account.total += pw_free_ - entered;
    if (to == layer.out_groups) stored_[static_cast<size_t>(step.layer)].push_back(writes_.last_answer() + 3);
  }

  // duet_load brings a tile's rows in the middle of the weights of the one before.
  void streamed(const Layer& layer, const Step& step, LayerCycles& account) {
    const Step before{step.layer, step.tile - 1};
    const int half = layer.out_groups / 2;
    load_next_ -= 2;
    if (step.tile) groups(layer, before, 0, half, account);
    load_next_ += 3;
    bring(layer, step);
    load_next_ -= 3;
    if (step.tile) groups(layer, before, half, layer.out_groups, account);
    make(layer, step);
    if (step.tile + 1 == layer.tiles) groups(layer, step, 0, layer.out_groups, account);
    load_next_ += 4;
  }

  // duet_load: an output group's weights. Here load_next_ is the cycle in which the next ones may be asked for, else in which the
  // next rows may.
  void fetch(const Layer& layer, int group) {
    const int64_t last = reads_.read(std::max(load_next_, slots_free_[static_cast<size_t>(slot_)]) + 2,
                                     layer.stream_address + int64_t{8} * group * layer.group_beats, layer.group_beats);
    weights_there_ = last + 3;
    load_next_ = last + 2;
  }

  // duet_weights: the passes of an output group that was fetched. Returns the cycle of the first one, which would begin at
  // `begin`.
  int64_t take_weights(const Layer& layer, int64_t begin) {
    const int lanes = program_.engine.in_lanes;
    int64_t read = std::max({last_pass_ + 1, weights_busy_, weights_there_});  // the cycle of a pass's first word
    const int64_t start = std::max(begin, read + 1);
    if (layer.passes > 1) {  // a pass's words are read behind the start of the one before
      const int64_t late = std::max<int64_t>(1, read + lanes - start);
      read = start + int64_t{layer.passes - 2} * layer.pw_pass +
             std::max<int64_t>(1, late - int64_t{layer.passes - 2} * (layer.pw_pass - lanes));
    }
    weights_busy_ = read + lanes;
    slots_free_[static_cast<size_t>(slot_)] = weights_busy_ + 1;
    if (++slot_ == layer.slots) slot_ = 0;
    return start;
  }

  // When duet_load sees all tiles of the previous layer that a tile needs.
  int64_t inputs_there(const Layer& layer, const Step& step) const {
    if (step.layer == 0) return 0;
    const Layer& previous = program_.layers[static_cast<size_t>(step.layer) - 1];
    const int rows = 2 * step.tile + 2 + layer.halo;
    const int need =
        step.tile + 1 == layer.tiles ? previous.tiles : std::min(previous.tiles, previous.pool ? rows : (rows + 1) / 2);
    return stored_[static_cast<size_t>(step.layer) - 1][static_cast<size_t>(need) - 1];
  }

  // duet_load: a run of rows, asked for when `go` holds. Sets loaded_, the cycle in which duet_dw sees the tile.
  void read_rows(const Layer& layer, int64_t go, int from, int rows) {
    if (rows == 0) {
      loaded_ = go + 2;
      load_next_ = go + 4;
      return;
    }
    const int64_t last =
        reads_.read(go + 2, layer.in_address + int64_t{8} * from * layer.row_beats, int64_t{rows} * layer.row_beats);
    loaded_ = last + 3;
    load_next_ = last + 5;
  }

  // Two new rows (a first tile's: those of its halo, too), into the line buffer.
  void load(const Layer& layer, const Step& step) {
    const int height = layer.in.height, end = 2 * step.tile + layer.halo;
    const int from = step.tile ? std::min(end, height) : 0, to = std::min(end + 2, height);
    const int rows = to - from, odd = to / 2 - from / 2;
    RowRings& rings = layer.side ? side_ : main_;
    const int64_t go = std::max({load_next_, inputs_there(layer, step), rings.even.take(rows - odd), rings.odd.take(odd)});
    read_rows(layer, go, from, rows);
  }

  // duet_dw. Sets tile_there_, the cycle in which duet_pw sees the tile.
  void depthwise(const Layer& layer, int tile) {
    const int64_t start = std::max({dw_end_ + kTurn, loaded_, tiles_.take(layer.tile_words)});
    dw_end_ = start + int64_t{layer.dw_groups} * layer.dw_pass;
    begun_ = start + kBegun;
    const int height = layer.in.height;
    const int from = std::max(0, 2 * tile - layer.halo);
    const int to = tile + 1 == layer.tiles ? height : std::max(0, 2 * tile + 2 - layer.halo);
    RowRings& rings = layer.side ? side_ : main_;
    rings.even.free((to + 1) / 2 - (from + 1) / 2, dw_end_ + kFreed);
    rings.odd.free(to / 2 - from / 2, dw_end_ + kFreed);
    tile_there_ = dw_end_ + dw_latency_ + 1;
  }

  // A tile's rows with their halo, straight into the tile buffer.
  void copy(const Layer& layer, const Step& step) {
    const int64_t start = std::max(dw_end_ + kTurn, tiles_.take(layer.tile_words));
    const int from = std::max(0, 2 * step.tile - layer.halo);
    const int to = std::min(layer.in.height, 2 * step.tile + 2 + layer.halo);
    read_rows(layer, std::max({load_next_, inputs_there(layer, step), start + dw_latency_ + 1}), from, to - from);
  }
  void copied() {
    dw_end_ = loaded_;
    begun_ = dw_end_ + kBegun;
    tile_there_ = dw_end_ + dw_latency_ + 1;
  }

  // duet_pw: the passes of one output group. pw_free_: the cycle in which the next pass or tile may begin.
  void pointwise(const Layer& layer, int group, bool begins_unit, LayerCycles& account) {
    int64_t begin = pw_free_;
    if (group == 0) {
      begin = std::max(begin, tile_there_) + 1;
      const int64_t load = std::clamp<int64_t>(begun_ - pw_free_, 0, begin - pw_free_);
      account.load += load;
      account.fill += begin - pw_free_ - load;
    }
    const int64_t room = begins_unit ? results_.take(layer.unit_words) : 0;
    const int64_t passes = int64_t{layer.passes - 1} * layer.pw_pass;
    const int64_t there = layer.stream ? take_weights(layer, begin) : begin, start = std::max(there + passes, room);
    // An only pass waits for room first.
    const int64_t store = passes ? start - there - passes : std::clamp<int64_t>(room - begin, 0, start - begin);
    account.store += store;
    account.load += start - passes - begin - store;
    account.compute += int64_t{layer.passes} * layer.pw_pass;
    last_pass_ = start;
    pw_free_ = start + layer.pw_pass;
    result_there_ = pw_free_ + pw_latency_;
    if (group + 1 == layer.out_groups) tiles_.free(layer.tile_words, pw_free_);
  }

  // duet_store: one run a row, and four of a bypass.
  void store(const Layer& layer, int tile, int unit) {
    int64_t ask = std::max(store_end_ + 1, result_there_) + 1;
    const auto run = [&](int64_t address, int beats, int samples) {
      store_end_ = writes_.write(ask + 1, ask + kStoreLatency + samples - 1, address, beats, samples) + 1;
      ask = store_end_ + 1;
    };
    const int beats = (unit + 1 == layer.units ? layer.groups_last : layer.groups_full) * layer.out.width;
    const int rows = layer.pool ? 1 : std::min(2, layer.in.height - 2 * tile);
    const int64_t before = int64_t{unit} * layer.groups_full * layer.out.width;  // beats of a row
    for (int row = 0; row < rows; ++row)
      run(layer.out_address + 8 * (int64_t{layer.pool ? tile : 2 * tile + row} * layer.out_stride + before), beats,
          layer.store_pools ? kSamples : 1);
    for (int part = 0; layer.bypass && part < kSamples; ++part)
      run(layer.bypass_address + 8 * (int64_t{tile} * layer.bypass_stride + int64_t{part} * layer.part_beats + before), beats, 1);
    results_.free(layer.unit_words, store_end_ + kFreed);
  }

  struct RowRings {
    explicit RowRings(int slots) : even(slots), odd(slots) {}
    Ring even, odd;
  };

  const Program& program_;
  std::vector<Step> order_;
  Channel reads_, writes_;
  RowRings main_, side_;
  WordRing tiles_, results_;
  int64_t dw_latency_, pw_latency_;
  std::array<int64_t, kStreamSlots> slots_free_{};
  int slot_ = 0;
  int64_t weights_there_ = 0, weights_busy_ = 0, last_pass_ = 0;
  std::vector<std::vector<int64_t>> stored_;  // of each layer: when duet_load sees its tiles in memory
  int64_t load_next_ = kFirstPlan, loaded_ = 0, dw_end_ = kFirstWait, begun_ = 0, tile_there_ = 0, pw_free_ = kProgramThere,
          result_there_ = 0, store_end_ = 0;
};

void add(LayerCycles& sum, const LayerCycles& layer) {
  sum.total += layer.total, sum.compute += layer.compute;
  sum.fill += layer.fill, sum.load += layer.load, sum.store += layer.store;
}

// A frame's, those of a copied layer's halos again for every tile.
int64_t rows_read(const Layer& layer) {
  if (!layer.copy) return layer.in.height;
  int64_t rows = 0;
  for (int tile = 0; tile < layer.tiles; ++tile)
    rows += std::min(layer.in.height, 2 * tile + 2 + layer.halo) - std::max(0, 2 * tile - layer.halo);
  return rows;
}

}  // namespace

Cycles predict(const Program& program, const Memory& memory) {
  if (engine::compact(program.engine)) return compact::cycles(program);
  Pipeline pipeline(program, memory);
  Cycles cycles;
  int64_t done[3] = {};
  for (int64_t& time : done) {
    time = pipeline.frame(cycles.layers);
    for (const LayerCycles& layer : cycles.layers) add(cycles.all, layer);
  }
  cycles.all.load += pipeline.drain(), cycles.all.total += pipeline.drain();
  cycles.latency = done[0];
  cycles.frame = done[2] - done[1];
  for (const Layer& layer : program.layers) {
    cycles.bytes_read += 8 * (layer.row_beats * rows_read(layer) + int64_t{layer.group_beats} * layer.out_groups * layer.tiles);
    cycles.bytes_written += int64_t{8} * layer.out_row_beats * layer.out.height * (layer.bypass ? 1 + kSamples : 1);
  }
  return cycles;
}

}  // namespace duet::program
