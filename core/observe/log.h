#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/observe/clock.h"
#include "larder/sdk/host.h"

namespace larder::observe {

enum class LogFormat : std::uint8_t { Text, Json };

/// Where log lines go: one write(2) of at most 4 KiB a line, so that lines of several processes
/// on one pipe stay whole. A reader that does not read costs callers 100 ms once a second; what
/// could not be written is counted and said with the next line that can be.
///
/// Text: `2026-11-21T19:40:00.123Z WARN event=s3.put.retried instance=main tries=2 "sentence"`.
/// JSON: one object a line with time, level, event, message and the fields; always valid UTF-8.
///
/// Thread-safe; nothing throws.
class LogSink {
 public:
  /// `fd` is lent and stays open.
  LogSink(LogFormat format, sdk::Level minimum, int fd = 2, sdk::Clock& clock = systemClock())
      : fd_(fd), clock_(clock), format_(format), minimum_(minimum) {}
  LogSink(const LogSink&) = delete;
  LogSink& operator=(const LogSink&) = delete;

  /// Takes effect for the lines that follow; for a reload.
  void reconfigure(LogFormat format, sdk::Level minimum) noexcept {
    format_.store(format, std::memory_order_relaxed);
    minimum_.store(minimum, std::memory_order_relaxed);
  }
  bool enabled(sdk::Level level) const noexcept {
    return level >= minimum_.load(std::memory_order_relaxed);
  }
  std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

  void write(sdk::Level level, std::string_view event, std::string_view text,
             const sdk::Labels& labels, std::span<const sdk::Field> fields) noexcept;

 private:
  bool emit(std::string_view line) noexcept;
  bool writable() noexcept;
  void reportDropped() noexcept;

  const int fd_;
  sdk::Clock& clock_;
  std::atomic<LogFormat> format_;
  std::atomic<sdk::Level> minimum_;
  std::atomic<std::uint64_t> dropped_ = 0;
  std::atomic<std::uint64_t> reported_ = 0;
  std::atomic<std::int64_t> stuckUntil_ = INT64_MIN;  // steady nanoseconds
};

/// A channel into a sink whose lines all carry `labels`: component, kind, plugin, instance.
class Log final : public sdk::Logger {
 public:
  explicit Log(LogSink& sink, sdk::Labels labels = {}) : sink_(sink), labels_(std::move(labels)) {}

  void log(sdk::Level level, std::string_view event, std::string_view text,
           std::span<const sdk::Field> fields) noexcept override {
    if (sink_.enabled(level)) sink_.write(level, event, text, labels_, fields);
  }
  bool enabled(sdk::Level level) const noexcept override { return sink_.enabled(level); }

 private:
  LogSink& sink_;
  const sdk::Labels labels_;
};

/// The words of the settings `log.format` and `log.level`.
std::optional<LogFormat> logFormat(std::string_view word) noexcept;  ///< text, json
std::optional<sdk::Level> logLevel(std::string_view word) noexcept;  ///< debug … error

}  // namespace larder::observe
