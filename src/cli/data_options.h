#pragma once
// Options that every verb reading a data set shares.

#include "cli/verb.h"
#include "data/dataset.h"

namespace duet::cli {

/// Adds --format, --class, --several, --split, --column, --validation, --split-seed and --skip-bad.
void add_read_options(CLI::App* verb, data::ReadOptions& options);
/// read_dataset with a progress display; its notes are said on standard error.
data::Dataset read_and_say(const std::string& folder, data::ReadOptions options);

}  // namespace duet::cli
