#include "names.h"

#include <algorithm>

namespace larder::filesystem {
namespace {

constexpr std::size_t kMaxSegment = 200;

bool isKeyByte(char c) noexcept {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return std::string_view("._+~!@=-").find(c) != std::string_view::npos;
}

}  // namespace

bool isSegment(std::string_view name) noexcept {
  return !name.empty() && name.size() <= kMaxSegment && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), isKeyByte);
}

bool isKey(std::string_view key) noexcept {
  if (key.size() > kMaxKey) return false;
  while (true) {
    const std::size_t slash = key.find('/');
    if (!isSegment(key.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    key.remove_prefix(slash + 1);
  }
}

KeyParts split(std::string_view key) noexcept {
  const std::size_t slash = key.rfind('/');
  if (slash == std::string_view::npos) return {{}, key};
  return {key.substr(0, slash), key.substr(slash + 1)};
}

}  // namespace larder::filesystem
