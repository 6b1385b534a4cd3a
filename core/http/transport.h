#pragma once

#include <openssl/ssl.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "larder/sdk/storage.h"

namespace larder::http {

struct SslFree {
  void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
};
using SslPointer = std::unique_ptr<SSL, SslFree>;

/// A connected, non-blocking socket, with or without TLS. One thread at a time.
class Transport {
 public:
  struct Moved {
    enum class State : std::uint8_t { Open, Blocked, Ended, Failed };
    std::size_t bytes = 0;
    State state = State::Open;
    /// A plain socket gave less than was asked: it is empty until the next event.
    bool drained = false;
  };

  Transport(sdk::FileHandle socket, SslPointer ssl);
  ~Transport();
  Transport(Transport&&) = default;
  Transport& operator=(Transport&&) = delete;

  int descriptor() const noexcept { return socket_.get(); }
  bool secure() const noexcept { return ssl_ != nullptr; }

  Moved read(std::span<char> into);
  /// `more`: the rest of the message follows at once, so it may wait for it.
  Moved write(std::span<const iovec> pieces, bool more);
  /// At most a few megabytes at a time, so that one client cannot hold a loop up.
  Moved sendFile(int file, std::uint64_t offset, std::uint64_t length);

  /// Bytes the peer has not acknowledged yet.
  std::uint64_t unacknowledged() const noexcept;
  void shutdownWrite() noexcept;
  /// Ends with a reset instead of a clean end: what was sent is not whole.
  void abort() noexcept;

 private:
  Moved secureResult(int result, std::size_t bytes) noexcept;

  sdk::FileHandle socket_;
  SslPointer ssl_;
  bool broken_ = false;
};

}  // namespace larder::http
