#include "core/repo/layout.h"

#include <algorithm>
#include <charconv>

#include "core/base/hex.h"
#include "core/base/storage_key.h"
#include "core/content/digests.h"

namespace larder::repo {
namespace {

constexpr std::size_t kDigits = 20;
constexpr std::size_t kSha256Hex = 64;
constexpr std::size_t kMaxScope = 64;

std::string journalPart(std::string_view journal) {
  // With its length in front, so that no name is the beginning of another's keys.
  return std::to_string(journal.size()) + ":" + std::string(journal) + "/";
}

}  // namespace

std::string blobKey(std::string_view sha256, std::string_view nonce) {
  std::string key(kBlobs);
  key.append(sha256.substr(0, 2)).append("/").append(sha256);
  if (!nonce.empty()) key.append(".").append(nonce);
  return key;
}

std::optional<std::string_view> blobDigest(std::string_view key) {
  if (!key.starts_with(kBlobs)) return std::nullopt;
  key.remove_prefix(kBlobs.size());
  if (key.size() < 3 + kSha256Hex || key[2] != '/') return std::nullopt;
  const std::string_view digest = key.substr(3, kSha256Hex);
  const std::string_view rest = key.substr(3 + kSha256Hex);
  if (!isLowerHex(digest, kSha256Hex) || digest.substr(0, 2) != key.substr(0, 2)) {
    return std::nullopt;
  }
  const bool anew = rest.size() == 1 + kBlobNonceHex && rest.front() == '.' &&
                    isLowerHex(rest.substr(1), kBlobNonceHex);
  if (!rest.empty() && !anew) return std::nullopt;
  return digest;
}

std::string condemnedKey(std::string_view blob) {
  return std::string(kCondemned).append(blob.substr(blob.rfind('/') + 1));
}

std::string condemnedBlob(std::string_view key) {
  const std::string_view name = key.substr(key.rfind('/') + 1);
  return std::string(kBlobs).append(name.substr(0, 2)).append("/").append(name);
}

std::string numberText(std::uint64_t number) {
  std::string digits = std::to_string(number);
  return std::string(kDigits - digits.size(), '0') + digits;
}

std::optional<std::uint64_t> numberOf(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.size() != kDigits || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

std::string journalsPrefix(std::string_view repository) {
  return journalsPrefixOfSegment(storageSegment(repository));
}

std::string journalsPrefixOfSegment(std::string_view segment) {
  return std::string(kRepositories).append(segment).append("/journals/");
}

JournalKeys::JournalKeys(std::string_view repository, std::string_view journal)
    : JournalKeys(journalsPrefix(repository).append(storageSegment(journal)).append("/")) {}

CacheKeys::CacheKeys(std::string_view repository) : scope_(repository) {
  if (scope_.size() > kMaxScope || scope_.find('/') != std::string::npos) {
    scope_ = content::digestOf(sdk::DigestAlgorithm::Sha256, repository);
  }
  scope_ += '/';
}

std::string CacheKeys::pending(std::string_view journal) const {
  return scope_ + "pending/" + journalPart(journal);
}

std::string CacheKeys::all(std::string_view generation) const {
  return scope_ + "g" + std::string(generation) + "/";
}

std::string CacheKeys::heads(std::string_view generation) const {
  return all(generation) + "heads/";
}

std::string CacheKeys::head(std::string_view generation, std::string_view journal) const {
  return heads(generation) + journalPart(journal);
}

std::string_view CacheKeys::journalOf(std::string_view head, std::string_view heads) {
  head.remove_prefix(heads.size());
  head.remove_prefix(head.find(':') + 1);
  head.remove_suffix(1);
  return head;
}

std::string CacheKeys::records(std::string_view generation, std::string_view journal) const {
  return all(generation) + "journals/" + journalPart(journal) + "r/";
}

std::string CacheKeys::entries(std::string_view generation, std::string_view journal) const {
  return all(generation) + "journals/" + journalPart(journal) + "x/";
}

}  // namespace larder::repo
