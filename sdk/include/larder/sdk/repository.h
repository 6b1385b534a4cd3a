#pragma once

/// @file
/// Repository state: blobs, records and journals, the host's services to a
/// format. Implemented by the host over whichever storage and cache the
/// repository names; a minor release may append members.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "larder/sdk/cache.h"
#include "larder/sdk/host.h"
#include "larder/sdk/storage.h"

namespace larder::sdk {

/// An immutable, content-addressed object. Records keep `key`, never a key they
/// worked out from the digest: a blob may have been stored anew beside a
/// condemned one.
struct BlobRef {
  std::string key;     ///< "blobs/sha256/…": opaque.
  std::string sha256;  ///< Lower-case hex.
  std::uint64_t size = 0;
};

class Blobs {
 public:
  /// Stores `content`, or finds it stored. It is durable when the commit that
  /// names it returns; without such a commit it is garbage that is collected
  /// after a day. `sha256` must be the digest of `content`.
  ///
  /// Errors: Corrupt when it is not; Unavailable, Timeout.
  virtual Result<BlobRef> put(Context& ctx, Content& content, std::string_view sha256,
                              std::string_view contentType) = 0;

  /// Errors: NotFound; Invalid when range.offset > size.
  virtual Result<OpenObject> open(Context& ctx, std::string_view key, ByteRange range) = 0;

 protected:
  ~Blobs() = default;
};

/// One change to one record.
struct Change {
  std::string key;
  std::optional<std::string> value;  ///< Nothing: the record goes.
};

/// Reads records as of one moment. See Journal for keys.
class RecordReader {
 public:
  virtual Result<std::vector<std::optional<Record>>> get(Context& ctx,
                                                         std::span<const std::string> keys) = 0;
  /// Requires: 1 <= limit <= 1000.
  virtual Result<RecordPage> scan(Context& ctx, std::string_view prefix, std::string_view after,
                                  std::size_t limit) = 0;

  Result<std::optional<Record>> get(Context& ctx, const std::string& key) {
    auto found = get(ctx, std::span<const std::string>(&key, 1));
    if (!found) return std::move(found).error();
    return std::move(found->front());
  }

 protected:
  ~RecordReader() = default;
};

/// A numbered history of changes to a map of records: the truth.
///
/// A record is a small JSON document (at most 64 KiB) about one thing, under a
/// key of 1..300 bytes without NUL. Reads see every commit acknowledged before
/// they began, by any host on the same cache; a reader that finds the cache
/// behind the journal catches up by itself. Record::version grows with every
/// change of the record and is comparable between hosts and rebuilds.
class Journal {
 public:
  virtual RecordReader& records() noexcept = 0;

  /// What Format::index() derived from this journal's records.
  virtual RecordReader& entries() noexcept = 0;

  /// Looks at the state and answers what to change; nothing to change is fine.
  /// Runs at the serialisation point, on some thread, perhaps several times
  /// (another writer was first) and together with other decisions, whose changes
  /// it sees. Must depend on `now` and its captures only. An Error is returned
  /// to its own committer and changes nothing.
  using Decide = std::function<Result<std::vector<Change>>(Context& ctx, RecordReader& now)>;

  /// Makes what `decide` answers durable and visible, or changes nothing.
  /// Returns the number of the entry that holds it (0: nothing to change).
  ///
  /// Errors: those of `decide`; Unavailable, Timeout (the effect is then unknown;
  /// deciding again is safe), TooLarge.
  virtual Result<std::uint64_t> commit(Context& ctx, Decide decide) = 0;

  /// A number that is different whenever records or entries may have changed,
  /// without blocking; nothing when it cannot be told so. While it is equal,
  /// what was read before is current.
  virtual std::optional<std::uint64_t> versionNow() noexcept = 0;

 protected:
  ~Journal() = default;
};

/// A blob that a record needs, and the words for it when it is damaged.
struct BlobUse {
  std::string key;
  std::string sha256;
  std::uint64_t size = 0;
  std::string label;  ///< "flywheel 0.1.0: flywheel-0.1.0.tar.gz"
};

/// What follows from one record. Pure derivation: see Format::index().
struct Indexed {
  std::vector<Batch::Write> entries;  ///< Keys of 1..300 bytes, distinct between records.
  std::vector<BlobUse> blobs;
};

}  // namespace larder::sdk
