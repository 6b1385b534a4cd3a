#include "core/message/date.h"

#include <array>
#include <cstdio>

namespace larder::http {
namespace {

namespace chrono = std::chrono;

constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::string_view kDays = "SunMonTueWedThuFriSat";

void appendTwo(std::string& to, unsigned number) {
  to.push_back(static_cast<char>('0' + number / 10 % 10));
  to.push_back(static_cast<char>('0' + number % 10));
}

struct Parts {
  std::array<char, 4> month{};
  int year = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

std::optional<chrono::sys_seconds> toTime(const Parts& parts) {
  const auto month = kMonths.find(parts.month.data());
  if (month == std::string_view::npos || month % 3 != 0) return {};
  const chrono::year_month_day date(chrono::year(parts.year),
                                    chrono::month(static_cast<unsigned>(month / 3 + 1)),
                                    chrono::day(static_cast<unsigned>(parts.day)));
  if (!date.ok() || parts.hour > 23 || parts.minute > 59 || parts.second > 60) return {};
  return chrono::sys_days(date) + chrono::hours(parts.hour) + chrono::minutes(parts.minute) +
         chrono::seconds(parts.second);
}

}  // namespace

void appendDate(std::string& to, chrono::sys_seconds time) {
  const auto midnight = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date(midnight);
  const chrono::hh_mm_ss clock(time - midnight);
  to.append(kDays.substr(chrono::weekday(midnight).c_encoding() * 3, 3)).append(", ");
  appendTwo(to, static_cast<unsigned>(date.day()));
  to.append(" ").append(kMonths.substr((static_cast<unsigned>(date.month()) - 1) * 3, 3));
  to.append(" ");
  const auto year = static_cast<unsigned>(static_cast<int>(date.year()));
  appendTwo(to, year / 100);
  appendTwo(to, year % 100);
  to.append(" ");
  appendTwo(to, static_cast<unsigned>(clock.hours().count()));
  to.append(":");
  appendTwo(to, static_cast<unsigned>(clock.minutes().count()));
  to.append(":");
  appendTwo(to, static_cast<unsigned>(clock.seconds().count()));
  to.append(" GMT");
}

std::optional<chrono::sys_seconds> parseDate(std::string_view text) {
  const std::string line(text);
  Parts parts;
  int end = 0;
  const auto whole = [&](int fields) {
    return fields == 6 && static_cast<std::size_t>(end) == line.size();
  };
  if (whole(std::sscanf(line.c_str(), "%*3[A-Za-z], %2d %3s %4d %2d:%2d:%2d GMT%n", &parts.day,
                        parts.month.data(), &parts.year, &parts.hour, &parts.minute, &parts.second,
                        &end))) {
    return toTime(parts);
  }
  if (whole(std::sscanf(line.c_str(), "%*9[A-Za-z], %2d-%3s-%2d %2d:%2d:%2d GMT%n", &parts.day,
                        parts.month.data(), &parts.year, &parts.hour, &parts.minute, &parts.second,
                        &end))) {
    parts.year += parts.year < 70 ? 2000 : 1900;
    return toTime(parts);
  }
  if (whole(std::sscanf(line.c_str(), "%*3[A-Za-z] %3s %2d %2d:%2d:%2d %4d%n", parts.month.data(),
                        &parts.day, &parts.hour, &parts.minute, &parts.second, &parts.year,
                        &end))) {
    return toTime(parts);
  }
  return {};
}

}  // namespace larder::http
