#include "study/zoo.h"

#include <fmt/core.h>

#include <thread>

#include "base/error.h"
#include "data/classes.h"
#include "evaluate/kind.h"
#include "flow/specs.h"

namespace duet::study {
namespace {

constexpr int kSide = 32, kFew = 400;

Json begin(const std::string& kind) { return {{"kind", kind}, {"sources", evaluate::source_hash(kind)}}; }

}  // namespace

Classes prepare_classes(const Settings& settings, const flow::World& world) {
  const std::filesystem::path root = settings.data.empty() ? data::fashion_mnist() : settings.data;
  if (root.empty())
    throw Error("no pictures", "--data", "give CIFAR-10 as folders of classes, or install Debian's dataset-fashion-mnist");
  Json spec = begin("classes");
  spec["data"] = {{"path", std::filesystem::absolute(root).string()}, {"hash", data::class_data_hash(root)}};
  spec["height"] = kSide, spec["width"] = kSide, spec["most"] = settings.small ? kFew : 0, spec["seed"] = 1;
  const auto packed = evaluate_one(world, "packing the pictures", spec);
  Classes classes;
  classes.artefact = flow::artefact(packed, "");
  classes.count = static_cast<int>(packed.result.at("names").size());
  classes.train = packed.result.at("train"), classes.validation = packed.result.at("validation"),
  classes.test = packed.result.at("test");
  classes.title = fmt::format("{}: {} pictures of {} classes for training, {} for validation, {} for the test",
                              root.filename().string(), classes.train, classes.count, classes.validation, classes.test);
  return classes;
}

Json zoo_spec(train::ZooSpec settings, const Json& packs, const flow::World& world) {
  Json spec = begin("zoo");
  spec["libtorch"] = flow::tool_versions().at("libtorch");
  spec["settings"] = train::to_json(settings);
  for (const char* key : {"packs", "start", "threads"}) spec["settings"].erase(key);
  spec["packs"] = packs;
  const int cores = world.evaluations.cores;
  spec["threads"] = cores ? cores : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  return spec;
}

Json zoo_spec(train::ZooSpec settings, const Classes& classes, const evaluate::Outcome* start, const flow::World& world) {
  settings.classes = classes.count;
  Json spec = zoo_spec(settings, classes.artefact, world);
  if (start) spec["start"] = flow::artefact(*start, "network");
  return spec;
}

}  // namespace duet::study
