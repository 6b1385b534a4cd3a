#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "larder/sdk/format.h"

namespace larder::repo {

/// What one changed record does to the index: keys relative to the journal's.
struct RecordChange {
  std::string key;
  std::optional<std::string> value;
  std::vector<sdk::Batch::Write> entries;  ///< Now derived from it.
  std::vector<std::string> gone;           ///< Derived from what it was, and no longer.
  std::uint64_t revision = 0;              ///< The number of the entry that changed it.

  std::size_t operations() const noexcept { return 1 + entries.size() + gone.size(); }
};

/// Derives index entries through the format's pure function. Thread-safe.
class Indexer {
 public:
  Indexer(const sdk::Format& format, sdk::Logger& logger, sdk::Metrics& metrics);

  /// Errors: Corrupt; Internal when the format throws; TooLarge when what it derives
  /// doesn't fit into a cache.
  sdk::Result<sdk::Indexed> index(std::string_view journal, const std::string& key,
                                  const std::string& value) const;

  /// The same for a record that is in the journal already: one that cannot be indexed
  /// is logged, counted, also in `refused`, and has no entries.
  sdk::Indexed indexStored(std::string_view journal, const std::string& key,
                           const std::string& value, std::uint64_t* refused = nullptr) const;

  /// Works out one step's effect. `before[i]` is the value of changes[i].key before it.
  std::vector<RecordChange> derive(std::string_view journal, std::uint64_t revision,
                                   std::span<const sdk::Change> changes,
                                   std::span<const std::optional<std::string>> before) const;

 private:
  const sdk::Format& format_;
  sdk::Logger& logger_;
  sdk::Counter& refused_;
};

}  // namespace larder::repo
