#include "core/config/values.h"

#include <charconv>

namespace larder::config {

namespace {

struct Unit {
  std::string_view word;
  std::uint64_t factor;
};

constexpr std::uint64_t kSecond = 1000;
constexpr std::uint64_t kDay = 24 * 60 * 60 * kSecond;
constexpr std::uint64_t kLongest = 3650 * kDay;

constexpr Unit kTimes[] = {
    {"ms", 1}, {"s", kSecond}, {"m", 60 * kSecond}, {"h", 60 * 60 * kSecond}, {"d", kDay}};

constexpr Unit kSizes[] = {{"", 1},
                           {"B", 1},
                           {"kB", 1000},
                           {"MB", 1000 * 1000},
                           {"GB", 1000 * 1000 * 1000},
                           {"TB", 1000ULL * 1000 * 1000 * 1000},
                           {"KiB", 1ULL << 10},
                           {"MiB", 1ULL << 20},
                           {"GiB", 1ULL << 30},
                           {"TiB", 1ULL << 40}};

template <std::size_t N>
std::optional<std::uint64_t> parseWithUnit(std::string_view text, const Unit (&units)[N],
                                           std::uint64_t most) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc()) return std::nullopt;
  const std::string_view word(rest, static_cast<std::size_t>(end - rest));
  for (const Unit& unit : units) {
    if (unit.word != word) continue;
    if (number > most / unit.factor) return std::nullopt;
    return number * unit.factor;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> parseInteger(std::string_view text) noexcept {
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (digits.size() > 1 && digits[0] == '0') return std::nullopt;
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

std::optional<bool> parseBoolean(std::string_view text) noexcept {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> parseDuration(std::string_view text) noexcept {
  if (text == "0") return std::chrono::milliseconds(0);
  const auto count = parseWithUnit(text, kTimes, kLongest);
  if (!count) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(*count));
}

std::optional<std::uint64_t> parseSize(std::string_view text) noexcept {
  return parseWithUnit(text, kSizes, INT64_MAX);
}

std::string_view expected(sdk::SettingType type) noexcept {
  switch (type) {
    case sdk::SettingType::String:
      return "a text";
    case sdk::SettingType::Integer:
      return "a whole number";
    case sdk::SettingType::Boolean:
      return "true or false";
    case sdk::SettingType::Duration:
      return "a duration such as 90s, 5m or 24h";
    case sdk::SettingType::Size:
      return "a size such as 64MiB, 4GiB or 10kB";
    case sdk::SettingType::Path:
      return "a path";
    case sdk::SettingType::List:
      return "a list of texts";
    case sdk::SettingType::Map:
      return "a map";
    case sdk::SettingType::Maps:
      return "a map of names to maps";
    case sdk::SettingType::Lists:
      return "a map of names to lists";
    case sdk::SettingType::MapList:
      return "a list of maps";
    case sdk::SettingType::Repository:
      return "the name of a repository";
  }
  return "a value";
}

std::string_view typeName(sdk::SettingType type) noexcept {
  switch (type) {
    case sdk::SettingType::String:
      return "text";
    case sdk::SettingType::Integer:
      return "number";
    case sdk::SettingType::Boolean:
      return "true or false";
    case sdk::SettingType::Duration:
      return "duration";
    case sdk::SettingType::Size:
      return "size";
    case sdk::SettingType::Path:
      return "path";
    case sdk::SettingType::List:
      return "list";
    case sdk::SettingType::Map:
      return "map";
    case sdk::SettingType::Maps:
      return "name: map";
    case sdk::SettingType::Lists:
      return "name: list";
    case sdk::SettingType::MapList:
      return "list of maps";
    case sdk::SettingType::Repository:
      return "repository";
  }
  return "value";
}

}  // namespace larder::config
