#include "zip_members.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "archive_input.h"
#include "header_fields.h"
#include "zip_directory.h"

namespace larder::pypi {
namespace {

namespace sdk = larder::sdk;

constexpr std::size_t kLocalSize = 30;
constexpr std::uint64_t kAll32 = 0xffffffff;

constexpr std::uint16_t kEncrypted = 0x0001 | 0x0040 | 0x2000;
constexpr std::uint16_t kDescriptor = 0x0008;
constexpr std::uint16_t kUtf8 = 0x0800;
constexpr std::uint16_t kMeaningful = kEncrypted | kDescriptor | kUtf8;  // The rest are hints.

sdk::Error invalid(std::string why) { return {sdk::Errc::Invalid, std::move(why)}; }

sdk::Result<void> checkNames(const std::vector<ZipMember>& members) {
  std::unordered_set<std::string_view> names;
  for (const ZipMember& member : members) {
    if (member.name.empty() || member.name.find('\0') != member.name.npos) {
      return invalid("it has a member without a name or with a NUL in it");
    }
    if ((member.flags & kUtf8) && !isUtf8(member.name)) {
      return invalid("it has the member " + quotedName(member.name) +
                     ", whose name says it is UTF-8 and is not");
    }
    if (member.flags & kEncrypted)
      return invalid("it has the encrypted member " + quotedName(member.name));
    if (!member.name.ends_with('/') && !names.insert(member.name).second) {
      return invalid("it has " + quotedName(member.name) + " twice");
    }
  }
  return {};
}

sdk::Result<void> checkSizes(const std::vector<ZipMember>& members, std::uint64_t archiveSize,
                             const ArchiveLimits& limits) {
  std::uint64_t unpacked = 0;
  for (const ZipMember& member : members) {
    if (member.unpacked > limits.unpackedBytes - unpacked) {
      return invalid("it unpacks to more than " + std::to_string(limits.unpackedBytes) + " bytes");
    }
    unpacked += member.unpacked;
  }
  if (unpacked > limits.ratioFrom && unpacked / limits.ratio > archiveSize) {
    return invalid("it unpacks to more than " + std::to_string(limits.ratio) + " times its size");
  }
  return {};
}

/// Whether the numbers of a local header are the directory's, or left to the data descriptor.
bool numbersAgree(std::string_view header, std::string_view extra, const ZipMember& member) {
  const auto agrees = [&](std::uint64_t local, std::uint64_t directory) {
    return local == directory || (local == 0 && (member.flags & kDescriptor));
  };
  std::uint64_t packed = littleEndian(header, 18, 4);
  std::uint64_t unpacked = littleEndian(header, 22, 4);
  const std::string_view wide = zip64Extra(extra);
  if (wide.size() >= 16 && packed == kAll32) packed = littleEndian(wide, 8, 8);
  if (wide.size() >= 16 && unpacked == kAll32) unpacked = littleEndian(wide, 0, 8);
  return agrees(littleEndian(header, 14, 4), member.crc) && agrees(packed, member.packed) &&
         agrees(unpacked, member.unpacked);
}

/// Reads the local header and returns where the member's data ends.
sdk::Result<std::uint64_t> checkLocalHeader(const sdk::SpooledContent& content,
                                            const ZipMember& member) {
  LARDER_TRY_ASSIGN(const std::string header,
                    readExactly(content, member.offset, kLocalSize + member.name.size()));
  const auto extraSize = static_cast<std::size_t>(littleEndian(header, 28, 2));
  LARDER_TRY_ASSIGN(
      const std::string extra,
      readExactly(content, member.offset + kLocalSize + member.name.size(), extraSize));
  if (!header.starts_with("PK\x03\x04") ||
      ((littleEndian(header, 6, 2) ^ member.flags) & kMeaningful) != 0 ||
      littleEndian(header, 8, 2) != member.method ||
      littleEndian(header, 26, 2) != member.name.size() || !header.ends_with(member.name) ||
      !numbersAgree(header, extra, member)) {
    return invalid("the header in front of " + quotedName(member.name) +
                   " is not what the central directory says");
  }
  return member.offset + kLocalSize + member.name.size() + extraSize + member.packed;
}

/// Between the data of `member` and what follows there is nothing but its data descriptor.
sdk::Result<void> checkGap(const sdk::SpooledContent& content, const ZipMember& member,
                           std::uint64_t end, std::uint64_t next) {
  if (end == next && !(member.flags & kDescriptor)) return {};
  const std::uint64_t gap = next - end;
  if (end < next && (member.flags & kDescriptor) &&
      (gap == 12 || gap == 16 || gap == 20 || gap == 24)) {
    LARDER_TRY_ASSIGN(const std::string bytes,
                      readExactly(content, end, static_cast<std::size_t>(gap)));
    std::string_view descriptor = bytes;
    if (gap == 16 || gap == 24) {
      if (!descriptor.starts_with("PK\x07\x08"))
        descriptor = {};
      else
        descriptor.remove_prefix(4);
    }
    const std::size_t width = gap >= 20 ? 8 : 4;
    if (!descriptor.empty() && littleEndian(descriptor, 0, 4) == member.crc &&
        littleEndian(descriptor, 4, width) == member.packed &&
        littleEndian(descriptor, 4 + width, width) == member.unpacked) {
      return {};
    }
  }
  return invalid("behind " + quotedName(member.name) +
                 " its members overlap or have other bytes between them");
}

}  // namespace

sdk::Result<std::vector<ZipMember>> readZipMembers(sdk::Context& ctx,
                                                   const sdk::SpooledContent& content,
                                                   const ArchiveLimits& limits) {
  LARDER_TRY_ASSIGN(ZipDirectory directory, readZipDirectory(content, limits));
  std::vector<ZipMember>& members = directory.members;
  LARDER_TRY(checkNames(members));
  LARDER_TRY(checkSizes(members, content.size(), limits));
  std::sort(members.begin(), members.end(),
            [](const ZipMember& a, const ZipMember& b) { return a.offset < b.offset; });
  if (members.empty() ? directory.offset != 0 : members.front().offset != 0) {
    return invalid("there are bytes before its first member");
  }
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i % 256 == 0) LARDER_TRY(goOn(ctx));
    const std::uint64_t next = i + 1 < members.size() ? members[i + 1].offset : directory.offset;
    if (next > directory.offset || members[i].packed > directory.offset)
      return invalid("it has a member that reaches into its central directory");
    LARDER_TRY_ASSIGN(const std::uint64_t end, checkLocalHeader(content, members[i]));
    LARDER_TRY(checkGap(content, members[i], end, next));
  }
  return std::move(members);
}

}  // namespace larder::pypi
