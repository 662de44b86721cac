#include "flow/run.h"

#include <fmt/core.h>

#include "base/error.h"
#include "base/files.h"
#include "flow/calibrate.h"
#include "flow/deliver.h"
#include "flow/judge.h"
#include "flow/qor.h"
#include "flow/specs.h"
#include "flow/state.h"
#include "search/choose.h"
#include "synth/place.h"

namespace duet::flow {
namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

class Run {
 public:
  Run(const Config& config, fs::path out, const World& world) : out_(std::move(out)), world_(world) { state_.config = config; }

  Json operator()() {
    claim();
    step("Data", [this] { data(); });
    step("Bundles", [this] { bundles(); });
    step("Plan", [this] { plan(); });
    step("Prototypes", [this] { select(); });
    step("Scouts", [this] { scout(); });
    step("Exploration", [this] { explore(); });
    step("Training", [this] { train(); });
    step("Final training", [this] { final_training(); });
    step("Fine-tuning", [this] { quantize(); });
    step("Scores", [this] { score(); });
    step("Accelerator", [this] { accelerator(); });
    step("Pareto set", [this] { pareto_set(); });
    step("Simulation and synthesis", [this] { verify(); });
    const Json result = result_of(state_);
    base::write_json(out_ / "result.json", result);
    base::write_json(out_ / "times.json", times());
    write_report(state_, out_, "");
    return result;
  }

 private:
  // A directory belongs to one flow.
  void claim() {
    check_tools();
    const fs::path mine = out_ / "flow.toml";
    if (fs::exists(mine) && base::read_file(mine) != state_.config.text)
      throw Error("holds a run of another flow, or of the same TOML before it was changed", out_.string(),
                  "choose another --out, or remove the directory");
    if (!fs::exists(mine) && fs::exists(out_) && !fs::is_empty(out_))
      throw Error("is not empty and holds no run", out_.string(), "choose another --out");
    if (!fs::exists(mine)) base::write_file(mine, state_.config.text);
    start_ = Clock::now();
  }

  template <class Work>
  void step(const std::string& name, const Work& work) {
    running_ = name;
    const auto begin = Clock::now();
    note_.clear();
    try {
      work();
    } catch (const std::exception& error) {
      state_.problems.push_back(name + ": " + error.what());
      finish_step(name, begin);
      write_report(state_, out_, "failed");
      throw;
    }
    finish_step(name, begin);
    write_report(state_, out_, name);
    if (world_.say) world_.say(name + ": " + note_);
  }

  void finish_step(const std::string& name, Clock::time_point begin) {
    state_.times.push_back({name, std::chrono::duration<double>(Clock::now() - begin).count(), note_});
  }

  void data() {
    state_.packs = prepare_data(state_.config, world_);
    note_ = fmt::format("{}: {} training, {} validation, {} test pictures", state_.packs.title, state_.packs.train,
                        state_.packs.validation, state_.packs.test);
    for (const auto& line : state_.packs.notes) state_.problems.push_back("data: " + line);
  }

  void bundles() {
    state_.bundles = bundles_step(state_.config, world_.progress ? world_.progress("modelling Bundles") : Progress{});
    base::write_json(out_ / "bundles.json", state_.bundles);
    size_t fit = 0;
    for (const Json& entry : state_.bundles.at("bundles")) fit += entry.at("judged") == true && entry.at("fits") == true;
    note_ = fmt::format("{} modelled, {} fit the device", state_.bundles.at("bundles").size(), fit);
  }

  void plan() {
    const fs::path file = out_ / "plan.json";
    if (!fs::exists(file)) {
      const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
      base::write_json(file,
                       to_json(make_plan(state_.config, state_.bundles, state_.packs, world_, elapsed, out_ / "calibration")));
    }
    fs::remove_all(out_ / "calibration");
    state_.plan = plan_from_json(base::read_json(file), file.string());
    const Plan& plan = state_.plan;
    const auto epochs = [](int count, int64_t samples) {
      return samples ? fmt::format("{} epochs of {} pictures", count, samples) : fmt::format("{} epochs", count);
    };
    note_ = fmt::format("prototypes {}, {} proposals, finalists {}, the best one {} more and {} of fine-tuning ({})",
                        epochs(plan.prototype_epochs, plan.prototype_samples), plan.proposals, epochs(plan.epochs, plan.samples),
                        plan.final_epochs, plan.quantize_epochs, plan.basis);
  }

