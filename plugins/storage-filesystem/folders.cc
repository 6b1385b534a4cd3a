#include "folders.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>

#include "errors.h"

namespace larder::filesystem {
namespace {

constexpr std::size_t kMostRemembered = 20'000;
constexpr int kOpenFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::optional<DurableFolders::Identity> identityOf(int fd) {
  struct statx status {};
  if (::statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &status) != 0) return std::nullopt;
  if ((status.stx_mask & STATX_BTIME) == 0) return std::nullopt;
  return DurableFolders::Identity(::makedev(status.stx_dev_major, status.stx_dev_minor),
                                  status.stx_ino, status.stx_btime.tv_sec,
                                  status.stx_btime.tv_nsec);
}

}  // namespace

bool DurableFolders::has(const Identity& folder) { return folders_.lock()->contains(folder); }

void DurableFolders::add(const Identity& folder) {
  auto folders = folders_.lock();
  if (folders->size() >= kMostRemembered) folders->clear();
  folders->insert(folder);
}

sdk::Result<FolderChain> FolderChain::make(const Root& root, std::string_view folder) {
  return walk(root, folder, true);
}

sdk::Result<FolderChain> FolderChain::open(const Root& root, std::string_view folder) {
  return walk(root, folder, false);
}

sdk::Result<FolderChain> FolderChain::walk(const Root& root, std::string_view folder, bool make) {
  FolderChain chain(root);
  while (!folder.empty()) {
    const std::size_t slash = folder.find('/');
    LARDER_TRY(chain.descend(std::string(folder.substr(0, slash)), make));
    folder.remove_prefix(slash == std::string_view::npos ? folder.size() : slash + 1);
  }
  return chain;
}

sdk::Result<void> FolderChain::descend(std::string name, bool make) {
  sdk::FileHandle fd(::openat(leaf(), name.c_str(), kOpenFolder));
  if (!fd && errno == ENOENT && make) {
    if (::mkdirat(leaf(), name.c_str(), 0777) != 0 && errno != EEXIST) {
      return systemError(errno, "making the directory", path() + '/' + name);
    }
    fd = sdk::FileHandle(::openat(leaf(), name.c_str(), kOpenFolder));
  }
  if (!fd) {
    const int error = errno;
    if (error != ENOTDIR && error != ELOOP) {
      return systemError(error, "opening the directory", path() + '/' + name);
    }
    return sdk::Error(sdk::Errc::Invalid,
                      path() + '/' + name + " is no directory, so no object can be below it");
  }
  levels_.push_back({std::move(name), std::move(fd)});
  return {};
}

std::string FolderChain::path() const {
  std::string path = root_->path();
  for (const Level& level : levels_) path.append("/").append(level.name);
  return path;
}

// A directory that was there already may have been made by another process that
// has not written it out yet. So what counts is not who made it but whether its
// parent has been written since it was seen there.
sdk::Result<void> FolderChain::sync(DurableFolders& known) const {
  if (::fsync(leaf()) != 0) return systemError(errno, "writing out the directory", path());
  for (std::size_t i = levels_.size(); i-- > 0;) {
    const auto identity = identityOf(levels_[i].fd.get());
    if (identity && known.has(*identity)) continue;
    const int parent = i == 0 ? root_->fd() : levels_[i - 1].fd.get();
    if (::fsync(parent) != 0) {
      return systemError(errno, "writing out the directory above", levels_[i].name);
    }
    if (identity) known.add(*identity);
  }
  return {};
}

void FolderChain::prune() {
  while (!levels_.empty()) {
    const std::size_t last = levels_.size() - 1;
    const int parent = last == 0 ? root_->fd() : levels_[last - 1].fd.get();
    const char* name = levels_[last].name.c_str();
    if (::unlinkat(parent, name, AT_REMOVEDIR) != 0 && errno != ENOENT) return;
    levels_.pop_back();
  }
}

bool removeEmptyTree(int folder, const char* name) {
  if (::unlinkat(folder, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return true;
  if (errno != ENOTEMPTY && errno != EEXIST) return false;
  sdk::FileHandle inside(::openat(folder, name, kOpenFolder));
  if (!inside) return errno == ENOENT;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::fdopendir(inside.get()), &::closedir);
  if (!open) return false;
  const int fd = inside.release();
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string_view child = entry->d_name;
    if (child == "." || child == "..") continue;
    if (entry->d_type != DT_DIR || !removeEmptyTree(fd, entry->d_name)) return false;
  }
  return ::unlinkat(folder, name, AT_REMOVEDIR) == 0 || errno == ENOENT;
}

}  // namespace larder::filesystem
