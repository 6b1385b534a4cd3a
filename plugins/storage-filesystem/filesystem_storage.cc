#include "filesystem_storage.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <thread>
#include <vector>

#include "errors.h"
#include "file_source.h"
#include "lister.h"
#include "names.h"

namespace larder::filesystem {
namespace {

constexpr std::chrono::hours kLeftoverAge{1};
constexpr std::size_t kBuffer = std::size_t{256} * 1024;
constexpr int kPlaceAttempts = 200;

sdk::Error wrongLength(std::string_view key, std::uint64_t found, std::uint64_t stated) {
  return sdk::Error(sdk::Errc::Corrupt, "the content for " + std::string(key) + " has " +
                                            (found > stated ? "more than" : "only") + " " +
                                            std::to_string(std::min(found, stated)) +
                                            " bytes, stated were " + std::to_string(stated));
}

sdk::Result<void> writeAll(int fd, std::span<const std::byte> bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return systemError(errno, "writing", path);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

// The kernel stamps files with the time of its last tick, milliseconds ago; two
// puts must not share a stamp. See etagOf().
void stampExactly(int fd) {
  std::array<timespec, 2> times{};
  ::clock_gettime(CLOCK_REALTIME, &times[0]);
  times[1] = times[0];
  ::futimens(fd, times.data());
}

}  // namespace

sdk::Result<std::unique_ptr<sdk::Storage>> FilesystemStorage::create(
    sdk::Context&, sdk::Host& host, const sdk::Settings& settings) {
  auto opened = open(host, {settings.string("path"), settings.boolean("sync")});
  if (!opened) return settings.invalid("path", opened.error().message());
  return std::unique_ptr<sdk::Storage>(std::move(*opened));
}

sdk::Result<std::unique_ptr<FilesystemStorage>> FilesystemStorage::open(sdk::Host& host,
                                                                        Options options) {
  LARDER_TRY_ASSIGN(Root root, Root::open(options.path));
  LARDER_TRY_ASSIGN(Staging staging, Staging::open(root.fd(), root.path()));
  LARDER_TRY(staging.probe());
  const std::size_t swept = staging.sweep(host.clock().now(), kLeftoverAge);
  if (swept > 0) {
    host.logger().info("filesystem.leftovers.removed",
                       "unfinished uploads of a server that ended abruptly were removed",
                       {{"path", options.path}, {"files", std::to_string(swept)}});
  }
  if (!options.sync) {
    host.logger().warning("filesystem.sync.off",
                          "uploads that were acknowledged can be lost in a power cut",
                          {{"path", options.path}});
  }
  return std::unique_ptr<FilesystemStorage>(
      new FilesystemStorage(host, std::move(options), std::move(root), std::move(staging)));
}

sdk::Result<void> FilesystemStorage::health(sdk::Context&) {
  LARDER_TRY(root_.stillThere());
  if (const int error = barrier_.failure(); error != 0) {
    return systemError(error, "an upload may be lost; restart the server; writing out",
                       root_.path());
  }
  LARDER_TRY_ASSIGN(StagedFile file, staging_.create());
  static constexpr std::string_view kText = "larder";
  LARDER_TRY(writeAll(file.fd(), std::as_bytes(std::span(kText)), root_.path()));
  std::array<char, kText.size()> back{};
  if (::pread(file.fd(), back.data(), back.size(), 0) != static_cast<ssize_t>(back.size()) ||
      std::string_view(back.data(), back.size()) != kText) {
    return sdk::Error(sdk::Errc::Corrupt, root_.path() + " gives back other bytes than written");
  }
  return {};
}

sdk::Result<sdk::ObjectInfo> FilesystemStorage::stat(sdk::Context&, std::string_view key) {
  LARDER_TRY_ASSIGN(sdk::LocalFile file, root_.openFile(key, O_PATH));
  return std::move(file.info);
}

sdk::Result<sdk::OpenObject> FilesystemStorage::open(sdk::Context&, std::string_view key,
                                                     sdk::ByteRange range) {
  LARDER_TRY_ASSIGN(sdk::LocalFile local, openLocal(key));
  const std::uint64_t size = local.info.size;
  if (range.offset > size) {
    return sdk::Error(sdk::Errc::Invalid, "offset " + std::to_string(range.offset) + " in " +
                                              std::string(key) + " is past its " +
                                              std::to_string(size) + " bytes");
  }
  const std::uint64_t rest = size - range.offset;
  auto body = std::make_unique<FileSource>(std::move(local.file), root_.pathOf(key), range.offset,
                                           std::min(rest, range.length.value_or(rest)));
  return sdk::OpenObject{std::move(local.info), std::move(body)};
}

sdk::Result<sdk::LocalFile> FilesystemStorage::openLocal(std::string_view key) {
  return root_.openFile(key, O_RDONLY);
}

sdk::Result<sdk::ObjectInfo> FilesystemStorage::put(sdk::Context& ctx, std::string_view key,
                                                    sdk::Content& content,
                                                    const sdk::PutOptions& options) {
  if (!isKey(key)) {
    return sdk::Error(sdk::Errc::Invalid, "\"" + std::string(key) + "\" is no storage key");
  }
  LARDER_TRY_ASSIGN(StagedFile file, staging_.create());
  LARDER_TRY(write(ctx, file, content, key));
  const bool now = options_.sync && options.durability == sdk::Durability::Now;
  if (now && ::fsync(file.fd()) != 0) {
    return systemError(errno, "writing out", root_.pathOf(key));
  }
  struct stat status {};
  if (::fstat(file.fd(), &status) != 0)
    return systemError(errno, "asking about", root_.pathOf(key));
  LARDER_TRY(place(file, key, options));
  return infoOf(key, status);
}

sdk::Result<void> FilesystemStorage::write(sdk::Context& ctx, StagedFile& file,
                                           sdk::Content& content, std::string_view key) const {
  const std::uint64_t stated = content.size();
  std::vector<std::byte> buffer(
      static_cast<std::size_t>(std::clamp<std::uint64_t>(stated, 1, kBuffer)));
  std::uint64_t written = 0;
  while (true) {
    LARDER_TRY(stillWanted(ctx, host_.clock()));
    LARDER_TRY_ASSIGN(const std::size_t n, content.read(buffer));
    if (n == 0) break;
    written += n;
    if (written > stated) return wrongLength(key, written, stated);
    LARDER_TRY(writeAll(file.fd(), std::span(buffer).first(n), root_.pathOf(key)));
  }
  if (written != stated) return wrongLength(key, written, stated);
  stampExactly(file.fd());
  return {};
}

// A remove() elsewhere may take away the empty directory that was just opened or
// made here; then it is made again.
sdk::Result<void> FilesystemStorage::place(StagedFile& file, std::string_view key,
                                           const sdk::PutOptions& options) {
  for (int attempt = 0; attempt < kPlaceAttempts; ++attempt) {
    LARDER_TRY_ASSIGN(const bool placed, placeOnce(file, key, options));
    if (placed) return {};
    std::this_thread::yield();
  }
  return sdk::Error(sdk::Errc::Unavailable,
                    "the directory of " + root_.pathOf(key) + " is removed again and again");
}

sdk::Result<bool> FilesystemStorage::placeOnce(StagedFile& file, std::string_view key,
                                               const sdk::PutOptions& options) {
  const KeyParts parts = split(key);
  auto folders = FolderChain::make(root_, parts.folder);
  if (folders.is(sdk::Errc::NotFound)) return false;
  if (!folders) return std::move(folders).error();

  const std::string leaf(parts.leaf);
  const int failed = options.ifAbsent
                         ? ::linkat(file.folder(), file.name(), folders->leaf(), leaf.c_str(), 0)
                         : ::renameat(file.folder(), file.name(), folders->leaf(), leaf.c_str());
  if (failed != 0) {
    LARDER_TRY_ASSIGN(const bool placed, explain(errno, file, folders->leaf(), key));
    if (!placed) return false;
  }
  if (!options.ifAbsent) file.placed();

  const bool now = options_.sync && options.durability == sdk::Durability::Now;
  if (now) LARDER_TRY(folders->sync(durable_));
  return true;
}

// Why the object did not get its place. True: it did after all; false: it is
// worth another try.
sdk::Result<bool> FilesystemStorage::explain(int error, const StagedFile& file, int folder,
                                             std::string_view key) const {
  const bool taken = error == EEXIST || error == EISDIR || error == ENOTEMPTY;
  if (error == ENOENT) return false;
  if (!taken) return systemError(error, "placing", root_.pathOf(key));
  const std::string leaf(split(key).leaf);
  struct stat there {};
  struct stat own {};
  if (::fstatat(folder, leaf.c_str(), &there, AT_SYMLINK_NOFOLLOW) != 0) return false;
  if (::fstat(file.fd(), &own) != 0) return systemError(errno, "asking about", root_.pathOf(key));
  // A network file system repeats a request whose answer got lost.
  if (there.st_ino == own.st_ino && there.st_dev == own.st_dev) return true;
  if (S_ISREG(there.st_mode)) {
    if (error != EEXIST) return false;  // It was a directory a moment ago.
    return sdk::Error(sdk::Errc::Conflict, "object " + std::string(key) + " already exists");
  }
  if (!S_ISDIR(there.st_mode)) {
    return sdk::Error(sdk::Errc::Unavailable,
                      root_.pathOf(key) + " is no regular file; remove it from the storage");
  }
  // Nothing but empty directories: what a process that died had begun.
  if (removeEmptyTree(folder, leaf.c_str())) return false;
  return sdk::Error(sdk::Errc::Invalid,
                    root_.pathOf(key) + " is a directory with objects in it, so it cannot be one");
}

sdk::Result<void> FilesystemStorage::remove(sdk::Context&, std::string_view key) {
  if (!isKey(key)) {
    return sdk::Error(sdk::Errc::Invalid, "\"" + std::string(key) + "\" is no storage key");
  }
  const KeyParts parts = split(key);
  auto folders = FolderChain::open(root_, parts.folder);
  if (folders.is(sdk::Errc::NotFound) || folders.is(sdk::Errc::Invalid)) return {};
  if (!folders) return std::move(folders).error();

  const std::string leaf(parts.leaf);
  struct stat there {};
  if (::fstatat(folders->leaf(), leaf.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 &&
      !S_ISREG(there.st_mode)) {
    return {};  // Not an object, so not ours to remove.
  }
  if (::unlinkat(folders->leaf(), leaf.c_str(), 0) != 0 && errno != ENOENT) {
    return systemError(errno, "removing", root_.pathOf(key));
  }
  folders->prune();
  if (options_.sync && ::fsync(folders->leaf()) != 0) {
    return systemError(errno, "writing out the directory of", root_.pathOf(key));
  }
  return {};
}

sdk::Result<sdk::ObjectPage> FilesystemStorage::list(sdk::Context& ctx, std::string_view prefix,
                                                     std::string_view after, std::size_t limit) {
  return Lister(ctx, host_.clock(), root_, prefix, after, limit).run();
}

sdk::Result<void> FilesystemStorage::sync(sdk::Context& ctx) {
  if (!options_.sync) return {};
  return barrier_.sync(ctx, host_.clock());
}

void* FilesystemStorage::facet(sdk::FacetId id) noexcept {
  if (id == sdk::LocalFiles::kFacet) return static_cast<sdk::LocalFiles*>(this);
  if (id == sdk::DurabilityBarrier::kFacet) return static_cast<sdk::DurabilityBarrier*>(this);
  return sdk::Storage::facet(id);
}

}  // namespace larder::filesystem
