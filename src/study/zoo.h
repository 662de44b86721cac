#pragma once
// What studies on pictures of classes share: the packs, and a training as an evaluation.

#include "study/study.h"
#include "train/zoo_training.h"

namespace duet::study {

struct Classes {
  Json artefact;  ///< of the packs
  std::string title;
  int count = 0;                            ///< of classes
  int train = 0, validation = 0, test = 0;  ///< pictures
};

/// The pictures of `settings.data` or, where that is empty, of Debian's Fashion-MNIST, at 32 x 32. Throws Error where there are
/// none.
Classes prepare_classes(const Settings& settings, const flow::World& world);

/// The same for labelled boxes: a training on packs that another evaluation made.
Json zoo_spec(train::ZooSpec spec, const Json& packs, const flow::World& world);
/// A training of `spec` (its paths and threads are set here); `start`: an earlier one's outcome, or null.
Json zoo_spec(train::ZooSpec spec, const Classes& classes, const evaluate::Outcome* start, const flow::World& world);

}  // namespace duet::study
