// Every time is the cycle in which something is visible to the next register, counted from the last beat of the program's
// loading; the constants count registers in the files they name.

#include "program/pipeline.h"

#include <algorithm>
#include <utility>

#include "program/order.h"

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
constexpr int64_t kStorePause = kStoreLatency + 2;  // ...: from a run's last beat to the next one's first, at least

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

}  // namespace

void Pipeline::reset(const Program& program, const Memory& memory) {
  program_ = &program;
  const engine::Engine& engine = program.engine;
  memory_ = memory, latency_ = latency(memory);
  timeless_ = !plain_ && timeless(memory, kStorePause, kSamples);
  if (!timeless_) {
    reads_.emplace(memory), writes_.emplace(memory);
    reads_->before(program.layout.program_bytes / 8);
  }
  const int slots = engine::dw_kernel(engine) / 2 + 2;  // duet_load: rows of either parity in the line buffer
  for (WordRing* rows : {&main_.even, &main_.odd, &side_.even, &side_.odd}) rows->reset(slots);
  tiles_.reset(engine.buffers.tile_words), results_.reset(engine.buffers.result_words);
  dw_latency_ = dw_latency(engine), pw_latency_ = pw_latency(engine);
  slots_free_.fill(0), slot_ = 0;
  weights_there_ = weights_busy_ = last_pass_ = loaded_ = begun_ = tile_there_ = store_end_ = 0;
  load_next_ = kFirstPlan, dw_end_ = kFirstWait, pw_free_ = kProgramThere;
  if (stored_.size() < program.layers.size()) stored_.resize(program.layers.size());
  for (size_t i = 0; i < program.layers.size(); ++i) stored_[i].at.resize(static_cast<size_t>(program.layers[i].tiles));
  slots_ = 0;
  for (const Layer& layer : program.layers) slots_ = std::max(slots_, layer.slots);
  costs_.clear();
  for (const Layer& layer : program.layers) costs_.push_back(costs_of(layer));
  end_.clear(), end_before_.clear();
  entered_.state.clear(), entered_.now_known = settled_ = false;
}

int64_t Pipeline::frame(std::vector<LayerCycles>& accounts) {
  accounts.assign(program_->layers.size(), {});
  accounts_ = &accounts;
  const int layers = static_cast<int>(program_->layers.size());
  for (int first = 0; first < layers; ++first) {
    const int second = first + layer(first).ahead;
    stored_[static_cast<size_t>(first)].count = stored_[static_cast<size_t>(second)].count = 0;
    begin_stretch(first);
    bool ended = false;
    in_turns(
        program_->layers, first, [&](const Step& step) { run(step); },
        [&](const Step& step) {
          const int turns = timeless_ ? repeat(first, step) : 0;
          ended = turns && first == 0 && as_before();
          return ended ? layer(second).tiles : turns;
        });
    if (ended) return end_as_before();
    first = second;
  }
  const int64_t done = answered() + 2;
  if (timeless_) {
    settle();
    end_before_.swap(end_), end_.clear(), state(pw_free_, slots_ > 0, end_);
    settled_ = end_ == end_before_;
    if (!std::exchange(entered_.now_known, false)) entered_.state.clear();
    entered_.done = done, entered_.end = accounts;
  }
  drain_ = store_end_ + 1 - pw_free_;
  return done;
}

void Pipeline::run(const Step& step) {
  const Layer& layer = this->layer(step.layer);
  if (layer.stream) return streamed(layer, step);
  bring(layer, step);
  make(layer, step);
  compute(layer, step);
}

// What nobody will wait for any more.
void Pipeline::settle() {
  main_.settle(load_next_), side_.settle(load_next_), tiles_.settle(dw_end_ + kTurn), results_.settle(pw_free_);
}

Pipeline::Costs Pipeline::costs_of(const Layer& layer) const {
  const int64_t group = int64_t{layer.passes} * layer.pw_pass;
  const int in_unit = program_->engine.unit_groups;
  Costs costs;
  costs.first_group = group - layer.pw_pass;
  costs.array = in_unit * group, costs.array_last = (layer.out_groups - (layer.units - 1) * in_unit) * group;
  if (!timeless_) return costs;
  costs.rows = run_length(memory_, int64_t{2 + (layer.copy ? 2 * layer.halo : 0)} * layer.row_beats, 1);
  const auto run = [&](int64_t beats, int samples) { return kStoreLatency + samples + run_length(memory_, beats, samples); };
  const auto runs = [&](int groups) {
    const int64_t beats = int64_t{groups} * layer.out.width, rows = layer.pool ? 1 : std::min(2, layer.in.height);
    const int64_t parts = layer.bypass ? kSamples : 0;
    return rows * run(beats, layer.store_pools ? kSamples : 1) + parts * run(beats, 1) + rows + parts - 1;
  };
  costs.store_last = runs(layer.groups_last);
  costs.store = layer.groups_full == layer.groups_last ? costs.store_last : runs(layer.groups_full);
  if (layer.stream || costs.store + 2 > costs.array) return costs;
  // With the array never held up, units end `array` cycles apart. So many are not free when the array has made one, and so many
  // need room when it is about to write one.
  const int64_t freed = pw_latency_ + 1 + costs.store + kFreed;
  const auto units = [&](int64_t cycles) {
    return static_cast<int>((std::max<int64_t>(0, cycles) + costs.array - 1) / costs.array);
  };
  costs.late_units = units(freed);
  const int need = 1 + units(freed - costs.first_group);
  if (int64_t{need} * layer.unit_words <= program_->engine.buffers.result_words) costs.free_units = need;
  return costs;
}

