#pragma once
#include <cstdint>
#include <vector>

namespace duet::program {

/// A buffer of the engine whose words are taken and freed in order, as the cycle model sees it. Times are cycles.
class WordRing {
 public:
  /// Empty, with room for so many words.
  void reset(int words) { room_ = words, first_ = end_ = 0; }

  /// The cycle from which `words` more are there; 0 where they were from the start or are since settle's.
  int64_t take(int words) {
    int64_t time = 0;
    for (; room_ < words; ++first_) {
      room_ += at(first_).words;
      time = at(first_).time;
    }
    room_ -= words;
    return time;
  }

  void free(int words, int64_t time) {
    if (end_ - first_ > mask_) [[unlikely]]
      grow();
    at(end_++) = {time, words};
  }

  /// Words that are there.
  int room() const { return room_; }
  /// Takes words of which all that are not there are freed before anybody else takes some.
  void lend(int words) { room_ -= words; }

  /// What was freed until `time`, before which nothing is taken any more, counts as there.
  void settle(int64_t time) {
    for (; first_ != end_ && at(first_).time <= time; ++first_) room_ += at(first_).words;
  }

  /// As if what is to be taken had been freed `cycles` later.
  void shift(int64_t cycles) {
    for (size_t i = first_; i != end_; ++i) at(i).time += cycles;
  }

  /// Appends what the future depends on, relative to `time`.
  void state(int64_t time, std::vector<int64_t>& to) const {
    to.push_back(room_);
    for (size_t i = first_; i != end_; ++i) to.push_back(at(i).time - time), to.push_back(at(i).words);
  }

 private:
  struct Freed {
    int64_t time = 0;
    int words = 0;
  };
  Freed& at(size_t i) { return freed_[i & mask_]; }
  const Freed& at(size_t i) const { return freed_[i & mask_]; }
  [[gnu::noinline]] void grow() {
    std::vector<Freed> more(2 * freed_.size());
    for (size_t i = first_; i != end_; ++i) more[i - first_] = at(i);
    end_ -= first_, first_ = 0;
    freed_.swap(more);
    mask_ = freed_.size() - 1;
  }

  std::vector<Freed> freed_ = std::vector<Freed>(16);  // a power of two; all from first_ to before end_ are still to be taken
  size_t mask_ = freed_.size() - 1;
  size_t first_ = 0, end_ = 0;
  int room_ = 0;
};

}  // namespace duet::program
