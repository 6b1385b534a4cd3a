#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "core/observe/log.h"

namespace larder::observe {

/// Also PIPE_BUF: a longer write to a pipe may be torn.
inline constexpr std::size_t kMaxLogLine = 4096;

/// What one log line says.
struct LogLine {
  std::chrono::system_clock::time_point time;
  sdk::Level level;
  std::string_view event;
  std::string_view text;
  const sdk::Labels& labels;
  std::span<const sdk::Field> fields;
};

/// The line with its '\n', at most kMaxLogLine bytes: values are cut at 1 KiB, fields that find
/// no room are left out and "truncated" says so.
std::string renderLogLine(LogFormat format, const LogLine& line);

}  // namespace larder::observe
