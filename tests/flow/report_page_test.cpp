// The page in a real browser: nothing on its console, pointing shows a design, clicking picks it.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/files.h"
#include "report/report.h"
#include "support/browser.h"
#include "support/folder.h"
#include "support/sample_report.h"

namespace duet::report {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string as_shown(double iou) { return fmt::format("{:.3f}", iou); }

// One browser for all tests: starting it takes longer than most of them.
class Page : public testing::Test {
 protected:
  static void SetUpTestSuite() { browser_ = std::make_unique<test::Browser>(1280, 900); }
  static void TearDownTestSuite() { browser_.reset(); }
  void SetUp() override { browser().console_errors(); }
  void TearDown() override { EXPECT_THAT(browser().console_errors(), IsEmpty()); }

  test::Browser& browser() { return *browser_; }
  void open(const Report& report, const std::string& hash = "") {
    const auto file = folder_ / ("page" + std::to_string(++count_) + ".html");
    write_page(report, file);
    browser().open("file://" + file.string() + hash);
  }
  std::string text(const std::string& selector) {
    return browser().value("document.querySelector('" + selector + "').innerText");
  }
  // Scrolls to the section of a scatter plot and returns designs whose marks no other mark covers, with their places: [key, x,
  // y].
  Json free_designs(const std::string& hash) {
    return browser().value(R"((() => {
      const picker = pickers[")" +
                           hash + R"("];
      document.documentElement.style.scrollBehavior = "auto";
      document.querySelector("#" + picker.section + " .canvas").scrollIntoView({ block: "center" });
      const at = picker.points.map((p) => [picker.key(p), picker.where(p)]).filter((q) => q[1]);
      const free = at.filter((p) => at.every((q) => p === q || Math.hypot(p[1].x - q[1].x, p[1].y - q[1].y) > 26));
      return free.map((p) => [p[0], p[1].x, p[1].y]);
    })())");
  }
  test::Folder folder_;
  int count_ = 0;
  static std::unique_ptr<test::Browser> browser_;
};
std::unique_ptr<test::Browser> Page::browser_;

TEST_F(Page, PointingAndClickingOnProposals) {
  const Report report = test::sample_report(1);
  open(report);
  const Json designs = free_designs("proposal");
  ASSERT_GE(designs.size(), 5u);
  const std::string before = text("#exploration-panel h3");
  for (size_t i = 0; i < designs.size(); i += designs.size() / 5) {
    const int index = designs[i][0];
    const Proposal& proposal = report.proposals[static_cast<size_t>(index)];
    const std::string name = "Proposal " + std::to_string(index);
    browser().point(designs[i][1], designs[i][2]);
    EXPECT_THAT(text("#tooltip"), HasSubstr(name + "\n"));
    EXPECT_THAT(text("#tooltip"), HasSubstr(as_shown(*proposal.iou)));
    if (i == 0) {
      EXPECT_EQ(text("#exploration-panel h3"), before) << "pointing must not pick";
    }
    browser().click(designs[i][1], designs[i][2]);
    EXPECT_EQ(text("#exploration-panel h3"), name);
    for (int channels : proposal.channels) EXPECT_THAT(text("#exploration-panel"), HasSubstr(std::to_string(channels)));
    EXPECT_THAT(text("#exploration-panel"), HasSubstr(proposal.accepted ? "meets the constraints" : "turned down"));
    EXPECT_EQ(browser().value("location.hash"), "#proposal-" + std::to_string(index));
  }
  browser().point(5, 5);
  EXPECT_EQ(browser().value("document.getElementById('tooltip').hidden"), true);
}

// Without predicted IoUs nearly all proposals would be missing from the plot: it then shows capacity.
TEST_F(Page, ProposalsWithoutIouAreShownToo) {
  Report report = test::sample_report(1);
  for (Proposal& proposal : report.proposals)
    if (!proposal.trained) proposal.iou.reset();
  open(report);
  const Json designs = free_designs("proposal");
  ASSERT_GE(designs.size(), 5u);
  const std::string name = "Proposal " + std::to_string(designs[2][0].get<int>());
  browser().point(designs[2][1], designs[2][2]);
  EXPECT_THAT(text("#tooltip"), HasSubstr(name + "\n"));
  EXPECT_EQ(browser().value("pickers.proposal.points.every((p) => pickers.proposal.where(p))"), true);
  EXPECT_THAT(text("#exploration"), HasSubstr("capacity stands in for it"));
}

