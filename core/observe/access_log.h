#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/observe/log.h"

namespace larder::observe {

/// One answered request. Everything is lent for the call; empty texts are shown as "-".
struct AccessEntry {
  std::string_view peer;
  std::string_view user;
  std::string_view method;
  std::string_view target;
  std::string_view protocol = "HTTP/1.1";
  std::string_view referer;
  std::string_view userAgent;
  std::string_view requestId;
  std::string_view repository;
  int status = 0;
  std::uint64_t received = 0;  ///< Body bytes.
  std::uint64_t sent = 0;      ///< Body bytes.
  std::chrono::nanoseconds took{};
};

/// Appends the line for `entry` with its '\n'. Text is the "combined" form of web servers followed
/// by seconds, request id and repository; JSON is one object.
void renderAccess(std::string& out, LogFormat format, const AccessEntry& entry,
                  std::chrono::system_clock::time_point now);

/// One line per request, cheap for the threads that answer requests: a line is put into memory and
/// written by a thread of its own, within a second and at destruction. Lines of different threads
/// may be written out of order by that second; each has its time.
///
/// When what takes the lines is too slow or full, lines are dropped and counted in
/// `larder_access_log_dropped_total`; requests never wait.
class AccessLog {
 public:
  struct Options {
    std::string path;  ///< A file to append to, "stdout", "stderr" or "off".
    LogFormat format = LogFormat::Text;
    std::size_t memory = std::size_t{16} << 20;  ///< Bytes of lines kept while writing is slow.
  };

  /// Errors: Unavailable when the file cannot be opened, with its path and why.
  static sdk::Result<std::unique_ptr<AccessLog>> open(Options options, sdk::Logger& logger,
                                                      sdk::Metrics& metrics,
                                                      sdk::Clock& clock = systemClock());
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  void write(const AccessEntry& entry) noexcept;

  /// Writes all lines of before the call. For tests and before the process ends.
  void flush() noexcept;

  /// Opens the path anew, for log rotation; lines not yet written go to the new file. On an Error
  /// the old file stays in use.
  sdk::Result<void> reopen();

 private:
  class Writer;
  explicit AccessLog(std::unique_ptr<Writer> writer);

  std::unique_ptr<Writer> writer_;  // null: off
};

}  // namespace larder::observe