  void select() {
    state_.selected = select_step(state_.bundles, state_.config, state_.plan, state_.packs, world_);
    base::write_json(out_ / "select.json", state_.selected);
    size_t trained = 0;
    for (const Json& entry : state_.selected.at("bundles")) {
      trained += entry.at("trained") == true;
      const std::string note = entry.at("note");
      if (entry.at("trained") != true && !entry.at("group").is_null())
        state_.problems.push_back("prototype of " + entry.at("name").get<std::string>() + ": " + note);
    }
    note_ = fmt::format("{} trained, {} selected", trained, state_.selected.at("selected").size());
    if (state_.selected.at("selected").empty())
      throw Error("no prototype could be trained" + last_problem(), out_.string(),
                  "once that is mended, run the same command again with --retry");
  }

  std::vector<std::string> selected() const { return state_.selected.at("selected").get<std::vector<std::string>>(); }

  void scout() {
    if (state_.plan.scouts == 0) {
      note_ = state_.config.search.scouts ? "no time for any" : "none asked for";
      return;
    }
    state_.scouted = scout_step(selected(), state_.config, state_.plan, state_.packs, world_);
    base::write_json(out_ / "scouts.json", state_.scouted);
    for (const Json& scout : state_.scouted.at("scouts"))
      if (const std::string note = scout.at("note"); !note.empty()) state_.problems.push_back("scout: " + note);
    if (state_.scouted.at("error").is_number())
      note_ = fmt::format("accuracy predicted within {:.3f} IoU of what {} trainings found, rank correlation {:.2f}",
                          state_.scouted.at("error").get<double>(), state_.scouted.at("scouts").size(),
                          state_.scouted.at("rank_correlation").get<double>());
    else
      note_ = "too few were trained to predict accuracy";
  }

  void explore() {
    const auto names = selected();
    const auto qor = state_.scouted.is_object() ? Qor::fitted(names, state_.scouted.at("scouts")) : std::nullopt;
    state_.explored = explore_step(names, state_.config, state_.plan.proposals, qor ? &*qor : nullptr,
                                   world_.progress ? world_.progress("exploring networks") : Progress{});
    base::write_json(out_ / "explore.json", state_.explored);
    size_t met = 0;
    for (const Json& proposal : state_.explored.at("proposals")) met += proposal.at("meets") == true;
    note_ = fmt::format("{} proposals, {} meet the targets", state_.explored.at("proposals").size(), met);
    if (state_.explored.at("met") != true)
      state_.problems.push_back("no proposal meets the targets; the run goes on with the nearest designs");
  }

  void train() {
    std::vector<Json> specs;
    for (const Json& index : state_.explored.at("finalists")) {
      const Json& proposal = state_.explored.at("proposals")[index.get<size_t>()];
      Finalist finalist;
      finalist.proposal = index;
      finalist.network = net::network_from_json(proposal.at("network"), "explore.json");
      finalist.widths = {proposal.at("weight_bits"), proposal.at("feature_bits")};
      state_.finalists.push_back(finalist);
      specs.push_back(finalist_spec(finalist.network, state_.packs, state_.config, state_.plan));
    }
    const auto outcomes = evaluate_all(world_, fmt::format("training {} finalists", specs.size()), specs);
    std::string best;
    for (size_t i = 0; i < outcomes.size(); ++i) {
      state_.finalists[i].trained = outcomes[i];
      complain("training of " + state_.finalists[i].network.name, outcomes[i]);
      if (!outcomes[i].done()) continue;
      state_.finalists[i].iou = outcomes[i].result.at("iou_validation").get<double>();
      best += fmt::format("{}{:.3f}", best.empty() ? "" : ", ", *state_.finalists[i].iou);
    }
    note_ = fmt::format("validation IoU {}", best);
    choose();
  }

  // All finalists meet the QoS targets, or none can.
  void choose() {
    std::vector<size_t> which;
    std::vector<search::Trained> designs;
    for (size_t i = 0; i < state_.finalists.size(); ++i) {
      const Finalist& finalist = state_.finalists[i];
      if (!finalist.iou) continue;
      const Json& proposal = state_.explored.at("proposals")[finalist.proposal];
      which.push_back(i), designs.push_back({*finalist.iou, proposal.at("fps"), proposal.at("watts")});
    }
    if (which.empty())
      throw Error("no finalist could be trained" + last_problem(), out_.string(),
                  "once that is mended, run the same command again with --retry");
    const auto scores = search::contest_scores(designs);
    for (size_t k = 0; k < which.size(); ++k) state_.finalists[which[k]].score = scores[k];
    for (size_t k : search::pareto_set(designs)) state_.finalists[which[k]].pareto = true;
    state_.winner = which[search::choose(designs, state_.config.search.choose, state_.config.targets.iou)];
    const Finalist& winner = state_.finalists[*state_.winner];
    state_.predicted = state_.explored.at("proposals")[winner.proposal];
    state_.engine = engine::engine_from_json(state_.predicted.at("engine"), "explore.json");
    state_.final = winner.trained;
    note_ += fmt::format("; {} of {} goes on", winner.network.name, net::name(winner.network.bundle));
  }

