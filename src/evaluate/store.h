#pragma once
// The result store. An evaluation's folder is <root>/<key>.part while it runs and survives kill -9 in that state, so that the
// next attempt goes on in it; it is renamed to <root>/<key> once, complete. Nothing in a finished folder changes again.

#include <filesystem>
#include <optional>
#include <string>

#include "base/json.h"

namespace duet::evaluate {

enum class Status {
  done,
  failed,     ///< the specification cannot be evaluated (an Error): final, repeated on request only
  crashed,    ///< the worker died; the next run tries again
  timed_out,  ///< the next run tries again
  disk_full   ///< the next run tries again
};
std::string to_string(Status status);

/// How an evaluation ended. `result` is set when done, `message` (one line) otherwise.
struct Outcome {
  Status status = Status::done;
  Json result;
  std::string message;
  std::filesystem::path folder;  ///< its artefacts; the .part folder when it is not final
  double seconds = 0;            ///< wall time of the attempt that finished it
  bool stored = false;           ///< found, not computed now
  bool done() const { return status == Status::done; }
};

class Store {
 public:
  /// Makes the folder. Throws Error when it cannot be written.
  explicit Store(std::filesystem::path root);
  /// The stored outcome (done or failed), or nothing.
  std::optional<Outcome> find(const std::string& key) const;
  /// What the last attempt left behind when it did not end: crashed, timed out or disk full.
  std::optional<Outcome> find_interrupted(const std::string& key) const;
  std::filesystem::path folder(const std::string& key) const { return root_ / key; }
  std::filesystem::path part(const std::string& key) const { return root_ / (key + ".part"); }
  const std::filesystem::path& root() const { return root_; }

  /// Writes result.json into the part folder and renames it to its final name. Throws Error when the disk fails.
  Outcome finish(const std::string& key, const Outcome& outcome) const;
  /// Records in the part folder why an attempt did not end; the folder stays for the next attempt.
  Outcome interrupt(const std::string& key, const Outcome& outcome) const;
  /// Turns a finished folder back into a part folder, for a repetition asked for.
  void reopen(const std::string& key) const;

 private:
  std::filesystem::path root_;
};

/// $DUET_STORE, else ~/.cache/duet/store.
std::filesystem::path default_store();

/// Holds the only right to work in a part folder, across processes, until destroyed. The lock passes to the programs that the
/// worker starts, so that one which outlives a killed worker for a moment still keeps others out.
class FolderLock {
 public:
  /// Makes the folder if needed and waits for the lock. Empty optional: the evaluation was finished by another process meanwhile.
  static std::optional<FolderLock> take(const Store& store, const std::string& key);
  FolderLock(FolderLock&& other) noexcept;
  FolderLock(const FolderLock&) = delete;
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace duet::evaluate
