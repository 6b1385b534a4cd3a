#include "file_source.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "errors.h"

namespace larder::filesystem {

sdk::Result<std::size_t> FileSource::read(std::span<std::byte> buffer) {
  if (left_ == 0) return std::size_t{0};
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left_, buffer.size()));
  ssize_t got = 0;
  do {
    got = ::pread(file_.get(), buffer.data(), wanted, static_cast<off_t>(offset_));
  } while (got < 0 && errno == EINTR);
  if (got < 0) return systemError(errno, "reading", path_);
  if (got == 0) {
    // larder never shortens a file in place, so somebody else did.
    return sdk::Error(sdk::Errc::Corrupt, path_ + " lost its last " + std::to_string(left_) +
                                              " bytes while it was being read");
  }
  offset_ += static_cast<std::uint64_t>(got);
  left_ -= static_cast<std::uint64_t>(got);
  return static_cast<std::size_t>(got);
}

}  // namespace larder::filesystem
