// Definitions in the program itself come before those of the C library, also for
// calls from the code under test.
#include "syscalls.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <map>
#include <mutex>
#include <vector>

namespace larder::filesystem::test {
namespace {

struct Traps {
  std::recursive_mutex mutex;
  std::vector<Trap> set;
  std::map<std::string, std::size_t> calls;
};

thread_local bool busy = false;  // A hook's own calls are not trapped.

Traps& traps() {
  static Traps* const all = new Traps;
  return *all;
}

void die() {
  ::kill(::getpid(), SIGKILL);
  while (true) ::pause();
}

/// The trap that springs at this call, if any.
Trap spring(const char* name) {
  Trap none{.call = {}, .nth = 0, .what = Trap::Do::Fail, .error = 0};
  Traps& all = traps();
  const std::lock_guard lock(all.mutex);
  if (busy) return none;
  ++all.calls[name];
  for (Trap& trap : all.set) {
    if (!trap.call.empty() && trap.call != name) continue;
    if (trap.nth == 0 || --trap.nth > 0) continue;
    if (trap.always) trap.nth = 1;
    return trap;
  }
  return none;
}

template <class Real>
auto guarded(const char* name, Real real) -> decltype(real()) {
  const Trap trap = spring(name);
  if (trap.what == Trap::Do::KillBefore) die();
  if (trap.what == Trap::Do::Fail && trap.error != 0) {
    errno = trap.error;
    return -1;
  }
  if (trap.what == Trap::Do::Call) {
    busy = true;
    trap.hook();
    busy = false;
  }
  const auto result = real();
  if (trap.what == Trap::Do::KillAfter) die();
  return result;
}

}  // namespace

void setTrap(Trap trap) {
  const std::lock_guard lock(traps().mutex);
  traps().set.push_back(std::move(trap));
}

void clearTraps() {
  const std::lock_guard lock(traps().mutex);
  traps().set.clear();
  traps().calls.clear();
}

std::size_t callsOf(const std::string& name) {
  const std::lock_guard lock(traps().mutex);
  if (!name.empty()) return traps().calls[name];
  std::size_t sum = 0;
  for (const auto& [call, count] : traps().calls) sum += count;
  return sum;
}

}  // namespace larder::filesystem::test

using larder::filesystem::test::guarded;

extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) {
  if (fd <= 2) return ::syscall(SYS_write, fd, bytes, size);
  return guarded("write", [&] { return ::syscall(SYS_write, fd, bytes, size); });
}

int fsync(int fd) {
  return guarded("fsync", [&] { return static_cast<int>(::syscall(SYS_fsync, fd)); });
}

int syncfs(int fd) noexcept {
  return guarded("syncfs", [&] { return static_cast<int>(::syscall(SYS_syncfs, fd)); });
}

int linkat(int from, const char* old, int to, const char* name, int flags) noexcept {
  return guarded("linkat", [&] {
    return static_cast<int>(::syscall(SYS_linkat, from, old, to, name, flags));
  });
}

int renameat(int from, const char* old, int to, const char* name) noexcept {
  return guarded("renameat", [&] {
    return static_cast<int>(::syscall(SYS_renameat2, from, old, to, name, 0));
  });
}

int unlinkat(int at, const char* name, int flags) noexcept {
  return guarded("unlinkat",
                 [&] { return static_cast<int>(::syscall(SYS_unlinkat, at, name, flags)); });
}

int mkdirat(int at, const char* name, mode_t mode) noexcept {
  return guarded("mkdirat",
                 [&] { return static_cast<int>(::syscall(SYS_mkdirat, at, name, mode)); });
}

int openat(int at, const char* name, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    va_list rest;
    va_start(rest, flags);
    mode = va_arg(rest, mode_t);
    va_end(rest);
  }
  return guarded("openat",
                 [&] { return static_cast<int>(::syscall(SYS_openat, at, name, flags, mode)); });
}

}  // extern "C"
