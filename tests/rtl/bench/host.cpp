// A device with an engine (duet_top) and a memory in it, as its host sees it: bench SCRIPT. A line of the script is a command:
// - reset: of engine and bus; the memory keeps its contents
// - memory FILE BYTES: contents of the memory, zeros from the file's end on
// - save ADDRESS BYTES FILE: of the memory
// - slow AW W ANSWER: from now on an access' address comes AW, its data W, and the taking of its answer ANSWER cycles late
// - write ADDRESS VALUE: a register
// - read ADDRESS MASK VALUE: expects the register's bits
// - until ADDRESS MASK VALUE: reads until they are so
// - irq LEVEL: expects the interrupt's level
// - interrupt: waits for it
// - cycles N: waits
// - bad_read N, bad_write N: the N-th beat that is read, or burst that is answered, from now on has an error response
// - reset_on_bad_write: resets as soon as that has come
// Numbers are decimal or 0x. The first expectation that does not hold ends it with code 1.
#include <verilated.h>

#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include "Vduet_top.h"
#include "simulate/harness/memory.h"

namespace {

constexpr int64_t kPatience = 200'000;  // cycles
constexpr int kSlaveError = 2;

std::string g_line;  // at work

[[noreturn]] void fail(const std::string& what) {
  std::cout << "'" << g_line << "': " << what << std::endl;
  std::exit(1);
}

class Device {
 public:
  void reset() {
    top_.rst = 1;
    top_.s_axi_awvalid = top_.s_axi_wvalid = top_.s_axi_arvalid = top_.s_axi_bready = top_.s_axi_rready = 0;
    top_.m_axi_arready = top_.m_axi_awready = top_.m_axi_wready = top_.m_axi_rvalid = top_.m_axi_bvalid = 0;
    for (int i = 0; i < 64; ++i) edge();
    top_.rst = 0;
    memory_.emplace(MemorySettings{}, bytes_);
    bad_read_ = bad_write_ = 0;
  }

  void write(uint8_t address, uint32_t value) {
    bool address_taken = false, data_taken = false;
    int answered = 0;
    top_.s_axi_awaddr = address, top_.s_axi_wdata = value;
    for (int64_t time = 0;; ++time) {
      if (time > kPatience) fail("no answer");
      top_.s_axi_awvalid = !address_taken && time >= slow_address;
      top_.s_axi_wvalid = !data_taken && time >= slow_data;
      top_.s_axi_bready = answered >= slow_answer;
      before_edge();
      if (top_.s_axi_bvalid && !(address_taken && data_taken)) fail("an answer before address and data");
      if (answered && !top_.s_axi_bvalid) fail("the answer went away");
      address_taken |= top_.s_axi_awvalid && top_.s_axi_awready;
      data_taken |= top_.s_axi_wvalid && top_.s_axi_wready;
      const bool done = top_.s_axi_bvalid && top_.s_axi_bready;
      answered += top_.s_axi_bvalid;
      if (top_.s_axi_bvalid && top_.s_axi_bresp) fail("an error response");
      edge();
      if (done) break;
    }
    top_.s_axi_bready = 0;
  }

  uint32_t read(uint8_t address) {
    bool taken = false;
    int answered = 0;
    uint32_t value = 0;
    top_.s_axi_araddr = address;
    for (int64_t time = 0;; ++time) {
      if (time > kPatience) fail("no answer");
      top_.s_axi_arvalid = !taken && time >= slow_address;
      top_.s_axi_rready = answered >= slow_answer;
      before_edge();
      if (top_.s_axi_rvalid && !taken) fail("an answer before the address");
      if (answered && !(top_.s_axi_rvalid && top_.s_axi_rdata == value)) fail("the answer changed");
      taken |= top_.s_axi_arvalid && top_.s_axi_arready;
      const bool done = top_.s_axi_rvalid && top_.s_axi_rready;
      answered += top_.s_axi_rvalid;
      if (top_.s_axi_rvalid) value = top_.s_axi_rdata;
      if (top_.s_axi_rvalid && top_.s_axi_rresp) fail("an error response");
      edge();
      if (done) break;
    }
    top_.s_axi_rready = 0;
    return value;
  }

