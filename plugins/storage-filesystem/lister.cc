#include "lister.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "errors.h"
#include "names.h"

namespace larder::filesystem {
namespace {

// Where fsck puts what it finds; a server that is not root cannot look into it.
constexpr char kFileSystemsOwn[] = "lost+found";

// Some file systems do not tell the kind of an entry while listing.
unsigned char kindOf(int folder, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type;
  struct stat status {};
  if (::fstatat(folder, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return DT_UNKNOWN;
  if (S_ISDIR(status.st_mode)) return DT_DIR;
  return S_ISREG(status.st_mode) ? DT_REG : DT_UNKNOWN;
}

}  // namespace

sdk::Result<sdk::ObjectPage> Lister::run() {
  LARDER_TRY(visit(root_.fd(), ""));
  if (full()) {
    page_.objects.pop_back();
    page_.next = page_.objects.back().key;
  }
  return std::move(page_);
}

// `folder` ends in '/', so it is in front of all keys below it.
bool Lister::mayHold(std::string_view folder) const noexcept {
  if (!folder.starts_with(prefix_) && !prefix_.starts_with(folder)) return false;
  return folder > after_ || after_.starts_with(folder);
}

bool Lister::wanted(std::string_view key) const noexcept {
  return key.starts_with(prefix_) && key > after_ && key.size() <= kMaxKey;
}

sdk::Result<void> Lister::visit(int fd, const std::string& folder) {
  LARDER_TRY(stillWanted(ctx_, clock_));
  LARDER_TRY_ASSIGN(Names names, namesIn(fd, folder));
  for (; !names.empty() && !full(); names.pop()) {
    const std::string& name = names.top();
    if (name.back() == '/') {
      LARDER_TRY(enter(fd, folder + name, name.substr(0, name.size() - 1)));
    } else {
      take(fd, folder + name, name);
    }
  }
  return {};
}

sdk::Result<void> Lister::enter(int fd, const std::string& folder, const std::string& name) {
  const sdk::FileHandle child(
      ::openat(fd, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (child) return visit(child.get(), folder);
  const int error = errno;
  const bool gone = error == ENOENT || error == ENOTDIR || error == ELOOP;
  if (gone) return {};
  return systemError(error, "listing the directory", root_.pathOf(folder));
}

void Lister::take(int fd, const std::string& key, const std::string& name) {
  struct stat status {};
  if (::fstatat(fd, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;  // Just removed.
  if (S_ISREG(status.st_mode)) page_.objects.push_back(infoOf(key, status));
}

sdk::Result<Lister::Names> Lister::namesIn(int fd, const std::string& folder) const {
  Names names;
  const int copy = ::openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0 && errno == ENOENT) return names;  // Just removed.
  DIR* const open = copy < 0 ? nullptr : ::fdopendir(copy);
  if (!open) {
    auto error = systemError(errno, "listing the directory", root_.pathOf(folder));
    if (copy >= 0) ::close(copy);
    return error;
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> closer(open, &::closedir);
  errno = 0;
  while (const dirent* entry = ::readdir(open)) {
    consider(fd, folder, *entry, names);
    errno = 0;
  }
  if (errno != 0) return systemError(errno, "listing the directory", root_.pathOf(folder));
  return names;
}

void Lister::consider(int fd, const std::string& folder, const dirent& entry, Names& names) const {
  std::string name = entry.d_name;
  if (!isSegment(name) || (folder.empty() && name == kFileSystemsOwn)) return;
  const unsigned char kind = kindOf(fd, entry);
  if (kind == DT_DIR) name.push_back('/');
  const std::string key = folder + name;
  if (kind == DT_DIR ? mayHold(key) : kind == DT_REG && wanted(key)) names.push(std::move(name));
}

}  // namespace larder::filesystem
