#pragma once
// What searches the space of step 3: ask/tell, so that whoever judges a proposal (flow/judge.h, a table of stored evaluations, a
// test) is none of the search's business. docs/flow.md tells what they do.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/progress.h"
#include "search/space.h"

namespace duet::search {

/// What a judge says of a proposal.
struct Verdict {
  bool possible = true;  ///< false: nothing runs it (`why`)
  double load = 0;       ///< its time over the target's: at most 1 meets the target
  double excess = 0;     ///< the worst other constraint, value over limit: at most 1 meets it
  double worth = 0;      ///< accuracy, or what stands in for it before training: higher is better
  double cost = 0;       ///< what else a Pareto set weighs (power): lower is better
  std::string why;       ///< why impossible or beyond a constraint, in words
  Json figures;          ///< whatever the judge wants logged
  bool meets() const { return possible && load <= 1 && excess <= 1; }
  /// How far from meeting the constraints: 0 when met, infinite when impossible.
  double violation() const;
};

/// What became of a proposal, for the log.
struct Trace {
  std::string move;    ///< "start", "probe N", "step Pi2 by -3", "child"
  bool moved = false;  ///< the search went there
  bool found = false;  ///< on target: a descent starts again elsewhere
};

class Strategy {
 public:
  explicit Strategy(Space space) : space_(std::move(space)) {}
  virtual ~Strategy() = default;
  /// The next design to judge, never one that was judged before; nothing when the space seems exhausted.
  std::optional<Point> ask();
  /// The verdict on the design that ask() gave last.
  Trace tell(const Verdict& verdict);

 protected:
  const Space& space() const { return space_; }

 private:
  /// The design that the strategy wants to see next; where its verdict is known, it gets it at once.
  virtual std::optional<Point> propose() = 0;
  virtual Trace learn(const Point& point, const Verdict& verdict) = 0;

  Space space_;
  std::optional<Point> asked_;
  std::map<std::string, Verdict> judged_;  // by the design's name
};

inline constexpr const char* kStrategies[] = {"descent", "evolution", "random"};
/// One of kStrategies: the paper's stochastic coordinate descent (scd.h), NSGA-II (evolution.h), or points drawn at random.
/// `tolerance`: what counts as on target, for the descent.
std::unique_ptr<Strategy> make_strategy(const std::string& name, const Space& space, double tolerance, Rng rng);

struct Proposal {
  int index = 0;
  net::Network network;
  int widths = 0;  ///< of Space::widths
  Verdict verdict;
  Trace trace;
};

using Judge = std::function<Verdict(const net::Network& network, int widths)>;

/// Asks a strategy for `count` proposals (fewer when the space is exhausted) and logs them all.
std::vector<Proposal> explore(Strategy& strategy, const Space& space, const Judge& judge, int count, const Progress& progress);

/// The proposals to train: at most `count` of those that meet all constraints. Bundles take turns, in the order in which their
/// proposals come; of a Bundle, worth first, but different in N or X before the same ones come again with other channels. When
/// none meets them: the `count` nearest of any Bundle, and `met` is false.
struct Finalists {
  bool met = false;
  std::vector<size_t> chosen;  ///< into the proposals
};
Finalists choose_finalists(const std::vector<Proposal>& proposals, int count);

}  // namespace duet::search
