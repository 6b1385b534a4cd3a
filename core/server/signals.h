#pragma once

#include <csignal>

namespace larder::server {

/// Takes SIGTERM, SIGINT and SIGHUP from all threads that are made afterwards, for
/// wait(). SIGPIPE is ignored. Make it first thing in main().
class Signals {
 public:
  Signals();

  /// The next of the three; blocks.
  int wait() const;

 private:
  sigset_t set_;
};

}  // namespace larder::server
