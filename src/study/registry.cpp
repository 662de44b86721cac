#include "base/error.h"
#include "study/studies.h"

namespace duet::study {

// One line each, in its own file.
const std::vector<Study>& studies() {
  static const std::vector<Study> all{
      {"compression", "1a", "Accuracy against compression, of parameters and of feature maps", study_compression},
      {"bram", "2a", "Memory of an accelerator against the size of its pictures", study_bram},
      {"dsp", "2b", "DSPs of an accelerator against the widths of its numbers", study_dsp},
  };
  return all;
}

const Study& find_study(const std::string& name) {
  std::vector<std::string> names;
  for (const Study& study : studies()) {
    if (study.name == name) return study;
    names.push_back(study.name);
  }
  const std::string near = base::nearest(name, names);
  throw Error("no such study", name, near.empty() ? "`duet study` lists them" : "did you mean " + near + "?");
}

}  // namespace duet::study
