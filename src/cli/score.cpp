#include <fmt/core.h>

#include <chrono>
#include <map>
#include <memory>
#include <thread>

#include "base/error.h"
#include "cli/data_options.h"
#include "cli/parts.h"
#include "train/train.h"

namespace duet::cli {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::string network, data, part = "test", runner = "auto";
  data::ReadOptions read;
  int threads = 1;
  bool boxes = false, maps = false, json = false;
};

void run(const Arguments& a) {
  static const std::map<std::string, train::Runner> runners{
      {"float", train::Runner::floating}, {"simulated", train::Runner::simulated}, {"golden", train::Runner::golden}};
  const std::string name = a.runner != "auto" ? a.runner : train::is_quantized(a.network) ? "golden" : "float";
  const net::Network network = find_network(a.network);
  const TemporaryFolder packs;
  const fs::path pack = fs::path(a.data).extension() == ".pack"
                            ? fs::path(a.data)
                            : packed_part(read_and_say(a.data, a.read), a.part, network, packs.path());
  const auto start = std::chrono::steady_clock::now();
  Json result = train::to_json(train::score(a.network, pack, runners.at(name), a.threads, progress_bar("scoring")));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (!a.boxes) result.erase("boxes");
  result["runner"] = name, result["part"] = a.part;
  result["pictures_per_second"] = result["images"].get<double>() / took.count();
  train::MapsCompared compared;
  if (a.maps) {
    compared = train::compare_maps(a.network, pack, a.threads, progress_bar("comparing maps"));
    result["maps"] = {{"compared", compared.maps}, {"values_compared", compared.values}, {"values_differ", compared.differ}};
  }
  if (a.json) print_json(result);
  if (compared.differ)
    throw Error(fmt::format("{} integers differ, first in {}", compared.differ, compared.first), a.network,
                "this is a fault of duet's golden model or its simulation: please report it");
  if (a.json) return;
  print(fmt::format("{} on {} pictures ({} part, {}, {:.1f} a second): mean IoU {:.4f}, {:.1f} % of them at 0.5 or more",
                    a.network, result["images"].get<int>(), a.part, name, result["pictures_per_second"].get<double>(),
                    result["iou"].get<double>(), 100 * result["share_50"].get<double>()));
  if (a.maps)
    print(fmt::format("  {} feature maps of simulation and golden model: {} integers, none differs", compared.maps,
                      compared.values));
}

}  // namespace

void add_score(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  a->threads = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  CLI::App* verb = add_verb(app, "score", "Mean IoU of any network on any data set",
                            "duet score integers --data ~/pictures --part test", [a] { run(*a); });
  verb->add_option("network", a->network, "Folder that `duet train` or `duet quantize` made")->required();
  verb->add_option("--data", a->data, "The data set, or a pack at the network's size")->required();
  verb->add_option("--part", a->part, "train, validation or test")
      ->check(CLI::IsMember({"train", "validation", "test"}))
      ->capture_default_str();
  verb->add_option(
          "--run", a->runner,
          "float weights, the integers simulated in libtorch, or the golden model; auto: golden where there are integers")
      ->check(CLI::IsMember({"auto", "float", "simulated", "golden"}))
      ->capture_default_str();
  verb->add_flag("--maps", a->maps,
                 "Also compare every feature map of every picture: the integers simulated in libtorch and the golden model");
  verb->add_flag("--boxes", a->boxes, "With --json: every picture's boxes too");
  verb->add_option("--threads", a->threads, "Threads")->check(CLI::Range(1, 1024))->capture_default_str();
  add_read_options(verb, a->read);
  add_json_flag(verb, a->json);
}

}  // namespace duet::cli
