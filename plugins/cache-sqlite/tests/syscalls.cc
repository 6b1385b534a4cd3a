// Definitions in the program itself come before those of the C library, also for
// SQLite's calls.
#include "syscalls.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

namespace larder::sqlite::test {
namespace {

std::atomic<std::size_t> countdown = 0;
std::atomic<bool> killAfter = false;

template <class Real>
auto counted(Real real) -> decltype(real()) {
  const bool now = countdown > 0 && --countdown == 0;
  if (now && !killAfter) ::kill(::getpid(), SIGKILL);
  const auto result = real();
  if (now) ::kill(::getpid(), SIGKILL);
  return result;
}

}  // namespace

void dieAtWrite(std::size_t nth, bool after) {
  killAfter = after;
  countdown = nth;
}

}  // namespace larder::sqlite::test

using larder::sqlite::test::counted;

extern "C" {

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
  return counted([&] { return ::syscall(SYS_pwrite64, fd, bytes, size, offset); });
}

int ftruncate64(int fd, off64_t size) noexcept {
  return counted([&] { return static_cast<int>(::syscall(SYS_ftruncate, fd, size)); });
}

int fdatasync(int fd) {
  return counted([&] { return static_cast<int>(::syscall(SYS_fdatasync, fd)); });
}

}  // extern "C"
