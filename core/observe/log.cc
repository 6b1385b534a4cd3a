#include "core/observe/log.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "core/observe/log_line.h"

namespace larder::observe {

namespace {

constexpr int kPatienceMs = 100;
constexpr std::chrono::seconds kStuckFor{1};

}  // namespace

void LogSink::write(sdk::Level level, std::string_view event, std::string_view text,
                    const sdk::Labels& labels, std::span<const sdk::Field> fields) noexcept try {
  const std::string line = renderLogLine(format_.load(std::memory_order_relaxed),
                                         {clock_.now(), level, event, text, labels, fields});
  if (emit(line)) reportDropped();
} catch (...) {
  dropped_.fetch_add(1, std::memory_order_relaxed);  // no memory for the line
}

bool LogSink::writable() noexcept {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  if (std::chrono::nanoseconds(now).count() < stuckUntil_.load(std::memory_order_relaxed)) {
    return false;
  }
  pollfd waiting{fd_, POLLOUT, 0};
  if (::poll(&waiting, 1, kPatienceMs) != 0) return true;  // also errors: write(2) will tell
  stuckUntil_.store(std::chrono::nanoseconds(now + kStuckFor).count(), std::memory_order_relaxed);
  return false;
}

bool LogSink::emit(std::string_view line) noexcept {
  if (writable()) {
    ssize_t written = 0;
    do {
      written = ::write(fd_, line.data(), line.size());
    } while (written < 0 && errno == EINTR);
    if (written == static_cast<ssize_t>(line.size())) return true;
  }
  dropped_.fetch_add(1, std::memory_order_relaxed);
  return false;
}

void LogSink::reportDropped() noexcept {
  const std::uint64_t dropped = dropped_.load(std::memory_order_relaxed);
  std::uint64_t reported = reported_.load(std::memory_order_relaxed);
  if (dropped == reported) return;
  if (!reported_.compare_exchange_strong(reported, dropped)) return;  // another thread says it
  Log log(*this);
  log.warning("log.lines.dropped", "log lines could not be written",
              {{"lines", std::to_string(dropped - reported)}});
}

std::optional<LogFormat> logFormat(std::string_view word) noexcept {
  if (word == "text") return LogFormat::Text;
  if (word == "json") return LogFormat::Json;
  return std::nullopt;
}

std::optional<sdk::Level> logLevel(std::string_view word) noexcept {
  if (word == "debug") return sdk::Level::Debug;
  if (word == "info") return sdk::Level::Info;
  if (word == "warning") return sdk::Level::Warning;
  if (word == "error") return sdk::Level::Error;
  return std::nullopt;
}

}  // namespace larder::observe
