#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "larder/sdk/cache.h"
#include "larder/sdk/host.h"
#include "larder/sdk/repository.h"
#include "larder/sdk/storage.h"

namespace larder::repo {

struct Options {
  /// Accepts a storage that cannot put "if absent", guarded by a lease.
  bool singleWriter = false;
  bool readOnly = false;        ///< Writes nothing to the storage: for tools beside a server.
  std::string host = "larder";  ///< Who wrote an entry, for people who read one.

  /// How long journal entries outlive their checkpoint, and everything that may
  /// still be under way: longer than any deadline.
  std::chrono::seconds retention = std::chrono::hours(24);
  /// Between condemning a blob and deleting it: longer than any deadline.
  std::chrono::seconds condemnPeriod = std::chrono::hours(24);
  /// After its writer's deadline an announced entry that isn't there counts as given up.
  std::chrono::seconds pendingGrace = std::chrono::minutes(1);
  /// How long a replaced generation of the index stays readable.
  std::chrono::seconds retireAfter = std::chrono::minutes(10);
  std::chrono::seconds leaseTime = std::chrono::minutes(1);
  /// Where a storage has no conditions: how long a claim waits for others made at the same
  /// moment, and what waits.
  std::chrono::milliseconds claimPause = std::chrono::seconds(2);
  std::function<void(std::chrono::milliseconds)> pause = [](std::chrono::milliseconds time) {
    std::this_thread::sleep_for(time);
  };

  std::size_t checkpointEntries = 256;     ///< As many entries are worth a checkpoint.
  std::size_t checkpointBytes = 16 << 20;  ///< Or as many bytes of them.
  std::size_t checkpointOldEntries = 16;   ///< As many when the oldest is past the retention.
  std::size_t shardRecords = 1000;         ///< At most in one shard of a checkpoint.
  std::size_t shardBytes = 4 << 20;        ///< About; one record more may pass it.
  /// A larger commit is TooLarge. As JSON it may be six times as large, and is still read.
  std::size_t entryBytes = 32 << 20;

  std::chrono::milliseconds tailPeriod = std::chrono::seconds(30);
  std::chrono::milliseconds maintainPeriod = std::chrono::minutes(10);
};

/// What everything on one storage is made of. Everything referred to outlives it.
struct StoreParts {
  sdk::Storage& storage;
  sdk::Logger& logger;
  sdk::Metrics& metrics;
  sdk::Clock& clock;
  Options options = {};
};

/// What a repository is made of. Everything referred to outlives it.
struct Parts {
  std::string name;
  sdk::Storage& storage;
  sdk::Cache& cache;
  sdk::Logger& logger;
  sdk::Metrics& metrics;
  sdk::Clock& clock;
  Options options = {};
  sdk::Jobs* jobs =
      nullptr;  ///< Where a rebuild that a reader finds necessary runs; none: at once.

  StoreParts store() const { return {storage, logger, metrics, clock, options}; }
};

struct Progress {
  std::string_view doing;
  std::uint64_t done = 0;
};
using ReportProgress = std::function<void(const Progress&)>;

struct RebuildReport {
  std::uint64_t journals = 0;
  std::uint64_t records = 0;
  std::uint64_t entries = 0;    ///< Of the index.
  std::uint64_t unindexed = 0;  ///< Records that the format refused: kept, without index entries.
  std::uint64_t damaged = 0;    ///< Journal entries or checkpoints that could not be read.
};

struct Damage {
  enum class Kind : std::uint8_t {
    MissingBlob,
    DamagedBlob,       ///< Its bytes are not those of its digest.
    UnreadableRecord,  ///< The format does not know it.
    DamagedEntry,      ///< A journal entry that cannot be read, or is not there.
    DamagedCheckpoint,
    Orphan,  ///< A blob that nothing needs: garbage, no damage.
  };
  Kind kind;
  std::string key;      ///< Of the object in the storage, or of the record.
  std::string journal;  ///< Empty: an orphan.
  std::string label;    ///< Who is hurt, as the format says it; empty: unknown.
  std::string text;     ///< What was found and what was wanted.
};

/// "missing-blob", "damaged-blob", …
std::string_view kindName(Damage::Kind kind) noexcept;

struct VerifyReport {
  std::uint64_t journals = 0;
  std::uint64_t records = 0;
  std::uint64_t blobs = 0;
  std::uint64_t bytes = 0;
  std::uint64_t damaged = 0;  ///< Also those beyond the list's limit.
  std::uint64_t orphans = 0;
  std::vector<Damage> found;  ///< At most kMaxFound.

  static constexpr std::size_t kMaxFound = 10'000;
  bool clean() const noexcept { return damaged == 0; }
};

struct CollectReport {
  std::uint64_t kept = 0;
  std::uint64_t condemned = 0;  ///< Now.
  std::uint64_t spared = 0;     ///< Condemned before and used since.
  std::uint64_t deleted = 0;
  bool skipped = false;  ///< Another host is at it.
};

}  // namespace larder::repo
