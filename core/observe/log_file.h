#pragma once

#include <string>
#include <string_view>

#include "larder/sdk/result.h"

namespace larder::observe {

/// The writing end of an access log: a file of its own, or a standard stream. For one thread.
class LogFile {
 public:
  /// "stdout" and "stderr" are lent, anything else is a path to append to.
  /// Errors: Unavailable, with the path and the reason.
  static sdk::Result<LogFile> open(const std::string& path);

  LogFile(LogFile&& other) noexcept;
  LogFile& operator=(LogFile&& other) noexcept;
  ~LogFile();

  /// Writes whole lines. Waits at most a second for a reader that does not read.
  /// Returns what could not be written: empty when all was. `why` then says the reason.
  std::string_view write(std::string_view lines, std::string& why);

 private:
  LogFile(int fd, bool owned, bool regular) : fd_(fd), owned_(owned), regular_(regular) {}
  bool writePiece(std::string_view& piece, std::string& why);
  bool waitWritable(std::string& why);

  int fd_;
  bool owned_;
  bool regular_;
  bool torn_ = false;  // the last write ended inside a line
};

}  // namespace larder::observe
