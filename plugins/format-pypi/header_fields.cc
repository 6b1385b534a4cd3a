#include "header_fields.h"

#include <algorithm>

namespace larder::pypi {
namespace {

/// The length of the first line with its end: LF, CR LF or CR.
std::size_t lineLength(std::string_view text) {
  const std::size_t end = text.find_first_of("\r\n");
  if (end == text.npos) return text.size();
  return end + (text.substr(end).starts_with("\r\n") ? 2 : 1);
}

bool isContinuation(std::string_view line) {
  return line.starts_with(' ') || line.starts_with('\t');
}

/// Where the colon after a field name is. A name is made of printable ASCII and may be empty.
std::size_t findColon(std::string_view line) {
  const auto end = std::find_if(line.begin(), line.end(),
                                [](char c) { return c == ':' || c <= ' ' || c > '~'; });
  if (end == line.end() || *end != ':') return line.npos;
  return static_cast<std::size_t>(end - line.begin());
}

std::string_view withoutLineEnd(std::string_view value) {
  while (value.ends_with('\n') || value.ends_with('\r')) value.remove_suffix(1);
  return value;
}

/// How many bytes the UTF-8 character at the front takes; 0 when it is none.
std::size_t utf8Length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead < 0xc2   ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xf0 && byte(1) < 0x90);
  const bool surrogate = lead == 0xed && byte(1) > 0x9f;
  const bool tooHigh = lead == 0xf4 && byte(1) > 0x8f;
  return overlong || surrogate || tooHigh ? 0 : length;
}

}  // namespace

std::string_view forEachField(
    std::string_view document,
    const std::function<void(std::string_view name, std::string_view value)>& field) {
  std::string_view rest = document;
  while (!rest.empty()) {
    std::size_t length = lineLength(rest);
    const std::string_view line = rest.substr(0, length);
    if (withoutLineEnd(line).empty()) return rest.substr(length);
    const std::size_t colon = findColon(line);
    const bool passedOver = isContinuation(line) || line.starts_with("From ");
    if (colon == line.npos && !passedOver) return rest;

    while (length < rest.size() && isContinuation(rest.substr(length))) {
      length += lineLength(rest.substr(length));
    }
    if (!passedOver && colon > 0) {
      std::string_view value = withoutLineEnd(rest.substr(colon + 1, length - colon - 1));
      value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
      field(line.substr(0, colon), value);
    }
    rest.remove_prefix(length);
  }
  return {};
}

bool isUtf8(std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const std::size_t length = utf8Length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::string toUtf8(std::string_view bytes) {
  if (isUtf8(bytes)) return std::string(bytes);
  std::string text;
  text.reserve(bytes.size() * 2);
  for (char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xc0 | (byte >> 6));
      text += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return text;
}

}  // namespace larder::pypi
