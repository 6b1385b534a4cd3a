#include "core/base/storage_key.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/base/hex.h"

namespace larder {
namespace {

constexpr std::size_t kMaxKey = 512;
constexpr std::size_t kMaxSegment = 200;

bool isKeyByte(char c) noexcept {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return std::string_view("._+~!@=-").find(c) != std::string_view::npos;
}

bool isSegmentStart(std::string_view segment) noexcept {
  return segment.size() <= kMaxSegment && std::all_of(segment.begin(), segment.end(), isKeyByte);
}

bool isSegment(std::string_view segment) noexcept {
  return !segment.empty() && segment != "." && segment != ".." && isSegmentStart(segment);
}

}  // namespace

bool isStorageKey(std::string_view key) noexcept {
  if (key.empty() || key.size() > kMaxKey) return false;
  while (true) {
    const std::size_t slash = key.find('/');
    if (!isSegment(key.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    key.remove_prefix(slash + 1);
  }
}

bool isStoragePrefix(std::string_view prefix) noexcept {
  const std::size_t slash = prefix.rfind('/');
  if (slash == std::string_view::npos) return isSegmentStart(prefix);
  return isStorageKey(prefix.substr(0, slash)) && isSegmentStart(prefix.substr(slash + 1)) &&
         prefix.size() <= kMaxKey;
}

std::string storageSegment(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string segment;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
                       (c == '.' && i > 0);
    if (plain) {
      segment.push_back(c);
    } else {
      const auto byte = static_cast<unsigned char>(c);
      segment.push_back('=');
      segment.push_back(kDigits[byte >> 4]);
      segment.push_back(kDigits[byte & 15]);
    }
  }
  if (segment.size() <= kMaxSegment) return segment;
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return segment.substr(0, kMaxSegment - 65) + "~" + toHex(digest);
}

}  // namespace larder
