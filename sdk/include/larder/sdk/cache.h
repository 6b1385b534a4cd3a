#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "larder/sdk/component.h"

namespace larder::sdk {

inline constexpr std::size_t kMaxRecordKey = 512;
inline constexpr std::size_t kMaxRecordValue = std::size_t{256} * 1024;
inline constexpr std::size_t kMaxBatchOps = 1000;  ///< expect, put and erase together.
inline constexpr std::size_t kMaxGetKeys = 1000;

struct Record {
  std::string key;
  std::string value;
  std::uint64_t version = 0;  ///< Never 0; differs from every version this key had before.
};

/// The answer to one get(): as many entries as keys were asked, in that order.
struct RecordSet {
  std::vector<std::optional<Record>> records;  ///< Nothing: the key is absent.
  std::string epoch;  ///< See Cache: what "this cache has not gone back" hangs on.
};

struct RecordPage {
  std::vector<Record> records;
  std::string next;  ///< Pass as `after` for the following page; empty: no more.
};

/// Changes applied together or not at all.
struct Batch {
  struct Expect {
    std::string key;
    std::uint64_t version;  ///< 0: the key must be absent.
  };
  struct Write {
    std::string key;
    std::string value;
  };
  std::vector<Expect> expect = {};
  std::vector<Write> put = {};
  std::vector<std::string> erase = {};

  bool empty() const noexcept { return put.empty() && erase.empty(); }
};

/// An ordered map of bytes to bytes with atomic conditional batches: the index
/// from which listings are served.
///
/// It is derived data. Everything in it can be rebuilt from Storage, and losing
/// it loses no package. It is nevertheless exact between rebuilds: a backend
/// never drops a record on its own, so memory-pressure eviction must be off.
///
/// A backend knows nothing of what records mean. Formats choose keys so that
/// every question they must answer is one get() or one scan(). Keys are 1..512
/// bytes of anything; values 0..256 KiB of anything.
///
/// Isolation: one get() and each page of scan() see whole batches only. Two
/// pages of one scan may see different batches.
///
/// Epoch: a random text made when the cache is created empty, joined with the
/// identity of the server behind it where there is one. It changes whenever the
/// backend cannot rule out that acknowledged batches are gone: after a restart
/// from a snapshot, a failover, a flush. While it is unchanged, every batch that
/// was acknowledged is there.
class Cache : public Component {
 public:
  static constexpr FacetId kFacet{"larder.cache/1"};

  /// One round trip, one consistent view of all keys. Absence is no error.
  ///
  /// Requires: 1 <= keys.size() <= kMaxGetKeys.
  virtual Result<RecordSet> get(Context& ctx, std::span<const std::string> keys) = 0;

  /// Records whose key starts with `prefix` and sorts after `after`, in byte
  /// order, at most `limit`.
  ///
  /// Requires: 1 <= limit <= 1000.
  virtual Result<RecordPage> scan(Context& ctx, std::string_view prefix, std::string_view after,
                                  std::size_t limit) = 0;

  /// Checks every `expect`, then performs every `put` and `erase`, as one step.
  /// Erasing an absent key is success. A key appears at most once in put and
  /// erase together; expecting a key that is not written is allowed.
  ///
  /// Errors: Conflict when an `expect` does not hold, and then nothing changed;
  /// TooLarge when a limit above is passed. After Timeout or Unavailable the
  /// batch is wholly in or wholly out.
  virtual Result<void> apply(Context& ctx, const Batch& batch) = 0;

  void* facet(FacetId id) noexcept override { return id == kFacet ? this : nullptr; }
};

/// Optional: a number that tells whether anything changed, without blocking.
class ChangeCounter {
 public:
  static constexpr FacetId kFacet{"larder.cache.changes/1"};

  /// Equal answers: no apply() was acknowledged, in any process, between the two
  /// calls. Nothing: cannot be told now without blocking; ask with get().
  virtual std::optional<std::uint64_t> changes() noexcept = 0;

 protected:
  ~ChangeCounter() = default;
};

}  // namespace larder::sdk
