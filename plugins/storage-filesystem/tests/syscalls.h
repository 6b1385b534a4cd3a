#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace larder::filesystem::test {

/// The calls of this program that change a file system go through here first, so
/// that a test can make one fail or die at it.
struct Trap {
  enum class Do { Fail, KillBefore, KillAfter, Call };
  std::string call = {};  ///< "fsync", "linkat", …; empty: any of them.
  std::size_t nth = 1;    ///< Counted from when the trap is set.
  Do what = Do::Fail;
  int error = 0;                         ///< For Fail.
  bool always = false;                   ///< From the nth on.
  std::function<void()> hook = nullptr;  ///< For Call: runs before the call.
};

void setTrap(Trap trap);
void clearTraps();
/// Intercepted calls of that name since clearTraps(); empty: of all.
std::size_t callsOf(const std::string& name);

}  // namespace larder::filesystem::test