void Pipeline::bring(const Layer& layer, const Step& step) { layer.copy ? copy(layer, step) : load(layer, step); }
void Pipeline::make(const Layer& layer, const Step& step) { layer.copy ? copied() : depthwise(layer, step.tile); }

// duet_load brings a tile's rows in the middle of the weights of the one before.
void Pipeline::streamed(const Layer& layer, const Step& step) {
  const Step before{step.layer, step.tile - 1};
  const int half = layer.out_groups / 2;
  load_next_ -= 2;
  if (step.tile) compute(layer, before, 0, half);
  load_next_ += 3;
  bring(layer, step);
  load_next_ -= 3;
  if (step.tile) compute(layer, before, half, layer.out_groups);
  make(layer, step);
  if (step.tile + 1 == layer.tiles) compute(layer, step, 0, layer.out_groups);
  load_next_ += 4;
}

// A run of duet_axi_read. Returns the cycle of its last beat.
inline int64_t Pipeline::read(int64_t time, int64_t address, int64_t beats) {
  return timeless_ ? time + latency_ + run_length(memory_, beats, 1) : reads_->read(time, address, beats);
}

// When the last burst that was written was or will be answered.
inline int64_t Pipeline::answered() const { return timeless_ ? store_end_ - 1 + latency_ : writes_->last_answer(); }

// duet_load: an output group's weights. Here load_next_ is the cycle in which the next ones may be asked for, else in which the
// next rows may.
void Pipeline::fetch(const Layer& layer, int group) {
  const int64_t last = read(std::max(load_next_, slots_free_[static_cast<size_t>(slot_)]) + 2,
                            layer.stream_address + int64_t{8} * group * layer.group_beats, layer.group_beats);
  weights_there_ = last + 3;
  load_next_ = last + 2;
}

// duet_weights: the passes of an output group that was fetched. Returns the cycle of the first one, which would begin at
// `begin`.
int64_t Pipeline::take_weights(const Layer& layer, int64_t begin) {
  const int lanes = program_->engine.in_lanes;
  int64_t read = std::max({last_pass_ + 1, weights_busy_, weights_there_});  // the cycle of a pass's first word
  const int64_t start = std::max(begin, read + 1);
  if (layer.passes > 1) {  // a pass's words are read behind the start of the one before
    const int64_t late = std::max<int64_t>(1, read + lanes - start);
    read = start + int64_t{layer.passes - 2} * layer.pw_pass +
           std::max<int64_t>(1, late - int64_t{layer.passes - 2} * (layer.pw_pass - lanes));
  }
  weights_busy_ = read + lanes;
  slots_free_[static_cast<size_t>(slot_)] = weights_busy_ + 1;
  if (++slot_ == slots_) slot_ = 0;
  return start;
}

// When duet_load sees all tiles of the previous layer that a tile needs.
inline int64_t Pipeline::inputs_there(const Layer& layer, const Step& step) const {
  if (step.layer == 0) return 0;
  const Layer& previous = program_->layers[static_cast<size_t>(step.layer) - 1];
  const int rows = 2 * step.tile + 2 + layer.halo;
  const int need =
      step.tile + 1 == layer.tiles ? previous.tiles : std::min(previous.tiles, previous.pool ? rows : (rows + 1) / 2);
  return stored_[static_cast<size_t>(step.layer) - 1].at[static_cast<size_t>(need) - 1];
}

// duet_load: a run of rows, asked for when `go` holds. Sets loaded_, the cycle in which duet_dw sees the tile.
inline void Pipeline::read_rows(const Layer& layer, const Step& step, int64_t go, int from, int rows) {
  if (rows == 0) {
    loaded_ = go + 2;
    load_next_ = go + 4;
    return;
  }
  const bool regular = timeless_ && rows == 2 + (layer.copy ? 2 * layer.halo : 0);
  const int64_t last =
      regular ? go + 2 + latency_ + costs_[static_cast<size_t>(step.layer)].rows
              : read(go + 2, layer.in_address + int64_t{8} * from * layer.row_beats, int64_t{rows} * layer.row_beats);
  loaded_ = last + 3;
  load_next_ = last + 5;
}

