#include "cli/verb.h"

namespace duet::cli {

// One line here and one file: that is a verb.

void add_verbs(CLI::App&) {}

}  // namespace duet::cli
