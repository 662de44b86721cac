#include "evaluate/scheduler.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <set>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "evaluate/spec.h"

namespace duet::evaluate {
namespace fs = std::filesystem;

namespace {

constexpr int kAttempts = 2;  ///< of one evaluation in one run, when its worker dies

int threads_of(const Json& spec) { return std::max(1, spec.value("threads", 1)); }

// The last lines of what a worker said that were not progress, as one line.
std::string last_words(const std::string& output) {
  std::string words;
  std::istringstream lines(output);
  double done, total;
  std::string note;
  for (std::string line; std::getline(lines, line);)
    if (!line.empty() && !parse_progress(line, done, total, note)) words += (words.empty() ? "" : " | ") + line;
  return words.size() > 600 ? "..." + words.substr(words.size() - 600) : words;
}

class Scheduler {
 public:
  Scheduler(const std::vector<Json>& specs, const Store& store, const RunOptions& options)
      : specs_(specs), store_(store), options_(options), outcomes_(specs.size()), shares_(specs.size()), state_(specs.size()) {
    cores_ = options.cores > 0 ? options.cores : std::max(1u, std::thread::hardware_concurrency());
    free_ = cores_;
    program_ = options.program.empty() ? fs::read_symlink("/proc/self/exe") : options.program;
  }

  std::vector<Outcome> run() {
    for (size_t i = 0; i < specs_.size(); ++i) take_stored(i);
    report("");
    // A worker dies with the thread that started it, so each thread waits for its own.
    std::vector<std::jthread> threads;
    for (int i = 0; i < std::min<int>(cores_, static_cast<int>(specs_.size())); ++i) threads.emplace_back([this] { work(); });
    threads.clear();
    if (failure_) std::rethrow_exception(failure_);
    return std::move(outcomes_);
  }

 private:
  enum class State { waiting, running, done };

  void take_stored(size_t i) {
    auto found = store_.find(key(specs_[i]));
    if (!found || (options_.retry && !found->done())) return;
    outcomes_[i] = *found;
    shares_[i] = 1;
    state_[i] = State::done;
  }

  void work() {
    std::unique_lock hold(mutex_);
    for (;;) {
      size_t i = specs_.size();
      bool waiting = false;
      for (size_t j = 0; j < specs_.size() && i == specs_.size(); ++j) {
        if (state_[j] != State::waiting) continue;
        waiting = true;
        if (std::min(threads_of(specs_[j]), cores_) <= free_ && !running_.count(key(specs_[j]))) i = j;
      }
      if (!waiting || failure_) return;
      if (i == specs_.size()) {
        changed_.wait(hold);
        continue;
      }
      run_one(i, hold);
    }
  }

  // The same specification may stand in the list twice: the second finds the first's result.
  void run_one(size_t i, std::unique_lock<std::mutex>& hold) {
    const int cores = std::min(threads_of(specs_[i]), cores_);
    const std::string name = key(specs_[i]);
    state_[i] = State::running;
    free_ -= cores;
    running_.insert(name);
    hold.unlock();
    Outcome outcome;
    std::exception_ptr failure;
    try {
      outcome = evaluate_one(i);
    } catch (...) {
      failure = std::current_exception();
    }
    hold.lock();
    outcomes_[i] = std::move(outcome);
    if (failure) failure_ = failure;
    state_[i] = State::done;
    shares_[i] = 1;
    free_ += cores;
    running_.erase(name);
    report_locked("");
    changed_.notify_all();
  }

  Outcome evaluate_one(size_t i) {
    const std::string name = key(specs_[i]);
    Outcome outcome;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      outcome = start_worker(i, name);
      if (outcome.status != Status::crashed) break;
    }
    return outcome;
  }

  Outcome start_worker(size_t i, const std::string& name) {
    const fs::path file = store_.root() / "specs" / (name + ".json");
    base::write_json(file, specs_[i]);
    fs::remove(store_.part(name) / "interrupted.json");
    std::vector<std::string> command{program_.string(), "evaluate", file.string(), "--store", store_.root().string(), "--worker"};
    if (options_.retry) command.push_back("--retry");
    base::ProcessOptions process;
    process.timeout = options_.timeout;
    const std::string threads = std::to_string(threads_of(specs_[i]));
    // Waiting threads sleep: spinning ones would take the cores from the workers beside them.
    process.environment = {{"OMP_NUM_THREADS", threads}, {"OPENBLAS_NUM_THREADS", threads}, {"OMP_WAIT_POLICY", "passive"}};
    process.on_line = [this, i](const std::string& line) { listen(i, line); };
    const auto ended = base::run_process(command, process);
    if (auto found = store_.find(name)) {
      found->stored = false;
      return *found;
    }
    if (auto found = store_.find_interrupted(name)) {
      found->stored = false;
      return *found;
    }
    Outcome outcome;
    outcome.status = ended.timed_out ? Status::timed_out : Status::crashed;
    if (ended.output.find("No space left on device") != std::string::npos) outcome.status = Status::disk_full;
    outcome.message = ended.timed_out ? "no end after " + std::to_string(options_.timeout.count()) + " s"
                                      : "the worker ended with code " + std::to_string(ended.exit_code);
    if (const std::string words = last_words(ended.output); !words.empty()) outcome.message += ": " + words;
    return store_.interrupt(name, outcome);
  }

  void listen(size_t i, const std::string& line) {
    double done, total;
    std::string note;
    if (!parse_progress(line, done, total, note)) return;
    std::lock_guard hold(mutex_);
    shares_[i] = total > 0 ? std::min(0.999, done / total) : 0;
    report_locked(note);
  }

  void report(const std::string& note) {
    std::lock_guard hold(mutex_);
    report_locked(note);
  }
  void report_locked(const std::string& note) {
    if (!options_.progress) return;
    double done = 0;
    for (double share : shares_) done += share;
    options_.progress(done, static_cast<double>(specs_.size()), note);
  }

  const std::vector<Json>& specs_;
  const Store& store_;
  const RunOptions& options_;
  std::vector<Outcome> outcomes_;
  std::vector<double> shares_;
  std::vector<State> state_;
  std::set<std::string> running_;
  int cores_ = 1, free_ = 1;
  fs::path program_;
  std::exception_ptr failure_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace

std::vector<Outcome> run_all(const std::vector<Json>& specs, const Store& store, const RunOptions& options) {
  return Scheduler(specs, store, options).run();
}

}  // namespace duet::evaluate
