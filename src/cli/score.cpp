#include <fmt/core.h>

#include <chrono>
#include <map>
#include <memory>
#include <thread>

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
  bool boxes = false, json = false;
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
  if (a.json) return print_json(result);
  print(fmt::format("{} on {} pictures ({} part, {}, {:.1f} a second): mean IoU {:.4f}, {:.1f} % of them at 0.5 or more",
                    a.network, result["images"].get<int>(), a.part, name, result["pictures_per_second"].get<double>(),
                    result["iou"].get<double>(), 100 * result["share_50"].get<double>()));
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
  verb->add_flag("--boxes", a->boxes, "With --json: every picture's boxes too");
  verb->add_option("--threads", a->threads, "Threads")->check(CLI::Range(1, 1024))->capture_default_str();
  add_read_options(verb, a->read);
  add_json_flag(verb, a->json);
}

}  // namespace duet::cli
