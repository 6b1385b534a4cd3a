#include "change_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

namespace larder::sqlite {

struct ChangeFile::Shared {
  std::atomic<std::uint64_t> magic;
  alignas(64) std::atomic<std::uint64_t> begun;
  alignas(64) std::atomic<std::uint64_t> finished;
  alignas(64) std::atomic<std::uint64_t> version;
};

namespace {

constexpr std::uint64_t kMagic = 0x3163656772616c01;  // Another layout, another number.
constexpr std::size_t kSize = 4096;
static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "shared between processes");

sdk::Error systemError(const std::string& path) {
  return sdk::Error(sdk::Errc::Unavailable,
                    "using " + path + ": " + std::generic_category().message(errno));
}

sdk::Result<bool> tryFlock(int fd, const std::string& path) {
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return true;
  if (errno == EWOULDBLOCK || errno == EINTR) return false;
  return systemError(path);
}

}  // namespace

sdk::Result<std::unique_ptr<ChangeFile>> ChangeFile::openLocked(const std::string& path,
                                                                std::uint64_t first,
                                                                Waiting& waiting) {
  while (true) {
    LARDER_TRY_ASSIGN(auto file, openOnce(path, first, waiting));
    if (file) return file;
    LARDER_TRY(waiting.pause());
  }
}

// Null: somebody removed the file meanwhile; what was locked is not it any more.
sdk::Result<std::unique_ptr<ChangeFile>> ChangeFile::openOnce(const std::string& path,
                                                              std::uint64_t first,
                                                              Waiting& waiting) {
  sdk::FileHandle file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!file) return systemError(path);
  while (true) {
    LARDER_TRY_ASSIGN(const bool locked, tryFlock(file.get(), path));
    if (locked) break;
    LARDER_TRY(waiting.pause());
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return systemError(path);
  const FileIdentity identity{status.st_dev, status.st_ino};
  if (identityOf(path) != identity) return std::unique_ptr<ChangeFile>();
  // Longer than it was made is fine; what is too short would be a SIGBUS to look at.
  if (status.st_size < static_cast<off_t>(kSize) && ::ftruncate(file.get(), kSize) != 0) {
    return systemError(path);
  }
  void* const memory =
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (memory == MAP_FAILED) return systemError(path);
  std::unique_ptr<ChangeFile> opened(
      new ChangeFile(path, std::move(file), static_cast<Shared*>(memory), identity));
  *opened->taken_.lock() = true;
  if (prepare(*opened->shared_, first)) {
    opened->settle();
    return opened;
  }
  // Of another layout, or not larder's: others notice that it has gone.
  if (::unlink(path.c_str()) != 0) return systemError(path);
  return std::unique_ptr<ChangeFile>();
}

bool ChangeFile::prepare(Shared& shared, std::uint64_t first) noexcept {
  if (shared.magic == 0) {
    shared.begun = first;
    shared.finished = first;
    shared.magic = kMagic;
  }
  return shared.magic == kMagic;
}

ChangeFile::~ChangeFile() { ::munmap(shared_, sizeof(Shared)); }

std::optional<std::uint64_t> ChangeFile::value() const noexcept {
  // In this order: `finished` never passes `begun`, so when the later look at
  // `begun` finds no more, there was nobody on the way at the first look.
  const std::uint64_t finished = shared_->finished.load();
  const std::uint64_t begun = shared_->begun.load();
  if (finished != begun || !stillThere()) return std::nullopt;
  return begun;
}

bool ChangeFile::unsettled() const noexcept {
  return shared_->finished.load() != shared_->begun.load();
}

sdk::Result<ChangeFile::Lock> ChangeFile::lock(Waiting& waiting) {
  LARDER_TRY(takeThreads(waiting));
  while (true) {
    auto locked = tryFlock(file_.get(), path_);
    if (locked && *locked) break;
    auto wanted = locked ? waiting.pause() : sdk::Result<void>(std::move(locked).error());
    if (wanted) continue;
    releaseThreads();
    return std::move(wanted).error();
  }
  settle();
  return Lock(*this);
}

std::optional<ChangeFile::Lock> ChangeFile::tryLock() {
  if (!tryTakeThreads()) return std::nullopt;
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
    releaseThreads();
    return std::nullopt;
  }
  settle();
  return Lock(*this);
}

sdk::Result<void> ChangeFile::takeThreads(Waiting& waiting) {
  constexpr auto kLook = std::chrono::milliseconds(100);  // For cancellation.
  auto taken = taken_.lock();
  while (*taken) {
    LARDER_TRY(waiting.stillWanted());
    released_.wait_for(taken.raw(), kLook);
  }
  *taken = true;
  return {};
}

bool ChangeFile::tryTakeThreads() { return !std::exchange(*taken_.lock(), true); }

void ChangeFile::releaseThreads() noexcept {
  *taken_.lock() = false;
  released_.notify_one();
}

// Requires the lock.
void ChangeFile::settle() noexcept { shared_->finished = shared_->begun.load(); }

void ChangeFile::unlock() noexcept {
  ::flock(file_.get(), LOCK_UN);
  releaseThreads();
}

ChangeFile::Lock::~Lock() {
  if (owner_) owner_->unlock();
}

void ChangeFile::Lock::begin() noexcept { ++owner_->shared_->begun; }
void ChangeFile::Lock::finish() noexcept { ++owner_->shared_->finished; }
std::uint64_t ChangeFile::Lock::version() const noexcept { return owner_->shared_->version; }
void ChangeFile::Lock::setVersion(std::uint64_t version) noexcept {
  owner_->shared_->version = version;
}

}  // namespace larder::sqlite
