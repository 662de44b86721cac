#include "report/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "base/rng.h"
#include "support/folder.h"
#include "support/sample_report.h"

namespace duet::report {
namespace {

using testing::HasSubstr;
using testing::Not;

// The sentence of the Error that `act` ends in, with its place and hint.
template <class Act>
std::string complaint(Act act) {
  try {
    act();
  } catch (const Error& e) {
    return e.where + ": " + e.problem + "; " + e.hint;
  }
  return "";
}

TEST(Report, JsonHoldsEverything) {
  for (const Report& report : {test::sample_report(1), test::sample_failed_report(), Report{}}) {
    const Json json = to_json(report);
    EXPECT_EQ(to_json(from_json(Json::parse(json.dump()), "here")).dump(), json.dump());
  }
  const Report back = from_json(to_json(test::sample_report(1)), "here");
  EXPECT_EQ(back.proposals.size(), 240u);
  EXPECT_EQ(back.hardware.cycles_predicted, test::sample_report(1).hardware.cycles_predicted);
  EXPECT_FALSE(from_json(to_json(Report{}), "here").iou_float.has_value());
}

TEST(Report, DirectoryRoundTrip) {
  test::Folder folder;
  save(test::sample_report(2), folder.path());
  EXPECT_EQ(to_json(load(folder.path())).dump(), to_json(test::sample_report(2)).dump());
}

TEST(Report, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(complaint([] { from_json(Json::parse(R"({"titel": "x"})"), "report.json"); }),
              HasSubstr("did you mean \"title\"?"));
  EXPECT_THAT(complaint([] { from_json(Json::parse(R"({"proposals": [{"fps": "fast"}]})"), "report.json"); }),
              HasSubstr("report.json: proposals[0]: fps: has a value of the wrong type"));
  EXPECT_THAT(complaint([] { from_json(Json::parse(R"({"bundles": {}})"), "report.json"); }), HasSubstr("must be a list"));
  EXPECT_THAT(complaint([] { load("/nonexistent"); }), HasSubstr("no such directory"));
  test::Folder folder;
  EXPECT_THAT(complaint([&] { load(folder.path()); }), HasSubstr("holds no report.json"));
}

TEST(Report, Base64IsRfc4648) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64(std::string("\xff\xfe\x00", 3)), "//4A");
}

// Nothing that a browser would fetch, and no text of the user's that ends the data or opens an element.
TEST(Report, PageStandsAlone) {
  for (const Report& report : {test::sample_report(1), test::sample_failed_report(), Report{}}) {
    const std::string page = html(report);
    for (const char* fetched : {" src=\"http", "href=\"http", "@import", "url(http", "<link rel=\"s", "fetch(", "XMLHttpRequest"})
      EXPECT_THAT(page, Not(HasSubstr(fetched)));
    EXPECT_THAT(page, Not(HasSubstr("<b>and on")));
    const auto data = page.find("id=\"data\">"), end = page.find("</script>", data);
    const Json json = Json::parse(page.substr(data + 10, end - data - 10));
    EXPECT_EQ(json["title"], report.title);
  }
}

TEST(Verb, WritesThePageOrSaysWhatIsWrong) {
  test::Folder folder;
  save(test::sample_report(1), folder.path());
  const auto good = base::run_process({DUET_PROGRAM, "report", folder.path().string(), "--json"});
  EXPECT_EQ(good.exit_code, 0) << good.output;
  EXPECT_EQ(Json::parse(good.output)["report"], (folder / "report.html").string());
  EXPECT_EQ(base::read_file(folder / "report.html"), html(test::sample_report(1)));

  for (const auto& [arguments, words] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{}, "DIR is required"},
           {{"/nonexistent"}, "no such directory"},
           {{folder.path().string(), "--out", (folder / "report.json/page.html").string()}, "report.json"}}) {
    std::vector<std::string> command{DUET_PROGRAM, "report"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const auto bad = base::run_process(command);
    EXPECT_EQ(bad.exit_code, 2) << bad.output;
    EXPECT_THAT(bad.output, HasSubstr(words));
    EXPECT_EQ(std::count(bad.output.begin(), bad.output.end(), '\n'), 1) << bad.output;
  }
  base::write_file(folder / "report.json", "{\"title\": ");
  const auto broken = base::run_process({DUET_PROGRAM, "report", folder.path().string()});
  EXPECT_EQ(broken.exit_code, 2) << broken.output;
  EXPECT_THAT(broken.output, HasSubstr("report.json"));
}

Finalist curve(double a, double b, double c, int epochs, double noise) {
  Rng rng(3);
  Finalist f;
  for (int t = 1; t <= epochs; ++t) f.curve.push_back({double(t), 1.0, a - b * std::pow(t, -c) + noise * rng.normal()});
  f.seconds = 60.0 * epochs;
  return f;
}

TEST(Forecast, FindsTheCurveItWasGiven) {
  const auto exact = make_forecast(curve(0.7, 0.6, 0.5, 30, 0));
  ASSERT_TRUE(exact);
  EXPECT_NEAR(exact->epochs, 60, 1e-9);
  EXPECT_NEAR(exact->later, 0.7 - 0.6 * std::pow(90, -0.5), 1e-3);
  const auto noisy = make_forecast(curve(0.7, 0.6, 0.5, 30, 0.01));
  EXPECT_NEAR(noisy->later, 0.7 - 0.6 * std::pow(90, -0.5), 0.05);
  EXPECT_LT(noisy->low, noisy->later);
  EXPECT_GT(noisy->high, noisy->later);
}

TEST(Forecast, StaysWithinReason) {
  const auto falling = make_forecast(curve(0.3, -0.3, 1.0, 12, 0));  // over-fitting: no rise is promised
  EXPECT_NEAR(falling->later, falling->now, 1e-9);
  const auto steep = make_forecast(curve(3.0, 3.0, 0.1, 6, 0));
  EXPECT_LE(steep->later, 0.95);
  EXPECT_GE(steep->later, steep->now);
}

TEST(Forecast, ReadsNoCurveFarBeyondItsPoints) {
  Finalist quick = curve(0.7, 0.6, 0.5, 10, 0);
  quick.seconds = 10;  // an hour holds 3600 epochs
  const auto forecast = make_forecast(quick);
  EXPECT_NEAR(forecast->epochs, 3600, 1e-9);
  EXPECT_EQ(forecast->until, 200);
  EXPECT_NEAR(forecast->later, 0.7 - 0.6 * std::pow(200, -0.5), 1e-3);
  EXPECT_THAT(forecast->method, HasSubstr("not read beyond"));
  EXPECT_EQ(make_forecast(curve(0.7, 0.6, 0.5, 30, 0))->until, 90);
}

TEST(Forecast, NeedsEnoughToGoBy) {
  EXPECT_FALSE(make_forecast(curve(0.7, 0.6, 0.5, 4, 0)));
  Finalist untimed = curve(0.7, 0.6, 0.5, 20, 0);
  untimed.seconds.reset();
  EXPECT_FALSE(make_forecast(untimed));
  EXPECT_FALSE(make_forecast(Finalist{}));
}

}  // namespace
}  // namespace duet::report
