// What Pipeline does not count one by one: turns, and the rest of a frame (docs/decisions/0014-what-repeats.md).

#include <algorithm>
#include <tuple>
#include <utility>

#include "program/pipeline.h"

namespace duet::program {
namespace {

// Of what was counted since `before`, so many times as much.
void add(LayerCycles& to, const LayerCycles& now, const LayerCycles& before, int64_t times) {
  to.total += times * (now.total - before.total), to.compute += times * (now.compute - before.compute);
  to.fill += times * (now.fill - before.fill), to.load += times * (now.load - before.load);
  to.store += times * (now.store - before.store);
}

}  // namespace

// Behind the turns of the first stretch that repeat: whether all stands as it did there in the frame before, so that the rest is
// the same.
bool Pipeline::as_before() {
  if (slots_ > 0) return false;  // weights of the frame before may be waited for
  if (entered_.state == now_) return true;
  entered_.state = now_, entered_.time = pw_free_, entered_.now = *accounts_, entered_.now_known = true;
  return false;
}

int64_t Pipeline::end_as_before() {
  for (size_t i = 0; i < accounts_->size(); ++i) add((*accounts_)[i], entered_.end[i], entered_.now[i], 1);
  settled_ = true;
  return entered_.done + pw_free_ - entered_.time;
}

// The first and last tile of those that take and leave as many rows as each other.
std::pair<int, int> Pipeline::regular(const Layer& layer) {
  return {(layer.halo + 1) / 2, std::min(layer.tiles - 2, (layer.in.height - layer.halo - 2) / 2)};
}

// The turns of a stretch whose tiles all are such: of the second layer this one, of the first one the `burst` behind it.
void Pipeline::begin_stretch(int first) {
  const Layer &one = layer(first), &two = layer(first + one.ahead);
  marked_ = 0;
  std::tie(first_turn_, last_turn_) = regular(two);
  if (!one.ahead) return;
  const auto [from, to] = regular(one);  // tile lead + turn * burst and the ones after it
  first_turn_ = std::max(first_turn_, from > one.lead ? (from - one.lead + one.burst - 1) / one.burst : 0);
  last_turn_ = std::min(last_turn_, to + 1 < one.lead ? -1 : (to + 1 - one.lead) / one.burst - 1);
}

// At the end of a turn: how many more turns of the stretch are like this one, after which the stages then stand.
int Pipeline::repeat(int first, const Step& step) {
  if (step.tile < first_turn_ || step.tile >= last_turn_) return 0;
  const Layer &one = layer(first), &two = layer(step.layer);
  const int burst = one.burst;
  const int marked = std::exchange(marked_, 0);
  // The layer before the stretch must be through, or its tiles might be waited for.
  constexpr int64_t kAsked = 8;  // more than a streamed layer asks early
  const bool through = first == 0 || stored_[static_cast<size_t>(first) - 1].last() + kAsked <= load_next_;
  if (!through) return 0;
  const std::array<int64_t, 3> stand{load_next_ - pw_free_, dw_end_ - pw_free_, store_end_ - pw_free_};
  const bool same = marked && stand == mark_.stand;  // else there is no need to look further
  mark_.stand = stand;
  marked_ = same ? 2 : 1;
  if (!same) return 0;
  settle();
  now_.clear();
  state(pw_free_, two.stream, now_);
  Stored& stored = stored_[static_cast<size_t>(first)];
  if (one.ahead)
    for (int i = (step.tile + 1) * burst; i < stored.count; ++i) now_.push_back(stored.at[static_cast<size_t>(i)] - pw_free_);
  LayerCycles &first_account = (*accounts_)[static_cast<size_t>(first)], &account = (*accounts_)[static_cast<size_t>(step.layer)];
  if (marked == 2 && now_ == mark_.state) {
    marked_ = 0;
    const int turns = last_turn_ - step.tile;
    const int64_t turn = pw_free_ - mark_.time;
    shift(turns * turn, two.stream);
    add(first_account, first_account, mark_.first, turns);
    if (one.ahead) add(account, account, mark_.second, turns), stored.repeat(turns * burst, burst, turn);
    stored_[static_cast<size_t>(step.layer)].repeat(turns, 1, turn);
    return turns;
  }
  mark_.state.swap(now_), mark_.time = pw_free_, mark_.first = first_account, mark_.second = account;
  return 0;
}

// What the stages will do depends on this, on the tiles in memory and on nothing else once settle() has run; relative to `time`.
void Pipeline::state(int64_t time, bool streams, std::vector<int64_t>& to) const {
  for (const int64_t at : {load_next_, dw_end_, pw_free_, store_end_}) to.push_back(at - time);
  for (const WordRing* ring : {&main_.even, &main_.odd, &side_.even, &side_.odd, &tiles_, &results_}) ring->state(time, to);
  if (!streams) return;
  for (const int64_t at : {begun_, tile_there_, weights_there_, weights_busy_, last_pass_}) to.push_back(at - time);
  for (int i = 0; i < slots_; ++i) to.push_back(slots_free_[static_cast<size_t>((slot_ + i) % slots_)] - time);
}

void Pipeline::shift(int64_t cycles, bool streams) {
  for (int64_t* time : {&load_next_, &dw_end_, &pw_free_, &store_end_, &begun_, &tile_there_, &last_pass_}) *time += cycles;
  main_.shift(cycles), side_.shift(cycles), tiles_.shift(cycles), results_.shift(cycles);
  if (!streams) return;
  for (int64_t* time : {&weights_there_, &weights_busy_}) *time += cycles;
  for (int i = 0; i < slots_; ++i) slots_free_[static_cast<size_t>(i)] += cycles;
}

}  // namespace duet::program
