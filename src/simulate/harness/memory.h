#pragma once
// A memory behind an AXI4 port: latency, bandwidth, random stalls, and checks of the protocol. One call a clock cycle.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <random>
#include <vector>

struct MemorySettings {
  int64_t latency = 60, gap_num = 0, gap_den = 1;
  uint64_t stall_seed = 0;
};

[[noreturn]] inline void protocol_error(const char* what, int64_t cycle) {
  std::fprintf(stderr, "AXI: %s in cycle %lld\n", what, static_cast<long long>(cycle));
  std::exit(3);
}

template <class Top>
class Memory {
 public:
  Memory(const MemorySettings& settings, std::vector<uint8_t>& bytes)
      : settings_(settings), bytes_(bytes), random_(settings.stall_seed) {}

  // Sets the inputs that the engine sees in this cycle. `top` shows its outputs of this cycle already.
  void drive(Top& top, int64_t cycle) {
    top.m_axi_arready = !stall();
    top.m_axi_awready = !stall();
    top.m_axi_wready = write_ready_at_ <= cycle && !stall();
    const bool read = !reads_.empty() && reads_.front().ready <= cycle && read_ready_at_ <= cycle;
    if (!held_read_) held_read_ = read && !stall();
    top.m_axi_rvalid = held_read_;
    top.m_axi_rresp = 0;
    if (held_read_) {
      const Burst& burst = reads_.front();
      top.m_axi_rdata = word(burst.address);
      top.m_axi_rlast = burst.beats == 1;
    }
    if (!held_answer_) held_answer_ = !answers_.empty() && answers_.front() <= cycle && !stall();
    top.m_axi_bvalid = held_answer_;
    top.m_axi_bresp = 0;
  }

  // Takes what is handed over in this cycle.
  void take(Top& top, int64_t cycle) {
    check_stable(top, cycle);
    if (top.m_axi_rvalid && top.m_axi_rready) {
      held_read_ = false;
      ++beats_read;
      last_read = {reads_.front().address, cycle};
      reads_.front().address += 8;
      if (--reads_.front().beats == 0) reads_.pop_front();
      read_ready_at_ = cycle + 1 + gap(read_debt_, read_ready_at_ < cycle);
    }
    if (top.m_axi_arvalid && top.m_axi_arready)
      reads_.push_back(
          {check(top.m_axi_araddr, top.m_axi_arlen, cycle), top.m_axi_arlen + 1, cycle + settings_.latency + extra()});
    if (top.m_axi_awvalid && top.m_axi_awready)
      writes_.push_back({check(top.m_axi_awaddr, top.m_axi_awlen, cycle), top.m_axi_awlen + 1, 0});
    if (top.m_axi_wvalid && top.m_axi_wready) take_write(top, cycle);
    if (top.m_axi_bvalid && top.m_axi_bready) {
      held_answer_ = false;
      answers_.pop_front();
    }
  }

  int64_t beats_read = 0, beats_written = 0;
  struct {
    uint64_t address = 0;
    int64_t cycle = 0;
  } last_read;

 private:
  struct Burst {
    uint64_t address;
    int beats;
    int64_t ready;
  };
  bool stall() { return settings_.stall_seed && random_() % 4 == 0; }
  int64_t extra() { return settings_.stall_seed ? static_cast<int64_t>(random_() % 40) : 0; }
  // Idle cycles behind a beat; `idle`: the bus idled by itself before it.
  int64_t gap(int64_t& debt, bool idle) {
    debt = (idle ? 0 : debt) + settings_.gap_num;
    const int64_t cycles = debt / settings_.gap_den;
    debt %= settings_.gap_den;
    return cycles;
  }
  uint64_t word(uint64_t address) const {
    uint64_t value = 0;
    for (int i = 7; i >= 0; --i) value = value << 8 | bytes_[address + i];
    return value;
  }
  uint64_t check(uint64_t address, int length, int64_t cycle) const {
    const uint64_t end = address + 8 * (length + 1);
    if (address % 8) protocol_error("address is not aligned", cycle);
    if (end > bytes_.size()) protocol_error("address outside the memory", cycle);
    if (address / 4096 != (end - 1) / 4096) protocol_error("burst crosses 4 KB", cycle);
    if (length > 15) protocol_error("burst of more than 16 beats", cycle);
    return address;
  }
  void take_write(Top& top, int64_t cycle) {
    if (writes_.empty()) protocol_error("data before its address", cycle);
    Burst& burst = writes_.front();
    for (int i = 0; i < 8; ++i) bytes_[burst.address + i] = static_cast<uint8_t>(top.m_axi_wdata >> (8 * i));
    burst.address += 8;
    ++beats_written;
    if ((--burst.beats == 0) != static_cast<bool>(top.m_axi_wlast)) protocol_error("wlast at the wrong beat", cycle);
    write_ready_at_ = cycle + 1 + gap(write_debt_, write_ready_at_ < cycle);
    if (burst.beats) return;
    writes_.pop_front();
    int64_t when = cycle + settings_.latency + extra();
    if (!answers_.empty() && answers_.back() >= when) when = answers_.back() + 1;
    answers_.push_back(when);
  }
  // What was offered and not taken must still be offered, unchanged.
  void check_stable(Top& top, int64_t cycle) {
    const bool waits[3] = {top.m_axi_arvalid && !top.m_axi_arready, top.m_axi_awvalid && !top.m_axi_awready,
                           top.m_axi_wvalid && !top.m_axi_wready};
    const bool valid[3] = {!!top.m_axi_arvalid, !!top.m_axi_awvalid, !!top.m_axi_wvalid};
    const uint64_t payload[3] = {uint64_t{top.m_axi_araddr} << 8 | top.m_axi_arlen,
                                 uint64_t{top.m_axi_awaddr} << 8 | top.m_axi_awlen, top.m_axi_wdata};
    for (int i = 0; i < 3; ++i) {
      if (waited_[i] && (!valid[i] || payload[i] != payload_[i])) protocol_error("an offer changed before it was taken", cycle);
      waited_[i] = waits[i];
      payload_[i] = payload[i];
    }
  }

  MemorySettings settings_;
  std::vector<uint8_t>& bytes_;
  std::mt19937_64 random_;
  std::deque<Burst> reads_, writes_;
  std::deque<int64_t> answers_;
  int64_t read_ready_at_ = 0, write_ready_at_ = 0, read_debt_ = 0, write_debt_ = 0;
  bool held_read_ = false, held_answer_ = false;
  bool waited_[3] = {};
  uint64_t payload_[3] = {};
};
