#include "base/error.h"
#include "study/studies.h"

namespace duet::study {

// One line each, in its own file.
const std::vector<Study>& studies() {
  static const std::vector<Study> all{
      {"compression", "figure 1a", "Accuracy against compression, of parameters and of feature maps", measure_compression,
       present_compression},
      {"admm", "figure 1b", "Accuracy over epochs, in full precision and drawn to few bits by ADMM", measure_admm, present_admm},
      {"backbones", "table 1", "Whether larger backbones find boxes better, with the same back-end", measure_backbones,
       present_backbones},
      {"bram", "figure 2a", "Memory of an accelerator against the size of its pictures", measure_bram, present_bram},
      {"dsp", "figure 2b", "DSPs of an accelerator against the widths of its numbers", measure_dsp, present_dsp},
      {"ranking", "step 2", "Whether short trainings rank Bundles as long ones do", measure_ranking, present_ranking},
      {"search", "step 3", "How soon each search finds the best network", measure_search, present_search},
      {"codesign", "table 3", "Whether networks and accelerators gain by being designed together", measure_codesign,
       present_codesign},
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
