#include "core/config/secrets.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "core/config/words.h"

namespace larder::config {

namespace {

constexpr std::size_t kShortest = 4;
constexpr std::size_t kMaxSecret = std::size_t{64} << 10;

sdk::Error invalid(const std::string& path, std::string_view why) {
  return {sdk::Errc::Invalid, "the file " + shown(path) + ' ' + std::string(why)};
}

// Closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

sdk::Result<std::string> readAll(int fd, const std::string& path) {
  std::string text(kMaxSecret + 2, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(fd, text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return invalid(path, "cannot be read: " + std::generic_category().message(errno));
    }
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  text.resize(size);
  return text;
}

}  // namespace

void Secrets::add(std::string secret) {
  if (secret.size() < kShortest) return;
  const auto place = std::lower_bound(
      secrets_.begin(), secrets_.end(), secret,
      [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  secrets_.insert(place, std::move(secret));
}

std::string Secrets::masked(std::string text) const {
  for (const std::string& secret : secrets_) {
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
      text.replace(at, secret.size(), "***");
      at += 3;
    }
  }
  return text;
}

sdk::Result<SecretFile> readSecret(const std::string& path) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0) {
    const int error = errno;
    return invalid(path, "cannot be read: " + std::generic_category().message(error) +
                             (error == ENOENT ? "; create it or correct the path"
                                              : "; let the server's user read it"));
  }
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return invalid(path, "is no regular file; put the secret into a file of its own");
  }
  LARDER_TRY_ASSIGN(std::string text, readAll(fd.get(), path));
  if (text.ends_with("\r\n")) {
    text.resize(text.size() - 2);
  } else if (text.ends_with('\n')) {
    text.pop_back();
  }
  if (text.size() > kMaxSecret) return invalid(path, "is larger than 64 KiB; no secret is");
  if (text.empty()) return invalid(path, "is empty; write the secret into it");
  if (text.find('\0') != std::string::npos) {
    return invalid(path, "holds a NUL byte; write the secret as text");
  }
  return SecretFile{std::move(text), (info.st_mode & S_IROTH) != 0};
}

}  // namespace larder::config
