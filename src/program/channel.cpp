#include "program/channel.h"

#include <algorithm>

namespace duet::program {
namespace {

constexpr int64_t kBurst = 16, kAddressToData = 2, kLongAgo = -(int64_t{1} << 40);

// Beats of a run's first burst, which ends at a multiple of 16 beats or with the run.
int64_t first_burst(int64_t address, int64_t beats) { return std::min(beats, kBurst - address / 8 % kBurst); }

// From the last beat of a burst to the first one of the `outstanding`-th after it, at least. From a burst to the next it is a
// cycle where that begins a run of several, for it may have one beat; between two such there is a pause; else a whole burst or a
// pause.
int64_t shortest(int64_t outstanding, int64_t pause) {
  const int64_t begins = 1 + pause < 2 * kBurst ? (outstanding + 1) / 2 : 1;
  return begins + (begins - 1) * pause + (outstanding - 2 * begins + 1) * std::min(kBurst, pause);
}

}  // namespace

Channel::Channel(const Memory& memory)
    : latency_(latency(memory)),
      gap_num_(memory.gap_num),
      gap_den_(memory.gap_den),
      in_flight_(static_cast<size_t>(memory.outstanding), kLongAgo) {}

int64_t Channel::read(int64_t time, int64_t address, int64_t beats) {
  for (int64_t length = first_burst(address, beats); beats > 0; beats -= length, length = std::min(beats, kBurst)) {
    time = std::max(time, in_flight_[next_] + 1);
    last_ = carry(time + latency_, length);
    answer(last_);
    ++time;
  }
  return last_;
}

int64_t Channel::write(int64_t time, int64_t data, int64_t address, int64_t beats, int spacing) {
  for (int64_t length = first_burst(address, beats); beats > 0; beats -= length, length = std::min(beats, kBurst)) {
    time = std::max(time, in_flight_[next_] + 1);
    if (spacing == 1) last_ = carry(std::max(time + kAddressToData, data), length);
    for (int64_t i = 0; spacing > 1 && i < length; ++i) last_ = carry(std::max(time + kAddressToData, data + i * spacing), 1);
    answer(last_ + latency_);
    ++time, data += length * spacing;
  }
  return last_;
}

void Channel::before(int64_t beats) {
  debt_ = beats * gap_num_ % gap_den_;
  free_ = 1 + ((beats - 1) * gap_num_ % gap_den_ + gap_num_) / gap_den_;
}

// Beats from `start` on, as soon as the bus is free. Returns the cycle of the last one.
int64_t Channel::carry(int64_t start, int64_t beats) {
  if (start > free_) free_ = start, debt_ = 0;
  if (gap_num_ == 0) return (free_ += beats) - 1;
  const int64_t before_last = debt_ + (beats - 1) * gap_num_, idle = before_last / gap_den_;
  const int64_t last = free_ + beats - 1 + idle;
  debt_ = before_last - idle * gap_den_ + gap_num_;
  free_ = last + 1;
  if (debt_ >= gap_den_) free_ += debt_ / gap_den_, debt_ %= gap_den_;
  return last;
}

void Channel::answer(int64_t time) {
  in_flight_[next_] = last_answer_ = time;
  next_ = next_ + 1 == in_flight_.size() ? 0 : next_ + 1;
}

int64_t latency(const Memory& memory) { return std::max(1, memory.latency); }

// A burst is asked for in time if the one that makes room for it, the `outstanding`-th before it, was answered; of a run that is
// read, whole bursts lie between them. What the bus owes at a run's end, not a whole cycle more than a beat's gap, is over before
// the next run: when all is there before the next is asked for, or in the pause. Likewise between beats that lie apart.
bool timeless(const Memory& memory, int64_t pause, int spacing) {
  const auto idles = [&](int64_t cycles) { return memory.gap_num <= (cycles - 2) * memory.gap_den; };
  return latency(memory) + kAddressToData <= kBurst * (memory.outstanding - 1) && idles(latency(memory) + 1) &&
         latency(memory) + 1 + kAddressToData <= shortest(memory.outstanding, pause) && idles(pause) && idles(spacing);
}

}  // namespace duet::program
