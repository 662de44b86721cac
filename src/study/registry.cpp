#include "base/error.h"
#include "study/studies.h"

namespace duet::study {

// In the order of the paper.
const std::vector<const Study*>& studies() {
  static const std::vector<const Study*> all{&compression, &admm, &backbones, &bram, &dsp, &ranking, &search, &codesign};
  return all;
}

void use_pictures(const Settings& settings, flow::Config& config) {
  if (settings.data.empty()) return;
  config.data.composed = false, config.data.root = settings.data;
  config.data.read.column = settings.column;
}

void require_pictures(const Settings& settings) {
  if (settings.data.empty()) throw Error("needs labelled pictures", "--data", "give a folder of pictures with boxes");
}

const Study& find_study(const std::string& name) {
  std::vector<std::string> names;
  for (const Study* study : studies()) {
    if (study->name == name) return *study;
    names.push_back(study->name);
  }
  const std::string near = base::nearest(name, names);
  throw Error("no such study", name, near.empty() ? "`duet study` lists them" : "did you mean " + near + "?");
}

}  // namespace duet::study
