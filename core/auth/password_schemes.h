#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "larder/sdk/result.h"

namespace larder::auth {

/// Secrets longer than this are refused before any hash is computed.
inline constexpr std::size_t kLongestSecret = 4096;

/// One way to store a password. `examine` answers why a hash of this scheme can
/// never verify (truncated, or dearer than the server will pay for), or nothing;
/// `verify` is only given hashes that passed it.
struct PasswordScheme {
  std::string_view prefix;  ///< "$6$"
  std::string (*examine)(std::string_view hash);
  bool (*verify)(std::string_view secret, const std::string& hash);
};

/// The scheme that `hash` names by its prefix, or null.
const PasswordScheme* schemeOf(std::string_view hash) noexcept;

/// Makes a hash by the name an operator types: yescrypt, sha512, sha256, bcrypt,
/// argon2id, pbkdf2-sha512, pbkdf2-sha256.
///
/// Errors: Invalid (unknown scheme, a secret that the scheme cannot hold),
/// Internal (the library refused).
sdk::Result<std::string> makeHash(std::string_view scheme, std::string_view secret);

/// What makeHash() knows, the preferred one first.
std::span<const std::string_view> hashSchemes() noexcept;

// The families, one source each.
std::string examineCrypt(std::string_view hash);
bool verifyCrypt(std::string_view secret, const std::string& hash);
/// `cost` as in crypt_gensalt(3); 0 is the library's default.
sdk::Result<std::string> makeCrypt(const char* prefix, unsigned long cost, std::string_view secret);

std::string examineArgon2(std::string_view hash);
bool verifyArgon2(std::string_view secret, const std::string& hash);
sdk::Result<std::string> makeArgon2(std::string_view secret);

std::string examinePbkdf2(std::string_view hash);
bool verifyPbkdf2(std::string_view secret, const std::string& hash);
/// `digest` is "sha512" or "sha256".
sdk::Result<std::string> makePbkdf2(std::string_view digest, unsigned rounds,
                                    std::string_view secret);

/// A decimal number without sign, blanks or leading zeros that fits, or nothing.
std::optional<unsigned> parseNumber(std::string_view text) noexcept;

}  // namespace larder::auth
