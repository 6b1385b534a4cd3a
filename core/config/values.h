#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "larder/sdk/settings.h"

namespace larder::config {

// Each answers nothing when the text is not of the form.

/// Decimal digits, perhaps with '-' in front; no leading zeros, which would be octal elsewhere.
std::optional<std::int64_t> parseInteger(std::string_view text) noexcept;

/// true or false.
std::optional<bool> parseBoolean(std::string_view text) noexcept;

/// A whole number with ms, s, m, h or d, or 0; at most 3650d.
std::optional<std::chrono::milliseconds> parseDuration(std::string_view text) noexcept;

/// A whole number of bytes, or with B, kB, MB, GB, TB (powers of 1000), KiB, MiB, GiB, TiB (powers
/// of 1024); at most 2^63-1.
std::optional<std::uint64_t> parseSize(std::string_view text) noexcept;

/// "a duration such as 90s, 5m or 24h": what a value of the type must be.
std::string_view expected(sdk::SettingType type) noexcept;

/// "duration": the type's name in the manual.
std::string_view typeName(sdk::SettingType type) noexcept;

}  // namespace larder::config
