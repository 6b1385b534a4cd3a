#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "core/base/guarded.h"
#include "core/repo/blob_store.h"
#include "core/repo/indexer.h"
#include "core/repo/layout.h"
#include "core/repo/store.h"

namespace larder::repo {

/// What a repository counts.
struct Meters {
  explicit Meters(sdk::Metrics& metrics);

  sdk::Counter& entries;
  sdk::Counter& changes;
  sdk::Counter& conflicts;
  sdk::Counter& caughtUp;
  sdk::Counter& unapplied;
  sdk::Counter& rebuilds;
  sdk::Histogram& commitSeconds;
};

/// What all journals of one repository have in common.
struct Shared {
  explicit Shared(Parts wholeParts)
      : parts(std::move(wholeParts)),
        store(parts.store()),
        blobs(store),
        keys(parts.name),
        meters(parts.metrics),
        counter(sdk::facet<sdk::ChangeCounter>(parts.cache)) {}

  const Options& options() const noexcept { return parts.options; }

  const Parts parts;
  Store store;
  BlobStore blobs;
  const CacheKeys keys;
  Meters meters;
  sdk::ChangeCounter* const counter;         ///< Null: the cache has none.
  std::optional<Indexer> indexer;            ///< Set once, before the first use.
  SharedGuarded<std::string> generation;     ///< Of the index, as last seen.
  std::atomic<std::int64_t> comparedAt = 0;  ///< When they last were; seconds since 1970.
  SharedGuarded<std::string> compared;       ///< The epoch under which all journals were compared.

  /// Called when the index is missing or can't be brought up to the storage: success
  /// when there is another one now, Unavailable when one is being made.
  std::function<sdk::Result<void>(sdk::Context&)> renewIndex;
};

}  // namespace larder::repo