// Two new rows (a first tile's: those of its halo, too), into the line buffer.
inline void Pipeline::load(const Layer& layer, const Step& step) {
  const int height = layer.in.height, end = 2 * step.tile + layer.halo;
  const int from = step.tile ? std::min(end, height) : 0, to = std::min(end + 2, height);
  const int rows = to - from, odd = to / 2 - from / 2;
  Rows& rings = layer.side ? side_ : main_;
  const int64_t go = std::max({load_next_, inputs_there(layer, step), rings.even.take(rows - odd), rings.odd.take(odd)});
  read_rows(layer, step, go, from, rows);
}

// duet_dw. Sets tile_there_, the cycle in which duet_pw sees the tile.
inline void Pipeline::depthwise(const Layer& layer, int tile) {
  const int64_t start = std::max({dw_end_ + kTurn, loaded_, tiles_.take(layer.tile_words)});
  dw_end_ = start + int64_t{layer.dw_groups} * layer.dw_pass;
  begun_ = start + kBegun;
  tile_there_ = dw_end_ + dw_latency_ + 1;
  Rows& rings = layer.side ? side_ : main_;
  int even = 1, odd = 1;
  if (2 * tile < layer.halo || tile + 1 == layer.tiles) {
    const int from = std::max(0, 2 * tile - layer.halo);
    const int to = tile + 1 == layer.tiles ? layer.in.height : std::max(0, 2 * tile + 2 - layer.halo);
    odd = to / 2 - from / 2, even = to - from - odd;
  }
  rings.even.free(even, dw_end_ + kFreed);
  rings.odd.free(odd, dw_end_ + kFreed);
}

// A tile's rows with their halo, straight into the tile buffer.
inline void Pipeline::copy(const Layer& layer, const Step& step) {
  const int64_t start = std::max(dw_end_ + kTurn, tiles_.take(layer.tile_words));
  const int from = std::max(0, 2 * step.tile - layer.halo);
  const int to = std::min(layer.in.height, 2 * step.tile + 2 + layer.halo);
  read_rows(layer, step, std::max({load_next_, inputs_there(layer, step), start + dw_latency_ + 1}), from, to - from);
}
inline void Pipeline::copied() {
  dw_end_ = loaded_;
  begun_ = dw_end_ + kBegun;
  tile_there_ = dw_end_ + dw_latency_ + 1;
}

// duet_pw: a tile is taken. Returns the cycle of its first pass.
inline int64_t Pipeline::take_tile(LayerCycles& account) const {
  const int64_t begin = std::max(pw_free_, tile_there_) + 1;
  const int64_t load = std::clamp<int64_t>(begun_ - pw_free_, 0, begin - pw_free_);
  account.load += load;
  account.fill += begin - pw_free_ - load;
  return begin;
}

inline void Pipeline::end_tile(const Layer& layer, const Step& step) {
  tiles_.free(layer.tile_words, pw_free_);
  stored_[static_cast<size_t>(step.layer)].add(answered() + 3);
}

// duet_store: a unit, asked for at `ask`, of a tile of as many rows as the first one or not. Returns the cycle after its last
// beat.
inline int64_t Pipeline::store(const Layer& layer, const Costs& costs, int tile, int unit, int64_t ask, bool as_first) {
  const bool last = unit + 1 == layer.units;
  const int64_t end = timeless_ && as_first ? ask + (last ? costs.store_last : costs.store) : run_out(layer, tile, unit, ask);
  results_.free(layer.unit_words, end + kFreed);
  return end;
}

// One run a row, and four of a bypass, the first one asked for at `ask`. Returns the cycle after the last beat.
int64_t Pipeline::run_out(const Layer& layer, int tile, int unit, int64_t ask) {
  int64_t end = 0;
  const auto run = [&](int64_t address, int beats, int samples) {
    const int64_t data = ask + kStoreLatency + samples - 1;
    end = 1 + (timeless_ ? data + run_length(memory_, beats, samples) : writes_->write(ask + 1, data, address, beats, samples));
    ask = end + 1;
  };
  const int beats = (unit + 1 == layer.units ? layer.groups_last : layer.groups_full) * layer.out.width;
  const int rows = layer.pool ? 1 : std::min(2, layer.in.height - 2 * tile);
  const int64_t before = int64_t{unit} * layer.groups_full * layer.out.width;  // beats of a row
  for (int row = 0; row < rows; ++row)
    run(layer.out_address + 8 * (int64_t{layer.pool ? tile : 2 * tile + row} * layer.out_stride + before), beats,
        layer.store_pools ? kSamples : 1);
  for (int part = 0; layer.bypass && part < kSamples; ++part)
    run(layer.bypass_address + 8 * (int64_t{tile} * layer.bypass_stride + int64_t{part} * layer.part_beats + before), beats, 1);
  return end;
}

