// Fits the estimator's LUT and FF coefficients of 7 series (fit_random: ECP5's). Synthesises a list of engines with the hierarchy
// kept (each once, kept in the folder), so that a design's count is the sum of its modules'; fits each group of modules to the
// few quantities it can grow with; prints the sums of the groups' coefficients and a table of predicted against synthesised.
//   fit_logic FOLDER
#include <fmt/core.h>

#include <Eigen/Dense>
#include <cmath>
#include <filesystem>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "emit/emit.h"
#include "estimate/logic.h"
#include "program/program.h"
#include "synth/synth.h"

namespace duet {
namespace {
namespace fs = std::filesystem;
using estimate::kLogicFeatures;
using estimate::LogicFeatures;

struct Point {
  int in, out, depthwise, weight_bits, feature_bits, acc_bits;
  bool small;     // memories for a small network, else for the paper's DNN-A
  bool held_out;  // not fitted: shows the error on designs that the fit has not seen
};
constexpr Point kPoints[] = {{4, 8, 2, 8, 8, 24, true, false},   {8, 24, 2, 8, 8, 26, false, false},
                             {4, 4, 4, 16, 16, 40, true, false}, {12, 16, 4, 11, 8, 29, false, false},
                             {8, 8, 8, 4, 4, 18, false, false},  {16, 12, 2, 8, 8, 26, false, true},
                             {12, 18, 3, 16, 8, 34, false, true}};

// Modules that grow with the same quantities (indices of the features), for LUTs and for FFs.
struct Group {
  std::vector<std::string> modules;  // empty: all others
  std::vector<size_t> lut, ff;
};
const std::vector<Group> kGroups{
    {{"duet_requantize"}, {1, 2}, {1, 2}},
    {{"duet_ram", "duet_ram_bank", "duet_lines", "duet_tiles", "duet_select", "duet_store"}, {0, 4}, {0, 2, 5}},
    {{"duet_pw", "duet_pool"}, {0, 3}, {0, 3}},
    {{"duet_dw", "duet_filter", "duet_taps", "duet_window"}, {0, 7}, {0, 7}},
    {{"duet_delay", "duet_flag_delay", "duet_skew", "duet_chain"}, {0, 6, 7}, {0, 6, 7}},
    {{}, {0}, {0, 8}}};

net::Network small_network() {
  net::Network network = *net::find_known("dnn-a");
  network.name = "small";
  network.input = {3, 48, 80};
  network.replications = {{16, true}, {32, true}, {48, false}};
  return network;
}

engine::Engine make_engine(const Point& p, device::Family family) {
  engine::Engine e;
  e.family = family;
  e.in_lanes = p.in, e.out_lanes = p.out, e.dw_lanes = p.depthwise;
  e.weight_bits = p.weight_bits, e.feature_bits = p.feature_bits, e.acc_bits = p.acc_bits;
  return program::size_for(e, p.small ? small_network() : *net::find_known("dnn-a"));
}

std::string label(const Point& p) {
  return fmt::format("{}x{}+{} W{}F{} acc {}{}", p.in, p.out, p.depthwise, p.weight_bits, p.feature_bits, p.acc_bits,
                     p.small ? " small" : "");
}

struct Found {
  device::Resources total;
  std::vector<double> lut, ff;  // a group each
};

size_t group_of(const std::string& module) {
  for (size_t g = 0; g < kGroups.size(); ++g)
    for (const auto& name : kGroups[g].modules)
      if (name == module) return g;
  return kGroups.size() - 1;
}

Found read_found(const Json& counts) {
  const Json& r = counts["resources"];
  Found found{
      {r["lut"], r["ff"], r["dsp"], r["bram36"]}, std::vector<double>(kGroups.size()), std::vector<double>(kGroups.size())};
  for (const Json& m : counts["modules"]) {
    if (m["module"] == "duet_mac") continue;  // counted
    const size_t group = group_of(m["module"]);
    found.lut[group] += m["instances"].get<double>() * m["lut"].get<double>();
    found.ff[group] += m["instances"].get<double>() * m["ff"].get<double>();
  }
  return found;
}

Found synthesised(const Point& p, const device::Device& device, const fs::path& folder) {
  const engine::Engine engine = make_engine(p, device.family);
  const std::string top = emit::top(engine);
  const fs::path place = folder / base::sha256(top).substr(0, 12), result = place / "counts.json";
  if (!fs::exists(result)) {
    fmt::print(stderr, "synthesising {}\n", label(p));
    base::write_file(place / "top.sv", top);
    synth::Request request;
    request.top = "duet_top";
    request.sources = emit::rtl_files(engine::Engine{}, emit::vendor_of(device.family));
    request.sources.push_back(place / "top.sv");
    base::write_json(result, synth::to_json(synth::synthesize(request, device, place)));
  }
  return read_found(base::read_json(result));
}

// Least squares of `wanted` in the features `use` alone.
LogicFeatures solve(const std::vector<LogicFeatures>& rows, const std::vector<double>& wanted, const std::vector<size_t>& use) {
  Eigen::MatrixXd a(std::ssize(rows), std::ssize(use));
  for (Eigen::Index k = 0; k < a.rows(); ++k)
    for (Eigen::Index i = 0; i < a.cols(); ++i) a(k, i) = rows[static_cast<size_t>(k)][use[static_cast<size_t>(i)]];
  const Eigen::VectorXd solved =
      a.colPivHouseholderQr().solve(Eigen::Map<const Eigen::VectorXd>(wanted.data(), std::ssize(wanted)));
  LogicFeatures x{};
  for (size_t i = 0; i < use.size(); ++i) x[use[i]] = solved[static_cast<Eigen::Index>(i)];
  return x;
}

// Sum over the groups of each one's fit. `counts` gives a design's counts by group, `features` the features a group may use.
LogicFeatures fit(const std::vector<LogicFeatures>& rows, const std::vector<std::vector<double>>& counts,
                  std::vector<size_t> Group::*features) {
  LogicFeatures sum{};
  for (size_t g = 0; g < kGroups.size(); ++g) {
    std::vector<double> wanted;
    for (const auto& design : counts) wanted.push_back(design[g]);
    const LogicFeatures x = solve(rows, wanted, kGroups[g].*features);
    for (size_t i = 0; i < x.size(); ++i) sum[i] += x[i];
  }
  return sum;
}

double dot(const LogicFeatures& a, const LogicFeatures& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

void print_coefficients(const char* name, const LogicFeatures& c) {
  fmt::print("{}:", name);
  for (size_t i = 0; i < c.size(); ++i) fmt::print(" {:.4g} ({})", c[i], estimate::kLogicNames[i]);
  fmt::print("\n");
}

int main(int argc, char** argv) {
  if (argc < 2) throw Error("names no folder", "fit_logic", "fit_logic FOLDER");
  const device::Device device = device::find_device("pynq-z1");
  std::vector<LogicFeatures> rows;
  std::vector<std::vector<double>> luts, ffs;
  std::vector<device::Resources> found;
  for (const Point& p : kPoints) {
    const Found design = synthesised(p, device, argv[1]);
    found.push_back(design.total);
    if (p.held_out) continue;
    rows.push_back(estimate::logic_features(make_engine(p, device.family)));
    luts.push_back(design.lut);
    ffs.push_back(design.ff);
  }
  const LogicFeatures lut = fit(rows, luts, &Group::lut), ff = fit(rows, ffs, &Group::ff);
  print_coefficients("LUT", lut);
  print_coefficients("FF", ff);
  fmt::print("| engine | LUT | predicted | | FF | predicted | | DSP | BRAM36 | |\n|---|---|---|---|---|---|---|---|---|---|\n");
  for (size_t i = 0; i < std::size(kPoints); ++i) {
    const engine::Engine e = make_engine(kPoints[i], device.family);
    const LogicFeatures features = estimate::logic_features(e);
    const device::Resources& r = found[i];
    const estimate::Logic counted = estimate::counted_logic(e);
    const double l = dot(lut, features) + static_cast<double>(counted.lut),
                 f = dot(ff, features) + static_cast<double>(counted.ff);
    const bool exact = r.dsp == engine::dsp_count(e) && r.bram36 == engine::bram36_count(e);
    fmt::print("| {}{} | {} | {:.0f} | {:+.1f} % | {} | {:.0f} | {:+.1f} % | {} | {:g} | {} |\n", label(kPoints[i]),
               kPoints[i].held_out ? " (held out)" : "", r.lut, l, 100 * (l / static_cast<double>(r.lut) - 1), r.ff, f,
               100 * (f / static_cast<double>(r.ff) - 1), r.dsp, r.bram36, exact ? "exact" : "DIFFERS");
  }
  return 0;
}

}  // namespace
}  // namespace duet

int main(int argc, char** argv) {
  try {
    return duet::main(argc, argv);
  } catch (const duet::Error& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 2;
  }
}
