#pragma once

#include <string>
#include <string_view>

#include "core/base/guarded.h"
#include "larder/sdk/host.h"

namespace larder::auth {

/// The server's password hashing, offered to every access plugin.
///
/// Verifies crypt(3)'s $y$, $gy$, $7$, $2a$/$2b$/$2y$, $6$ and $5$, argon2i, d
/// and id, and passlib's $pbkdf2-sha512$, $pbkdf2-sha256$ and $pbkdf2$. Refuses
/// what is too weak to store ($1$, $apr1$, DES) and what costs more than a few
/// seconds or 256 MiB. Secrets that are empty, hold a NUL or are longer than 4096
/// bytes never verify. Thread-safe.
class Passwords final : public sdk::Passwords {
 public:
  Passwords();

  /// yescrypt; PBKDF2-SHA512 for secrets of 512 bytes and more, which crypt(3)
  /// cannot hold. Empty, and so never verifying, for a secret that is refused.
  std::string hash(std::string_view secret) override;
  bool verify(std::string_view secret, std::string_view hash) override;
  void verifyNothing(std::string_view secret) override;
  std::string unusable(std::string_view hash) override;

 private:
  /// A hash like those in use: verifyNothing() has to cost what they do, and
  /// installations that came from elsewhere have other schemes than ours.
  Guarded<std::string> standIn_;
};

}  // namespace larder::auth
