#include "core/observe/log_line.h"

#include <algorithm>

#include "core/observe/escape.h"

namespace larder::observe {

namespace {

constexpr std::size_t kMaxValue = 1024;
constexpr std::size_t kReserve = 32;  // for `,"truncated":true}` and the like

std::string_view levelWord(LogFormat format, sdk::Level level) {
  constexpr std::string_view kText[] = {"DEBUG", "INFO", "WARN", "ERROR"};
  constexpr std::string_view kJson[] = {"debug", "info", "warning", "error"};
  return format == LogFormat::Text ? kText[static_cast<int>(level)]
                                   : kJson[static_cast<int>(level)];
}

// Collects name=value pairs, and takes back what would not fit. Fields are written after the
// sentence's room has been set aside, so a long field never costs the sentence.
class Writer {
 public:
  Writer(LogFormat format, std::string& out, std::size_t room)
      : format_(format), out_(out), limit_(std::min(room, kMaxLogLine - kReserve)) {}

  void field(std::string_view name, std::string_view value) {
    const std::size_t before = out_.size();
    const bool cut = value.size() > kMaxValue;
    if (cut) truncated_ = true;
    value = value.substr(0, kMaxValue);
    if (format_ == LogFormat::Text) {
      out_ += ' ';
      appendName(name);
      out_ += '=';
      appendWord(out_, value);
    } else {
      out_ += ',';
      appendJson(out_, name);
      out_ += ':';
      appendJson(out_, value);
    }
    if (out_.size() <= limit_) return;
    out_.resize(before);
    truncated_ = true;
  }

  bool truncated() const { return truncated_; }

 private:
  // A name with a space or a quote in it would be somebody's mistake; it stays one word.
  void appendName(std::string_view name) {
    for (const char c : name) {
      const bool plain = c > ' ' && c < '\x7f' && c != '=' && c != '"' && c != '\\';
      out_ += plain ? c : '_';
    }
  }

  LogFormat format_;
  std::string& out_;
  std::size_t limit_;
  bool truncated_ = false;
};

bool isTaken(std::string_view name) {
  for (const std::string_view taken : {"time", "level", "event", "message", "truncated"}) {
    if (name == taken) return true;
  }
  return false;
}

bool isLabel(const LogLine& line, std::string_view name) {
  return std::any_of(line.labels.begin(), line.labels.end(),
                     [&](const auto& label) { return label.first == name; });
}

// A field named like a label, or like what the line itself holds, would be a second key of one
// object: it is renamed.
void writeFields(Writer& writer, const LogLine& line) {
  for (const auto& [name, value] : line.labels) {
    writer.field(isTaken(name) ? "label_" + name : name, value);
  }
  for (const auto& [name, value] : line.fields) {
    if (isTaken(name) || isLabel(line, name)) {
      writer.field("field_" + std::string(name), value);
    } else {
      writer.field(name, value);
    }
  }
}

std::string sentenceOf(const LogLine& line) {
  std::string quoted;
  appendQuoted(quoted, line.text.substr(0, kMaxValue));
  if (quoted.size() <= kMaxLogLine / 2) return quoted;
  quoted.clear();  // escapes made it long: a sixth of it can't
  appendQuoted(quoted, line.text.substr(0, kMaxLogLine / 16));
  return quoted;
}

}  // namespace

std::string renderLogLine(LogFormat format, const LogLine& line) {
  std::string out;
  out.reserve(256);
  const std::string sentence = sentenceOf(line);
  const std::string_view event = line.event.substr(0, 128);
  Writer writer(format, out, kMaxLogLine - kReserve - sentence.size());
  if (format == LogFormat::Text) {
    appendTimestamp(out, line.time);
    out += ' ';
    out += levelWord(format, line.level);
    writer.field("event", event);
    writeFields(writer, line);
    if (writer.truncated()) out += " truncated=true";
    out += ' ';
    out += sentence;
    out += '\n';
    return out;
  }
  out += "{\"time\":\"";
  appendTimestamp(out, line.time);
  out += "\",\"level\":\"";
  out += levelWord(format, line.level);
  out += '"';
  writer.field("event", event);
  out += ",\"message\":";
  out += sentence;
  Writer rest(format, out, kMaxLogLine);
  writeFields(rest, line);
  if (rest.truncated()) out += ",\"truncated\":true";
  out += "}\n";
  return out;
}

}  // namespace larder::observe