TEST_F(Page, PointingAndClickingOnBundles) {
  const Report report = test::sample_report(1);
  open(report);
  const Json designs = free_designs("bundle");
  ASSERT_GE(designs.size(), 4u);
  for (const Json& design : designs) {
    const BundlePoint& bundle = report.bundles[design[0].get<size_t>() - 1];
    browser().point(design[1], design[2]);
    EXPECT_THAT(text("#tooltip"), HasSubstr(bundle.name));
    EXPECT_THAT(text("#tooltip"), HasSubstr(as_shown(*bundle.iou)));
    browser().click(design[1], design[2]);
    EXPECT_EQ(text("#bundles-panel h3"), bundle.name);
    EXPECT_THAT(text("#bundles-panel"), HasSubstr(as_shown(*bundle.iou)));
  }
}

// Where marks lie on one another the nearest one is picked.
TEST_F(Page, CrowdedDesignsCanBeToldApart) {
  open(test::sample_report(1));
  free_designs("proposal");
  const Json crowded = browser().value(R"((() => {
    const at = pickers.proposal.points.map((p) => [p.index, pickers.proposal.where(p)]);
    const nearest = (x, y) => at.map((q) => [Math.hypot(q[1].x - x, q[1].y - y), q[0]]).sort((a, b) => a[0] - b[0]);
    const spots = at.map((q) => [Math.round(q[1].x), Math.round(q[1].y)]).map(([x, y]) => [nearest(x, y), x, y]);
    return spots.filter(([n]) => n[0][0] + 1.5 < n[1][0] && n[1][0] < 5).map(([n, x, y]) => [n[0][1], x, y]);
  })())");
  ASSERT_GE(crowded.size(), 4u);
  for (size_t i = 0; i < crowded.size(); i += crowded.size() / 4) {
    browser().click(crowded[i][1], crowded[i][2]);
    EXPECT_EQ(text("#exploration-panel h3"), "Proposal " + std::to_string(crowded[i][0].get<int>()));
  }
}

TEST_F(Page, LinkOpensItsDesign) {
  open(test::sample_report(1), "#proposal-17");
  EXPECT_EQ(text("#exploration-panel h3"), "Proposal 17");
  open(test::sample_report(1), "#bundle-3");
  EXPECT_EQ(text("#bundles-panel h3"), test::sample_report(1).bundles[2].name);
  open(test::sample_report(1), "#proposal-99999");  // of another run: the page opens as usual
  EXPECT_THAT(text("#exploration-panel"), HasSubstr("chosen"));
}

// The designs with files, one after the other, from the fastest to the slowest; the chosen one first.
TEST_F(Page, ButtonsWalkThroughTheParetoSet) {
  const Report report = test::sample_report(1);
  open(report);
  std::vector<Proposal> set;
  for (const Proposal& proposal : report.proposals)
    if (!proposal.files.empty()) set.push_back(proposal);
  ASSERT_EQ(set.size(), 4u);
  std::sort(set.begin(), set.end(), [](const Proposal& a, const Proposal& b) { return *a.fps > *b.fps; });
  EXPECT_THAT(text("#pareto-panel"), HasSubstr("network/, accelerator/"));
  const auto press = [&](int button) {
    browser().value(fmt::format("document.querySelectorAll('.stepper button')[{}].click()", button));
  };
  for (size_t i = 0; i < set.size(); ++i) press(0);  // one that is switched off does nothing
  for (size_t i = 0; i < set.size(); ++i, press(1)) {
    EXPECT_EQ(text("#pareto-panel h3"), fmt::format("Proposal {}", set[i].index));
    EXPECT_EQ(text(".stepper output"), fmt::format("{} of 4", i + 1));
    EXPECT_THAT(text("#pareto-panel"), HasSubstr(set[i].files));
    EXPECT_EQ(browser().value("location.hash"), fmt::format("#design-{}", set[i].index));
  }
  EXPECT_EQ(text("#pareto .picked .number"), std::to_string(set.back().index));
}

TEST_F(Page, KeysWalkThroughDesigns) {
  open(test::sample_report(1));
  browser().value("document.querySelector('#exploration canvas').focus()");
  browser().press("\uE014");
  browser().press("\uE014");
  const std::string pointed = text("#tooltip strong");
  EXPECT_NE(pointed, text("#exploration-panel h3"));
  browser().press("\uE007");
  EXPECT_EQ(text("#exploration-panel h3"), pointed);
  EXPECT_THAT(text("#spoken"), HasSubstr(pointed));
}

