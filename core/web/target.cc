#include "core/web/target.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/base/utf8.h"

namespace larder::web {
namespace {

int hexValue(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decode(std::string_view text, bool plusIsBlank) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hexValue(text[i + 1]);
      const int low = hexValue(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      out.push_back(plusIsBlank && text[i] == '+' ? ' ' : text[i]);
    }
  }
  if (out.find('\0') != std::string::npos || !isUtf8(out)) return std::nullopt;
  return out;
}

}  // namespace

bool isUtf8(std::string_view text) noexcept {
  return findInvalidUtf8(text) == std::string_view::npos;
}

std::optional<std::string> decodePath(std::string_view text) { return decode(text, false); }

std::optional<std::string> decodeForm(std::string_view text) { return decode(text, true); }

std::optional<Pairs> parseQuery(std::string_view query) {
  Pairs pairs;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = decodeForm(pair.substr(0, equals));
    auto value = decodeForm(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value) return std::nullopt;
    pairs.emplace_back(std::move(*name), std::move(*value));
  }
  return pairs;
}

std::optional<Segments> splitPath(std::string_view path) {
  if (path.empty() || path.front() != '/') return std::nullopt;
  path.remove_prefix(1);
  Segments segments;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    auto part = decodePath(path.substr(0, slash));
    if (!part || part->find('/') != std::string::npos) return std::nullopt;
    segments.parts.push_back(std::move(*part));
    segments.trailingSlash = slash < path.size();
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return segments;
}

}  // namespace larder::web
