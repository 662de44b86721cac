#pragma once
#include <optional>
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
  // The bus: from which cycle it is free, and the idle cycles it owes, in parts of gap_den_.
  struct Bus {
    int64_t free = 0, debt = 0;
  };
  // A run that was written as one, whose bursts' answers nobody has asked for yet.
  struct Run {
    Bus bus;  // as it began
    int64_t first = 0, beats = 0;
    int64_t bursts() const;
  };
  int64_t carry(Bus& bus, int64_t start, int64_t beats) const;
  void answer(int64_t time);
  bool in_time(int64_t start) const;
  void tell_apart();

  int64_t latency_, gap_num_, gap_den_;
  bool as_one_;                     // runs may be counted as one: the limit on bursts in flight holds nothing up inside them
  std::vector<int64_t> in_flight_;  // when each burst was or will be answered, the oldest at next_
  size_t next_ = 0;
  Bus bus_;
  std::optional<Run> run_;
  int64_t last_ = 0, last_answer_ = 0, earlier_answer_ = kLongAgo;  // the last one of all before run_
  static constexpr int64_t kLongAgo = -(int64_t{1} << 40);
};

}  // namespace duet::program
