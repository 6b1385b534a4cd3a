#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace larder::web {

/// Percent-decodes once (RFC 3986 §2.1). Nothing when an escape is malformed, or
/// the result holds a NUL or is not UTF-8. '+' is itself.
std::optional<std::string> decodePath(std::string_view text);

/// The same for query strings and forms (URL Standard, x-www-form-urlencoded):
/// '+' is a blank.
std::optional<std::string> decodeForm(std::string_view text);

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// "a=1&b" in its order, decoded; nothing when any part is malformed.
std::optional<Pairs> parseQuery(std::string_view query);

/// The decoded segments of an absolute path: "/a/b%20c/" -> {"a", "b c"} and a
/// trailing slash. Nothing when an escape is malformed or a segment decodes to
/// something with '/': no two spellings may mean different things to two readers.
struct Segments {
  std::vector<std::string> parts;
  bool trailingSlash = false;
};
std::optional<Segments> splitPath(std::string_view path);

bool isUtf8(std::string_view text) noexcept;

}  // namespace larder::web
