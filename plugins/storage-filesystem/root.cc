#include "root.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "errors.h"
#include "names.h"

namespace larder::filesystem {
namespace {

// A kernel before 5.6 does not have openat2(2), and some sandboxes forbid it.
bool isMissingCall(int error) { return error == ENOSYS || error == EPERM || error == E2BIG; }

int openStepwise(int root, const std::string& key, int flags) {
  sdk::FileHandle folder;
  int at = root;
  std::size_t start = 0;
  for (std::size_t slash = key.find('/'); slash != std::string::npos;
       slash = key.find('/', start)) {
    const std::string name = key.substr(start, slash - start);
    sdk::FileHandle next(::openat(at, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next) return -1;
    folder = std::move(next);
    at = folder.get();
    start = slash + 1;
  }
  return ::openat(at, key.c_str() + start, flags | O_NOFOLLOW | O_CLOEXEC);
}

int openBeneath(int root, const std::string& key, int flags) {
  struct open_how how {};
  how.flags = static_cast<std::uint64_t>(static_cast<unsigned>(flags | O_NOFOLLOW | O_CLOEXEC));
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  const long fd = ::syscall(SYS_openat2, root, key.c_str(), &how, sizeof how);
  if (fd >= 0 || !isMissingCall(errno)) return static_cast<int>(fd);
  return openStepwise(root, key, flags);
}

// Not an object, and not our business to say more: a link (ELOOP), a file where
// a directory should be, a socket, a device without a driver.
bool isNoObject(int error) {
  return error == ELOOP || error == ENOTDIR || error == ENXIO || error == ENODEV;
}

sdk::Error missing(std::string_view key) {
  return sdk::Error(sdk::Errc::NotFound, "object " + std::string(key) + " does not exist");
}

void appendHex(std::string& text, std::uint64_t number) {
  char digits[16];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number, 16).ptr;
  text.append(digits, end);
}

// A put makes a new file, so a replaced object has another inode than the one
// before it. An inode number comes back sooner or later, the modification time
// in nanoseconds that Staging sets does not; and whoever edits a file in place
// changes that time too.
std::string etagOf(const struct stat& status) {
  std::string etag;
  appendHex(etag, static_cast<std::uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000U +
                      static_cast<std::uint64_t>(status.st_mtim.tv_nsec));
  etag.push_back('-');
  appendHex(etag, status.st_ino);
  etag.push_back('-');
  appendHex(etag, static_cast<std::uint64_t>(status.st_size));
  return etag;
}

// The storage's directory may be new, and so may those above it.
void writeOutAbove(const std::string& path) {
  std::error_code ignored;
  std::filesystem::path folder = std::filesystem::canonical(path, ignored);
  while (folder.has_relative_path()) {
    folder = folder.parent_path();
    const sdk::FileHandle fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd) ::fsync(fd.get());
  }
}

}  // namespace

sdk::ObjectInfo infoOf(std::string_view key, const struct stat& status) {
  return {std::string(key), static_cast<std::uint64_t>(status.st_size), etagOf(status),
          std::chrono::sys_seconds(std::chrono::seconds(status.st_mtim.tv_sec))};
}

sdk::Result<Root> Root::open(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return systemError(error.value(), "making the directory", path);
  sdk::FileHandle fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return systemError(errno, "opening the directory", path);
  writeOutAbove(path);
  return Root(path, std::move(fd));
}

sdk::Result<sdk::FileHandle> Root::openAt(std::string_view key, int flags) const {
  if (!isKey(key)) {
    return sdk::Error(sdk::Errc::Invalid, "\"" + std::string(key) + "\" is no storage key");
  }
  sdk::FileHandle file(openBeneath(fd(), std::string(key), flags));
  if (file) return file;
  const int error = errno;
  if (error == ENOENT || isNoObject(error)) return missing(key);
  return systemError(error, "opening", pathOf(key));
}

sdk::Result<sdk::LocalFile> Root::openFile(std::string_view key, int flags) const {
  // A pipe in the place of an object must not hold the caller up; O_PATH never does.
  const int patience = (flags & O_PATH) != 0 ? 0 : O_NONBLOCK;
  LARDER_TRY_ASSIGN(sdk::FileHandle file, openAt(key, flags | patience));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return systemError(errno, "asking about", pathOf(key));
  if (!S_ISREG(status.st_mode)) return missing(key);
  return sdk::LocalFile{std::move(file), infoOf(key, status)};
}

sdk::Result<void> Root::stillThere() const {
  struct stat opened {};
  struct stat named {};
  if (::fstat(fd(), &opened) != 0) return systemError(errno, "asking about", path_);
  if (::stat(path_.c_str(), &named) != 0) {
    return sdk::Error(sdk::Errc::Unavailable,
                      path_ + " has gone; bring it back and restart the server");
  }
  if (opened.st_dev == named.st_dev && opened.st_ino == named.st_ino) return {};
  return sdk::Error(sdk::Errc::Unavailable,
                    path_ + " is another directory than at the start; restart the server");
}

}  // namespace larder::filesystem
