#pragma once
// Step 3 of the paper: stochastic coordinate descent, ask/tell. While the latency is off its target, a coordinate of {N, X, Pi}
// is picked at random, the change that one unit of it brings is measured on a probe, and the design steps by round((target - now)
// / change). The accelerator's parallel factors and widths are chosen by whoever judges a proposal. docs/flow.md says more.

#include <functional>
#include <map>
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
  double worth = 0;      ///< stand-in for accuracy before training: higher is better
  std::string why;       ///< why impossible or beyond a constraint, in words
  Json figures;          ///< whatever the judge wants logged
  bool meets() const { return possible && load <= 1 && excess <= 1; }
};

struct ScdOptions {
  double tolerance = 0.1;  ///< on target: load within [1 - tolerance, 1]
  int max_step = 4;        ///< units of one step
  int patience = 12;       ///< proposals without getting nearer before a restart
};

/// What became of a proposal, for the log.
struct Trace {
  std::string move;    ///< "start", "probe N", "step Pi2 by -3"
  bool moved = false;  ///< the descent went there
  bool found = false;  ///< on target: the descent starts again elsewhere
};

class Scd {
 public:
  Scd(Space space, ScdOptions options, Rng rng);
  /// The next network to judge, never one that was judged before; nothing when the space seems exhausted.
  std::optional<net::Network> ask();
  /// The verdict on the network that ask() gave last.
  Trace tell(const Verdict& verdict);

 private:
  enum class Phase { start, probe, step };
  std::optional<Point> propose();
  Trace judge(const Point& point, const Verdict& verdict);
  Trace judge_probe(const Point& point, const Verdict& verdict);
  double distance(const Verdict& verdict) const;
  bool go(const Point& point, const Verdict& verdict);
  void restart();
  std::string describe() const;

  Space space_;
  ScdOptions options_;
  Rng rng_;
  Phase phase_ = Phase::start;
  std::optional<Point> now_;
  Verdict now_verdict_;
  Axis axis_;
  int units_ = 0;  // of the probe or step asked about
  int stalled_ = 0;
  std::vector<Point> found_;
  std::optional<Point> asked_;
  std::map<std::string, Verdict> judged_;  // by the network's name
};

struct Proposal {
  int index = 0;
  net::Network network;
  Verdict verdict;
  Trace trace;
};

using Judge = std::function<Verdict(const net::Network&)>;

/// Asks an Scd for `count` proposals (fewer when the space is exhausted) and logs them all.
std::vector<Proposal> explore(const Space& space, const ScdOptions& options, const Judge& judge, int count, uint64_t seed,
                              const Progress& progress);

/// The proposals to train: at most `count` of those that meet all constraints. Bundles take turns, in the order in which their
/// proposals come; of a Bundle, worth first, but different in N or X before the same ones come again with other channels. When
/// none meets them: the `count` nearest of any Bundle, and `met` is false.
struct Finalists {
  bool met = false;
  std::vector<size_t> chosen;  ///< into the proposals
};
Finalists choose_finalists(const std::vector<Proposal>& proposals, int count);

}  // namespace duet::search
