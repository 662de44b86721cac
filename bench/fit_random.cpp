// Fits the estimator's LUT and FF coefficients of ECP5 to random designs that `duet verify` synthesised, and says how far designs
// are off that a fit without them predicts. What is counted exactly (multipliers, skewed bits, FFs of the requantisers and of the
// array's sums) is not fitted.
//   duet verify --random 40 --seed 5 --device ecp5-85f --store STORE; fit_random STORE
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <Eigen/Dense>
#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "estimate/logic.h"

namespace duet {
namespace {
namespace fs = std::filesystem;

struct Found {
  engine::Engine engine;
  double lut = 0, ff = 0;
};

std::vector<Found> read_store(const fs::path& store) {
  if (!fs::is_directory(store)) throw Error("is no folder", store.string(), "name the store of `duet verify`");
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(store))
    if (fs::exists(entry.path() / "result.json")) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  std::vector<Found> all;
  for (const fs::path& folder : folders) {
    const Json spec = base::read_json(folder / "spec.json"), kept = base::read_json(folder / "result.json");
    if (spec.at("kind") != "verify" || spec.at("synthesise") != true || kept.at("status") != "done") continue;
    const engine::Engine engine = engine::engine_from_json(spec.at("design").at("engine"), folder.string());
    if (engine.family != device::Family::ecp5) continue;
    const Json& counts = kept.at("result").at("counts").at("synthesised");
    all.push_back({engine, counts.at("lut"), counts.at("ff")});
  }
  return all;
}

// Least squares with weights that are not negative: columns whose weight is are left out. The last `free` columns may have any.
Eigen::VectorXd solve(const Eigen::MatrixXd& x, const Eigen::VectorXd& y, Eigen::Index free) {
  std::vector<Eigen::Index> use(static_cast<size_t>(x.cols()));
  for (size_t i = 0; i < use.size(); ++i) use[i] = static_cast<Eigen::Index>(i);
  while (true) {
    const Eigen::MatrixXd part = x(Eigen::all, use);
    const Eigen::VectorXd weights = part.colPivHouseholderQr().solve(y);
    const size_t before = use.size();
    std::vector<Eigen::Index> kept;
    for (size_t i = 0; i < before; ++i)
      if (weights(static_cast<Eigen::Index>(i)) >= 0 || use[i] >= x.cols() - free) kept.push_back(use[i]);
    if (kept.size() == before) {
      Eigen::VectorXd all = Eigen::VectorXd::Zero(x.cols());
      for (size_t i = 0; i < before; ++i) all(use[i]) = weights(static_cast<Eigen::Index>(i));
      return all;
    }
    use = kept;
  }
}

// `fitted`: indices of the features; `fixed`: weights of others. Behind the features stand corrections of what an engine without
// depth-wise convolution lacks and, where `quads`, of a bit of a quad's sums: 0 once they are in src/estimate/logic.cpp.
void fit(const char* name, const std::vector<Found>& found, const std::vector<size_t>& fitted,
         const estimate::LogicFeatures& fixed, bool quads, const auto& counted, const auto& synthesised) {
  const auto rows = static_cast<Eigen::Index>(found.size());
  const Eigen::Index free = quads ? 2 : 1, columns = static_cast<Eigen::Index>(fitted.size()) + free;
  Eigen::MatrixXd x(rows, columns);
  Eigen::VectorXd base(rows), wanted(rows);
  for (Eigen::Index i = 0; i < rows; ++i) {
    const engine::Engine& e = found[static_cast<size_t>(i)].engine;
    const auto features = estimate::logic_features(e);
    for (size_t j = 0; j < fitted.size(); ++j) x(i, static_cast<Eigen::Index>(j)) = features[fitted[j]];
    x(i, static_cast<Eigen::Index>(fitted.size())) = engine::dw_kernel(e) == 0;
    if (quads) x(i, columns - 1) = engine::quads(e) ? features[3] : 0;
    base(i) = counted(estimate::counted_logic(e)), wanted(i) = synthesised(found[static_cast<size_t>(i)]);
    for (size_t j = 0; j < fixed.size(); ++j) base(i) += fixed[j] * features[j];
  }
  const auto errors = [](Eigen::ArrayXd off) {
    off = off.abs();
    std::sort(off.begin(), off.end());
    return fmt::format("{:.1f} % in the median, {:.1f} % at worst", 100 * off(off.size() / 2), 100 * off(off.size() - 1));
  };
  const Eigen::VectorXd weights = solve(x, wanted - base, free);
  Eigen::ArrayXd left_out(rows);
  for (Eigen::Index out = 0; out < rows; ++out) {
    std::vector<Eigen::Index> others;
    for (Eigen::Index i = 0; i < rows; ++i)
      if (i != out) others.push_back(i);
    const Eigen::VectorXd without = solve(x(others, Eigen::all), (wanted - base)(others), free);
    left_out(out) = (x.row(out).dot(without) + base(out)) / wanted(out) - 1;
  }
  fmt::print("{} of {} designs: features {} weigh {}\n", name, rows, fitted, std::vector<double>(weights.begin(), weights.end()));
  fmt::print("  off by {}; by {} where the design itself was left out\n",
             errors((x * weights + base).array() / wanted.array() - 1), errors(left_out));
}

int run(int argc, char** argv) {
  if (argc != 2) throw Error("wants one argument", "fit_random", "name the store of `duet verify`");
  const auto found = read_store(argv[1]);
  if (found.size() < 12) throw Error(fmt::format("holds {} designs of ECP5", found.size()), argv[1], "synthesise at least 12");
  fit(
      "LUT", found, {0, 1, 2, 3, 4, 7}, {}, true, [](const auto& c) { return static_cast<double>(c.lut); },
      [](const Found& f) { return f.lut; });
  fit(
      "FF", found, {0, 5, 7, 8}, {0, 154, 9.801, 2.031, 0, 0, 1, 0, 0}, false,
      [](const auto& c) { return static_cast<double>(c.ff); }, [](const Found& f) { return f.ff; });
  return 0;
}

}  // namespace
}  // namespace duet

int main(int argc, char** argv) {
  try {
    return duet::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 2;
  }
}
