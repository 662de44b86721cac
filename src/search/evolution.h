#pragma once
// NSGA-II (Deb et al. 2002) over the same space, a child at a time: objectives are load, worth and cost; a design that meets the
// constraints beats one that does not, and of two that do not the nearer one does.

#include "search/strategy.h"

namespace duet::search {

struct EvolutionOptions {
  int population = 24;
  double crossing = 0.7;  ///< share of children with two parents
  int max_step = 2;       ///< units of a mutation
};

class Evolution final : public Strategy {
 public:
  Evolution(const Space& space, EvolutionOptions options, Rng rng);

 private:
  struct Member {
    Point point;
    Verdict verdict;
    int rank = 0;         // of its front, 0 the best
    double crowding = 0;  // how far its neighbours on the front are
  };
  std::optional<Point> propose() override;
  Trace learn(const Point& point, const Verdict& verdict) override;
  const Member& winner();
  Point crossed(const Point& a, const Point& b);
  void rank_all();

  EvolutionOptions options_;
  Rng rng_;
  std::vector<Member> members_;
};

}  // namespace duet::search