  bool irq() const { return top_.irq; }
  void cycle() {
    before_edge();
    edge();
  }
  void bad_read(int64_t beat) { bad_read_ = beat; }
  void bad_write(int64_t burst) { bad_write_ = burst; }
  void reset_on_bad_write() {
    for (int64_t time = 0; bad_write_; cycle())
      if (++time > kPatience) fail("never came");
    reset();
  }
  std::vector<uint8_t>& bytes() { return bytes_; }
  int64_t slow_address = 0, slow_data = 0, slow_answer = 0;

 private:
  void before_edge() {
    memory_->drive(top_, now_);
    if (top_.m_axi_rvalid && bad_read_ && --bad_read_ == 0) top_.m_axi_rresp = kSlaveError;
    if (top_.m_axi_bvalid && bad_write_ && --bad_write_ == 0) top_.m_axi_bresp = kSlaveError;
    top_.clk = 0;
    top_.eval();
    memory_->take(top_, now_);
  }
  void edge() {
    top_.clk = 0;
    top_.eval();
    top_.clk = 1;
    top_.eval();
    ++now_;
  }

  Vduet_top top_;
  std::vector<uint8_t> bytes_;
  std::optional<Memory<Vduet_top>> memory_;
  int64_t now_ = 0, bad_read_ = 0, bad_write_ = 0;
};

void load(std::vector<uint8_t>& bytes, const std::string& path, size_t size) {
  std::ifstream file(path, std::ios::binary);
  bytes.assign(std::istreambuf_iterator<char>(file), {});
  bytes.resize(size);
}

void save(const std::vector<uint8_t>& bytes, size_t at, size_t size, const std::string& path) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data() + at), static_cast<std::streamsize>(size));
}

std::string found(uint32_t value) { return "found " + std::to_string(value); }

void obey(Device& device, std::istringstream words) {
  std::string verb, path;
  words >> verb >> std::setbase(0);
  uint32_t a = 0, b = 0, c = 0;
  const auto is_so = [&](uint32_t value) { return (value & b) == c; };
  if (verb == "memory") {
    words >> path >> a;
    return load(device.bytes(), path, a);
  }
  if (verb == "save") {
    words >> a >> b >> path;
    return save(device.bytes(), a, b, path);
  }
  words >> a >> b >> c;
  if (verb == "reset") return device.reset();
  if (verb == "slow") return void((device.slow_address = a, device.slow_data = b, device.slow_answer = c));
  if (verb == "write") return device.write(static_cast<uint8_t>(a), b);
  if (verb == "bad_read") return device.bad_read(a);
  if (verb == "bad_write") return device.bad_write(a);
  if (verb == "reset_on_bad_write") return device.reset_on_bad_write();
  if (verb == "read") {
    if (const uint32_t value = device.read(static_cast<uint8_t>(a)); !is_so(value)) fail(found(value));
    return;
  }
  if (verb == "until") {
    uint32_t value = ~c;
    for (int64_t tries = 0; !is_so(value = device.read(static_cast<uint8_t>(a))); ++tries)
      if (tries > kPatience) fail(found(value) + " to the end");
    return;
  }
  if (verb == "cycles") {
    for (uint32_t i = 0; i < a; ++i) device.cycle();
    return;
  }
  if (verb == "irq") {
    if (device.irq() != (a != 0)) fail("the line is otherwise");
    return;
  }
  if (verb != "interrupt") fail("is no command");
  for (int64_t time = 0; !device.irq(); device.cycle())
    if (++time > kPatience) fail("never came");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "usage: bench SCRIPT\n", 2;
  Device device;
  std::ifstream script(argv[1]);
  while (std::getline(script, g_line)) obey(device, std::istringstream(g_line));
  std::cout << "done" << std::endl;
  return 0;
}
