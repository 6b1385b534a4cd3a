#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "larder/sdk/repository.h"
#include "records.h"

namespace larder::pypi {

/// The summaries of all projects, read once per change. Thread-safe.
class ProjectList {
 public:
  struct Entry {
    std::string normalized;
    ProjectRecord summary;
  };
  struct Snapshot {
    std::uint64_t generation = 0;  ///< Another number for every reading.
    std::vector<Entry> projects;   ///< By normalised name.

    std::vector<std::string> names() const;
  };

  explicit ProjectList(sdk::Journal& journal) : journal_(journal) {}

  /// Errors: those of the journal's records.
  sdk::Result<std::shared_ptr<const Snapshot>> read(sdk::Context& ctx);

 private:
  sdk::Result<std::shared_ptr<const Snapshot>> scan(sdk::Context& ctx);

  sdk::Journal& journal_;
  std::mutex mutex_;  // Guards what follows.
  std::uint64_t generations_ = 0;
  std::shared_ptr<const Snapshot> last_;
  std::optional<std::uint64_t> validatedAt_;
};

}  // namespace larder::pypi
