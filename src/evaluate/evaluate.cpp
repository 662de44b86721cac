#include "evaluate/evaluate.h"

#include <chrono>
#include <regex>

#include "base/error.h"
#include "base/files.h"
#include "evaluate/spec.h"

namespace duet::evaluate {
namespace {

const Kind& find_kind(const Json& spec, const Kinds& kinds) {
  if (!spec.is_object() || !spec.contains("kind") || !spec["kind"].is_string())
    throw Error("a specification is an object with a \"kind\"", "evaluate", "for example {\"kind\": \"train\", ...}");
  const std::string name = spec["kind"];
  const auto found = kinds.find(name);
  if (found != kinds.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [known, function] : kinds) names.push_back(known);
  const std::string near = base::nearest(name, names);
  throw Error("no kind of evaluation is called '" + name + "'", "evaluate",
              near.empty() ? "see docs/flow.md for the kinds" : "did you mean '" + near + "'?");
}

// base::process gives 128 + signal as the code of a tool that was killed: no fault of the specification.
bool is_killed(const std::string& message) {
  static const std::regex code("\\bcode 1(29|3[0-9]|4[0-9])\\b");
  return std::regex_search(message, code);
}

bool is_disk_full(const std::string& message) { return message.find("No space left on device") != std::string::npos; }

Outcome attempt(const Json& spec, const std::filesystem::path& folder, const Kind& kind, const Progress& progress) {
  Outcome outcome;
  try {
    outcome.result = kind(spec, folder, progress);
  } catch (const Error& error) {
    const std::string message = error.what();
    const bool passing = is_killed(message) || dynamic_cast<const PassingError*>(&error);
    outcome.status = is_disk_full(message) ? Status::disk_full : passing ? Status::crashed : Status::failed;
    outcome.message = message;
  } catch (const std::bad_alloc&) {
    outcome.status = Status::crashed;
    outcome.message = "out of memory";
  } catch (const std::exception& error) {
    outcome.status = is_disk_full(error.what()) ? Status::disk_full : Status::crashed;
    outcome.message = error.what();
  }
  return outcome;
}

}  // namespace

Outcome evaluate(const Json& spec, const Store& store, const Kinds& kinds, const Progress& progress, bool retry) {
  const Kind& kind = find_kind(spec, kinds);
  const std::string name = key(spec);
  if (auto found = store.find(name)) {
    if (found->done() || !retry) return *found;
    store.reopen(name);
  }
  const auto lock = FolderLock::take(store, name);
  if (!lock) return *store.find(name);
  base::write_json(store.part(name) / "spec.json", spec);
  const auto start = std::chrono::steady_clock::now();
  Outcome outcome = attempt(spec, store.part(name), kind, progress);
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const bool final = outcome.status == Status::done || outcome.status == Status::failed;
  Outcome recorded = final ? store.finish(name, outcome) : store.interrupt(name, outcome);
  recorded.stored = false;
  return recorded;
}

std::string progress_line(double done, double total, const std::string& note) {
  return Json({{"progress", {done, total, note}}}).dump();
}

bool parse_progress(const std::string& line, double& done, double& total, std::string& note) {
  if (line.rfind("{\"progress\":", 0) != 0) return false;
  const Json json = Json::parse(line, nullptr, false);
  if (json.is_discarded() || !json["progress"].is_array() || json["progress"].size() != 3) return false;
  done = json["progress"][0];
  total = json["progress"][1];
  note = json["progress"][2];
  return true;
}

}  // namespace duet::evaluate
