#include "emit/emit.h"

#include <fmt/core.h>

#include <memory>

#include "base/error.h"
#include "cli/accelerator.h"
#include "cli/verb.h"

namespace duet::cli {
namespace {

struct Options {
  AcceleratorOptions accelerator;
  std::string out;
  bool generic = false, json = false;
};

void run(const Options& options) {
  if (options.out.empty()) throw Error("names no folder", "duet emit", "add --out DIR");
  const Accelerator accelerator = read_accelerator(options.accelerator, "emit");
  const program::Program program = program::compile(accelerator.network.network, accelerator.engine);
  emit::write(options.out, program, accelerator.network,
              options.generic ? emit::kGeneric : emit::vendor_of(accelerator.engine.family));
  const Json result{{"folder", options.out},
                    {"network", accelerator.network.network.name},
                    {"trained", accelerator.trained},
                    {"engine", engine::to_json(accelerator.engine)},
                    {"dsp", engine::dsp_count(accelerator.engine)},
                    {"bram36", engine::bram36_count(accelerator.engine)},
                    {"program_bytes", program.layout.image_bytes()}};
  if (options.json) return print_json(result);
  print(fmt::format("{}: top.sv, rtl/, program.bin ({} bytes{}), README.md; {} DSP, {:g} BRAM36", options.out,
                    program.layout.image_bytes(), accelerator.trained ? "" : ", random weights",
                    engine::dsp_count(accelerator.engine), engine::bram36_count(accelerator.engine)));
}

}  // namespace

void add_emit(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* verb = add_verb(app, "emit", "Write the accelerator: SystemVerilog, memory image, register map",
                            "duet emit dnn-a --widths 16,8 --lanes 8,24,2 --out build/dnn-a", [o] { run(*o); });
  add_accelerator_options(verb, o->accelerator);
  verb->add_option("--out", o->out, "Folder to write");
  verb->add_flag("--generic", o->generic, "Behavioural multipliers and memories instead of the device's own");
  add_json_flag(verb, o->json);
}

}  // namespace duet::cli
