#pragma once
// Packed parts of a data set, for the verbs that train and score.

#include <filesystem>

#include "data/dataset.h"
#include "net/network.h"

namespace duet::cli {

/// The part at the network's input size, packed in `folder` unless a pack of the same pictures stands there already. Throws Error
/// for an empty part.
std::filesystem::path packed_part(const data::Dataset& dataset, const std::string& part, const net::Network& network,
                                  const std::filesystem::path& folder);

/// A network by name ("dnn-a") or from a file that holds its JSON; a folder with network.json counts too.
net::Network find_network(const std::string& name);

/// Throws Error where a picture that is to be written is one that is read.
void check_not_itself(const std::string& picture, const std::string& out);

/// A folder of its own below the system's temporary one, removed with its content at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace duet::cli
