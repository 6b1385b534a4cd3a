#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "larder/sdk/context.h"
#include "larder/sdk/host.h"
#include "larder/sdk/result.h"

namespace larder::pypi {

/// Whether to go on: Timeout or Cancelled if not.
inline sdk::Result<void> goOn(const sdk::Context& ctx) {
  if (ctx.cancelled()) return sdk::Error(sdk::Errc::Cancelled, "reading the archive: cancelled");
  if (std::chrono::steady_clock::now() > ctx.deadline()) {
    return sdk::Error(sdk::Errc::Timeout, "reading the archive took too long");
  }
  return {};
}

/// Exactly `length` bytes at `offset`. Errors: Invalid when there are fewer; Unavailable.
inline sdk::Result<std::string> readExactly(const sdk::SpooledContent& content,
                                            std::uint64_t offset, std::size_t length) {
  std::string bytes(length, '\0');
  if (length == 0) return bytes;
  LARDER_TRY_ASSIGN(const std::size_t read,
                    content.readAt(offset, std::as_writable_bytes(std::span(bytes))));
  if (read < length) return sdk::Error(sdk::Errc::Invalid, "the archive ends early");
  return bytes;
}

/// A member's name for a message: it may hold anything and be of any length.
inline std::string quotedName(std::string_view name) {
  std::string text(name.substr(0, 120));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return "'" + text + (name.size() > 120 ? "…'" : "'");
}

/// The little-endian number of `width` bytes at `at`. Requires: it is within `bytes`.
inline std::uint64_t littleEndian(std::string_view bytes, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = width; i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}

}  // namespace larder::pypi
