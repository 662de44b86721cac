#include "evaluate/evaluate.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "evaluate/data_options.h"
#include "evaluate/scheduler.h"
#include "evaluate/spec.h"

namespace duet::evaluate {
namespace {

namespace fs = std::filesystem;

class Evaluate : public testing::Test {
 protected:
  fs::path root_ = fs::temp_directory_path() / ("duet_evaluate_" + std::to_string(::getpid()));
  Store store_{root_};
  RunOptions options_;
  void SetUp() override { options_.cores = 2; }
  void TearDown() override { fs::remove_all(root_); }
  Outcome run(const Json& spec) { return run_all({spec}, store_, options_).at(0); }
  static int files(const fs::path& folder, const std::string& start) {
    int n = 0;
    for (const auto& entry : fs::directory_iterator(folder)) n += entry.path().filename().string().rfind(start, 0) == 0;
    return n;
  }
};

TEST(Spec, KeyIgnoresOrderAndPaths) {
  const Json a{{"kind", "x"}, {"n", 1}, {"file", {{"sha256", "12"}, {"path", "/a"}}}};
  const Json b{{"n", 1}, {"file", {{"path", "/b"}, {"sha256", "12"}}}, {"kind", "x"}};
  EXPECT_EQ(key(a), key(b));
  Json c = a;
  c["file"]["sha256"] = "13";
  EXPECT_NE(key(a), key(c));
  c = a;
  c["n"] = 2;
  EXPECT_NE(key(a), key(c));
}

TEST(Spec, ChangedInputIsRefused) {
  const fs::path file = fs::temp_directory_path() / ("duet_spec_" + std::to_string(::getpid()));
  base::write_file(file, "one");
  const Json reference = file_reference(file);
  EXPECT_EQ(checked_path(reference, "test"), file);
  base::write_file(file, "two");
  EXPECT_THROW(checked_path(reference, "test"), Error);
  fs::remove(file);
}

TEST(Worker, ProgressLinesGoBothWays) {
  double done, total;
  std::string note;
  ASSERT_TRUE(parse_progress(progress_line(1.5, 4, "loss \"0.4\""), done, total, note));
  EXPECT_EQ(done, 1.5);
  EXPECT_EQ(total, 4);
  EXPECT_EQ(note, "loss \"0.4\"");
  EXPECT_FALSE(parse_progress("{\"progress\": broken", done, total, note));
  EXPECT_FALSE(parse_progress("hello", done, total, note));
}

TEST_F(Evaluate, StoresOnceAndFindsAgain) {
  const Json spec{{"kind", "count"}, {"steps", 3}};
  const Outcome first = run(spec);
  ASSERT_TRUE(first.done()) << first.message;
  EXPECT_FALSE(first.stored);
  EXPECT_EQ(first.result.at("counted"), 3);
  EXPECT_EQ(first.folder, store_.folder(key(spec)));
  EXPECT_FALSE(fs::exists(store_.part(key(spec))));
  EXPECT_EQ(base::read_json(first.folder / "spec.json"), spec);
  EXPECT_TRUE(run(spec).stored);
  EXPECT_EQ(files(first.folder, "attempt"), 1);
}

TEST_F(Evaluate, ManyAtOnceKeepTheirOrderAndReportProgress) {
  std::vector<Json> specs;
  for (int i = 1; i <= 6; ++i) specs.push_back({{"kind", "count"}, {"steps", i % 4 + 1}});  // two of them twice
  double last = -1, total = 0;
  options_.progress = [&](double done, double of, const std::string&) {
    EXPECT_GE(done, last);
    last = done;
    total = of;
  };
  const auto outcomes = run_all(specs, store_, options_);
  for (int i = 1; i <= 6; ++i) EXPECT_EQ(outcomes[i - 1].result.at("counted"), i % 4 + 1);
  EXPECT_EQ(last, 6);
  EXPECT_EQ(total, 6);
}

TEST_F(Evaluate, FailureIsRecordedAndRepeatedOnRequestOnly) {
  const Json spec{{"kind", "fail"}};
  Outcome outcome = run(spec);
  EXPECT_EQ(outcome.status, Status::failed);
  EXPECT_NE(outcome.message.find("cannot be"), std::string::npos);
  EXPECT_TRUE(run(spec).stored);
  options_.retry = true;
  EXPECT_FALSE(run(spec).stored);
}

TEST_F(Evaluate, WhatMayPassIsTriedAgainByTheNextRun) {
  const Json spec{{"kind", "wait for"}, {"path", (root_ / "late").string()}};
  EXPECT_EQ(run(spec).status, Status::crashed);
  base::write_file(root_ / "late", "");
  EXPECT_TRUE(run(spec).done());
}

TEST_F(Evaluate, CrashEndsNothingElseAndIsTriedAgainByTheNextRun) {
  const Json crash{{"kind", "count"}, {"steps", 5}, {"die_at", 2}};
  const auto outcomes = run_all({crash, Json{{"kind", "count"}, {"steps", 2}}}, store_, options_);
  EXPECT_EQ(outcomes[0].status, Status::crashed);
  EXPECT_NE(outcomes[0].message.find("137"), std::string::npos) << outcomes[0].message;
  EXPECT_TRUE(outcomes[1].done());
  EXPECT_FALSE(store_.find(key(crash)));
  EXPECT_TRUE(store_.find_interrupted(key(crash)));
  EXPECT_EQ(base::read_file(store_.part(key(crash)) / "step"), "2");  // what it did is kept
  EXPECT_EQ(run(crash).status, Status::crashed);
}

TEST_F(Evaluate, AWorkerKilledOnceGoesOn) {
  const Outcome outcome = run({{"kind", "die once"}});
  ASSERT_TRUE(outcome.done()) << outcome.message;
  EXPECT_EQ(outcome.result, "alive");
}

TEST_F(Evaluate, TimeOutAndFullDiskAreRecorded) {
  options_.timeout = std::chrono::seconds(1);
  EXPECT_EQ(run({{"kind", "sleep"}}).status, Status::timed_out);
  EXPECT_EQ(run({{"kind", "full"}}).status, Status::disk_full);
  EXPECT_EQ(run({{"kind", "abort"}}).status, Status::crashed);
  EXPECT_EQ(run({{"kind", "killed tool"}}).status, Status::crashed);
}

TEST_F(Evaluate, UnknownKindNamesTheNearest) {
  try {
    evaluate({{"kind", "trian"}}, store_, {{"train", {}}, {"synth", {}}}, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("'train'"), std::string::npos);
  }
}

// A child process runs the evaluation and is killed; its worker must die with it, and the next run must go on where it was.
TEST_F(Evaluate, KilledParentTakesItsWorkersAlongAndTheNextRunResumes) {
  const Json spec{{"kind", "count"}, {"steps", 60}, {"step_us", 20000}};
  const pid_t child = ::fork();
  if (child == 0) {
    run(spec);
    ::_exit(0);
  }
  const fs::path step = store_.part(key(spec)) / "step";
  while (!fs::exists(step) || std::stoi("0" + base::read_file(step)) < 5) ::usleep(5000);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::usleep(100'000);
  const std::string now = base::read_file(step);
  ::usleep(200'000);
  EXPECT_EQ(base::read_file(step), now) << "the worker is still at work";
  const Outcome outcome = run(spec);
  ASSERT_TRUE(outcome.done()) << outcome.message;
  EXPECT_EQ(files(outcome.folder, "attempt"), 2);
  EXPECT_TRUE(fs::exists(outcome.folder / ("attempt" + now))) << "it did not go on from step " << now;
}

TEST_F(Evaluate, TwoRunsSharingAStoreDoTheWorkOnce) {
  const Json spec{{"kind", "count"}, {"steps", 20}, {"step_us", 20000}};
  Outcome a, b;
  std::thread other([&] { a = run(spec); });
  b = run(spec);
  other.join();
  ASSERT_TRUE(a.done() && b.done()) << a.message << b.message;
  EXPECT_EQ(files(b.folder, "attempt"), 1);
}

TEST(DataOptions, SurviveTheSpecification) {
  const Json all = {{"format", "voc"}, {"class", "car"},   {"several", "largest"},
                    {"split", "seed"}, {"column", "fold"}, {"validation", 0.25},
                    {"test", 0.5},     {"seed", 9},        {"skip_bad", true}};
  EXPECT_EQ(read_options_to_json(read_options_from_json(all)), all);
}

}  // namespace
}  // namespace duet::evaluate
