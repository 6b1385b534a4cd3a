#include "core/message/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace larder::http {
namespace {

sdk::Error failure(const std::string& what) {
  return {sdk::Errc::Unavailable, what + ": " + std::generic_category().message(errno)};
}

class MemoryBody final : public Body {
 public:
  explicit MemoryBody(std::string bytes) : bytes_(std::move(bytes)) {}

  std::uint64_t size() const noexcept override { return bytes_.size(); }

  sdk::Result<std::size_t> readAt(std::uint64_t offset,
                                  std::span<std::byte> buffer) const override {
    if (offset >= bytes_.size()) return std::size_t{0};
    const auto start = static_cast<std::size_t>(offset);
    const std::size_t count = std::min(buffer.size(), bytes_.size() - start);
    std::memcpy(buffer.data(), bytes_.data() + start, count);
    return count;
  }

 private:
  std::string bytes_;
};

class FileBackedBody final : public Body {
 public:
  FileBackedBody(sdk::FileHandle file, std::uint64_t size) : file_(std::move(file)), size_(size) {}

  std::uint64_t size() const noexcept override { return size_; }

  sdk::Result<std::size_t> readAt(std::uint64_t offset,
                                  std::span<std::byte> buffer) const override {
    std::size_t filled = 0;
    while (filled < buffer.size()) {
      const auto got = ::pread(file_.get(), buffer.data() + filled, buffer.size() - filled,
                               static_cast<off_t>(offset + filled));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failure("read a spooled request body");
      if (got == 0) break;
      filled += static_cast<std::size_t>(got);
    }
    return filled;
  }

 private:
  sdk::FileHandle file_;
  std::uint64_t size_;
};

}  // namespace

sdk::Result<void> Spool::openFile() {
  file_ = sdk::FileHandle(::open(directory_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file_) return {};
  // Some file systems have no O_TMPFILE.
  std::string name = directory_ + "/body-XXXXXX";
  file_ = sdk::FileHandle(::mkostemp(name.data(), O_CLOEXEC));
  if (!file_) return failure("open a file in the spool directory " + directory_);
  ::unlink(name.c_str());
  return {};
}

sdk::Result<void> Spool::writeFile(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure("write to the spool directory " + directory_);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

sdk::Result<void> Spool::append(std::string_view bytes) {
  size_ += bytes.size();
  if (!file_ && size_ <= kInMemory) {
    memory_.append(bytes);
    return {};
  }
  if (!file_) {
    LARDER_TRY(openFile());
    LARDER_TRY(writeFile(memory_));
    memory_ = {};
  }
  return writeFile(bytes);
}

std::shared_ptr<Body> Spool::finish() {
  if (file_) return std::make_shared<FileBackedBody>(std::move(file_), size_);
  return std::make_shared<MemoryBody>(std::move(memory_));
}

}  // namespace larder::http
