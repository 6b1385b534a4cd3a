#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/call_context.h"
#include "larder/sdk/host.h"

namespace larder::test {

/// An upload in memory. The first read at or after `failAt` fails.
class MemoryUpload final : public sdk::SpooledContent {
 public:
  explicit MemoryUpload(std::string bytes, std::uint64_t failAt = UINT64_MAX)
      : bytes_(std::move(bytes)), failAt_(failAt) {}

  sdk::Result<std::size_t> readAt(std::uint64_t offset,
                                  std::span<std::byte> buffer) const override {
    if (offset >= failAt_) return sdk::Error(sdk::Errc::Unavailable, "the disk failed as told");
    if (offset >= bytes_.size()) return std::size_t{0};
    const std::size_t n = std::min<std::size_t>(buffer.size(), bytes_.size() - offset);
    std::memcpy(buffer.data(), bytes_.data() + offset, n);
    return n;
  }
  std::uint64_t size() const noexcept override { return bytes_.size(); }
  sdk::Result<std::size_t> read(std::span<std::byte> buffer) override {
    LARDER_TRY_ASSIGN(const std::size_t n, readAt(position_, buffer));
    position_ += n;
    return n;
  }
  sdk::Result<void> rewind() override {
    position_ = 0;
    return {};
  }
  sdk::Result<std::string> digest(sdk::DigestAlgorithm) override {
    return sdk::Error(sdk::Errc::Unsupported, "not needed here");
  }

 private:
  std::string bytes_;
  std::uint64_t failAt_;
  std::uint64_t position_ = 0;
};

inline CallContext minute() { return CallContext("test", std::chrono::minutes(1)); }

inline std::string littleEndianBytes(std::uint64_t value, int width) {
  std::string bytes;
  for (; width > 0; --width, value >>= 8) bytes += static_cast<char>(value & 0xff);
  return bytes;
}

inline std::uint32_t crc32Of(std::string_view bytes) {
  std::uint32_t crc = 0xffffffff;
  for (char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

/// One member of a zip, with every way to lie about it.
struct ZipEntry {
  std::string name;
  std::string data = {};
  std::uint16_t flags = 0;
  std::uint32_t mode = 0100644;
  std::string localName = name;
  std::string extra = {};  ///< Of the central directory.
  std::string localExtra = {};
  std::string after = {};  ///< Bytes behind the data, such as a data descriptor.
  std::uint64_t unpacked = data.size();
  std::uint32_t crc = crc32Of(data);
  std::int64_t shift = 0;  ///< Added to the offset in the directory.
  std::uint16_t method = 0;
  std::uint16_t localMethod = method;
};

struct ZipEnd {
  std::string prefix = {};  ///< Before the first member.
  std::string hole = {};    ///< Before the central directory.
  std::string comment = {};
  std::string trailer = {};  ///< Behind the end.
  int extraEntries = 0;      ///< Added to the stated number of members.
  bool zip64 = false;
  bool lie64 = false;
};

/// A zip of stored members.
inline std::string zipOf(const std::vector<ZipEntry>& entries, const ZipEnd& end = {}) {
  std::string zip = end.prefix;
  std::string directory;
  for (const ZipEntry& e : entries) {
    const std::uint64_t offset =
        zip.size() - end.prefix.size() + static_cast<std::uint64_t>(e.shift);
    const bool later = e.flags & 8;
    const std::string numbers = littleEndianBytes(e.crc, 4) + littleEndianBytes(e.data.size(), 4) +
                                littleEndianBytes(e.unpacked, 4);
    zip += "PK\x03\x04" + littleEndianBytes(20, 2) + littleEndianBytes(e.flags, 2) +
           littleEndianBytes(e.localMethod, 2) + std::string(4, '\0') +
           (later ? std::string(12, '\0') : numbers) + littleEndianBytes(e.localName.size(), 2) +
           littleEndianBytes(e.localExtra.size(), 2) + e.localName + e.localExtra + e.data +
           e.after;
    directory += "PK\x01\x02" + littleEndianBytes(0x0314, 2) + littleEndianBytes(20, 2) +
                 littleEndianBytes(e.flags, 2) + littleEndianBytes(e.method, 2) +
                 std::string(4, '\0') + numbers + littleEndianBytes(e.name.size(), 2) +
                 littleEndianBytes(e.extra.size(), 2) + std::string(6, '\0') +
                 littleEndianBytes(std::uint64_t{e.mode} << 16, 4) + littleEndianBytes(offset, 4) +
                 e.name + e.extra;
  }
  zip += end.hole;
  const std::uint64_t count = entries.size() + static_cast<std::uint64_t>(end.extraEntries);
  const std::uint64_t at = zip.size() - end.prefix.size();
  zip += directory;
  if (end.zip64) {
    const std::uint64_t endAt = zip.size();
    zip += "PK\x06\x06" + littleEndianBytes(44, 8) + littleEndianBytes(0x2d, 2) +
           littleEndianBytes(0x2d, 2) + std::string(8, '\0') + littleEndianBytes(count, 8) +
           littleEndianBytes(count, 8) + littleEndianBytes(directory.size(), 8) +
           littleEndianBytes(at + (end.lie64 ? 1 : 0), 8) + "PK\x06\x07" + std::string(4, '\0') +
           littleEndianBytes(endAt, 8) + littleEndianBytes(1, 4);
  }
  return zip + "PK\x05\x06" + std::string(4, '\0') + littleEndianBytes(count, 2) +
         littleEndianBytes(count, 2) + littleEndianBytes(directory.size(), 4) +
         littleEndianBytes(end.zip64 ? 0xffffffff : at, 4) +
         littleEndianBytes(end.comment.size(), 2) + end.comment + end.trailer;
}

struct TarEntry {
  std::string name;
  std::string data = {};
  unsigned type = AE_IFREG;
  std::string link = {};
  bool hardlink = false;
};

/// A pax tar; `filters` are libarchive's names, the innermost first.
inline std::string tarOf(const std::vector<TarEntry>& entries,
                         const std::vector<std::string>& filters = {"gzip"}) {
  std::string bytes;
  archive* writer = archive_write_new();
  archive_write_set_format_pax_restricted(writer);
  for (const std::string& filter : filters)
    archive_write_add_filter_by_name(writer, filter.c_str());
  archive_write_set_bytes_in_last_block(writer, 1);
  archive_write_open(
      writer, &bytes, nullptr,
      [](archive*, void* to, const void* block, std::size_t size) -> la_ssize_t {
        static_cast<std::string*>(to)->append(static_cast<const char*>(block), size);
        return static_cast<la_ssize_t>(size);
      },
      nullptr);
  for (const TarEntry& e : entries) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, e.name.c_str());
    archive_entry_set_perm(entry, 0644);
    if (e.hardlink) {
      archive_entry_set_hardlink(entry, e.link.c_str());
    } else {
      archive_entry_set_filetype(entry, e.type);
      if (!e.link.empty()) archive_entry_set_symlink(entry, e.link.c_str());
    }
    archive_entry_set_size(entry, static_cast<la_int64_t>(e.data.size()));
    archive_write_header(writer, entry);
    if (!e.data.empty()) archive_write_data(writer, e.data.data(), e.data.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  return bytes;
}

}  // namespace larder::test
