#include "study/contest.h"

#include <fmt/core.h>

#include "flow/judge.h"

namespace duet::study {

std::optional<double> validation(const evaluate::Outcome& outcome) {
  if (!outcome.done()) return std::nullopt;
  return outcome.result.at("iou_validation").get<double>();
}

std::vector<evaluate::Outcome> train_all(const std::vector<net::Network>& networks, int epochs, uint64_t seed,
                                         const Course& course) {
  flow::Config config = course.config;
  config.seed = seed;
  std::vector<Json> specs;
  for (const auto& network : networks)
    specs.push_back(flow::train_spec(network, course.packs, config, epochs, config.train.samples_per_epoch, course.threads));
  return flow::evaluate_all(course.world, fmt::format("training {} networks, seed {}", specs.size(), seed), specs);
}

std::vector<evaluate::Outcome> tune_all(const std::vector<evaluate::Outcome>& trained, const std::vector<flow::Widths>& widths,
                                        int epochs, uint64_t seed, const Course& course) {
  flow::Config config = course.config;
  config.seed = seed;
  std::vector<Json> specs;
  std::vector<size_t> which;
  for (size_t i = 0; i < trained.size(); ++i) {
    if (!trained[i].done()) continue;
    which.push_back(i);
    specs.push_back(flow::quantize_spec(flow::artefact(trained[i], "network"), widths[i], course.packs, config, epochs,
                                        config.train.samples_per_epoch, course.threads));
  }
  const auto outcomes =
      flow::evaluate_all(course.world, fmt::format("fine-tuning {} networks, seed {}", specs.size(), seed), specs);
  std::vector<evaluate::Outcome> all = trained;
  for (size_t k = 0; k < which.size(); ++k) all[which[k]] = outcomes[k];
  return all;
}

std::vector<Json> hold(const std::vector<Contestant>& contestants, const Budget& budget, const Course& course,
                       std::vector<std::string>& notes) {
  std::vector<net::Network> networks;
  std::vector<flow::Widths> widths;
  std::vector<Json> rows;
  for (const Contestant& c : contestants) {
    networks.push_back(c.network), widths.push_back(c.widths);
    Json row{{"name", c.name},
             {"group", c.group},
             {"network", net::to_json(c.network)},
             {"weight_bits", c.widths.weight_bits},
             {"feature_bits", c.widths.feature_bits},
             {"ious", Json::array()},
             {"iou_validation", nullptr}};
    for (const char* figure : {"iou", "fps", "cycles_simulated", "cycles_predicted", "bytes_differ", "power_w", "images_per_watt",
                               "lut", "ff", "dsp", "bram36"})
      row[figure] = nullptr;
    rows.push_back(row);
  }
  const auto complain = [&](const Contestant& c, const evaluate::Outcome& outcome) {
    if (!outcome.done()) notes.push_back(fmt::format("{}: {}", c.name, outcome.message));
    return outcome.done();
  };

  std::vector<evaluate::Outcome> first;  // of the first seed: what is simulated
  for (const uint64_t seed : budget.seeds) {
    const auto tuned = tune_all(train_all(networks, budget.epochs, seed, course), widths, budget.tune, seed, course);
    if (first.empty()) first = tuned;
    std::vector<Json> specs;
    std::vector<size_t> which;
    for (size_t i = 0; i < tuned.size(); ++i) {
      if (!complain(contestants[i], tuned[i])) continue;
      which.push_back(i);
      specs.push_back(flow::score_spec(flow::artefact(tuned[i], "network"), course.packs, "test", "golden", course.threads));
    }
    const auto scores = flow::evaluate_all(course.world, "scoring the test part", specs);
    for (size_t k = 0; k < which.size(); ++k)
      if (complain(contestants[which[k]], scores[k])) rows[which[k]]["ious"].push_back(scores[k].result.at("iou"));
  }
  std::vector<Json> specs;
  std::vector<size_t> which;
  for (size_t i = 0; i < contestants.size(); ++i) {
    Json& row = rows[i];
    if (const auto iou = validation(first[i])) row["iou_validation"] = *iou;
    double sum = 0;
    for (const Json& iou : row.at("ious")) sum += iou.get<double>();
    if (!row.at("ious").empty()) row["iou"] = sum / static_cast<double>(row.at("ious").size());
    const auto judged = flow::judge(networks[i], widths[i], course.config);
    if (!first[i].done()) continue;  // and it was said why
    if (!judged || judged->design.excess > 0) {
      notes.push_back(contestants[i].name + ": no engine for it fits the device");
      continue;
    }
    row["power_w"] = judged->design.estimate.watts;
    which.push_back(i);
    specs.push_back(flow::simulate_spec(flow::artefact(first[i], "network"), judged->design.engine, course.packs, course.config));
    specs.push_back(flow::synth_spec(judged->design.engine, course.config));
  }
  const auto outcomes = flow::evaluate_all(course.world, "simulating and synthesising", specs);
  for (size_t k = 0; k < which.size(); ++k) {
    const auto &simulated = outcomes[2 * k], &synthesised = outcomes[2 * k + 1];
    Json& row = rows[which[k]];
    if (complain(contestants[which[k]], simulated)) {
      for (const char* figure : {"cycles_simulated", "cycles_predicted", "bytes_differ"})
        row[figure] = simulated.result.at(figure);
      row["fps"] = course.config.clock_mhz * 1e6 / row["cycles_simulated"].get<double>();
      row["images_per_watt"] = row["fps"].get<double>() / row["power_w"].get<double>();
    }
    if (complain(contestants[which[k]], synthesised))
      for (const auto& [name, count] : synthesised.result.at("resources").items()) row[name] = count;
  }
  return rows;
}

}  // namespace duet::study
