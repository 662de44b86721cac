#include "program/channel.h"

#include <gtest/gtest.h>

#include <deque>

#include "base/rng.h"

namespace duet::program {
namespace {

// The same beat by beat: no arithmetic but counting.
class Slow {
 public:
  explicit Slow(const Memory& memory) : memory_(memory), latency_(std::max(1, memory.latency)) {}
  int64_t read(int64_t time, int64_t address, int64_t beats) {
    bursts(address, beats, [&](int64_t length) {
      time = asked(time);
      for (int64_t i = 0; i < length; ++i) beat(time + latency_);
      answered_.push_back(last_);
      ++time;
    });
    return last_;
  }
  int64_t write(int64_t time, int64_t data, int64_t address, int64_t beats, int spacing) {
    bursts(address, beats, [&](int64_t length) {
      time = asked(time);
      for (int64_t i = 0; i < length; ++i, data += spacing) beat(std::max(time + 2, data));
      answered_.push_back(last_ + latency_);
      ++time;
    });
    return last_;
  }
  int64_t last_answer() const { return answered_.back(); }

 private:
  template <class Work>
  void bursts(int64_t address, int64_t beats, const Work& work) {
    for (int64_t at = address / 8, end = at + beats; at < end;) {
      const int64_t until = std::min(end, (at / 16 + 1) * 16);
      work(until - at);
      at = until;
    }
  }
  int64_t asked(int64_t time) const {
    const auto outstanding = static_cast<size_t>(memory_.outstanding);
    return answered_.size() < outstanding ? time : std::max(time, answered_[answered_.size() - outstanding] + 1);
  }
  void beat(int64_t start) {
    if (start > free_) debt_ = 0;
    last_ = std::max(free_, start);
    free_ = last_ + 1;
    for (debt_ += memory_.gap_num; debt_ >= memory_.gap_den; debt_ -= memory_.gap_den) ++free_;
  }
  Memory memory_;
  int64_t latency_, free_ = 0, debt_ = 0, last_ = 0;
  std::deque<int64_t> answered_;
};

TEST(Channel, RunsTakeWhatTheirBeatsTakeOneByOne) {
  Rng rng(11);
  int64_t runs = 0, waited = 0, timeless_ones = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    Memory memory;
    memory.latency = static_cast<int>(rng.below(rng.below(2) ? 201 : 80));
    memory.outstanding = 1 + static_cast<int>(rng.below(16));
    memory.gap_den = 1 + static_cast<int>(rng.below(1000));
    memory.gap_num = rng.below(2) ? static_cast<int>(rng.below(1500)) : 0;
    const int64_t fewest = 2 + static_cast<int64_t>(rng.below(rng.below(2) ? 50 : 20));  // between two written runs
    const bool alone = timeless(memory, fewest, 4);
    timeless_ones += alone;
    Channel reads(memory), writes(memory);
    Slow slow_reads(memory), slow_writes(memory);
    int64_t read = 0, write = 0, write_last = 0;
    const int64_t longest = 1 + static_cast<int64_t>(rng.below(rng.below(2) ? 600 : 40));
    const int64_t pause = 1 + static_cast<int64_t>(rng.below(rng.below(2) ? 300 : 6));
    for (int run = 0; run < 40; ++run, ++runs) {
      const int64_t address = 8 * static_cast<int64_t>(rng.below(1000)), beats = 1 + static_cast<int64_t>(rng.below(longest));
      read += 1 + static_cast<int64_t>(rng.below(pause));
      const int64_t got = reads.read(read, address, beats);
      ASSERT_EQ(got, slow_reads.read(read, address, beats)) << "trial " << trial << ", run " << run;
      if (alone) {
        ASSERT_EQ(got, read + latency(memory) + run_length(memory, beats, 1));
      }
      read = got;
      write += 2 + static_cast<int64_t>(rng.below(pause));
      const int64_t data = std::max(write + static_cast<int64_t>(rng.below(20)), run ? write_last + fewest : 0);
      const int spacing = rng.below(5) ? 1 : 4;
      waited += writes.last_answer() > data;
      const int64_t gone = writes.write(write, data, address, beats, spacing);
      ASSERT_EQ(gone, slow_writes.write(write, data, address, beats, spacing)) << "trial " << trial << ", run " << run;
      ASSERT_EQ(writes.last_answer(), slow_writes.last_answer());
      if (alone && data >= write + 2) {
        ASSERT_EQ(gone, data + run_length(memory, beats, spacing)) << "trial " << trial << ", run " << run;
      }
      write = write_last = gone;
    }
  }
  EXPECT_GT(waited, runs / 10);      // runs that begin before all is answered
  EXPECT_LT(waited, 9 * runs / 10);  // and others
  EXPECT_GT(timeless_ones, 300);
  EXPECT_LT(timeless_ones, 2700);
}

}  // namespace
}  // namespace duet::program