bool Pipeline::rows_as_first(const Layer& layer, int tile) const {
  return layer.pool || tile == 0 || 2 * tile + 2 <= layer.in.height;
}

// The array and the store on a tile of a layer whose weights are on chip.
void Pipeline::compute(const Layer& layer, const Step& step) {
  LayerCycles& account = (*accounts_)[static_cast<size_t>(step.layer)];
  const Costs& costs = costs_[static_cast<size_t>(step.layer)];
  const bool as_first = rows_as_first(layer, step.tile);
  const int64_t entered = pw_free_, begin = take_tile(account);
  if (!costs.free_units || !as_first || !keeps_up(layer, costs, begin)) {
    int64_t end = begin, waits = 0, stored = store_end_;
    for (int unit = 0; unit < layer.units; ++unit) {
      const bool last = unit + 1 == layer.units;
      const int64_t wait = std::max<int64_t>(0, results_.take(layer.unit_words) - (end + costs.first_group));
      waits += wait;
      end += wait + (last ? costs.array_last : costs.array);
      stored = store(layer, costs, step.tile, unit, std::max(stored + 1, end + pw_latency_) + 1, as_first);
    }
    pw_free_ = end, store_end_ = stored;
    account.store += waits;
  }
  last_pass_ = pw_free_ - layer.pw_pass;
  account.compute += int64_t{layer.out_groups} * layer.passes * layer.pw_pass;
  account.total += pw_free_ - entered;
  end_tile(layer, step);
}

// All units of a tile whose first one begins at `begin`, if the store is ready for each when it is there and each has room: then
// the array is never held up, and each is stored at once. Else nothing.
inline bool Pipeline::keeps_up(const Layer& layer, const Costs& costs, int64_t begin) {
  const int before = layer.units - 1;  // the last one
  if (store_end_ + 1 > begin + (before ? costs.array : costs.array_last) + pw_latency_) return false;
  results_.settle(begin + costs.first_group);
  if (results_.room() < std::min(layer.units, costs.free_units) * layer.unit_words) return false;
  // Those that will not be free when the array has ended, at least.
  const int late = std::min(before, costs.late_units);
  const int64_t last = begin + before * costs.array, freed = pw_latency_ + 1 + costs.store + kFreed;
  results_.lend((late + 1) * layer.unit_words);
  for (int unit = late; unit > 0; --unit) results_.free(layer.unit_words, last - (unit - 1) * costs.array + freed);
  if (before) store_end_ = last + pw_latency_ + 1 + costs.store;
  pw_free_ = last + costs.array_last;
  store_end_ = std::max(store_end_ + 1, pw_free_ + pw_latency_) + 1 + costs.store_last;
  results_.free(layer.unit_words, store_end_ + kFreed);
  return true;
}

// The same on some output groups of a tile whose weights are streamed.
void Pipeline::compute(const Layer& layer, const Step& step, int from, int to) {
  LayerCycles& account = (*accounts_)[static_cast<size_t>(step.layer)];
  const Costs& costs = costs_[static_cast<size_t>(step.layer)];
  const int in_unit = program_->engine.unit_groups;
  const int64_t entered = pw_free_;
  for (int group = from; group < to; ++group) {
    fetch(layer, group);
    const int64_t begin = group ? pw_free_ : take_tile(account);
    const int64_t room = group % in_unit ? 0 : results_.take(layer.unit_words);
    const int64_t there = take_weights(layer, begin);
    last_pass_ = std::max(there + costs.first_group, room);
    // An only pass waits for room first.
    const int64_t store_wait =
        costs.first_group ? last_pass_ - there - costs.first_group : std::clamp<int64_t>(room - begin, 0, last_pass_ - begin);
    account.store += store_wait;
    account.load += last_pass_ - costs.first_group - begin - store_wait;
    account.compute += int64_t{layer.passes} * layer.pw_pass;
    pw_free_ = last_pass_ + layer.pw_pass;
    if (group + 1 == layer.out_groups || (group + 1) % in_unit == 0)
      store_end_ = store(layer, costs, step.tile, group / in_unit, std::max(store_end_ + 1, pw_free_ + pw_latency_) + 1,
                         rows_as_first(layer, step.tile));
  }
  account.total += pw_free_ - entered;
  if (to == layer.out_groups) end_tile(layer, step);
}

}  // namespace duet::program
