#include "core/auth/base64.h"

namespace larder::auth {
namespace {

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int valueOf(char c, Base64 variant) noexcept {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == (variant == Base64::Standard ? '+' : '.')) return 62;
  if (c == '/') return 63;
  return -1;
}

/// Takes the padding off, or answers nothing when it is not the right one.
std::optional<std::string_view> withoutPadding(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.ends_with("==")) return text.substr(0, text.size() - 2);
  if (text.ends_with('=')) return text.substr(0, text.size() - 1);
  return text;
}

}  // namespace

std::optional<std::string> decodeBase64(std::string_view text, Base64 variant) {
  if (variant == Base64::Standard) {
    const auto bare = withoutPadding(text);
    if (!bare) return std::nullopt;
    text = *bare;
  }
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const int value = valueOf(c, variant);
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes.push_back(static_cast<char>(bits >> held & 0xFF));
    bits &= (1U << held) - 1;
  }
  if (bits != 0) return std::nullopt;
  return bytes;
}

std::string encodeBase64(std::string_view bytes, Base64 variant) {
  std::string text;
  std::uint32_t bits = 0;
  int held = 0;
  const auto put = [&](std::uint32_t value) {
    const char c = kStandard[value & 63];
    text.push_back(c == '+' && variant == Base64::Adapted ? '.' : c);
  };
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    held += 8;
    for (; held >= 6; held -= 6) put(bits >> (held - 6));
    bits &= (1U << held) - 1;
  }
  if (held > 0) put(bits << (6 - held));
  if (variant == Base64::Standard) text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

}  // namespace larder::auth
