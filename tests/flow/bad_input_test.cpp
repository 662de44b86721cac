// What a user can get wrong: one line on standard error that says what, where and what to do, exit code 2, nothing half-written.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "base/process.h"
#include "support/folder.h"
#include "tiny_flow.h"

namespace duet {
namespace {

namespace fs = std::filesystem;

struct Case {
  const char* name;
  std::vector<std::string> arguments;  ///< "@" stands for the test's folder
  std::vector<std::string> words;      ///< that the message must have
  std::string toml = "";               ///< lines of the tiny flow to change: "old>new", several apart by "|"
};

const std::vector<std::string> kRun{"run", "@/bad.toml", "--out", "@/out", "--store", "@/store"};

const Case kCases[] = {
    {"NoArguments", {}, {"no arguments"}},
    {"UnknownVerb", {"rnu"}, {"did you mean `duet run`"}},
    {"VerbWithoutArguments", {"run"}, {"duet run", "example"}},
    {"BundlesWithoutArguments", {"bundles"}, {"duet bundles", "example"}},
    {"ExploreWithoutArguments", {"explore"}, {"duet explore", "example"}},
    {"SelectWithoutArguments", {"select"}, {"duet select", "example"}},
    {"EvaluateWithoutArguments", {"evaluate"}, {"duet evaluate", "example"}},
    {"UnknownOption", {"run", "@/tiny.toml", "--uot", "@/out"}, {"--uot"}},
    {"NoOut", {"run", "@/tiny.toml"}, {"--out"}},
    {"MissingToml", {"run", "@/none.toml", "--out", "@/out"}, {"none.toml", "cannot read"}},
    {"BrokenToml", kRun, {"bad.toml:4"}, "input = [32, 48]>input = [32,"},
    {"MisspeltKey", kRun, {"'sede'", "did you mean 'seed'"}, "seed = 3>sede = 3"},
    {"MisspeltKeyInTable", kRun, {"[search]", "'proposal'", "did you mean 'proposals'"}, "proposals = 220>proposal = 220"},
    {"MisspeltTable", kRun, {"'serach'", "did you mean 'search'"}, "[search]>[serach]"},
    {"MisspeltTarget", kRun, {"[targets]", "'fsp'", "did you mean 'fps'"}, "fps = 2000>fsp = 2000"},
    {"NoDevice", kRun, {"missing key 'device'"}, "device = >#"},
    {"UnknownDevice", kRun, {"pynq-z3", "did you mean 'pynq-z1'"}, "@/device.toml>pynq-z3"},
    {"MissingDeviceFile", kRun, {"nowhere.toml"}, "device.toml>nowhere.toml"},
    {"UnknownLayer", kRun, {"wd3", "dw3"}, "dw3-conv1>wd3-conv1"},
    {"TextForNumber", kRun, {"'fps'", "not a number"}, "fps = 2000>fps = \"fast\""},
    {"FractionForInteger", kRun, {"'finalists'", "whole number"}, "finalists = 3>finalists = 2.5"},
    {"NegativeFps", kRun, {"'fps'", "-5"}, "fps = 2000>fps = -5"},
    {"ImpossibleIou", kRun, {"'iou'", "from 0 to 1"}, "iou = 0.01>iou = 35"},
    {"NoSpeedTarget", kRun, {"'fps'", "missing"}, "fps = 2000>"},
    {"WidthOutOfRange", kRun, {"widths", "[8,17]"}, "[[8, 8], [6, 6]]>[[8, 17]]"},
    {"WidthsNotPairs", kRun, {"widths", "pairs"}, "[[8, 8], [6, 6]]>[8, 8]"},
    {"EmptyWidths", kRun, {"widths"}, "[[8, 8], [6, 6]]>[]"},
    {"InputTooSmall", kRun, {"'input'", "16"}, "[32, 48]>[8, 48]"},
    {"InputNotAPair", kRun, {"'input'", "height and width"}, "[32, 48]>[32]"},
    {"StrategyUnknown", kRun, {"'strategy'", "descent, evolution, random"}, "proposals = 220>strategy = \"annealing\""},
    {"RuleUnknown", kRun, {"'choose'", "iou, score, fps, watts"}, "finalists = 3>finalists = 3\nchoose = \"best\""},
    {"StrideNoPowerOfTwo", kRun, {"'max_stride'", "power of two"}, "max_stride = 4>max_stride = 6"},
    {"NeitherTimeNorEpochs", kRun, {"'minutes'", "epochs"}, "\nepochs = 2>"},
    {"NoEpochs", kRun, {"'epochs'", "is 0"}, "\nepochs = 2>\nepochs = 0"},
    {"TooFewSimulated", kRun, {"'pictures'", "from 5"}, "[train]>[simulate]\npictures = 2\n[train]"},
    {"NoData", kRun, {"nothere"}, "dir = \"shapes\">dir = \"nothere\""},
    {"EmptyData", kRun, {"empty"}, "dir = \"shapes\">dir = \"empty\""},
    {"UnknownFormat", kRun, {"conest", "contest"}, "dir = \"shapes\">dir = \"shapes\"\nformat = \"conest\""},
    {"BrokenPicture", kRun, {"000000.jpg"}, "dir = \"shapes\">dir = \"broken_picture\""},
    {"MissingLabel", kRun, {"000000"}, "dir = \"shapes\">dir = \"missing_label\""},
    {"BrokenLabel", kRun, {"000000.xml"}, "dir = \"shapes\">dir = \"broken_label\""},
    {"BoxOutside", kRun, {"000000.xml"}, "dir = \"shapes\">dir = \"box_outside\""},
    {"SeveralObjects", kRun, {"000000.xml", "names 2 objects", "largest"}, "dir = \"shapes\">dir = \"several\""},
    {"UnknownWayWithSeveral",
     kRun,
     {"\"larges\"", "did you mean \"largest\""},
     "dir = \"shapes\">dir = \"several\"\nseveral = \"larges\""},
    {"MisspeltClass", kRun, {"\"elipse\"", "did you mean \"ellipse\""}, "dir = \"shapes\">dir = \"shapes\"\nclass = \"elipse\""},
    {"ObjectWithoutClass", kRun, {"000000.xml", "without a class"}, "dir = \"shapes\">dir = \"no_class\"\nclass = \"ellipse\""},
    {"BoxMissing", kRun, {"000000.xml", "<bndbox>"}, "dir = \"shapes\">dir = \"no_box\""},
    {"OnePicture", kRun, {"000000.jpg", "only picture", "add labelled pictures"}, "dir = \"shapes\">dir = \"one_picture\""},
    {"CocoWithoutBox", kRun, {"labels.json (a.jpg)", "'bbox' is missing"}, "dir = \"shapes\">dir = \"coco\""},
    {"CsvWithoutColumns", kRun, {"labels.csv:1", "file, xmin, ymin, xmax, ymax"}, "dir = \"shapes\">dir = \"csv\""},
    {"ForeignDirectory", {"run", "@/tiny.toml", "--out", "@/shapes"}, {"shapes", "not empty"}},
    {"MissingSpec", {"evaluate", "@/none.json"}, {"none.json"}},
    {"BrokenSpec", {"evaluate", "@/device.toml", "--store", "@/store"}, {"not valid JSON"}},
    {"UnknownKind", {"evaluate", "@/kind.json", "--store", "@/store"}, {"'trian'", "'train'"}},
    {"StoreNotWritable", {"evaluate", "@/kind.json", "--store", "/proc/duet"}, {"/proc/duet"}},
    {"DetectOverItsPicture", {"detect", "@/coco/a.jpg", "@/csv/a.png", "--out", "@/coco"}, {"coco/a.jpg", "the picture itself"}},
    {"DetectIntoAFile", {"detect", "@/coco/a.jpg", "@/csv/b.jpg", "--out", "@/csv/labels.csv"}, {"labels.csv"}},
    {"SimulateOverItsPicture",
     {"simulate", "dnn-a", "--widths", "8,8", "--image", "@/csv/a.png", "--out", "@/csv"},
     {"csv/a.png", "the picture itself"}},
    {"SpecificationIsAList", {"evaluate", "@/list.json", "--store", "@/store"}, {"an object with a \"kind\""}},
    {"BundlesWithoutAList", {"select", "@/tiny.toml", "--bundles", "@/three.json"}, {"other JSON"}},
    {"MinutesAndPictures",
     kRun,
     {"'minutes'", "samples_per_epoch"},
     "seed = 3>seed = 3\nminutes = 5|\nepochs = 2>\nepochs = 2\nsamples_per_epoch = 100"},
    {"DetectOnNoBoard", {"detect", "@/coco/a.jpg", "--device", "pynq-z1", "--port", "/dev/null"}, {"pynq-z1", "no [board]"}},
    {"DetectWithoutAccelerator", {"detect", "@/coco/a.jpg", "--device", "pynq-z1"}, {"--device", "--simulate or --port"}},
    {"SelectFromNonsense", {"explore", "@/tiny.toml", "--select", "@/kind.json"}, {"kind.json"}},
};

class BadInput : public testing::TestWithParam<Case> {
 protected:
  static void SetUpTestSuite() {
    folder_ = new test::Folder;
    const fs::path f = folder_->path();
    test::write_tiny_flow(f);
    fs::create_directories(f / "empty");
    for (const char* copy : {"broken_picture", "missing_label", "broken_label", "box_outside", "several", "no_class", "no_box"})
      fs::copy(f / "shapes", f / copy, fs::copy_options::recursive);
    const fs::path first = fs::path("train") / "shape0" / "000000";
    const auto name = [&](const char* copy, const char* ending) { return f / copy / (first.string() + ending); };
    base::write_file(name("broken_picture", ".jpg"), base::read_file(name("shapes", ".jpg")).substr(0, 40));
    fs::remove(name("missing_label", ".xml"));
    base::write_file(name("broken_label", ".xml"), "<annotation><object><bndbox>");
    const std::string xml = base::read_file(name("shapes", ".xml"));
    const auto without = [&](const char* from, const char* to, const std::string& instead) {
      const size_t at = xml.find(from);
      return std::string(xml).replace(at, xml.find(to) - at, instead);
    };
    base::write_file(name("box_outside", ".xml"), without("<xmax>", "</xmax>", "<xmax>9999"));
    base::write_file(name("no_class", ".xml"), without("<name>", "<bndbox>", ""));
    base::write_file(name("no_box", ".xml"), without("<bndbox>", "</object>", ""));
    const size_t object = xml.find("<object>"), end = xml.find("</object>") + 9;
    base::write_file(name("several", ".xml"), std::string(xml).insert(end, xml.substr(object, end - object)));
    for (const char* ending : {".jpg", ".xml"})
      base::write_file(name("one_picture", ending), base::read_file(name("shapes", ending)));
    for (const char* set : {"coco", "csv"}) base::write_file(f / set / "a.jpg", base::read_file(name("shapes", ".jpg")));
    base::write_file(f / "coco" / "labels.json",
                     R"({"images": [{"id": 1, "file_name": "a.jpg"}], "annotations": [{"image_id": 1}]})");
    base::write_file(f / "csv" / "labels.csv", "picture,box\na.jpg,10\n");
    base::write_file(f / "csv" / "a.png", base::read_file(name("shapes", ".jpg")));
    base::write_file(f / "list.json", "[]");
    base::write_file(f / "three.json", "{\"bundles\": 3}");
    base::write_file(f / "kind.json", "{\"kind\": \"trian\"}");
  }
  static void TearDownTestSuite() { delete folder_; }
  static std::string here(std::string text) {
    for (size_t at; (at = text.find('@')) != std::string::npos;) text.replace(at, 1, folder_->path().string());
    return text;
  }
  static test::Folder* folder_;
};
test::Folder* BadInput::folder_ = nullptr;

void change(std::string& text, const std::string& changes) {
  std::istringstream all(changes);
  for (std::string one; std::getline(all, one, '|');) {
    const size_t arrow = one.find('>');
    const std::string from = one.substr(0, arrow), to = one.substr(arrow + 1);
    const size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
  }
}

TEST_P(BadInput, IsOneClearLine) {
  const Case& test = GetParam();
  std::string toml = test::tiny_toml(here("@/device.toml"));
  if (!test.toml.empty()) change(toml, here(test.toml));
  base::write_file(*folder_ / "bad.toml", toml);
  std::vector<std::string> command{DUET_PROGRAM};
  for (const auto& argument : test.arguments) command.push_back(here(argument));
  const auto ended = base::run_process(command);
  EXPECT_EQ(ended.exit_code, 2) << ended.output;
  EXPECT_EQ(std::count(ended.output.begin(), ended.output.end(), '\n'), 1) << ended.output;
  for (const auto& word : test.words) EXPECT_NE(ended.output.find(word), std::string::npos) << word << " in: " << ended.output;
  EXPECT_FALSE(fs::exists(*folder_ / "out" / "result.json"));
  fs::remove_all(*folder_ / "out");
}

INSTANTIATE_TEST_SUITE_P(All, BadInput, testing::ValuesIn(kCases), [](const auto& info) { return std::string(info.param.name); });

TEST(Tools, MissingOrOldOnesAreNamedBeforeAnyWork) {
  test::Folder folder;
  test::write_tiny_flow(folder.path());
  const std::string script = "#!/bin/sh\necho 'Verilator 4.038 2020-07-11'\n";
  base::write_file(folder / "bin/verilator", script);
  fs::permissions(folder / "bin/verilator", fs::perms::owner_all);
  for (const auto& [path, word] :
       {std::pair<std::string, std::string>{"/nonexistent", "verilator"}, {(folder / "bin").string(), "4.038"}}) {
    base::ProcessOptions options;
    options.environment["PATH"] = path;
    const auto ended = base::run_process({DUET_PROGRAM, "run", (folder / "tiny.toml").string(), "--out",
                                          (folder / "out").string(), "--store", (folder / "store").string()},
                                         options);
    EXPECT_EQ(ended.exit_code, 2) << ended.output;
    EXPECT_NE(ended.output.find(word), std::string::npos) << ended.output;
    EXPECT_FALSE(fs::exists(folder / "out"));
  }
}

// A file system of 100 KB, where the machine lets us make one.
TEST(Disk, AFullOneIsSaidAndNothingIsHalfWritten) {
  test::Folder folder;
  test::write_tiny_flow(folder.path());
  fs::create_directories(folder / "small");
  const auto mounted = base::run_process({"mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", (folder / "small").string()});
  if (mounted.exit_code != 0) GTEST_SKIP() << "cannot mount a small file system here: " << mounted.output;
  const auto ended = base::run_process({DUET_PROGRAM, "run", (folder / "tiny.toml").string(), "--out", (folder / "out").string(),
                                        "--store", (folder / "small" / "store").string()});
  EXPECT_EQ(ended.exit_code, 2) << ended.output;
  EXPECT_NE(ended.output.find("No space left"), std::string::npos) << ended.output;
  EXPECT_NE(ended.output.find("free some space"), std::string::npos) << ended.output;
  EXPECT_FALSE(fs::exists(folder / "out" / "result.json"));
  for (const auto& entry : fs::directory_iterator(folder / "small" / "store"))
    EXPECT_FALSE(fs::exists(entry.path() / "result.json")) << "finished on a full disk: " << entry.path();
  base::run_process({"umount", (folder / "small").string()});
}

// A target that nothing can meet is no error: it ends with the nearest designs and says so.
TEST(Target, ThatNothingMeetsEndsWithTheNearestDesigns) {
  const auto ended = base::run_process(
      {DUET_PROGRAM, "explore", "--device", "pynq-z1", "--fps", "1000000", "--proposals", "60", "--input", "64", "64"});
  EXPECT_EQ(ended.exit_code, 0) << ended.output;
  EXPECT_NE(ended.output.find("nearest designs"), std::string::npos) << ended.output;
  EXPECT_NE(ended.output.find("too slow"), std::string::npos) << ended.output;
}

}  // namespace
}  // namespace duet
