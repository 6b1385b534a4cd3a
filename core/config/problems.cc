#include "core/config/problems.h"

#include <algorithm>
#include <regex>
#include <tuple>

namespace larder::config {

std::string describe(const Position& where, std::string_view path, std::string_view why) {
  std::string text;
  if (!where.file.empty()) {
    text = where.file;
    if (where.line > 0) {
      text += ':' + std::to_string(where.line) + ':' + std::to_string(where.column);
    }
    text += ": ";
  }
  if (!path.empty()) (text += path) += ": ";
  return text += why;
}

void Problems::add(sdk::Error problem) {
  Entry entry = parse(problem.message());
  const bool known = std::any_of(problems_.begin(), problems_.end(), [&](const Entry& other) {
    return other.where.line > 0 && other.setting == entry.setting;
  });
  if (!known) problems_.push_back(std::move(entry));
}

void Problems::add(const Position& where, std::string_view path, std::string_view why) {
  problems_.push_back({where, describe(where, path, ""), describe(where, path, why)});
}

void Problems::warn(const Position& where, std::string_view path, std::string_view why) {
  warnings_.push_back({where, describe(where, path, ""), describe(where, path, why)});
}

Problems::Entry Problems::parse(std::string text) {
  static const std::regex kPlaced("^(.*?):(\\d{1,9}):(\\d{1,9}): ");
  Entry entry;
  std::smatch match;
  if (std::regex_search(text, match, kPlaced)) {
    entry.where = {match[1], std::stoi(match[2]), std::stoi(match[3])};
    const auto path = text.find(": ", static_cast<std::size_t>(match.length()));
    entry.setting = text.substr(0, path == std::string::npos ? path : path + 2);
  }
  entry.text = std::move(text);
  return entry;
}

std::vector<std::string> Problems::sorted(std::vector<Entry> entries) {
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.where.file, a.where.line, a.where.column) <
           std::tie(b.where.file, b.where.line, b.where.column);
  });
  std::vector<std::string> lines;
  for (Entry& entry : entries) {
    if (std::find(lines.begin(), lines.end(), entry.text) == lines.end()) {
      lines.push_back(std::move(entry.text));
    }
  }
  return lines;
}

}  // namespace larder::config
