#include <fmt/core.h>

#include <csignal>

#include "base/error.h"
#include "cli/verb.h"

namespace duet::cli {
namespace {

constexpr int kUserError = 2;

int complain(const std::string& what, const std::string& where, const std::string& hint) {
  fmt::print(stderr, "duet: {}{}{}{}{}\n", where, where.empty() ? "" : ": ", what, hint.empty() ? "" : "; ", hint);
  return kUserError;
}

// CLI11 says what is wrong but not what was meant.
int complain_of_arguments(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  if (argc < 2) return complain("called with no arguments", "", "see `duet --help`");
  const std::string first = argv[1];
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands({})) names.push_back(verb->get_name());
  if (std::find(names.begin(), names.end(), first) != names.end())
    return complain(error.what(), "duet " + first, "see `duet " + first + " --help`");
  if (first[0] == '-') return complain(error.what(), "", "see `duet --help`");
  const std::string near = base::nearest(first, names);
  return complain("unknown verb", first, near.empty() ? "`duet --help` lists the verbs" : "did you mean `duet " + near + "`?");
}

}  // namespace

CLI::App* add_verb(CLI::App& app, const std::string& name, const std::string& summary, const std::string& example,
                   std::function<void()> run, bool bare) {
  CLI::App* verb = app.add_subcommand(name, summary);
  verb->footer("Example:\n  " + example);
  verb->callback([verb, run, bare, example] {
    if (!verb->get_subcommands().empty()) return;
    if (!bare && verb->count_all() <= 1)
      throw Error("called with no arguments", "duet " + verb->get_name(),
                  "see `duet " + verb->get_name() + " --help`; for example: " + example);
    run();
  });
  return verb;
}

void add_json_flag(CLI::App* verb, bool& json) { verb->add_flag("--json", json, "Print the result as one JSON object"); }

int main(int argc, char** argv) {
  CLI::App app("duet: from labelled images, a device and targets to a trained network and its FPGA accelerator");
  app.name("duet");
  app.set_version_flag("--version", DUET_VERSION);
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "Help of all verbs");
  add_verbs(app);
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);
    return complain_of_arguments(app, e, argc, argv);
  } catch (const Error& e) {
    return complain(e.problem, e.where, e.hint);
  } catch (const std::filesystem::filesystem_error& e) {
    return complain(e.code().message(), e.path1().string(), "see that it is what the command takes it for, and may be written");
  } catch (const Json::exception& e) {
    return complain(std::string("a file holds other JSON than duet writes: ") + e.what(), "", "make it again");
  }
}

}  // namespace duet::cli

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  return duet::cli::main(argc, argv);
}
