// write_sample FILE SEED: the page of a made-up run; seed 0: of one that failed.
#include <cstdlib>

#include "support/sample_report.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const int seed = std::atoi(argv[2]);
  duet::report::write_page(seed ? duet::test::sample_report(static_cast<uint64_t>(seed)) : duet::test::sample_failed_report(),
                           argv[1]);
}
