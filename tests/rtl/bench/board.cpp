// duet_board over its line: the host's reads and writes of memory against an array, registers, and what a host does wrong.
#include <algorithm>
#include <array>
#include <cstring>
#include <random>
#include <vector>

#include "Vduet_board.h"
#include "board/link.h"
#include "simulate/harness/serial.h"

namespace {

using Board = duet::board::Link<Serial<Vduet_board>>;

constexpr uint32_t kBytes = 8 * 4096;  // Words of duet_board

void random_accesses(Board& link) {
  std::mt19937 random(3);
  std::vector<uint8_t> memory(kBytes), got(kBytes);
  for (uint8_t& byte : memory) byte = static_cast<uint8_t>(random());
  link.write_memory(0, memory.data(), kBytes);
  for (int i = 0; i < 60; ++i) {
    const uint32_t words = 1 + random() % 20, first = random() % (kBytes / 8 - words);
    for (uint32_t at = 8 * first; at < 8 * (first + words); ++at) memory[at] = static_cast<uint8_t>(random());
    link.write_memory(8 * first, &memory[8 * first], 8 * words);
    const uint32_t from = random() % (kBytes / 8 - 20);
    link.read_memory(8 * from, got.data(), 160);
    if (std::memcmp(got.data(), &memory[8 * from], 160)) board_error("memory is not what was written", link.line.cycle);
  }
  link.read_memory(0, got.data(), kBytes);
  if (got != memory) board_error("memory is not what was written, at last", link.line.cycle);
}

void expect(bool right, const char* what, const Board& link) {
  if (!right) board_error(what, link.line.cycle);
}

void registers(Board& link) {
  expect(link.read_register(0x00) == 0x54455544, "CONTROL does not read DUET", link);
  link.write_register(0x14, 0x12345678);
  link.write_register(0x18, 0x9abcdef0);
  expect(link.read_register(0x14) == 0x12345678 && link.read_register(0x18) == 0x9abcdef0, "registers do not keep values", link);
}

void faults(Board& link) {
  expect(link.call(7, 0, 1, nullptr, 0, nullptr, 0) == 0xff, "an unknown operation is not refused", link);
  expect(link.call(0x81, 0, 1, nullptr, 0, nullptr, 0) == 0xff, "an answer is taken for an operation", link);
  expect(link.call(1, 0, 0, nullptr, 0, nullptr, 0) == 0x81, "writing nothing is not answered", link);
  expect(link.call(2, 0, 0, nullptr, 0, nullptr, 0) == 0x82, "reading nothing is not answered", link);
  // Outside the memory, or not at a word: refused, and nothing written.
  const std::array<uint8_t, 16> two{9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9};
  std::array<uint8_t, 16> first{}, last{}, now{};
  link.read_memory(0, first.data(), 16), link.read_memory(kBytes - 16, last.data(), 16);
  expect(link.call(1, kBytes - 8, 2, two.data(), 16, nullptr, 0) == 0xff, "a write beyond the memory is not refused", link);
  expect(link.call(1, 4, 2, two.data(), 16, nullptr, 0) == 0xff, "a write within a word is not refused", link);
  expect(link.call(1, 0x80000000, 2, two.data(), 16, nullptr, 0) == 0xff, "a write far away is not refused", link);
  expect(link.call(2, kBytes - 8, 2, nullptr, 0, nullptr, 0) == 0xff, "a read beyond the memory is not refused", link);
  link.read_memory(0, now.data(), 16);
  expect(now == first, "a refused write changed the first words", link);
  link.read_memory(kBytes - 16, now.data(), 16);
  expect(now == last, "a refused write changed the last words", link);
  // A byte ends an answer; a line that is low for long is no byte.
  for (const uint8_t byte : {2, 0, 0, 0, 0, 0, 8, 0, 0}) link.line.send(byte);  // 2,048 words
  link.line.drain(5000);
  link.line.send(0);
  link.line.drain(2000);
  registers(link);
  link.line.hold_low(37);
  registers(link);
  link.reset();
  expect(link.read_register(0x14) == 0, "a reset leaves a register as it was", link);
  link.read_memory(0, now.data(), 16);
  expect(now == first, "a reset changed the memory", link);
  for (int i = 0; i < 20; ++i) link.line.send(0);  // no commands
  registers(link);
  link.line.send(3), link.line.send(0x14);  // half a command, then silence
  link.line.wait(5000);                     // 2^IdleBits and more
  registers(link);
  const std::array<uint8_t, 8> word{1, 2, 3, 4, 5, 6, 7, 8};
  link.write_memory(64, word.data(), 8);
  for (const uint8_t byte : {1, 64, 0, 0, 0, 2, 0, 0, 0, 9, 9, 9}) link.line.send(byte);  // half of the data
  link.line.wait(5000);
  std::array<uint8_t, 8> got{};
  link.read_memory(64, got.data(), 8);
  expect(got == word, "half a word was written", link);
}

// A reset while a word is on its way from the line to the memory, whichever cycle it comes in: the next word stays.
void resets(Board& link) {
  const std::array<uint8_t, 16> two{1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 17, 18};
  const std::array<uint8_t, 17> command{1, 64, 0, 0, 0, 1, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9};
  const int byte_cycles = 10 * Serial<Vduet_board>::kBit;
  for (int after = -byte_cycles / 4; after < byte_cycles / 4; ++after) {
    link.write_memory(64, two.data(), 16);
    for (const uint8_t byte : command) link.line.send(byte);
    link.line.run(std::ssize(command) * byte_cycles + after);
    link.line.run(5, true);
    link.line.drain(5000);
    std::array<uint8_t, 8> got{};
    link.read_memory(72, got.data(), 8);
    expect(std::equal(got.begin(), got.end(), two.begin() + 8), "a reset changed the next word", link);
  }
}

}  // namespace

int main() {
  Board link;
  registers(link);
  random_accesses(link);
  faults(link);
  resets(link);
  std::printf("0 wrong\n");
  return 0;
}
