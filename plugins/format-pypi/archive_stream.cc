#include "archive_stream.h"

#include <archive.h>
#include <archive_entry.h>

#include <cstdio>
#include <span>

#include "archive_input.h"

namespace larder::pypi {
namespace {

namespace sdk = larder::sdk;

constexpr std::size_t kBlock = 128u << 10;

sdk::Error invalid(std::string why) { return {sdk::Errc::Invalid, std::move(why)}; }

using AddSupport = int (*)(archive*);

/// The one compression an extension stands for; null: none.
AddSupport filterOf(std::string_view extension) {
  if (extension == ".tar.gz" || extension == ".tgz") return &archive_read_support_filter_gzip;
  if (extension == ".tar.bz2" || extension == ".tbz") return &archive_read_support_filter_bzip2;
  if (extension == ".tar.xz") return &archive_read_support_filter_xz;
  return nullptr;
}

bool isZip(std::string_view extension) {
  return extension == ".zip" || extension == ".whl" || extension == ".egg";
}

}  // namespace

void ArchiveStream::Closer::operator()(archive* opened) const { archive_read_free(opened); }

ArchiveStream::ArchiveStream(sdk::Context& ctx, const sdk::SpooledContent& content,
                             std::string_view extension, const ArchiveLimits& limits)
    : ctx_(ctx), content_(content), extension_(extension), limits_(limits) {}

ArchiveStream::~ArchiveStream() = default;

sdk::Result<void> ArchiveStream::openNow() {
  archive_.reset(archive_read_new());
  if (!archive_) return sdk::Error(sdk::Errc::Unavailable, "no memory to read an archive");
  buffer_.resize(kBlock);
  archive* const opened = archive_.get();
  // Only the seeking zip reader: it goes by the central directory, as installers do.
  isZip(extension_) ? archive_read_support_format_zip_seekable(opened)
                    : archive_read_support_format_tar(opened);
  if (const AddSupport filter = filterOf(extension_)) filter(opened);
  archive_read_set_callback_data(opened, this);
  archive_read_set_read_callback(opened, &ArchiveStream::readBlock);
  archive_read_set_seek_callback(opened, &ArchiveStream::seek);
  if (archive_read_open1(opened) < ARCHIVE_WARN) return failure();
  return {};
}

long ArchiveStream::readBlock(archive*, void* self, const void** block) {
  auto& stream = *static_cast<ArchiveStream*>(self);
  if (auto ready = goOn(stream.ctx_); !ready) {
    stream.inputError_ = std::move(ready).error();
    return ARCHIVE_FATAL;
  }
  if (stream.position_ >= stream.content_.size()) return 0;
  auto read =
      stream.content_.readAt(stream.position_, std::as_writable_bytes(std::span(stream.buffer_)));
  if (!read) {
    stream.inputError_ = std::move(read).error();
    return ARCHIVE_FATAL;
  }
  stream.position_ += *read;
  *block = stream.buffer_.data();
  return static_cast<long>(*read);
}

std::int64_t ArchiveStream::seek(archive*, void* self, std::int64_t offset, int whence) {
  auto& stream = *static_cast<ArchiveStream*>(self);
  const auto size = static_cast<std::int64_t>(stream.content_.size());
  std::int64_t from = 0;
  if (whence == SEEK_CUR) from = static_cast<std::int64_t>(stream.position_);
  if (whence == SEEK_END) from = size;
  // Offsets come out of the archive; libarchive has added to them already.
  if (offset < -from || offset > size - from) return ARCHIVE_FATAL;
  stream.position_ = static_cast<std::uint64_t>(from + offset);
  return from + offset;
}

sdk::Error ArchiveStream::failure() {
  if (inputError_) return *std::move(inputError_);
  const char* why = archive_error_string(archive_.get());
  return invalid("it cannot be read as " + std::string(extension_) + ": " +
                 (why ? why : "unknown format"));
}

sdk::Result<bool> ArchiveStream::next() {
  if (!archive_) {
    LARDER_TRY(openNow());
  } else if (!isZip(extension_)) {
    LARDER_TRY(drain(nullptr, 0));  // A zip's members can be skipped without unpacking them.
  }
  const int got = archive_read_next_header(archive_.get(), &entry_);
  if (got == ARCHIVE_EOF && entries_ > 0) return false;
  if (got == ARCHIVE_EOF) return invalid("it has no members");
  if (got < ARCHIVE_WARN) return failure();
  if (++entries_ == 1) LARDER_TRY(checkFilters());
  LARDER_TRY(checkLimits());
  return true;
}

/// The end of the list of filters is always the one that reads the file.
sdk::Result<void> ArchiveStream::checkFilters() const {
  const int expected = filterOf(extension_) ? 2 : 1;
  const int found = archive_filter_count(archive_.get());
  if (found == expected) return {};
  return invalid(found < expected ? "it is not compressed as its extension says"
                                  : "it is compressed more than once");
}

sdk::Result<void> ArchiveStream::checkLimits() {
  LARDER_TRY(goOn(ctx_));
  if (entries_ > limits_.entries) {
    return invalid("it has more than " + std::to_string(limits_.entries) + " members");
  }
  const auto unpacked = static_cast<std::uint64_t>(archive_filter_bytes(archive_.get(), 0));
  const std::uint64_t most =
      extension_ == ".tar.xz" ? limits_.unpackedXzBytes : limits_.unpackedBytes;
  if (unpacked > most) {
    return invalid("it unpacks to more than " + std::to_string(most) + " bytes");
  }
  if (unpacked > limits_.ratioFrom && unpacked / limits_.ratio > content_.size()) {
    return invalid("it unpacks to more than " + std::to_string(limits_.ratio) + " times its size");
  }
  return {};
}

/// Reads to the end of the member, so that damage and bombs are found on the way.
sdk::Result<void> ArchiveStream::drain(std::string* into, std::size_t limit) {
  for (;;) {
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int got = archive_read_data_block(archive_.get(), &block, &size, &offset);
    if (got == ARCHIVE_EOF) return {};
    if (got != ARCHIVE_OK) return failure();  // A wrong checksum is only a warning there.
    LARDER_TRY(checkLimits());
    if (!into) continue;
    if (static_cast<std::uint64_t>(offset) != into->size()) {
      return invalid(quotedName(path()) + " is a sparse file");
    }
    if (size > limit - into->size()) {
      return invalid(quotedName(path()) + " is longer than " + std::to_string(limit) + " bytes");
    }
    into->append(static_cast<const char*>(block), size);
  }
}

std::string ArchiveStream::path() const {
  const char* text = archive_entry_pathname_utf8(entry_);
  if (!text) text = archive_entry_pathname(entry_);
  return text ? text : "";
}

bool ArchiveStream::isFile() const {
  return archive_entry_filetype(entry_) == AE_IFREG && !archive_entry_hardlink(entry_) &&
         !archive_entry_symlink(entry_);
}

sdk::Result<std::string> ArchiveStream::read(std::size_t limit) {
  std::string content;
  LARDER_TRY(drain(&content, limit));
  return content;
}

}  // namespace larder::pypi
