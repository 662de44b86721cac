#pragma once
// What a run knows so far; result.json and the page are made of it.

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "evaluate/store.h"
#include "flow/config.h"
#include "flow/steps.h"

namespace duet::flow {

/// A network that was trained to the end.
struct Finalist {
  size_t proposal = 0;  ///< into explore.json's list
  net::Network network;
  Widths widths;
  evaluate::Outcome trained;
  std::optional<double> iou;     ///< on the validation part: what the winner is chosen by; empty when the training failed
  double score = 0;              ///< the contest's, among the finalists
  bool pareto = false;           ///< among them
  evaluate::Outcome calibrated;  ///< of the Pareto set without the winner: its integers, without fine-tuning
};

struct StepTime {
  std::string name;
  double seconds = 0;
  std::string note;
};

/// Whether an evaluation was asked for and left a result.
inline bool made(const evaluate::Outcome& outcome) { return outcome.done() && outcome.result.is_object(); }

struct State {
  Config config;
  Plan plan;
  Packs packs;
  Json bundles, selected, scouted, explored;  ///< the steps' files
  std::vector<Finalist> finalists;
  std::optional<size_t> winner;        ///< into finalists
  evaluate::Outcome final, quantized;  ///< of the winner: its last float training, and its integers
  engine::Engine engine;               ///< the winner's
  Json predicted;                      ///< figures() of the winner
  evaluate::Outcome score_float, score_simulated, score_golden, simulated, synthesised;
  evaluate::Outcome board, bitstream;  ///< where the device has a board
  std::vector<std::string> problems;
  std::vector<StepTime> times;
};

/// The clock that the figures hold for, and where it comes from: "place and route", else "flow" or "device file".
std::pair<double, std::string> clock_of(const State& state);

/// The run's figures, free of times and paths, so that equal runs give equal bytes.
Json result_of(const State& state);

/// report.json and report.html of the state so far. `running`: name of the step at work, or "".
void write_report(const State& state, const std::filesystem::path& out, const std::string& running);

}  // namespace duet::flow
