#include <functional>

#include "base/error.h"
#include "base/fields.h"
#include "train/train.h"

namespace duet::train {
namespace {

// One list of a specification's members serves reading, writing and the check of keys.
struct Reader {
  const Json& json;
  const std::string& where;

  bool take(const char* key) const { return json.contains(key); }
  void operator()(const char* key, int& value, int64_t lo, int64_t hi) {
    if (take(key)) value = static_cast<int>(base::int_field(json, key, lo, hi, where));
  }
  void operator()(const char* key, int64_t& value, int64_t lo, int64_t hi) {
    if (take(key)) value = base::int_field(json, key, lo, hi, where);
  }
  void operator()(const char* key, uint64_t& value) {
    if (take(key)) value = static_cast<uint64_t>(base::int_field(json, key, 0, INT64_MAX, where));
  }
  void operator()(const char* key, double& value, double lo, double hi) {
    if (!take(key)) return;
    value = base::number_field(json, key, where);
    if (!(value >= lo && value <= hi))
      throw Error(std::string("\"") + key + "\" is " + Json(value).dump(), where,
                  "give a number from " + Json(lo).dump() + " to " + Json(hi).dump());
  }
  void operator()(const char* key, bool& value) {
    if (take(key)) value = base::bool_field(json, key, where);
  }
  void operator()(const char* key, std::filesystem::path& value) {
    if (take(key)) value = base::text_field(json, key, where);
  }
  void operator()(const char* key, std::string& value, const std::vector<std::string>& known) {
    if (!take(key)) return;
    value = base::text_field(json, key, where);
    for (const std::string& word : known)
      if (word == value) return;
    std::string all;
    for (const std::string& word : known) all += (all.empty() ? "" : " or ") + word;
    throw Error(std::string("\"") + key + "\" is \"" + value + "\"", where, "use " + all);
  }
  void operator()(const char* key, std::map<std::string, quant::Widths>& value) {
    if (!take(key)) return;
    for (const auto& [name, both] : base::field(json, key, where).items()) {
      const std::string place = where + ": " + key + ": " + name;
      base::only_keys(both, {"weight_bits", "feature_bits"}, place);
      value[name] = {static_cast<int>(base::int_field(both, "weight_bits", 2, 16, place)),
                     static_cast<int>(base::int_field(both, "feature_bits", 2, 16, place))};
    }
  }
  void operator()(const char* key, net::Network& value) {
    if (!take(key)) return;
    const Json& given = json.at(key);
    if (!given.is_string()) {
      value = net::network_from_json(given, where + ": " + key);
      return;
    }
    const net::Network* known = net::find_known(given.get<std::string>());
    const std::string close = base::nearest(given.get<std::string>(), net::known_networks());
    if (!known)
      throw Error("unknown network \"" + given.get<std::string>() + "\"", where,
                  close.empty() ? "give a network's JSON" : "did you mean " + close + "?");
    value = *known;
  }
};

struct Keys {
  std::vector<std::string> known{"kind"};
  template <class... Rest>
  void operator()(const char* key, const Rest&...) {
    known.emplace_back(key);
  }
};

struct Writer {
  Json json = Json::object();
  void operator()(const char* key, const std::map<std::string, quant::Widths>& value) {
    for (const auto& [name, both] : value)
      json[key][name] = {{"weight_bits", both.weight_bits}, {"feature_bits", both.feature_bits}};
  }
  template <class Value, class... Limits>
  void operator()(const char* key, const Value& value, const Limits&...) {
    if constexpr (std::is_same_v<Value, net::Network>)
      json[key] = net::to_json(value);
    else if constexpr (std::is_same_v<Value, std::filesystem::path>)
      json[key] = value.string();
    else
      json[key] = value;
  }
};

constexpr int64_t kMany = int64_t{1} << 40;

template <class Archive, class Spec>
void train_members(Archive& a, Spec& s) {
  a("network", s.network);
  a("train_pack", s.train_pack), a("validation_pack", s.validation_pack);
  a("epochs", s.epochs, 1, 100000), a("batch", s.batch, 1, 4096);
  a("learning_rate", s.learning_rate, 1e-9, 10.0), a("warmup", s.warmup, 0.0, 1.0);
  a("cosine_begin", s.cosine_begin, 0.0, 1.0), a("cosine_end", s.cosine_end, 0.0, 1.0),
      a("weight_decay", s.weight_decay, 0.0, 1.0);
  a("optimizer", s.optimizer, std::vector<std::string>{"adam", "sgd"});
  a("ema", s.ema, 0.0, 0.999999), a("samples_per_epoch", s.samples_per_epoch, 0, kMany);
  a("augment", s.augment), a("keep_anchors", s.keep_anchors), a("start", s.start), a("seed", s.seed);
  a("threads", s.threads, 1, 1024), a("checkpoint_seconds", s.checkpoint_seconds, 0.0, 1e9);
}

template <class Archive, class Spec>
void quantize_members(Archive& a, Spec& s) {
  a("network", s.network);
  a("train_pack", s.train_pack), a("validation_pack", s.validation_pack);
  a("weight_bits", s.weight_bits, 2, 16), a("feature_bits", s.feature_bits, 2, 16), a("layers", s.layers);
  a("method", s.method, std::vector<std::string>{"straight-through", "admm"});
  a("epochs", s.epochs, 0, 100000), a("batch", s.batch, 1, 4096);
  a("learning_rate", s.learning_rate, 1e-9, 10.0), a("ema", s.ema, 0.0, 0.999999);
  a("samples_per_epoch", s.samples_per_epoch, 0, kMany), a("augment", s.augment);
  a("calibration_pictures", s.calibration_pictures, 1, 1000000), a("learn_ranges", s.learn_ranges), a("seed", s.seed);
  a("threads", s.threads, 1, 1024), a("checkpoint_seconds", s.checkpoint_seconds, 0.0, 1e9);
}

}  // namespace

TrainSpec train_spec_from_json(const Json& json, const std::string& where) {
  TrainSpec spec;
  Keys keys;
  train_members(keys, spec);
  base::only_keys(json, keys.known, where);
  Reader reader{json, where};
  train_members(reader, spec);
  return spec;
}

QuantizeSpec quantize_spec_from_json(const Json& json, const std::string& where) {
  QuantizeSpec spec;
  Keys keys;
  quantize_members(keys, spec);
  base::only_keys(json, keys.known, where);
  Reader reader{json, where};
  quantize_members(reader, spec);
  return spec;
}

Json to_json(const TrainSpec& spec) {
  Writer writer;
  train_members(writer, spec);
  return writer.json;
}

Json to_json(const QuantizeSpec& spec) {
  Writer writer;
  quantize_members(writer, spec);
  return writer.json;
}

}  // namespace duet::train
