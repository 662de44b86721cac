#include "train/core/loader.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/rng.h"

namespace duet::train::core {
namespace {

constexpr size_t kAhead = 3;  // batches kept ready

uint64_t mix(uint64_t a, uint64_t b, uint64_t c) {
  uint64_t h = a;
  for (uint64_t v : {b, c}) {  // splitmix64's finaliser after each part
    h += 0x9E3779B97F4A7C15ull + v;
    h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9ull;
    h = (h ^ (h >> 27)) * 0x94D049BB133111EBull;
    h ^= h >> 31;
  }
  return h;
}

// Output pixel centre to source: source = offset + scale · (pixel + 0.5) - 0.5, kept inside by repeating the border.
struct Tap {
  int first, second;
  float weight;  // of second
};

std::vector<Tap> taps(int size, double offset, double scale, bool mirror) {
  std::vector<Tap> out(static_cast<size_t>(size));
  for (int i = 0; i < size; ++i) {
    const int at = mirror ? size - 1 - i : i;
    const double source = std::clamp(offset + scale * (at + 0.5) - 0.5, 0.0, size - 1.0);
    const int first = std::min(static_cast<int>(source), size - 1);
    out[static_cast<size_t>(i)] = {first, std::min(first + 1, size - 1), static_cast<float>(source - first)};
  }
  return out;
}

struct Change {
  bool mirror = false;
  double scale_x = 1, scale_y = 1, offset_x = 0, offset_y = 0;  // source = offset + scale · output, in 0..1 of the picture
  float gain[3] = {1, 1, 1}, lift[3] = {0, 0, 0};
};

// An offset with which [lo, hi] of the source stays inside the output and the output mostly inside the source.
double draw_offset(Rng& rng, double scale, double lo, double hi) {
  const double beyond = 0.1;  // share of the output that may show the repeated border
  double least = std::min(0.0, 1 - scale) - beyond * scale, most = std::max(0.0, 1 - scale) + beyond * scale;
  least = std::max(least, hi - scale), most = std::min(most, lo);
  return least < most ? rng.uniform(least, most) : (1 - scale) / 2;
}

Change draw_change(Rng& rng, const std::array<float, 4>& box) {
  Change change;
  change.mirror = rng.chance(0.5);
  const double largest = std::max(box[2] - box[0], box[3] - box[1]);
  const double zoom = std::exp(rng.uniform(std::log(0.75), std::log(1.5)));  // objects become this much larger
  const double aspect = std::exp(rng.uniform(-0.1, 0.1));
  change.scale_x = std::max(1 / (zoom * aspect), 1.02 * largest);
  change.scale_y = std::max(aspect / zoom, 1.02 * largest);
  change.offset_x = draw_offset(rng, change.scale_x, box[0], box[2]);
  change.offset_y = draw_offset(rng, change.scale_y, box[1], box[3]);
  const double contrast = rng.uniform(0.7, 1.3), brightness = rng.uniform(-0.15, 0.15);
  for (int c = 0; c < 3; ++c) {
    change.gain[c] = static_cast<float>(contrast * rng.uniform(0.9, 1.1));
    change.lift[c] = static_cast<float>(128 * (1 - change.gain[c]) + 255 * (brightness + rng.uniform(-0.03, 0.03)));
  }
  return change;
}

void sample(const data::Pack& pack, int i, const Change& change, float* pixels) {
  const int h = pack.height(), w = pack.width();
  const std::vector<Tap> columns = taps(w, change.offset_x * w, change.scale_x, change.mirror);
  const std::vector<Tap> rows = taps(h, change.offset_y * h, change.scale_y, false);
  std::vector<float> line(static_cast<size_t>(w));
  for (int c = 0; c < 3; ++c) {
    const uint8_t* plane = pack.pixels(i) + static_cast<size_t>(c) * static_cast<size_t>(h) * static_cast<size_t>(w);
    const float gain = change.gain[c], lift = change.lift[c];
    for (int y = 0; y < h; ++y) {
      const Tap& row = rows[static_cast<size_t>(y)];
      const uint8_t *top = plane + row.first * w, *bottom = plane + row.second * w;
      for (int x = 0; x < w; ++x) {
        const float value = static_cast<float>(top[x]) + row.weight * static_cast<float>(bottom[x] - top[x]);
        line[static_cast<size_t>(x)] = std::min(std::max(value * gain + lift, 0.0f), 255.0f) * (1.0f / 256);
      }
      float* out = pixels + static_cast<int64_t>(y) * w * 3 + c;
      for (int x = 0; x < w; ++x) {
        const Tap& column = columns[static_cast<size_t>(x)];
        const float first = line[static_cast<size_t>(column.first)];
        out[3 * x] = first + column.weight * (line[static_cast<size_t>(column.second)] - first);
      }
    }
  }
}

}  // namespace

void read_plain(const data::Pack& pack, int i, float* pixels, std::array<float, 4>& box) {
  const int64_t plane = int64_t{pack.height()} * pack.width();
  for (int c = 0; c < 3; ++c) {
    const uint8_t* source = pack.pixels(i) + c * plane;
    for (int64_t p = 0; p < plane; ++p) pixels[3 * p + c] = static_cast<float>(source[p]) * (1.0f / 256);
  }
  box = pack.box(i);
}

void read_augmented(const data::Pack& pack, int i, uint64_t seed, int64_t epoch, int64_t place, float* pixels,
                    std::array<float, 4>& box) {
  Rng rng(mix(seed, static_cast<uint64_t>(epoch), static_cast<uint64_t>(place)));
  const std::array<float, 4> source = pack.box(i);
  const Change change = draw_change(rng, source);
  sample(pack, i, change, pixels);
  const auto moved = [](float v, double offset, double scale) {
    return static_cast<float>(std::clamp((v - offset) / scale, 0.0, 1.0));
  };
  box = {moved(source[0], change.offset_x, change.scale_x), moved(source[1], change.offset_y, change.scale_y),
         moved(source[2], change.offset_x, change.scale_x), moved(source[3], change.offset_y, change.scale_y)};
  if (change.mirror) box = {1 - box[2], box[1], 1 - box[0], box[3]};
}

void read_shifted(const data::Pack& pack, int i, uint64_t seed, int64_t epoch, int64_t place, float* pixels) {
  Rng rng(mix(seed, static_cast<uint64_t>(epoch), static_cast<uint64_t>(place)));
  const int h = pack.height(), w = pack.width();
  const auto down = static_cast<int>(rng.between(-h / 8, h / 8)), right = static_cast<int>(rng.between(-w / 8, w / 8));
  const bool mirror = rng.chance(0.5);
  for (int c = 0; c < 3; ++c)
    for (int y = 0; y < h; ++y)
      for (int x = 0; x < w; ++x) {
        const int from_y = y + down, from_x = (mirror ? w - 1 - x : x) + right;
        const bool inside = from_y >= 0 && from_y < h && from_x >= 0 && from_x < w;
        const int64_t at = (int64_t{c} * h + from_y) * w + from_x;
        pixels[(int64_t{y} * w + x) * 3 + c] = inside ? static_cast<float>(pack.pixels(i)[at]) * (1.0f / 256) : 0.0f;
      }
}

int64_t steps_per_epoch(int64_t pictures, int64_t samples_per_epoch, int batch) {
  const int64_t samples = samples_per_epoch > 0 ? samples_per_epoch : pictures;
  return std::max<int64_t>(1, samples / batch);
}

Loader::Loader(const data::Pack& pack, const Options& options) : pack_(pack), options_(options), thread_([this] { work(); }) {}

Loader::~Loader() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

// Place p of the endless sequence of pictures: pass p / count over the pack, each pass shuffled by itself.
void Loader::fill(int64_t step, Batch& batch) {
  const int64_t count = pack_.count();
  const size_t picture = pack_.picture_bytes();
  batch.count = options_.batch;
  batch.pixels.resize(picture * static_cast<size_t>(batch.count));
  batch.boxes.resize(static_cast<size_t>(batch.count));
  batch.classes.resize(static_cast<size_t>(batch.count));
  for (int b = 0; b < batch.count; ++b) {
    const int64_t place = step * options_.batch + b, pass = place / count;
    if (pass != order_epoch_) {
      order_.resize(static_cast<size_t>(count));
      std::iota(order_.begin(), order_.end(), 0);
      Rng rng(mix(options_.seed, static_cast<uint64_t>(pass), 0xDA7A));
      rng.shuffle(order_);
      order_epoch_ = pass;
    }
    const int i = order_[static_cast<size_t>(place % count)];
    float* pixels = batch.pixels.data() + picture * static_cast<size_t>(b);
    batch.classes[static_cast<size_t>(b)] = pack_.sequence(i);
    if (options_.augment && options_.classes)
      read_shifted(pack_, i, options_.seed, pass, place % count, pixels);
    else if (options_.augment && step < options_.plain_from)
      read_augmented(pack_, i, options_.seed, pass, place % count, pixels, batch.boxes[static_cast<size_t>(b)]);
    else
      read_plain(pack_, i, pixels, batch.boxes[static_cast<size_t>(b)]);
  }
}

void Loader::work() {
  try {
    for (int64_t step = 0; step < options_.steps; ++step) {
      Batch batch;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return stop_ || ready_.size() < kAhead; });
        if (stop_) return;
        if (!free_.empty()) batch = std::move(free_.front()), free_.pop_front();
      }
      fill(options_.first_step + step, batch);
      {
        std::lock_guard lock(mutex_);
        ready_.push_back(std::move(batch));
      }
      changed_.notify_all();
    }
  } catch (...) {
    std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
    changed_.notify_all();
  }
}

Batch Loader::next(Batch&& used) {
  Batch batch;
  {
    std::unique_lock lock(mutex_);
    if (!used.pixels.empty()) free_.push_back(std::move(used));
    changed_.wait(lock, [&] { return failure_ || !ready_.empty(); });
    if (failure_) std::rethrow_exception(failure_);
    batch = std::move(ready_.front());
    ready_.pop_front();
  }
  changed_.notify_all();
  return batch;
}

}  // namespace duet::train::core
