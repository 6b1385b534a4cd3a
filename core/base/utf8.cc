#include "core/base/utf8.h"

namespace larder {

namespace {

struct Lead {
  std::size_t length;
  unsigned char secondLow;
  unsigned char secondHigh;
};

// The second byte's range is what rules out overlong forms, surrogates and too high values.
Lead leadOf(unsigned char byte) noexcept {
  if (byte < 0x80) return {1, 0, 0};
  if (byte >= 0xc2 && byte <= 0xdf) return {2, 0x80, 0xbf};
  if (byte == 0xe0) return {3, 0xa0, 0xbf};
  if (byte == 0xed) return {3, 0x80, 0x9f};
  if (byte >= 0xe1 && byte <= 0xef) return {3, 0x80, 0xbf};
  if (byte == 0xf0) return {4, 0x90, 0xbf};
  if (byte >= 0xf1 && byte <= 0xf3) return {4, 0x80, 0xbf};
  if (byte == 0xf4) return {4, 0x80, 0x8f};
  return {0, 0, 0};
}

}  // namespace

std::size_t utf8SequenceLength(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const Lead lead = leadOf(at(0));
  if (lead.length <= 1) return lead.length;
  if (text.size() < lead.length || at(1) < lead.secondLow || at(1) > lead.secondHigh) return 0;
  for (std::size_t i = 2; i < lead.length; ++i) {
    if ((at(i) & 0xc0) != 0x80) return 0;
  }
  return lead.length;
}

std::size_t findInvalidUtf8(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8SequenceLength(text.substr(i));
    if (length == 0) return i;
    i += length;
  }
  return std::string_view::npos;
}

}  // namespace larder
