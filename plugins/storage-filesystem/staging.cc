#include "staging.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <vector>

#include "errors.h"

namespace larder::filesystem {
namespace {

std::string randomName() {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::array<unsigned char, 16> bytes{};
  std::string name = "x";  // A letter, so that the probe can change its case.
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return name;
  for (const unsigned char byte : bytes) {
    name.push_back(kDigits[byte >> 4]);
    name.push_back(kDigits[byte & 15]);
  }
  return name;
}

std::vector<std::string> namesIn(int folder) {
  std::vector<std::string> names;
  const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return names;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::fdopendir(copy), &::closedir);
  if (!open) {
    ::close(copy);
    return names;
  }
  while (const dirent* entry = ::readdir(open.get())) {
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  }
  return names;
}

}  // namespace

StagedFile::~StagedFile() {
  if (!name_.empty()) ::unlinkat(folder_, name_.c_str(), 0);
}

sdk::Result<Staging> Staging::open(int root, const std::string& rootPath) {
  const std::string path = rootPath + '/' + kStagingName;
  if (::mkdirat(root, kStagingName, 0777) != 0 && errno != EEXIST) {
    return systemError(errno, "making the directory", path);
  }
  sdk::FileHandle folder(
      ::openat(root, kStagingName, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) return systemError(errno, "opening the directory", path);
  return Staging(std::move(folder), path);
}

sdk::Result<StagedFile> Staging::create() const {
  std::string name = randomName();
  sdk::FileHandle file(
      ::openat(folder_.get(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file) {
    const int error = errno;
    if (error != ENOENT) return systemError(error, "making a file in", path_);
    return sdk::Error(sdk::Errc::Unavailable, path_ + " has gone; restart the server");
  }
  StagedFile staged(folder_.get(), std::move(name), std::move(file));
  // A sweeper of another process may hold the lock for a moment; it leaves the
  // file alone because it is young.
  if (::flock(staged.fd(), LOCK_EX) != 0) {
    return systemError(errno, "locking a file in", path_);
  }
  return staged;
}

std::size_t Staging::sweep(std::chrono::system_clock::time_point now,
                           std::chrono::seconds age) const {
  std::size_t removed = 0;
  for (const std::string& name : namesIn(folder_.get())) {
    if (removeLeftover(name.c_str(), now - age)) ++removed;
  }
  return removed;
}

bool Staging::removeLeftover(const char* name, std::chrono::system_clock::time_point before) const {
  const sdk::FileHandle file(
      ::openat(folder_.get(), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  // ctime: the modification time is set by hand before a file is placed.
  if (std::chrono::system_clock::from_time_t(status.st_ctim.tv_sec) >= before) return false;
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) return false;
  return ::unlinkat(folder_.get(), name, 0) == 0;
}

sdk::Result<void> Staging::probe() const {
  LARDER_TRY_ASSIGN(const StagedFile file, create());
  std::string other = file.name();
  other.front() = 'X';
  struct stat status {};
  if (::fstatat(folder_.get(), other.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
    return sdk::Error(sdk::Errc::Unsupported,
                      path_ + " is on a file system that ignores case; use one that does not");
  }
  if (::linkat(folder_.get(), file.name(), folder_.get(), other.c_str(), 0) != 0) {
    const int error = errno;
    if (error != EPERM && error != EOPNOTSUPP && error != ENOSYS && error != EMLINK) {
      return systemError(error, "making a hard link in", path_);
    }
    return sdk::Error(sdk::Errc::Unsupported,
                      path_ +
                          " is on a file system without hard links, which \"store only if "
                          "absent\" needs; use ext4, XFS, Btrfs, ZFS or NFS");
  }
  ::unlinkat(folder_.get(), other.c_str(), 0);
  return {};
}

}  // namespace larder::filesystem
