#include "core/observe/log_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace larder::observe {

namespace {

constexpr int kPatienceMs = 1000;
constexpr std::size_t kPipePiece = 4096;  // PIPE_BUF: never torn between processes

std::string reason(int error) { return std::generic_category().message(error); }

bool isRegular(int fd) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

// As many whole lines as fit into `limit`, or the first line when that alone is longer.
std::string_view wholeLines(std::string_view lines, std::size_t limit) {
  if (lines.size() <= limit) return lines;
  std::size_t end = lines.rfind('\n', limit - 1);
  if (end == std::string_view::npos) end = lines.find('\n', limit);
  return lines.substr(0, end == std::string_view::npos ? lines.size() : end + 1);
}

}  // namespace

sdk::Result<LogFile> LogFile::open(const std::string& path) {
  if (path == "stdout") return LogFile(1, false, isRegular(1));
  if (path == "stderr") return LogFile(2, false, isRegular(2));
  // O_NONBLOCK: a FIFO without a reader is an error, not a wait.
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK;
  const int fd = ::open(path.c_str(), kFlags, 0640);
  if (fd < 0) {
    const int error = errno;
    return sdk::Error(sdk::Errc::Unavailable, "cannot open \"" + path +
                                                  "\" for appending: " + reason(error) +
                                                  "; create its directory or change the path");
  }
  return LogFile(fd, true, isRegular(fd));
}

LogFile::LogFile(LogFile&& other) noexcept
    : fd_(other.fd_),
      owned_(std::exchange(other.owned_, false)),
      regular_(other.regular_),
      torn_(other.torn_) {}

LogFile& LogFile::operator=(LogFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(owned_, other.owned_);
  std::swap(regular_, other.regular_);
  std::swap(torn_, other.torn_);
  return *this;
}

LogFile::~LogFile() {
  if (owned_) ::close(fd_);
}

std::string_view LogFile::write(std::string_view lines, std::string& why) {
  if (torn_) {
    std::string_view end = "\n";
    if (!writePiece(end, why)) return lines;
  }
  while (!lines.empty()) {
    std::string_view piece = regular_ ? lines : wholeLines(lines, kPipePiece);
    const std::size_t size = piece.size();
    const bool written = writePiece(piece, why);
    lines.remove_prefix(size - piece.size());
    if (!written) return lines;
  }
  return {};
}

bool LogFile::writePiece(std::string_view& piece, std::string& why) {
  while (!piece.empty()) {
    if (!regular_ && !waitWritable(why)) return false;
    const ssize_t count = ::write(fd_, piece.data(), piece.size());
    if (count > 0) {
      torn_ = piece[static_cast<std::size_t>(count) - 1] != '\n';
      piece.remove_prefix(static_cast<std::size_t>(count));
    } else if (count < 0 && errno != EINTR && errno != EAGAIN) {
      why = reason(errno);
      return false;
    }
  }
  return true;
}

bool LogFile::waitWritable(std::string& why) {
  pollfd waiting{fd_, POLLOUT, 0};
  if (::poll(&waiting, 1, kPatienceMs) != 0) return true;
  why = "nobody reads it";
  return false;
}

}  // namespace larder::observe
