#include "program/channel.h"

#include <algorithm>

#include "base/error.h"

namespace duet::program {
namespace {

constexpr int64_t kBurst = 16, kAddressToData = 2;

// Beats of a run's first burst, which ends at a multiple of 16 beats or with the run.
int64_t first_burst(int64_t address, int64_t beats) { return std::min(beats, kBurst - address / 8 % kBurst); }

}  // namespace

// While a run's bursts follow one another without a pause, burst i is asked for in time if the one that makes room for it, i -
// outstanding, was answered: outstanding - 1 whole bursts lie between them, and they must last for the latency.
Channel::Channel(const Memory& memory)
    : latency_(std::max(1, memory.latency)),
      gap_num_(memory.gap_num),
      gap_den_(memory.gap_den),
      as_one_(latency_ + kAddressToData <= kBurst * (memory.outstanding - 1)),
      in_flight_(static_cast<size_t>(memory.outstanding), kLongAgo) {}

int64_t Channel::read(int64_t time, int64_t address, int64_t beats) {
  if (as_one_) {
    DUET_CHECK(time > last_ || last_ == 0, "a run is read before the last one is there");
    return last_ = carry(bus_, time + latency_, beats);
  }
  for (int64_t length = first_burst(address, beats); beats > 0; beats -= length, length = std::min(beats, kBurst)) {
    time = std::max(time, in_flight_[next_] + 1);
    last_ = carry(bus_, time + latency_, length);
    answer(last_);
    ++time;
  }
  return last_;
}

int64_t Channel::write(int64_t time, int64_t data, int64_t address, int64_t beats, int spacing) {
  const int64_t start = std::max(time + kAddressToData, data);
  if (as_one_ && spacing == 1 && in_time(start)) {
    const Run run{{std::max(bus_.free, start), bus_.debt}, first_burst(address, beats), beats};
    if (run.bursts() < static_cast<int64_t>(in_flight_.size())) tell_apart();  // the next run may wait for bursts before this one
    earlier_answer_ = last_answer_;
    run_ = run;
    last_ = carry(bus_, start, beats);
    last_answer_ = last_ + latency_;
    return last_;
  }
  tell_apart();
  for (int64_t length = first_burst(address, beats); beats > 0; beats -= length, length = std::min(beats, kBurst)) {
    time = std::max(time, in_flight_[next_] + 1);
    if (spacing == 1) last_ = carry(bus_, std::max(time + kAddressToData, data), length);
    for (int64_t i = 0; spacing > 1 && i < length; ++i)
      last_ = carry(bus_, std::max(time + kAddressToData, data + i * spacing), 1);
    answer(last_ + latency_);
    ++time, data += length * spacing;
  }
  return last_;
}

int64_t Channel::Run::bursts() const { return 1 + (beats - first + kBurst - 1) / kBurst; }

// Whether no burst of a run whose beats go from `start` on waits for the answer that makes room for it. Its burst i waits for the
// one `outstanding` before it. If that is the k-th last of the run before, k - 1 bursts followed it there and i go ahead of it
// here, outstanding - 1 in all, and all but the last one there and the first one here are whole.
bool Channel::in_time(int64_t start) const {
  if (last_answer_ + 1 + kAddressToData <= start) return true;
  if (!run_) return false;
  const auto outstanding = static_cast<int64_t>(in_flight_.size());
  if (latency_ + 1 + kAddressToData > start - last_ + kBurst * (outstanding - 3) + 2) return false;
  return run_->bursts() >= outstanding || earlier_answer_ + 1 + kAddressToData <= start;
}

void Channel::before(int64_t beats) {
  bus_.debt = beats * gap_num_ % gap_den_;
  bus_.free = 1 + ((beats - 1) * gap_num_ % gap_den_ + gap_num_) / gap_den_;
}

// Beats from `start` on, as soon as the bus is free. Returns the cycle of the last one.
int64_t Channel::carry(Bus& bus, int64_t start, int64_t beats) const {
  bus.free = std::max(bus.free, start);
  if (gap_num_ == 0) return (bus.free += beats) - 1;
  const int64_t before_last = bus.debt + (beats - 1) * gap_num_, idle = before_last / gap_den_;
  const int64_t last = bus.free + beats - 1 + idle;
  bus.debt = before_last - idle * gap_den_ + gap_num_;
  bus.free = last + 1;
  if (bus.debt >= gap_den_) bus.free += bus.debt / gap_den_, bus.debt %= gap_den_;
  return last;
}

void Channel::answer(int64_t time) {
  in_flight_[next_] = last_answer_ = time;
  next_ = next_ + 1 == in_flight_.size() ? 0 : next_ + 1;
}

// When the last bursts of the run that was written as one are answered. Those of the run before it, where anybody may ask, are
// told apart already.
void Channel::tell_apart() {
  if (!run_) return;
  Bus bus = run_->bus;
  int64_t length = run_->first, left = run_->beats;
  const int64_t bursts = run_->bursts(), outstanding = static_cast<int64_t>(in_flight_.size());
  if (bursts > outstanding) {
    const int64_t earlier = length + (bursts - outstanding - 1) * kBurst;
    carry(bus, bus.free, earlier);
    left -= earlier, length = std::min(left, kBurst);
  }
  for (; left > 0; left -= length, length = std::min(left, kBurst)) answer(carry(bus, bus.free, length) + latency_);
  run_.reset();
}

}  // namespace duet::program