  void final_training() {
    const Finalist& winner = state_.finalists[*state_.winner];
    if (state_.plan.final_epochs == 0) return void(note_ = "none asked for");
    note_ = "it did not end";
    const auto outcome = evaluate_all(world_, "training " + winner.network.name,
                                      {continue_spec(winner.trained, state_.packs, state_.config, state_.plan)})
                             .at(0);
    complain("final training", outcome);
    if (!outcome.done()) return;
    const double iou = outcome.result.at("iou_validation"), before = *winner.iou;
    note_ = fmt::format("validation IoU {:.3f} after {:.3f}", iou, before);
    if (iou > before) state_.final = outcome;
  }

  void quantize() {
    const Finalist& winner = state_.finalists[*state_.winner];
    state_.quantized = evaluate_one(
        world_,
        fmt::format("fine-tuning {} for W{}F{}", winner.network.name, winner.widths.weight_bits, winner.widths.feature_bits),
        quantize_spec(artefact(state_.final, "network"), winner.widths, state_.packs, state_.config, state_.plan.quantize_epochs,
                      state_.plan.samples, state_.plan.threads));
    complain("fine-tuning", state_.quantized);
    note_ = fmt::format("validation IoU {:.3f}", state_.quantized.result.at("iou_validation").get<double>());
    deliver_network(state_, out_);
    const int needed = accumulator_bits(state_.quantized);
    if (needed <= state_.engine.acc_bits) return;
    state_.problems.push_back(
        fmt::format("a bias needs sums of {} bits, the engine was planned with {}: it gets them, and more LUTs than predicted",
                    needed, state_.engine.acc_bits));
    state_.engine.acc_bits = needed;
  }

  void score() {
    const Json trained = artefact(state_.final, "network"), quantized = artefact(state_.quantized, "network");
    const auto outcomes = evaluate_all(
        world_, "scoring the test part",
        {score_spec(trained, state_.packs, "test", "float", 1), score_spec(quantized, state_.packs, "test", "simulated", 1),
         score_spec(quantized, state_.packs, "test", "golden", 1)});
    state_.score_float = outcomes[0];
    state_.score_simulated = outcomes[1];
    state_.score_golden = outcomes[2];
    for (const auto& [name, outcome] :
         {std::pair{"float", &outcomes[0]}, {"simulated", &outcomes[1]}, {"golden", &outcomes[2]}}) {
      complain(std::string(name) + " score", *outcome);
      if (outcome->done())
        note_ += fmt::format("{}{} {:.3f}", note_.empty() ? "mean IoU on the test part: " : ", ", name,
                             outcome->result.at("iou").get<double>());
    }
  }

  void accelerator() {
    deliver_accelerator(state_, out_);
    note_ = fmt::format("{}, W{}F{}, in {}", describe(state_.engine), state_.engine.weight_bits, state_.engine.feature_bits,
                        (out_ / "accelerator").string());
  }

  // The winner's files are those of the run; the others' are made as they were trained, their integers calibrated only.
  void pareto_set() {
    std::vector<Json> specs;
    std::vector<Finalist*> others;
    for (size_t i = 0; i < state_.finalists.size(); ++i) {
      Finalist& finalist = state_.finalists[i];
      if (!finalist.pareto || i == *state_.winner) continue;
      others.push_back(&finalist);
      specs.push_back(quantize_spec(artefact(finalist.trained, "network"), finalist.widths, state_.packs, state_.config, 0, 0,
                                    state_.plan.threads));
    }
    const auto outcomes = evaluate_all(world_, "calibrating the rest of the Pareto set", specs);
    for (size_t k = 0; k < others.size(); ++k) {
      others[k]->calibrated = outcomes[k];
      complain("calibration of " + others[k]->network.name, outcomes[k]);
      if (outcomes[k].done()) deliver_design(state_, *others[k], out_);
    }
    note_ = fmt::format("{} of {} finalists, by validation IoU, FPS and watts",
                        others.size() + state_.finalists[*state_.winner].pareto, state_.finalists.size());
  }

