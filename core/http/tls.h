#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "core/base/guarded.h"
#include "core/http/transport.h"
#include "larder/sdk/result.h"

namespace larder::http {

/// The certificate in use. Thread-safe; connections keep the one they began with.
class Tls {
 public:
  /// Errors: Invalid, with OpenSSL's reason.
  sdk::Result<void> load(const std::string& certificate, const std::string& key);

  /// The server's side of a connection over `socket`; null without certificate.
  SslPointer accept(int socket);

 private:
  Guarded<std::shared_ptr<SSL_CTX>> context_;
};

}  // namespace larder::http
