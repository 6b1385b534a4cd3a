#include "core/content/spooled.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <vector>

#include "core/base/guarded.h"
#include "core/content/digests.h"
#include "larder/sdk/storage.h"

namespace larder::content {
namespace {

using Algorithm = sdk::DigestAlgorithm;
constexpr std::size_t kChunk = std::size_t{256} * 1024;
constexpr std::array kCommon{Algorithm::Md5, Algorithm::Sha256, Algorithm::Blake2b256};
constexpr std::array kRare{Algorithm::Sha1, Algorithm::Sha512};

class Slice final : public sdk::SpooledContent {
 public:
  Slice(ReadAt read, std::uint64_t offset, std::uint64_t size)
      : read_(std::move(read)), offset_(offset), size_(size) {}

  std::uint64_t size() const noexcept override { return size_; }

  sdk::Result<void> rewind() override {
    at_ = 0;
    return {};
  }

  sdk::Result<std::size_t> read(std::span<std::byte> buffer) override {
    LARDER_TRY_ASSIGN(const std::size_t got, readAt(at_, buffer));
    at_ += got;
    return got;
  }

  sdk::Result<std::size_t> readAt(std::uint64_t offset,
                                  std::span<std::byte> buffer) const override {
    if (offset >= size_) return std::size_t{0};
    const auto most = std::min<std::uint64_t>(buffer.size(), size_ - offset);
    return read_(offset_ + offset, buffer.first(static_cast<std::size_t>(most)));
  }

  sdk::Result<std::string> digest(Algorithm algorithm) override {
    auto known = digests_.lock();
    std::optional<std::string>& digest = (*known)[static_cast<std::size_t>(algorithm)];
    if (!digest) {
      const bool rare = std::find(kRare.begin(), kRare.end(), algorithm) != kRare.end();
      LARDER_TRY(rare ? compute(kRare, *known) : compute(kCommon, *known));
    }
    return *digest;
  }

 private:
  using Digests = std::array<std::optional<std::string>, 5>;

  sdk::Result<void> compute(std::span<const Algorithm> algorithms, Digests& into) const {
    std::vector<Digester> digesters;
    for (const Algorithm algorithm : algorithms) digesters.emplace_back(algorithm);
    std::vector<std::byte> buffer(static_cast<std::size_t>(std::min<std::uint64_t>(size_, kChunk)));
    for (std::uint64_t at = 0; at < size_;) {
      LARDER_TRY_ASSIGN(const std::size_t got, readAt(at, buffer));
      if (got == 0) return sdk::Error(sdk::Errc::Unavailable, "a spooled upload became shorter");
      for (Digester& digester : digesters) digester.update(std::span(buffer).first(got));
      at += got;
    }
    for (std::size_t i = 0; i < algorithms.size(); ++i) {
      into[static_cast<std::size_t>(algorithms[i])] = digesters[i].finish();
    }
    return {};
  }

  ReadAt read_;
  std::uint64_t offset_;
  std::uint64_t size_;
  std::uint64_t at_ = 0;
  Guarded<Digests> digests_;
};

sdk::Error diskError(const std::string& doing) {
  return {sdk::Errc::Unavailable, doing + ": " + std::strerror(errno)};
}

sdk::Result<void> writeAll(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno != EINTR) return diskError("writing an upload to the spool");
    if (wrote > 0) bytes = bytes.subspan(static_cast<std::size_t>(wrote));
  }
  return {};
}

}  // namespace

std::unique_ptr<sdk::SpooledContent> makeSlice(ReadAt read, std::uint64_t offset,
                                               std::uint64_t size) {
  return std::make_unique<Slice>(std::move(read), offset, size);
}

std::unique_ptr<sdk::SpooledContent> makeContent(std::string bytes) {
  const std::uint64_t size = bytes.size();
  auto shared = std::make_shared<const std::string>(std::move(bytes));
  auto read = [shared](std::uint64_t offset,
                       std::span<std::byte> buffer) -> sdk::Result<std::size_t> {
    const auto from = static_cast<std::size_t>(std::min<std::uint64_t>(offset, shared->size()));
    const std::size_t count = std::min(buffer.size(), shared->size() - from);
    std::memcpy(buffer.data(), shared->data() + from, count);
    return count;
  };
  return makeSlice(std::move(read), 0, size);
}

sdk::Result<SpoolDirectory> SpoolDirectory::open(const std::string& path) {
  std::error_code failure;
  std::filesystem::create_directories(path, failure);
  if (failure) {
    return sdk::Error(sdk::Errc::Unavailable,
                      "the spool directory " + path + " cannot be made: " + failure.message());
  }
  const sdk::FileHandle probe(::open(path.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!probe) return diskError("the spool directory " + path + " takes no unnamed files");
  return SpoolDirectory(std::filesystem::absolute(path).string());
}

sdk::Result<std::unique_ptr<sdk::SpooledContent>> SpoolDirectory::spool(sdk::Context& ctx,
                                                                        sdk::Source& from,
                                                                        std::uint64_t limit) const {
  auto file = std::make_shared<sdk::FileHandle>(
      ::open(path_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!*file) return diskError("making a file in the spool " + path_);
  std::vector<std::byte> buffer(kChunk);
  std::uint64_t size = 0;
  while (true) {
    if (ctx.cancelled()) return sdk::Error(sdk::Errc::Cancelled, "spooling an upload");
    LARDER_TRY_ASSIGN(const std::size_t got, from.read(buffer));
    if (got == 0) break;
    size += got;
    if (size > limit) {
      return sdk::Error(sdk::Errc::TooLarge, "more than " + std::to_string(limit) + " bytes");
    }
    LARDER_TRY(writeAll(file->get(), std::span(buffer).first(got)));
  }
  auto read = [file](std::uint64_t offset, std::span<std::byte> into) -> sdk::Result<std::size_t> {
    while (true) {
      const ssize_t got =
          ::pread(file->get(), into.data(), into.size(), static_cast<off_t>(offset));
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return diskError("reading an upload from the spool");
    }
  };
  return makeSlice(std::move(read), 0, size);
}

}  // namespace larder::content
