#pragma once

#include <cstdint>
#include <string>

#include "core/base/deadlines.h"
#include "larder/sdk/storage.h"

namespace larder::http {

/// What a connection, or an acceptor, waits for.
enum Wait : WaitKind { kNothing, kIdle, kHead, kBody, kWrite, kHandler, kLinger, kAccept };

/// Somebody epoll reports to.
class EventTarget {
 public:
  virtual void onEvents(std::uint32_t events) = 0;

 protected:
  ~EventTarget() = default;
};

/// A connection that has just been accepted.
struct Accepted {
  sdk::FileHandle socket;
  std::string peer;     ///< Address without port, or "unix".
  bool secure = false;  ///< Speaks TLS.
};

}  // namespace larder::http
