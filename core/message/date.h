#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace larder::http {

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
void appendDate(std::string& to, std::chrono::sys_seconds time);

/// All three forms that section demands; nothing when it is none of them.
std::optional<std::chrono::sys_seconds> parseDate(std::string_view text);

}  // namespace larder::http
