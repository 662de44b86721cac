#include "study/study.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "support/folder.h"

namespace duet::study {
namespace {

using testing::HasSubstr;

TEST(Study, NamesAreOneOfAKind) {
  std::set<std::string> names;
  for (const Study* study : studies()) EXPECT_TRUE(names.insert(study->name).second) << study->name;
  EXPECT_STREQ(find_study("dsp").figure, "figure 2b");
}

TEST(Study, UnknownOnesAreAUsersError) {
  try {
    find_study("bramm");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("bram"));
  }
}

// Every mark, and text that HTML, SVG and gnuplot each read as something else.
TEST(Study, WritesPlotTableAndPage) {
  test::Folder folder;
  static Figure found;
  found.plots = {{"odd",
                  "a < b & \"c\"",
                  "x",
                  "y",
                  {{"line", Mark::line, {{1, 2, 0, ""}, {2, 3, 0, ""}}},
                   {"dots", Mark::dots, {{1.5, 2.5, 0, ""}}},
                   {"bubbles", Mark::bubbles, {{1, 3, 10, "W8 \"F8\""}, {2, 2, 40, "W4"}}}}}};
  found.table = {{"a", "b < c"}, {{"1", "2 & 3"}}};
  found.notes = {"one < two"};
  const Study study{"odd", "9z", "odd & even", nullptr, [](const Json& points) {
                      found.notes.push_back(fmt::format("{} points", points.size()));
                      return found;
                    }};
  const study::Run run{"duet study odd", "a < machine", 3, false, 12.4, {Json::array({{{"a", 1}}}), {"noted"}}};
  write(study, {run}, folder / "out");
  const std::string svg = base::read_file(folder / "out/odd.svg"), page = base::read_file(folder / "out/odd.html");
  EXPECT_THAT(svg, HasSubstr("a &lt; b &amp; "));
  EXPECT_THAT(svg, HasSubstr("W4"));
  EXPECT_THAT(page, HasSubstr("<svg"));
  EXPECT_THAT(page, HasSubstr("<td>2 &amp; 3</td>"));
  EXPECT_THAT(page, HasSubstr("one &lt; two"));
  EXPECT_EQ(base::read_file(folder / "out/odd.md"), "| a | b < c |\n|---|---|\n| 1 | 2 & 3 |\n");
  EXPECT_THAT(page, HasSubstr("duet study odd: seed 3, 12 s on a &lt; machine."));
  // An earlier run's points are shown beside new ones.
  const study::Run again = read_run(study, folder / "out/odd.json");
  EXPECT_EQ(again.measured.points, run.measured.points);
  EXPECT_EQ(again.seed, 3u);
  EXPECT_THAT(write(study, {run, again}, folder / "two").notes, testing::Contains("2 points"));
  EXPECT_THROW(read_run({"even", "", "", nullptr, nullptr}, folder / "out/odd.json"), Error);
}

// What gnuplot cannot draw is an error that says so, not an empty picture.
TEST(Study, APlotWithoutPointsIsAnError) {
  test::Folder folder;
  EXPECT_THROW(draw({"empty", "", "", "", {}}, folder / "."), Error);
}

// Three Bundles, of which short training misplaces two; looks into the long training are ranked apart.
TEST(Study, ShortTrainingIsRankedAgainstLong) {
  Json points = Json::array();
  const auto add = [&](const char* bundle, int epochs, double iou, bool looked) {
    points.push_back({{"bundle", bundle}, {"seed", 1}, {"epochs", epochs}, {"looked", looked}, {"iou", iou}});
  };
  add("a", 24, 0.5, false), add("b", 24, 0.6, false), add("c", 24, 0.7, false);
  add("a", 2, 0.3, false), add("b", 2, 0.2, false), add("c", 2, 0.4, false);
  add("a", 6, 0.6, true), add("b", 6, 0.5, true), add("c", 6, 0.4, true);
  const auto rows = find_study("ranking").present(points).table.rows;
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_THAT(rows[0], testing::ElementsAre("2 epochs", "3", "0.50", "1 of 1 seeds"));
  EXPECT_THAT(rows[1], testing::ElementsAre("the long one after 6 epochs", "3", "-1.00", "0 of 1 seeds"));
}

// Two runs of one search, of which one comes near the best network, after its third evaluation.
TEST(Study, SearchesAreComparedByTheirMeans) {
  const Json points{{{"network", "n"}, {"iou", 0.5}},
                    {{"strategy", "descent"}, {"seed", 1}, {"best", 0.5}, {"best_so_far", {0.0, 0.2, 0.494}}},
                    {{"strategy", "descent"}, {"seed", 2}, {"best", 0.5}, {"best_so_far", {0.1, 0.2, 0.3}}}};
  const Figure figure = find_study("search").present(points);
  ASSERT_EQ(figure.plots.size(), 1u);
  ASSERT_EQ(figure.plots[0].series.size(), 1u);
  EXPECT_DOUBLE_EQ(figure.plots[0].series[0].points.at(0).y, 0.05);
  EXPECT_DOUBLE_EQ(figure.plots[0].series[0].points.at(2).y, 0.397);
  EXPECT_THAT(figure.table.rows.at(0),
              testing::ElementsAre("descent", "0.397", "0.397", "0.397", "0.397", "0.397", "1 of 2", "3"));
}

// Memory is the same with every seed, accuracy is not.
TEST(Study, SmallerPicturesKeepTheMeanAccuracyOfTheSeeds) {
  Json points = Json::array();
  for (const auto& [seed, whole, small] : {std::tuple{1, 0.5, 0.4}, {2, 0.6, 0.3}})
    for (const auto& [at, iou] : {std::pair{1.0, whole}, {0.9, small}})
      for (int bits : {12, 16})
        points.push_back({{"factor", at},
                          {"height", 160 * at},
                          {"width", 360 * at},
                          {"feature_bits", bits},
                          {"bram36", 10},
                          {"iou", iou},
                          {"seed", seed}});
  const Figure figure = find_study("bram").present(points);
  ASSERT_EQ(figure.plots.size(), 2u);
  for (const Series& line : figure.plots[0].series) EXPECT_EQ(line.points.size(), 2u) << line.title;
  ASSERT_EQ(figure.plots[1].series.at(0).points.size(), 2u);
  EXPECT_DOUBLE_EQ(figure.plots[1].series[0].points[0].y, 0.55);
  EXPECT_EQ(figure.table.rows.at(1).back(), "0.350 (0.300 to 0.400)");
}

// A design is compared with the network that it was made for, and with no other that it happens to beat.
TEST(Study, DesignsStandBesideWhatTheyWereMadeFor) {
  const auto row = [](const char* name, const char* group, const char* made_for, double iou, double fps) {
    return Json{
        {"name", name},       {"group", group}, {"for", made_for},  {"iou", iou},        {"ious", {iou - 0.01, iou + 0.01}},
        {"fps", fps},         {"power_w", 2},   {"weight_bits", 8}, {"feature_bits", 8}, {"fps_as_a", fps / 2},
        {"fps_as_b", fps / 2}};
  };
  const Json points{row("a", "paper", "a", 0.5, 100), row("b", "paper", "b", 0.6, 50),
                    row("mobilenet for a", "separate", "a", 0.45, 150), row("duet for a", "duet", "a", 0.62, 160)};
  EXPECT_THAT(find_study("codesign").present(points).notes,
              testing::ElementsAre("mobilenet for a: IoU -0.050 (0.440 to 0.460 against 0.490 to 0.510), 1.50 times the frames a "
                                   "second, 0.75 at equal widths.",
                                   "duet for a: IoU +0.120 (0.610 to 0.630 against 0.490 to 0.510), 1.60 times the frames a "
                                   "second, 0.80 at equal widths."));
}

// The whole verb on its smallest study: one synthesis, taken from the store the second time.
TEST(Study, SmallDspStudyAgreesWithSynthesisAndResumes) {
  test::Folder folder;
  const auto run = [&] {
    const auto ran = base::run_process(
        {DUET_PROGRAM, "study", "dsp", "--small", "--store", (folder / "store").string(), "--out", (folder / "out").string()});
    EXPECT_EQ(ran.exit_code, 0) << ran.output;
    return base::read_json(folder / "out/dsp.json");
  };
  const Json first = run();
  int compared = 0;
  for (const Json& point : first["points"]) {
    const double products = point["dsp"].get<double>() * point["products_per_dsp"].get<int>();
    EXPECT_EQ(products, 128) << point;
    if (!point.contains("dsp_synthesised")) continue;
    EXPECT_EQ(point["dsp_synthesised"], point["dsp"]) << point;
    ++compared;
  }
  EXPECT_EQ(compared, 1);
  const Json second = run();
  EXPECT_EQ(second["points"], first["points"]);
  EXPECT_LT(second["seconds"].get<double>(), first["seconds"].get<double>() / 2);
}

}  // namespace
}  // namespace duet::study
