#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace larder::pypi {

/// Appends `text` so that it is itself in HTML, between tags and inside quoted attributes.
void appendHtml(std::string& out, std::string_view text);

/// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void appendJson(std::string& out, std::string_view text);

/// Appends `text` as one segment of a URL path: everything but RFC 3986's unreserved characters
/// becomes "%XX", so that no client can take '+' for a blank.
void appendSegment(std::string& out, std::string_view text);

/// `text` as UTF-8 on one line: control characters become blanks, bytes that are not UTF-8 become
/// U+FFFD, blanks at both ends go. At most `limit` bytes, cut between characters.
std::string oneLine(std::string_view text, std::size_t limit);

/// `text` as one line in quotes, for a message: after 100 bytes there is "…", because whoever sends
/// much shall not be sent as much back.
std::string inQuotes(std::string_view text);

/// Microseconds since 1970 as "2026-08-01T12:34:56.000001", without a zone. UTC.
std::string isoTime(std::int64_t microseconds);

}  // namespace larder::pypi