  void verify() {
    const Json network = artefact(state_.quantized, "network");
    const device::Device& device = state_.config.device;
    std::vector<Json> specs{simulate_spec(network, state_.engine, state_.packs, state_.config),
                            synth_spec(state_.engine, state_.config)};
    std::vector<std::pair<const char*, evaluate::Outcome*>> asked{{"simulation", &state_.simulated},
                                                                  {"synthesis", &state_.synthesised}};
    if (device.board) {
      specs.push_back(board_spec(network, state_.engine, state_.packs, state_.config));
      asked.push_back({"simulation over the board's line", &state_.board});
      if (const std::string why = synth::unplaceable_because(device); !why.empty()) {
        state_.problems.push_back("no bitstream: " + why);
      } else {
        specs.push_back(bitstream_spec(state_.engine, state_.config));
        asked.push_back({"place and route", &state_.bitstream});
      }
    }
    const auto outcomes = evaluate_all(world_, "simulating and synthesising the accelerator", specs);
    for (size_t i = 0; i < outcomes.size(); ++i) {
      *asked[i].second = outcomes[i];
      complain(asked[i].first, outcomes[i]);
    }
    deliver_bitstream(state_, out_);
    if (made(state_.simulated)) {
      const Json& r = state_.simulated.result;
      note_ = fmt::format("{} of {} bytes differ, {} cycles a frame", r.at("bytes_differ").get<int64_t>(),
                          r.at("bytes_compared").get<int64_t>(), r.at("cycles_simulated").get<int64_t>());
      if (r.at("bytes_differ") != 0)
        state_.problems.push_back("the accelerator differs from the golden model: " +
                                  r.at("first_difference").get<std::string>());
    }
    if (made(state_.board)) {
      const Json& r = state_.board.result;
      note_ += fmt::format("; over the line {} of {} bytes, {} cycles", r.at("bytes_differ").get<int64_t>(),
                           r.at("bytes_compared").get<int64_t>(), r.at("cycles_simulated").get<int64_t>());
      if (r.at("bytes_differ") != 0)
        state_.problems.push_back("the board differs from the golden model: " + r.at("first_difference").get<std::string>());
    }
    if (made(state_.bitstream))
      note_ +=
          fmt::format("; bitstream of {:.1f} MHz, routed for up to {:.1f}", state_.bitstream.result.at("clock_mhz").get<double>(),
                      state_.bitstream.result.at("reached_mhz").get<double>());
  }

  std::string last_problem() const { return state_.problems.empty() ? "" : ": " + state_.problems.back(); }

  void complain(const std::string& what, const evaluate::Outcome& outcome) {
    if (!outcome.done()) return state_.problems.push_back(what + " " + to_string(outcome.status) + ": " + outcome.message);
    if (const std::string why = outcome.result.is_object() ? outcome.result.value("stopped", "") : ""; !why.empty())
      state_.problems.push_back(what + " stopped early: " + why);
  }

  Json times() const {
    Json all = Json::array();
    for (const auto& [name, seconds, note] : state_.times) all.push_back({{"step", name}, {"seconds", seconds}, {"note", note}});
    return {{"steps", all}};
  }

  fs::path out_;
  const World& world_;
  State state_;
  Clock::time_point start_;
  std::string running_, note_;
};

}  // namespace

Json run(const Config& config, const fs::path& out, const World& world) { return Run(config, out, world)(); }

Json dry_run(const Config& config) {
  const Json bundles = bundles_step(config, {});
  const auto prototypes = candidates(bundles, config).size();
  const int training = config.data.composed
                           ? config.data.pictures
                           : static_cast<int>(data::read_dataset(config.data.root, config.data.read).train.size());
  const auto& search = config.search;
  const auto entry = [](const char* name, const std::string& what) { return Json{{"name", name}, {"what", what}}; };
  const std::string epochs =
      config.train.epochs ? fmt::format("{} epochs each", *config.train.epochs) : "as many epochs as the time budget allows";
  const std::vector<Json> steps{
      entry("Data", fmt::format("{} training pictures brought to {}x{}", training, config.height, config.width)),
      entry("Bundles", fmt::format("{} Bundles modelled on {}", bundles.at("bundles").size(), config.device.name)),
      entry("Prototypes", fmt::format("{} prototypes trained for up to {} epochs, the best {} of each QoS group kept", prototypes,
                                      search.prototype_epochs, search.top_n)),
      entry("Scouts", fmt::format("up to {} networks trained briefly, to predict accuracy from", search.scouts)),
      entry("Exploration", fmt::format("{} proposals by {}", search.proposals, search.strategy)),
      entry("Training", fmt::format("{} finalists, {}", search.finalists, epochs)),
      entry("Final training", "the best finalist on the validation part goes on"),
      entry("Fine-tuning", "its integers fine-tuned"),
      entry("Scores", "float, quantised and golden on the test part"),
      entry("Accelerator", "SystemVerilog, memories, file list"),
      entry("Pareto set", "the same for the other finalists that none beats in IoU, FPS and watts"),
      entry("Simulation and synthesis",
            fmt::format("{} test pictures in Verilator against the golden model; counts by Yosys", config.simulate_pictures)),
      entry("Report", "result.json, report.html")};
  return {{"steps", steps},
          {"seconds", rough_seconds(config, bundles, training)},
          {"bundles", bundles.at("bundles").size()},
          {"prototypes", prototypes},
          {"proposals", search.proposals},
          {"finalists", search.finalists}};
}

}  // namespace duet::flow