TEST_F(Page, TableAndAxesWork) {
  const Report report = test::sample_report(1);
  open(report);
  EXPECT_EQ(browser().value("document.querySelectorAll('[data-pick^=proposal]').length"), report.proposals.size());
  browser().value("document.querySelector('#exploration details').open = true");
  browser().value("document.querySelector('[data-pick=proposal-42]').click()");
  EXPECT_EQ(text("#exploration-panel h3"), "Proposal 42");
  for (const char* axis : {"dsp", "watts", "cycles", "index"})
    browser().value(
        fmt::format("[document.querySelector('#exploration select')].map((s) => {{ s.value = '{}'; "
                    "s.dispatchEvent(new Event('change')); }})",
                    axis));
  EXPECT_EQ(browser().value("charts[1].chart.scales.x.max >= 239"), true);
}

TEST_F(Page, SaysWhatItKnows) {
  const Report report = test::sample_report(1);
  open(report);
  const std::string page = text("main");
  for (const char* words :
       {"all 3 targets met", "What the next hour of training would bring", "The worst", "duet run examples/demo.toml"})
    EXPECT_THAT(page, HasSubstr(words));
  EXPECT_EQ(browser().value("document.querySelectorAll('.pictures .picture').length"), report.pictures.size());
  EXPECT_EQ(browser().value("document.querySelectorAll('.layer').length"), report.layers.size() + 1);
  EXPECT_EQ(browser().value("[...document.querySelectorAll('image')].every((i) => "
                            "i.href.baseVal.startsWith('data:image/jpeg;base64,/9j/'))"),
            true);
  // Every drawing has a name for those who do not see it.
  EXPECT_EQ(browser().value("[...document.querySelectorAll('canvas, [role=img]')].every((c) => c.getAttribute('aria-label'))"),
            true);
}

TEST_F(Page, StaysWithinNarrowWindowsLightAndDark) {
  for (const Report& report : {test::sample_report(1), test::sample_failed_report(), Report{}})
    for (int width : {1280, 520}) {
      browser().resize(width, 900);
      open(report);
      const std::string colours = "JSON.stringify(charts.map((c) => c.chart.data.datasets.map((d) => d.borderColor)))";
      const std::string light = browser().value(colours);
      EXPECT_THAT(light, Not(HasSubstr("\"\"")));
      browser().value("document.getElementById('theme').click()");
      if (!report.proposals.empty()) {
        EXPECT_NE(browser().value(colours), light);
      }
      EXPECT_EQ(browser().value("document.documentElement.scrollWidth - document.documentElement.clientWidth"), 0)
          << report.title << " " << width;
    }
  browser().resize(1280, 900);
}

TEST_F(Page, BundlesBeforeTrainingAreShown) {
  Report report = test::sample_report(1);
  for (BundlePoint& bundle : report.bundles) bundle.iou.reset(), bundle.selected = false;
  open(report);
  EXPECT_EQ(browser().value("pickers.bundle.points.every((b) => pickers.bundle.where(b))"), true);
  EXPECT_THAT(text("#bundles"), HasSubstr("no prototype has been trained yet"));
}

TEST_F(Page, FailedRunSaysSo) {
  const Report report = test::sample_failed_report();
  open(report);
  EXPECT_EQ(text("h1"), report.title);
  const std::string page = text("main");
  for (const char* words : {"the run failed", "No test picture has been scored yet.", "not met", "no space left on device",
                            "No network has been chosen yet."})
    EXPECT_THAT(page, HasSubstr(words));
  EXPECT_THAT(page, Not(HasSubstr("NaN")));
  EXPECT_THAT(page, Not(HasSubstr("undefined")));
}

// The check of the console is itself checked: an error planted in the page is seen, and so is a request to the network.
TEST_F(Page, ConsoleErrorsAreSeen) {
  std::string page = html(test::sample_report(1));
  page.insert(page.rfind("</body>"), "<script>undefinedFunction();</script><img src=\"https://example.org/x.png\" alt=\"\">");
  base::write_file(folder_ / "broken.html", page);
  browser().open("file://" + (folder_ / "broken.html").string());
  const auto errors = browser().console_errors();
  EXPECT_THAT(errors, testing::Contains(HasSubstr("undefinedFunction is not defined")));
  EXPECT_THAT(errors, testing::Contains(HasSubstr("example.org")));
}

}  // namespace
}  // namespace duet::report
