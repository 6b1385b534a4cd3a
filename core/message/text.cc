#include "core/message/text.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace larder::http {
namespace {

bool isTokenCharacter(char c) noexcept {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

}  // namespace

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool sameText(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool isToken(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), isTokenCharacter);
}

std::string_view trim(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string_view> splitList(std::string_view list, char separator) {
  std::vector<std::string_view> elements;
  bool quoted = false;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= list.size(); ++i) {
    if (i < list.size() && list[i] == '"') quoted = !quoted;
    if (quoted && i < list.size() && list[i] == '\\') ++i;
    if (i < list.size() && (quoted || list[i] != separator)) continue;
    const auto end = std::min(i, list.size());
    if (const auto element = trim(list.substr(start, end - start)); !element.empty()) {
      elements.push_back(element);
    }
    start = i + 1;
  }
  return elements;
}

std::optional<std::uint64_t> parseDigits(std::string_view text) noexcept {
  std::int64_t number = 0;
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return {};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) return {};
  return static_cast<std::uint64_t>(number);
}

void appendFieldValue(std::string& to, std::string_view value) {
  const std::size_t start = to.size();
  to.append(value);
  for (std::size_t i = start; i < to.size(); ++i) {
    const auto byte = static_cast<unsigned char>(to[i]);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7f) to[i] = ' ';
  }
}

void appendNumber(std::string& to, std::uint64_t number) {
  char digits[std::numeric_limits<std::uint64_t>::digits10 + 1];
  to.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

}  // namespace larder::http
