#pragma once
// What a run's page shows, and the page itself.
//
// The flow fills a Report and saves it as `report.json` in the run directory, after every step if it likes: whatever a step has
// not made yet stays empty and the page says so. `duet report DIR` reads that file back and writes `report.html`. The JSON has
// one object per struct below with the members' names as keys, in this order; an empty optional is left out. Unknown keys are
// an Error, so that the writer and the page cannot drift apart.
//
// Figures keep their origin: what a model says is called an estimate (or predicted), what Verilator counted simulated, what
// Yosys counted synthesised, what a trained network scored on pictures measured.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace duet::report {

using Figure = std::optional<double>;  ///< empty: not made (yet), shown as a dash

/// One target of the user and what the run reached.
struct Target {
  std::string name;  ///< plain words: "Frames per second", "Mean IoU on the test part", "Power"
  std::string unit;  ///< "FPS", "IoU", "W", "ms"; may be empty
  double wanted = 0;
  bool at_least = true;     ///< false: at most
  Figure reached;           ///< empty: nothing reached it
  std::optional<bool> met;  ///< empty: not known (yet)
  std::string basis;        ///< where `reached` comes from: "simulated", "estimate", "golden model, 120 test pictures"
};

/// Counts of a design. BRAM in blocks of 36 Kbit, halves allowed.
struct Resources {
  Figure lut, ff, dsp, bram36;
};

/// A Bundle of steps 1 and 2, as its prototype network: the Bundle repeated n times with the box head.
struct BundlePoint {
  std::string name;                                ///< net::name(bundle)
  std::optional<int64_t> cycles;                   ///< a frame of the prototype, estimate
  Resources resources;                             ///< of its engine, estimate
  std::optional<int64_t> macs, parameters, bytes;  ///< of the prototype, a frame; bytes: read and written together
  Figure iou;                                      ///< of the prototype on the validation part after `epochs`; empty: not trained
  int epochs = 0;
  std::string group;  ///< QoS group in words: "fast", "over 60 FPS"; empty: none
  bool selected = false, pareto = false;
  std::string note;  ///< why not selected, a failure; may be empty
};

/// A proposal of the search (step 3).
struct Proposal {
  int index = 0;                ///< order of asking
  std::string bundle;           ///< net::name(bundle)
  std::vector<int> channels;    ///< one per replication; N is its length
  std::vector<int> downsample;  ///< replications (from 0) that down-sample
  int weight_bits = 0, feature_bits = 0;
  std::string engine;             ///< parallel factors in words: "16 x 8 lanes, 2 products a DSP"
  std::optional<int64_t> cycles;  ///< a frame, estimate
  Figure fps;                     ///< at the run's clock, estimate
  Resources resources;            ///< estimate
  Figure watts;                   ///< estimate
  std::optional<int64_t> macs, parameters;
  Figure iou;                           ///< validation part
  bool trained = false;                 ///< true: `iou` was measured on the trained network; false: predicted
  bool accepted = false;                ///< meets the constraints
  bool pareto = false, chosen = false;  ///< chosen: the design the run ends with
  Figure score;                         ///< the contest's, among the trained ones
  std::string files;                    ///< of the Pareto set: folder of the run that holds network and accelerator; else empty
  std::string note;                     ///< what the search did with it or why it was turned down; may be empty
};

struct CurvePoint {
  double epoch = 0;
  Figure loss;            ///< mean training loss of the epoch
  Figure validation_iou;  ///< empty in epochs that were not scored
};

/// A network that was trained to the end.
struct Finalist {
  std::string name;
  std::optional<int> proposal;  ///< Proposal::index
  std::vector<CurvePoint> curve;
  Figure seconds;         ///< training time so far, wall clock
  Figure iou_validation;  ///< float, best weights
  Figure iou_quantized;   ///< on the validation part, after fine-tuning
  bool chosen = false;
};

/// One layer of the chosen network, in order. Batch norm and activation are part of their layer.
struct Layer {
  std::string name;                         ///< graph node: "b0.l1", "b0.pool", "head"
  std::string kind;                         ///< "dw-conv 3x3", "conv 1x1", "max pool 2x2", "head 1x1"
  std::string block;                        ///< layers of one replication share it: "Bundle 1"; the head's is "Head"
  int channels = 0, height = 0, width = 0;  ///< of its output
  int64_t macs = 0, parameters = 0;
};

/// Cycles predicted and simulated of one part. Parts: each replication and the head as the engine runs them, each frame.
struct CyclePair {
  std::string name;  ///< "Bundle 1", "Head", "frame 2 (steady)"
  std::optional<int64_t> predicted, simulated;
};

