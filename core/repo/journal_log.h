#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/repo/codec.h"
#include "core/repo/layout.h"
#include "core/repo/store.h"

namespace larder::repo {

/// One journal in the storage: the truth. Thread-safe.
class JournalLog {
 public:
  JournalLog(Store& store, std::string_view repository, std::string journal);
  JournalLog(Store& store, std::string journal, JournalKeys keys);

  const std::string& journal() const noexcept { return journal_; }
  const JournalKeys& keys() const noexcept { return keys_; }

  /// Nothing when there is none of that number. Errors: Corrupt.
  sdk::Result<std::optional<Entry>> read(sdk::Context& ctx, std::uint64_t number);
  sdk::Result<bool> has(sdk::Context& ctx, std::uint64_t number);

  /// Whether this entry is the one of its number: false when another writer was
  /// first. Puts again while it cannot be told. Errors: Unavailable, Timeout,
  /// Cancelled: the entry may or may not be there, now or later. Never Conflict.
  sdk::Result<bool> append(sdk::Context& ctx, const Entry& entry);

  /// Where an index at entry `head` stands. Costs a listing and at most one more request.
  enum class Standing : std::uint8_t {
    Current,
    Behind,  ///< The next entry is there.
    Lost,    ///< The next entry is gone; a checkpoint or later entries are there.
    Ahead,   ///< The storage never had that entry, or went back.
  };
  sdk::Result<Standing> standing(sdk::Context& ctx, std::uint64_t head);

  /// Whether a checkpoint holds entry `number` already.
  sdk::Result<bool> isCovered(sdk::Context& ctx, std::uint64_t number);

  sdk::Result<Manifest> checkpoint(sdk::Context& ctx, std::uint64_t position);

 private:
  sdk::Result<std::optional<bool>> isOurs(sdk::Context& ctx, const Entry& entry);

  Store& store_;
  const std::string journal_;
  const JournalKeys keys_;
};

/// What a listing says about one journal.
struct Extent {
  struct Object {
    std::uint64_t number = 0;
    std::uint64_t size = 0;
    std::chrono::sys_seconds modified;
  };
  std::string prefix;               ///< Of all its keys.
  std::string journal;              ///< Its name.
  std::vector<Object> entries;      ///< In order of numbers.
  std::vector<Object> checkpoints;  ///< In order of numbers.

  /// The highest number in use.
  std::uint64_t last() const noexcept;
};

/// All journals below a journalsPrefix(), in byte order of names. Costs about one request
/// per thousand entries that are kept.
sdk::Result<std::vector<Extent>> listJournals(sdk::Context& ctx, Store& store,
                                              const std::string& prefix);

/// One of them as it is now.
sdk::Result<Extent> listAgain(sdk::Context& ctx, Store& store, const Extent& listed);

}  // namespace larder::repo
