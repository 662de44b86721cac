#include <dlfcn.h>

#include <cstdlib>

#include "base/error.h"
#include "train/plan.h"
#include "train/train.h"

namespace duet::train {
namespace {

constexpr const char* kName = "libduet_train.so";

std::filesystem::path library_path() {
  std::error_code error;
  const auto beside = std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / kName;
  if (!error && std::filesystem::exists(beside, error)) return beside;
  return std::filesystem::path(DUET_TRAIN_LIBRARY_DIR) / kName;
}

const core::Core& open_library() {
  // Threads are libtorch's business: its BLAS would start as many again for each of them.
  setenv("OPENBLAS_NUM_THREADS", "1", 0);
  // Threads that wait by spinning take the cores from other evaluations.
  setenv("OMP_WAIT_POLICY", "passive", 0);
  const std::filesystem::path path = library_path();
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char* reason = dlerror();
    throw Error(std::string("the training library cannot be loaded: ") + (reason ? reason : "unknown reason"), path.string(),
                "build it with `make`; it needs libtorch (Debian: libtorch-dev, libopenblas-dev)");
  }
  using Maker = const core::Core* (*)();
  const auto make = reinterpret_cast<Maker>(dlsym(library, "duet_train_core"));
  if (!make) throw Error("the training library lacks its entry", path.string(), "build it again with `make`");
  return *make();
}

}  // namespace

const core::Core& library_core() {
  static const core::Core& core = open_library();
  return core;
}

Json library() {
  const core::Core& core = library_core();
  return {{"version", core.version()}, {"cuda", core.cuda()}, {"mkldnn", core.mkldnn()}};
}

}  // namespace duet::train
