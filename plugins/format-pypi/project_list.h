#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "guarded.h"
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
  sdk::Result<std::shared_ptr<Snapshot>> scan(sdk::Context& ctx);

  struct State {
    std::uint64_t generations = 0;
    std::shared_ptr<const Snapshot> last;
    std::optional<std::uint64_t> validatedAt;  // Journal version at which `last` is true.
  };

  sdk::Journal& journal_;
  common::Guarded<State> state_;
};

}  // namespace larder::pypi
