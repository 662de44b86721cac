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

// OpenBLAS takes a processor that is newer than itself for the oldest one that it knows, and then multiplies matrices without
// AVX: this names the widest of its kernels that the processor has. Null: let OpenBLAS choose.
const char* openblas_core() {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl"))
    return "SKYLAKEX";
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "HASWELL";
#endif
  return nullptr;
}

struct Library {
  const core::Core* core = nullptr;
  std::string blas;  // OpenBLAS' kernels, "" where another BLAS is in use
};

Library open_library() {
  if (const char* core = openblas_core()) setenv("OPENBLAS_CORETYPE", core, 0);
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
  const auto corename = reinterpret_cast<const char* (*)()>(dlsym(library, "openblas_get_corename"));
  return {make(), corename ? corename() : ""};
}

const Library& the_library() {
  static const Library library = open_library();
  return library;
}

}  // namespace

const core::Core& library_core() { return *the_library().core; }

Json library() {
  const core::Core& core = library_core();
  return {{"version", core.version()}, {"cuda", core.cuda()}, {"mkldnn", core.mkldnn()}, {"blas", the_library().blas}};
}

}  // namespace duet::train
