#pragma once
#include <vector>

#include "program/program.h"

namespace duet::program {

/// One direction of the AXI port as the cycle model sees it (duet_axi_read, duet_axi_write and the memory behind them): bursts of
/// at most 16 beats in order, a limit on those in flight, idle cycles that keep the memory's bandwidth. Every time is a cycle;
/// runs come in the order in which they begin.
class Channel {
 public:
  explicit Channel(const Memory& memory);

  /// Reads `beats` from byte `address`, first asked for at `time`, when all that was read before is there. Returns the cycle of
  /// the last beat.
  int64_t read(int64_t time, int64_t address, int64_t beats);

  /// Writes a run whose address can go out at `time` and whose beats are there from `data` on, one every `spacing` cycles.
  /// Returns the cycle of the last beat.
  int64_t write(int64_t time, int64_t data, int64_t address, int64_t beats, int spacing);

  /// What went over the bus before time 0.
  void before(int64_t beats);
  int64_t last_answer() const { return last_answer_; }

 private:
  int64_t carry(int64_t start, int64_t beats);
  void answer(int64_t time);

  int64_t latency_, gap_num_, gap_den_;
  std::vector<int64_t> in_flight_;  // when each burst was or will be answered, the oldest at next_
  size_t next_ = 0;
  int64_t free_ = 0, debt_ = 0;  // the bus: from which cycle it is free, and the idle cycles it owes, in parts of gap_den_
  int64_t last_ = 0, last_answer_ = 0;
};

/// Cycles from a run's address to its first beat, or from a burst's last beat to its answer.
int64_t latency(const Memory& memory);

/// Whether no run waits for another one's beats or for a burst in flight, whenever they come: where written ones lie at least
/// `pause` cycles apart, last beat to first one, and have a spacing of 1 or `spacing`. Each then takes what run_length says.
bool timeless(const Memory& memory, int64_t pause, int spacing);

/// Cycles of such a run from its first beat to its last.
inline int64_t run_length(const Memory& memory, int64_t beats, int spacing) {
  const int64_t after = beats - 1;  // its first beat
  return spacing > 1 ? after * spacing : memory.gap_num ? after + after * memory.gap_num / memory.gap_den : after;
}

}  // namespace duet::program
