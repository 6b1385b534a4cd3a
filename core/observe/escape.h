#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace larder::observe {

/// Appends `value` for a line of text: as it is when it is one plain word, else in double quotes
/// with control characters, quotes and invalid UTF-8 escaped. What was written by a client can
/// neither start a new line, nor look like another field, nor steer a terminal.
void appendWord(std::string& out, std::string_view value);

/// The same, always in double quotes.
void appendQuoted(std::string& out, std::string_view value);

/// Appends `value` as a JSON string with its quotes (RFC 8259, section 7). Bytes that are not
/// UTF-8 become U+FFFD.
void appendJson(std::string& out, std::string_view value);

/// Appends `value` for a quoted part of an access log line: '"', '\', control characters and all
/// bytes from 0x7f on become \xHH. An empty value becomes "-".
void appendAccess(std::string& out, std::string_view value);

/// Appends "2026-11-21T19:40:00.123Z".
void appendTimestamp(std::string& out, std::chrono::system_clock::time_point time);

}  // namespace larder::observe
