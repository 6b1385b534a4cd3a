#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/message/message.h"
#include "core/message/parser.h"
#include "larder/sdk/host.h"
#include "larder/sdk/result.h"

namespace larder::http {

struct ServerOptions {
  /// "127.0.0.1:8080", "[::1]:0" (0: any free port) or "unix:/run/larder/http.sock".
  std::vector<std::string> listen;
  /// Networks ("10.0.0.0/8", "::1") whose Forwarded and X-Forwarded-* headers are
  /// believed; "unix" for everybody who connects by a unix socket.
  std::vector<std::string> trustedProxies;
  std::string tlsCertificate;  ///< PEM file with the whole chain; empty: no TLS.
  std::string tlsKey;
  std::string spool = ".";  ///< Directory of request bodies over 64 KiB.

  std::size_t loops = 0;  ///< 0: one per core.
  std::size_t poolThreads = 32;
  std::size_t poolQueue = 1024;
  std::size_t maxConnections = 0;  ///< 0: what the limit on open files allows.

  HeadLimits limits;

  std::chrono::milliseconds idle{75'000};   ///< Between two requests.
  std::chrono::milliseconds head{20'000};   ///< For a whole head, TLS handshake included.
  std::chrono::milliseconds body{60'000};   ///< Window in which at least 1 KiB/s must arrive.
  std::chrono::milliseconds write{60'000};  ///< The same for what the client takes.
  std::chrono::milliseconds handler{300'000};
  std::chrono::milliseconds linger{5'000};  ///< For a client to notice that it is over.
};

/// larder's connection engine: HTTP/1.1 (RFC 9110, 9112) over TCP, TLS and unix
/// sockets. One event loop per core does all input and output; whatever may block
/// runs on a pool of threads. It knows nothing of what it serves.
///
/// The functions may be called from any thread, one at a time.
class Server {
 public:
  /// `application`, `logger` and `metrics` outlive the server.
  Server(ServerOptions options, Application& application, sdk::Logger& logger,
         sdk::Metrics& metrics);
  /// stop() without grace.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds every address, then serves until stop(). Nothing is served on error.
  /// Errors: Invalid (an option), Unavailable (address in use, no permission).
  sdk::Result<void> start();

  /// As given, with the real port.
  std::vector<std::string> addresses() const;

  /// Accepts nothing new, ends idle connections, lets requests finish for up to
  /// `grace`, then cancels and cuts the rest off. Waits for handlers to return.
  void stop(std::chrono::milliseconds grace);

  /// Reads certificate and key again; new connections use them. On error the old
  /// ones stay. Errors: Invalid (unreadable, do not belong together).
  sdk::Result<void> reloadTls();

 private:
  class Running;
  std::unique_ptr<Running> running_;
};

}  // namespace larder::http
