#pragma once
// The members of every struct of report.h, named once for writing and reading. `a` is called with (key, member).

#include "report/report.h"

namespace duet::report {

template <class A>
void fields(A& a, Target& x) {
  a("name", x.name), a("unit", x.unit), a("wanted", x.wanted), a("at_least", x.at_least), a("reached", x.reached);
  a("met", x.met), a("basis", x.basis);
}
template <class A>
void fields(A& a, Resources& x) {
  a("lut", x.lut), a("ff", x.ff), a("dsp", x.dsp), a("bram36", x.bram36);
}
template <class A>
void fields(A& a, BundlePoint& x) {
  a("name", x.name), a("cycles", x.cycles), a("resources", x.resources), a("macs", x.macs);
  a("parameters", x.parameters), a("bytes", x.bytes), a("iou", x.iou), a("epochs", x.epochs), a("group", x.group);
  a("selected", x.selected), a("pareto", x.pareto), a("note", x.note);
}
template <class A>
void fields(A& a, Proposal& x) {
  a("index", x.index), a("bundle", x.bundle), a("channels", x.channels), a("downsample", x.downsample);
  a("weight_bits", x.weight_bits), a("feature_bits", x.feature_bits), a("engine", x.engine), a("cycles", x.cycles);
  a("fps", x.fps), a("resources", x.resources), a("watts", x.watts), a("macs", x.macs), a("parameters", x.parameters);
  a("iou", x.iou), a("trained", x.trained), a("accepted", x.accepted), a("pareto", x.pareto), a("chosen", x.chosen);
  a("score", x.score), a("files", x.files), a("note", x.note);
}
template <class A>
void fields(A& a, CurvePoint& x) {
  a("epoch", x.epoch), a("loss", x.loss), a("validation_iou", x.validation_iou);
}
template <class A>
void fields(A& a, Finalist& x) {
  a("name", x.name), a("proposal", x.proposal), a("curve", x.curve), a("seconds", x.seconds);
  a("iou_validation", x.iou_validation), a("iou_quantized", x.iou_quantized), a("chosen", x.chosen);
}
template <class A>
void fields(A& a, Layer& x) {
  a("name", x.name), a("kind", x.kind), a("block", x.block), a("channels", x.channels), a("height", x.height);
  a("width", x.width), a("macs", x.macs), a("parameters", x.parameters);
}
template <class A>
void fields(A& a, CyclePair& x) {
  a("name", x.name), a("predicted", x.predicted), a("simulated", x.simulated);
}
template <class A>
void fields(A& a, Hardware& x) {
  a("engine", x.engine), a("weight_bits", x.weight_bits), a("feature_bits", x.feature_bits);
  a("cycles_predicted", x.cycles_predicted), a("cycles_simulated", x.cycles_simulated), a("latency_cycles", x.latency_cycles);
  a("fps", x.fps), a("mac_per_dsp_cycle", x.mac_per_dsp_cycle), a("watts", x.watts), a("bytes_read", x.bytes_read);
  a("bytes_written", x.bytes_written), a("layers", x.layers), a("frames", x.frames), a("predicted", x.predicted);
  a("synthesised", x.synthesised), a("device", x.device), a("images", x.images), a("bytes_compared", x.bytes_compared);
  a("bytes_differ", x.bytes_differ);
}
template <class A>
void fields(A& a, PictureBox& x) {
  a("x0", x.x0), a("y0", x.y0), a("x1", x.x1), a("y1", x.y1);
}
template <class A>
void fields(A& a, Picture& x) {
  a("name", x.name), a("jpeg", x.jpeg), a("width", x.width), a("height", x.height), a("truth", x.truth);
  a("predicted", x.predicted), a("iou", x.iou), a("best", x.best);
}
template <class A>
void fields(A& a, Forecast& x) {
  a("now", x.now), a("later", x.later), a("low", x.low), a("high", x.high), a("seconds", x.seconds), a("epochs", x.epochs);
  a("until", x.until), a("a", x.a), a("b", x.b), a("c", x.c), a("method", x.method);
}
template <class A>
void fields(A& a, Step& x) {
  a("name", x.name), a("state", x.state), a("seconds", x.seconds), a("note", x.note);
}
template <class A>
void fields(A& a, NameValue& x) {
  a("name", x.name), a("value", x.value);
}
template <class A>
void fields(A& a, Report& x) {
  a("title", x.title), a("finished", x.finished), a("state", x.state), a("summary", x.summary);
  a("device_title", x.device_title), a("device_part", x.device_part), a("clock_mhz", x.clock_mhz);
  a("clock_basis", x.clock_basis), a("data_title", x.data_title), a("data_split", x.data_split);
  a("train_pictures", x.train_pictures), a("validation_pictures", x.validation_pictures), a("test_pictures", x.test_pictures);
  a("input_channels", x.input_channels), a("input_height", x.input_height), a("input_width", x.input_width);
  a("targets", x.targets), a("iou_float", x.iou_float), a("iou_quantized", x.iou_quantized), a("iou_golden", x.iou_golden);
  a("test_ious", x.test_ious), a("bundles", x.bundles), a("proposals", x.proposals), a("finalists", x.finalists);
  a("layers", x.layers), a("hardware", x.hardware), a("pictures", x.pictures), a("forecast", x.forecast);
  a("steps", x.steps), a("problems", x.problems), a("versions", x.versions), a("seeds", x.seeds);
  a("commands", x.commands), a("files", x.files);
}

}  // namespace duet::report
