#include "core/observe/escape.h"

#include <algorithm>

#include "core/base/utf8.h"

namespace larder::observe {

namespace {

constexpr char kHex[] = "0123456789abcdef";

bool isControl(unsigned char c) { return c < 0x20 || c == 0x7f; }

bool isPlain(unsigned char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '='; }

void appendByte(std::string& out, std::string_view prefix, unsigned char c) {
  out += prefix;
  out += kHex[c >> 4];
  out += kHex[c & 0xf];
}

// U+0080..U+009F, the control characters that are two bytes of UTF-8.
bool isC1(std::string_view sequence) {
  return sequence.size() == 2 && sequence[0] == '\xc2' &&
         static_cast<unsigned char>(sequence[1]) < 0xa0;
}

void appendControl(std::string& out, unsigned char c) {
  switch (c) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      appendByte(out, "\\u00", c);
  }
}

void appendEscaped(std::string& out, std::string_view value) {
  for (std::size_t i = 0; i < value.size();) {
    const auto c = static_cast<unsigned char>(value[i]);
    const std::size_t length = utf8SequenceLength(value.substr(i));
    if (length == 0) {
      out += "\xef\xbf\xbd";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += value[i];
    } else if (isControl(c)) {
      appendControl(out, c);
    } else if (isC1(value.substr(i, length))) {
      appendByte(out, "\\u00", static_cast<unsigned char>(value[i + 1]));
    } else {
      out += value.substr(i, length);
    }
    i += std::max<std::size_t>(length, 1);
  }
}

// `highest` is the value of the first digit: 1000 gives four digits.
void appendPadded(std::string& out, unsigned value, unsigned highest) {
  for (; highest > 0; highest /= 10) out += static_cast<char>('0' + value / highest % 10);
}

}  // namespace

void appendWord(std::string& out, std::string_view value) {
  if (!value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
        return isPlain(static_cast<unsigned char>(c));
      })) {
    out += value;
    return;
  }
  appendQuoted(out, value);
}

void appendQuoted(std::string& out, std::string_view value) {
  out += '"';
  appendEscaped(out, value);
  out += '"';
}

void appendJson(std::string& out, std::string_view value) { appendQuoted(out, value); }

void appendAccess(std::string& out, std::string_view value) {
  if (value.empty()) {
    out += '-';
    return;
  }
  std::size_t done = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto c = static_cast<unsigned char>(value[i]);
    if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') continue;
    out += value.substr(done, i - done);
    appendByte(out, "\\x", c);
    done = i + 1;
  }
  out += value.substr(done);
}

void appendTimestamp(std::string& out, std::chrono::system_clock::time_point time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::milliseconds>(time - day));
  appendPadded(out, static_cast<unsigned>(static_cast<int>(date.year())), 1000);
  out += '-';
  appendPadded(out, static_cast<unsigned>(date.month()), 10);
  out += '-';
  appendPadded(out, static_cast<unsigned>(date.day()), 10);
  out += 'T';
  appendPadded(out, static_cast<unsigned>(clock.hours().count()), 10);
  out += ':';
  appendPadded(out, static_cast<unsigned>(clock.minutes().count()), 10);
  out += ':';
  appendPadded(out, static_cast<unsigned>(clock.seconds().count()), 10);
  out += '.';
  appendPadded(out, static_cast<unsigned>(clock.subseconds().count()), 100);
  out += 'Z';
}

}  // namespace larder::observe
