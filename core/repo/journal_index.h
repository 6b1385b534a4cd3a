#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/repo/indexer.h"
#include "core/repo/layout.h"
#include "larder/sdk/repository.h"

namespace larder::repo {

/// How far an index has come. Written with every batch, so its version tells whether
/// anything of the journal changed.
struct Head {
  std::uint64_t number = 0;    ///< The last entry that is in.
  std::int64_t time = 0;       ///< When it was the last one; seconds since 1970.
  std::uint64_t applying = 0;  ///< An entry too large for a batch that is half in; 0: none.
  std::uint64_t parted = 0;    ///< The last entry that came in parts.
};

/// What a writer announces before it writes an entry.
struct Pending {
  std::uint64_t number = 0;
  std::int64_t until = 0;  ///< Its deadline; milliseconds since 1970.
};

/// What one look-up says about a journal's index.
struct IndexState {
  std::string generation;  ///< Empty: there is no index.
  std::uint64_t generationVersion = 0;
  Head head;
  std::uint64_t headVersion = 0;
  Pending pending;
  std::uint64_t pendingVersion = 0;
  std::string epoch;

  /// Whether the storage may be ahead of the index.
  bool behind() const noexcept { return head.applying != 0 || pending.number > head.number; }
  bool sameMoment(const IndexState& other) const noexcept {
    return generation == other.generation && headVersion == other.headVersion &&
           epoch == other.epoch;
  }
};

/// One journal's part of the cache. Thread-safe; remembers nothing.
class JournalIndex {
 public:
  enum class Part : std::uint8_t { Records, Entries };

  JournalIndex(sdk::Cache& cache, const CacheKeys& keys, std::string journal);

  /// Some records with the state of the same moment: one round trip. When the state
  /// names another generation than was asked for, the rest means nothing.
  struct View {
    IndexState state;
    std::vector<std::optional<sdk::Record>> records;
  };
  static constexpr std::size_t kMaxKeys = sdk::kMaxGetKeys - 3;
  /// Requires: keys.size() <= kMaxKeys.
  sdk::Result<View> get(sdk::Context& ctx, const std::string& generation, Part part,
                        std::span<const std::string> keys);
  sdk::Result<IndexState> state(sdk::Context& ctx, const std::string& generation);
  sdk::Result<sdk::RecordPage> scan(sdk::Context& ctx, const std::string& generation, Part part,
                                    std::string_view prefix, std::string_view after,
                                    std::size_t limit);

  /// Tells readers that an entry may appear, or that none will. Conflict: the index is no
  /// longer as `state` says, or somebody else told them something.
  sdk::Result<void> announce(sdk::Context& ctx, const IndexState& state, Pending pending);

  /// Brings in one entry's changes: in one batch, or in parts that readers notice.
  /// Errors: Conflict when the index is no longer as `state` says.
  sdk::Result<void> advance(sdk::Context& ctx, const IndexState& state, Head to,
                            std::span<const RecordChange> changes);

  /// For a generation that nobody reads yet.
  sdk::Result<void> fill(sdk::Context& ctx, const std::string& generation,
                         std::span<const RecordChange> changes);
  sdk::Result<void> setHead(sdk::Context& ctx, const std::string& generation, const Head& head);

  /// How many operations fit beside what advance() itself writes.
  static constexpr std::size_t kMaxOperations = sdk::kMaxBatchOps - 10;

 private:
  void add(sdk::Batch& batch, const std::string& generation, const RecordChange& change) const;
  void addSome(sdk::Batch& batch, const std::string& generation,
               std::span<const RecordChange>& changes) const;
  sdk::Batch expecting(const IndexState& state) const;
  sdk::Result<void> advanceInParts(sdk::Context& ctx, IndexState state, Head to,
                                   std::span<const RecordChange> changes);

  sdk::Cache& cache_;
  const CacheKeys& keys_;
  const std::string journal_;
};

/// A head as its record's value, and back. Errors: Corrupt.
std::string encode(const Head& head);
sdk::Result<Head> decodeHead(std::string_view text);

}  // namespace larder::repo
