#include "archived_metadata.h"

#include <algorithm>
#include <vector>

#include "archive_input.h"
#include "archive_stream.h"
#include "core_metadata.h"
#include "zip_members.h"

namespace larder::pypi {
namespace {

namespace sdk = larder::sdk;

using Found = std::optional<std::string>;

// What all installers can read, and what needs little memory (APPNOTE.TXT 4.4.5).
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;

sdk::Error invalid(std::string why) { return {sdk::Errc::Invalid, std::move(why)}; }

sdk::Error twice(std::string_view one, std::string_view other) {
  return invalid("it has " + quotedName(one) + " and " + quotedName(other) +
                 ", which cannot both count");
}

/// A member's path without the parts that mean nothing: "./a//b" is "a/b".
std::vector<std::string_view> componentsOf(std::string_view path) {
  std::vector<std::string_view> components;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0 && path.substr(0, end) != ".") components.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return components;
}

/// Installers look members up by their exact names.
bool isSpelledOut(std::string_view path) {
  if (path.ends_with('/')) path.remove_suffix(1);
  const std::string bounded = "/" + std::string(path) + "/";
  return bounded.find("//") == bounded.npos && bounded.find("/./") == bounded.npos;
}

bool isDistInfo(std::string_view directory) { return directory.ends_with(".dist-info"); }

/// Whether the metadata of a file of this kind is kept at this place.
bool isMetadataPath(PackageKind kind, std::string_view path) {
  const auto components = componentsOf(path);
  if (components.size() != 2) return false;
  switch (kind) {
    case PackageKind::Wheel:
      return isDistInfo(components[0]) && components[1] == "METADATA";
    case PackageKind::Egg:
      return components[0] == "EGG-INFO" && components[1] == "PKG-INFO";
    case PackageKind::Sdist:
      return components[0] != ".." && components[1] == "PKG-INFO";
    case PackageKind::WindowsInstaller:
      return false;
  }
  return false;
}

/// A wheel has one .dist-info directory, and it is that of the release in the file name. Its
/// members have one spelling.
sdk::Result<void> checkDistInfo(const DistributionFilename& file,
                                const std::vector<ZipMember>& members) {
  std::string_view directory;
  for (const ZipMember& member : members) {
    const auto components = componentsOf(member.name);
    if (components.empty() || !isDistInfo(components[0])) continue;
    if (components.size() == 1 && !member.name.ends_with('/')) continue;
    if (!isSpelledOut(member.name)) {
      return invalid(quotedName(member.name) + " in it is no name that installers find");
    }
    if (!directory.empty() && components[0] != directory) {
      return invalid("it has two .dist-info directories, " + quotedName(directory) + " and " +
                     quotedName(components[0]));
    }
    directory = components[0];
  }
  if (directory.empty()) return {};
  const std::string_view stem = directory.substr(0, directory.rfind('.'));
  if (namesRelease(stem, file.name, file.version)) return {};
  return invalid("its .dist-info directory is " + quotedName(directory) +
                 ", which is not the one of " + file.name + " " + file.version);
}

/// Tars are read to their end: what counts may come last, or twice.
sdk::Result<Found> readFromTar(sdk::Context& ctx, const DistributionFilename& file,
                               const sdk::SpooledContent& content, const ArchiveLimits& limits) {
  ArchiveStream stream(ctx, content, file.extension, limits);
  Found found;
  std::string foundAt;
  for (;;) {
    LARDER_TRY_ASSIGN(const bool more, stream.next());
    if (!more) return found;
    const std::string path = stream.path();
    if (!isMetadataPath(file.kind, path)) continue;
    if (found) return twice(foundAt, path);
    if (!stream.isFile()) return invalid(quotedName(path) + " in it is no regular file");
    LARDER_TRY_ASSIGN(found, stream.read(kMaxMetadataBytes));
    foundAt = path;
  }
}

/// Zips say in advance what they hold, so that only one member has to be unpacked.
sdk::Result<Found> readFromZip(sdk::Context& ctx, const DistributionFilename& file,
                               const sdk::SpooledContent& content, const ArchiveLimits& limits) {
  LARDER_TRY_ASSIGN(const auto members, readZipMembers(ctx, content, limits));
  if (file.kind == PackageKind::Wheel) LARDER_TRY(checkDistInfo(file, members));
  std::string wanted;
  for (const ZipMember& member : members) {
    if (!isMetadataPath(file.kind, member.name)) continue;
    if (!wanted.empty()) {
      return twice(wanted, member.name);
    }
    if (member.method != kStored && member.method != kDeflated) {
      return invalid(quotedName(member.name) + " in it is compressed by method " +
                     std::to_string(member.method) + ", neither stored nor deflated");
    }
    wanted = member.name;
  }
  if (wanted.empty()) return Found();
  ArchiveStream stream(ctx, content, file.extension, limits);
  for (;;) {
    LARDER_TRY_ASSIGN(const bool more, stream.next());
    if (!more) return invalid(quotedName(wanted) + " in it cannot be found");
    if (stream.path() != wanted) continue;
    if (!stream.isFile()) return invalid(quotedName(wanted) + " in it is no regular file");
    LARDER_TRY_ASSIGN(Found found, stream.read(kMaxMetadataBytes));
    return found;
  }
}

}  // namespace

sdk::Result<std::optional<std::string>> readArchivedMetadata(sdk::Context& ctx,
                                                             const DistributionFilename& file,
                                                             const sdk::SpooledContent& content,
                                                             const ArchiveLimits& limits) {
  if (file.kind == PackageKind::WindowsInstaller) return Found();
  const bool zip = file.kind != PackageKind::Sdist || file.extension == ".zip";
  auto found =
      zip ? readFromZip(ctx, file, content, limits) : readFromTar(ctx, file, content, limits);
  if (found.is(sdk::Errc::Invalid)) return std::move(found).error().within(file.filename);
  return found;
}

}  // namespace larder::pypi
