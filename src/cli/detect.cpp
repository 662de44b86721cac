#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "cli/parts.h"
#include "cli/verb.h"
#include "data/draw.h"
#include "data/image.h"
#include "data/resize.h"
#include "train/train.h"

namespace duet::cli {
namespace {

struct Arguments {
  std::string picture, network, out;
  bool json = false;
};

void run(const Arguments& a) {
  const net::Network network = find_network(a.network);
  data::Image image = data::read_image(a.picture);
  const auto input = data::resize_planar(image, network.input.height, network.input.width);
  const bool integers = train::is_quantized(a.network);
  const train::Scored found = train::detect(a.network, input, integers ? train::Runner::golden : train::Runner::floating);
  const net::Box& box = found.predicted;
  if (!a.out.empty()) {
    data::draw_box(image, box, data::kGreen, std::max(2, image.width / 300));
    data::write_image(a.out, image);
  }
  const int x0 = static_cast<int>(box.x0 * image.width), y0 = static_cast<int>(box.y0 * image.height);
  const int x1 = static_cast<int>(box.x1 * image.width + 0.5), y1 = static_cast<int>(box.y1 * image.height + 0.5);
  if (a.json)
    return print_json({{"box", {box.x0, box.y0, box.x1, box.y1}},
                       {"pixels", {x0, y0, x1, y1}},
                       {"confidence", found.confidence},
                       {"runner", integers ? "golden" : "float"},
                       {"out", a.out}});
  print(fmt::format("{}: {}, {} to {}, {} (confidence {:.0f} %){}", a.picture, x0, y0, x1, y1, 100 * found.confidence,
                    a.out.empty() ? "" : ", drawn in " + a.out));
}

}  // namespace

void add_detect(CLI::App& app) {
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = add_verb(app, "detect", "Find the object in a picture and draw its box",
                            "duet detect photo.jpg --network integers --out box.png", [a] { run(*a); });
  verb->add_option("picture", a->picture, "JPEG or PNG")->required();
  verb->add_option("--network", a->network, "Folder that `duet train` or `duet quantize` made")->required();
  verb->add_option("--out", a->out, "Picture to write, with the box (.png or .jpg)");
  add_json_flag(verb, a->json);
}

}  // namespace duet::cli
