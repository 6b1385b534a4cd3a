#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace larder::http {

/// ASCII only, whatever the locale.
char lower(char c) noexcept;
bool sameText(std::string_view a, std::string_view b) noexcept;

/// RFC 9110 section 5.6.2.
bool isToken(std::string_view text) noexcept;

/// Without blanks and tabs at either end.
std::string_view trim(std::string_view text) noexcept;

/// The elements of a comma-separated list, trimmed, empty ones left out. A comma
/// between double quotes does not separate.
std::vector<std::string_view> splitList(std::string_view list, char separator = ',');

/// Nothing but decimal digits, at least one, and below 2^63.
std::optional<std::uint64_t> parseDigits(std::string_view text) noexcept;

/// Appends `value` with control characters replaced by blanks, so that it cannot
/// end a header line.
void appendFieldValue(std::string& to, std::string_view value);

void appendNumber(std::string& to, std::uint64_t number);

}  // namespace larder::http
