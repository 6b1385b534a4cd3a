#include <algorithm>
#include <charconv>
#include <ctime>
#include <initializer_list>

#include "core/observe/access_log.h"
#include "core/observe/escape.h"

namespace larder::observe {

namespace {

template <class Number>
void appendNumber(std::string& out, Number value) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

// Seconds with microseconds: "0.000123".
void appendSeconds(std::string& out, std::chrono::nanoseconds took) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(
                          std::max(took, std::chrono::nanoseconds::zero()))
                          .count();
  appendNumber(out, micros / 1'000'000);
  char fraction[] = ".000000";
  auto rest = micros % 1'000'000;
  for (int i = 6; i > 0; --i, rest /= 10) fraction[i] = static_cast<char>('0' + rest % 10);
  out.append(fraction, 7);
}

// "[21/Nov/2026:19:40:00 +0000]", worked out once a second and thread.
std::string_view bracketedTime(std::chrono::system_clock::time_point now) {
  thread_local std::time_t second = -1;
  thread_local char text[32];
  thread_local std::size_t length = 0;
  const std::time_t current = std::chrono::system_clock::to_time_t(now);
  if (current != second || length == 0) {
    std::tm parts{};
    ::gmtime_r(&current, &parts);
    length = std::strftime(text, sizeof text, "[%d/%b/%Y:%H:%M:%S +0000]", &parts);
    second = current;
  }
  return {text, length};
}

// One column of a text line: a space in it would shift what follows.
void appendColumn(std::string& out, std::string_view value) {
  const std::size_t start = out.size();
  appendAccess(out, value);
  for (std::size_t i = start; i < out.size(); ++i) {
    if (out[i] == ' ') out.replace(i, 1, "\\x20");
  }
}

// Values between one pair of quotes, after a space.
void appendGroup(std::string& out, std::initializer_list<std::string_view> values) {
  char before = '"';
  out += ' ';
  for (const std::string_view value : values) {
    out += before;
    appendAccess(out, value);
    before = ' ';
  }
  out += '"';
}

void renderText(std::string& out, const AccessEntry& entry,
                std::chrono::system_clock::time_point now) {
  appendColumn(out, entry.peer);
  out += " - ";
  appendColumn(out, entry.user);
  out += ' ';
  out += bracketedTime(now);
  appendGroup(out, {entry.method, entry.target, entry.protocol});
  out += ' ';
  appendNumber(out, entry.status);
  out += ' ';
  appendNumber(out, entry.sent);
  appendGroup(out, {entry.referer});
  appendGroup(out, {entry.userAgent});
  out += ' ';
  appendSeconds(out, entry.took);
  out += ' ';
  appendColumn(out, entry.requestId);
  out += ' ';
  appendColumn(out, entry.repository);
  out += '\n';
}

void renderJson(std::string& out, const AccessEntry& entry,
                std::chrono::system_clock::time_point now) {
  const auto text = [&out](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    out += ",\"";
    out += name;
    out += "\":";
    appendJson(out, value);
  };
  const auto number = [&out](std::string_view name, auto value) {
    out += ",\"";
    out += name;
    out += "\":";
    appendNumber(out, value);
  };
  out += "{\"time\":\"";
  appendTimestamp(out, now);
  out += '"';
  text("peer", entry.peer);
  text("user", entry.user);
  text("method", entry.method);
  text("target", entry.target);
  text("protocol", entry.protocol);
  number("status", entry.status);
  number("received", entry.received);
  number("sent", entry.sent);
  out += ",\"seconds\":";
  appendSeconds(out, entry.took);
  text("referer", entry.referer);
  text("user_agent", entry.userAgent);
  text("request_id", entry.requestId);
  text("repository", entry.repository);
  out += "}\n";
}

}  // namespace

void renderAccess(std::string& out, LogFormat format, const AccessEntry& entry,
                  std::chrono::system_clock::time_point now) {
  if (format == LogFormat::Json) {
    renderJson(out, entry, now);
  } else {
    renderText(out, entry, now);
  }
}

}  // namespace larder::observe