/// The accelerator against its model.
struct Hardware {
  std::string engine;  ///< one line: lanes, widths, buffers
  int weight_bits = 0, feature_bits = 0;
  std::optional<int64_t> cycles_predicted, cycles_simulated;  ///< a frame, frames back to back
  std::optional<int64_t> latency_cycles;                      ///< one frame alone, simulated
  Figure fps;                                                 ///< simulated cycles at the run's clock
  Figure mac_per_dsp_cycle;                                   ///< per DSP of the device
  Figure watts;                                               ///< estimate
  std::optional<int64_t> bytes_read, bytes_written;           ///< a frame, simulated
  std::vector<CyclePair> layers, frames;
  Resources predicted, synthesised, device;
  std::optional<int> images;  ///< simulated against the golden model
  std::optional<int64_t> bytes_compared, bytes_differ;
};

struct PictureBox {
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;  ///< 0..1 of the picture
};

/// A test picture with its boxes.
struct Picture {
  std::string name;
  std::string jpeg;           ///< base64 of a small JPEG (at most 480 pixels wide, 30 KB); see base64()
  int width = 0, height = 0;  ///< of that JPEG
  PictureBox truth, predicted;
  double iou = 0;
  bool best = true;  ///< false: one of the worst
};

/// What more training would bring; an estimate. `make_forecast` fits one.
struct Forecast {
  double now = 0;              ///< the fitted curve at the last epoch, validation IoU
  double later = 0;            ///< at the end of the added time
  double low = 0, high = 0;    ///< every fit about as good, and the scatter of the scores
  double seconds = 3600;       ///< the added time
  double epochs = 0;           ///< that the added time holds
  double until = 0;            ///< epoch at which the curve is read: after the added time, at most 20 times the trained epochs
  double a = 0, b = 0, c = 0;  ///< iou(t) = a - b t^-c, t in epochs
  std::string method;          ///< one sentence
};

/// A step of the run.
struct Step {
  std::string name;   ///< "Bundles", "Prototypes", "SCD", ...
  std::string state;  ///< "done", "failed", "running", "waiting"
  Figure seconds;
  std::string note;  ///< what it made, or what went wrong
};

struct NameValue {
  std::string name, value;
};

/// Everything the page shows.
struct Report {
  std::string title;           ///< name of the flow: "demo"
  std::string finished;        ///< UTC, "2026-01-31 12:00"; may be empty
  std::string state = "done";  ///< "done", "running", "failed"
  std::string summary;         ///< one or two sentences in plain words; empty: the page writes its own
  std::string device_title, device_part;
  double clock_mhz = 0;
  std::string clock_basis;  ///< "planned" or "post-route"
  std::string data_title;   ///< "default data set, seed 1"
  std::string data_split;   ///< how the parts were made
  int train_pictures = 0, validation_pictures = 0, test_pictures = 0;
  int input_channels = 3, input_height = 0, input_width = 0;
  std::vector<Target> targets;
  Figure iou_float, iou_quantized, iou_golden;  ///< mean IoU of the chosen network on the test part
  std::vector<double> test_ious;                ///< IoU of every test picture (golden model), for the histogram; any order
  std::vector<BundlePoint> bundles;
  std::vector<Proposal> proposals;
  std::vector<Finalist> finalists;
  std::vector<Layer> layers;
  Hardware hardware;
  std::vector<Picture> pictures;
  std::optional<Forecast> forecast;  ///< empty: fitted from the chosen finalist's curve by `complete`
  std::vector<Step> steps;
  std::vector<std::string> problems;  ///< what a person should know: failures, evaluations that ended early, doubts
  std::vector<NameValue> versions;    ///< tool and its version; duet itself first
  std::vector<NameValue> seeds;       ///< what and its seed; data set hash too
  std::vector<NameValue> commands;    ///< what it does and the command line
  std::vector<NameValue> files;       ///< path relative to the run directory and what it is
};

Json to_json(const Report& report);
/// Throws Error naming `where` and the key (with the nearest right one) that does not fit.
Report from_json(const Json& json, const std::string& where);

/// `directory`/report.json, atomically.
void save(const Report& report, const std::filesystem::path& directory);
/// Throws Error when the directory holds no report.json: not a run, or one that has not got so far.
Report load(const std::filesystem::path& directory);

/// The curve iou(t) = a - b t^-c fitted to the scored epochs of a training, read `seconds` later. Empty when fewer than five
/// epochs were scored or the training's time is unknown.
std::optional<Forecast> make_forecast(const Finalist& finalist, double seconds = 3600);

/// The page: one HTML file with everything in it. Fills an empty forecast from the chosen finalist.
std::string html(const Report& report);
/// Writes html(report), atomically.
void write_page(const Report& report, const std::filesystem::path& file);

/// For Picture::jpeg.
std::string base64(std::string_view bytes);

}  // namespace duet::report
