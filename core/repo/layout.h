#pragma once

/// @file
/// Where things are: in the storage (relative to its root) and in the cache.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace larder::repo {

inline constexpr std::string_view kBlobs = "blobs/sha256/";
inline constexpr std::string_view kRepositories = "repositories/";
inline constexpr std::string_view kCondemned = "collection/condemned/";
inline constexpr std::string_view kLeases = "leases/";

inline constexpr std::size_t kBlobNonceHex = 16;

/// Of a record or an index entry, and of a journal's name: in bytes. Together with what else is
/// in a cache's key they fit into one.
inline constexpr std::size_t kMaxKeySize = 300;
inline constexpr std::size_t kMaxJournalName = 100;

/// "blobs/sha256/<2 hex>/<sha256>", with ".<nonce>" for one stored anew.
std::string blobKey(std::string_view sha256, std::string_view nonce = {});
/// The digest in a blob's key, or nothing when it is none.
std::optional<std::string_view> blobDigest(std::string_view key);
/// "collection/condemned/<last part of the blob's key>".
std::string condemnedKey(std::string_view blob);
/// The blob that a condemned key speaks of.
std::string condemnedBlob(std::string_view key);

/// "00000000000000000042": in byte order as in order of numbers.
std::string numberText(std::uint64_t number);
std::optional<std::uint64_t> numberOf(std::string_view text);

/// "repositories/<name>/journals/".
std::string journalsPrefix(std::string_view repository);
/// The same for a repository of which only the segment is known.
std::string journalsPrefixOfSegment(std::string_view segment);

/// Of one journal in the storage.
class JournalKeys {
 public:
  JournalKeys(std::string_view repository, std::string_view journal);
  /// From what a listing found: "repositories/<name>/journals/<journal>/".
  explicit JournalKeys(std::string prefix) : prefix_(std::move(prefix)) {}

  const std::string& prefix() const noexcept { return prefix_; }
  std::string entries() const { return prefix_ + "entries/"; }
  std::string entry(std::uint64_t number) const { return entries() + numberText(number); }
  std::string checkpoints() const { return prefix_ + "checkpoints/"; }
  std::string checkpoint(std::uint64_t number) const { return checkpoints() + numberText(number); }

 private:
  std::string prefix_;
};

/// Of one repository in the cache. Records and index entries of a generation are
/// below "<repository>/g<generation>/<journal>/"; what is announced about a journal
/// is the same for all generations.
class CacheKeys {
 public:
  explicit CacheKeys(std::string_view repository);

  std::string generation() const { return scope_ + "generation"; }
  /// A generation that is being built, or was replaced.
  std::string leftover(std::string_view generation) const {
    return leftovers() + std::string(generation);
  }
  std::string leftovers() const { return scope_ + "leftover/"; }
  std::string pending(std::string_view journal) const;
  std::string all(std::string_view generation) const;
  std::string heads(std::string_view generation) const;
  std::string head(std::string_view generation, std::string_view journal) const;
  /// The journal that a head's key speaks of.
  static std::string_view journalOf(std::string_view head, std::string_view heads);
  std::string records(std::string_view generation, std::string_view journal) const;
  std::string entries(std::string_view generation, std::string_view journal) const;

 private:
  std::string scope_;
};

}  // namespace larder::repo
