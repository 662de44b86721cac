#pragma once
// One file per verb. A verb file defines `void add_<verb>(CLI::App& app)`, which adds its subcommand, and is named once in
// verbs.cpp.

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "base/json.h"
#include "base/progress.h"

namespace duet::cli {

/// Adds a subcommand with a one-line summary and an example that `--help` ends with; `run` is called after parsing. A verb
/// without any argument given is a user's error unless `bare` is true.
CLI::App* add_verb(CLI::App& app, const std::string& name, const std::string& summary, const std::string& example,
                   std::function<void()> run, bool bare = false);

/// Adds `--json`: print one JSON object on standard output and nothing else there.
void add_json_flag(CLI::App* verb, bool& json);

/// Prints a JSON value on standard output.
void print_json(const Json& value);
/// Prints a line on standard output.
void print(const std::string& line);
/// Prints a line for a person on standard error (what is going on; never results).
void say(const std::string& line);

/// A progress display on standard error: a bar with the time left on a terminal, a plain line now and then otherwise. Shown only
/// after a second, so that short work stays silent.
Progress progress_bar(const std::string& title);

/// Every verb's maker, in the order of `duet --help`.
void add_verbs(CLI::App& app);

}  // namespace duet::cli
