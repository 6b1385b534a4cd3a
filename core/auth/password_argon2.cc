// argon2i, argon2d and argon2id in the reference implementation's encoded form.
#include <argon2.h>
#include <openssl/rand.h>

#include <array>

#include "core/auth/password_schemes.h"

namespace larder::auth {
namespace {

constexpr unsigned kMostMemoryKiB = 256 * 1024;
constexpr unsigned kMostPasses = 64;
constexpr unsigned kMostLanes = 16;
/// Memory times passes: the time it takes, about three seconds at most.
constexpr std::uint64_t kMostWork = std::uint64_t{4} * 1024 * 1024;

argon2_type typeOf(std::string_view hash) noexcept {
  if (hash.starts_with("$argon2id$")) return Argon2_id;
  return hash.starts_with("$argon2i$") ? Argon2_i : Argon2_d;
}

/// Takes "name=number" and the separator that ends it off the front of `text`.
std::optional<unsigned> take(std::string_view& text, std::string_view name, char end) {
  if (!text.starts_with(name)) return std::nullopt;
  text.remove_prefix(name.size());
  const std::size_t length = text.find(end);
  if (length == std::string_view::npos) return std::nullopt;
  const auto number = parseNumber(text.substr(0, length));
  text.remove_prefix(length + 1);
  return number;
}

}  // namespace

std::string examineArgon2(std::string_view hash) {
  std::string_view rest = hash.substr(hash.find('$', 1) + 1);
  if (rest.starts_with("v=") && !take(rest, "v=", '$')) return "its version cannot be read";
  const auto memory = take(rest, "m=", ',');
  const auto passes = take(rest, "t=", ',');
  const auto lanes = take(rest, "p=", '$');
  if (!memory || !passes || !lanes) return "its parameters cannot be read";
  if (*memory > kMostMemoryKiB || *passes > kMostPasses || *lanes > kMostLanes ||
      std::uint64_t{*memory} * *passes > kMostWork) {
    return "it asks for more time or memory than the server spends on one";
  }
  const std::size_t salt = rest.find('$');
  if (salt == std::string_view::npos || salt < 11 || rest.size() - salt - 1 < 16) {
    return "it is cut off or altered";
  }
  return {};
}

bool verifyArgon2(std::string_view secret, const std::string& hash) {
  return argon2_verify(hash.c_str(), secret.data(), secret.size(), typeOf(hash)) == ARGON2_OK;
}

sdk::Result<std::string> makeArgon2(std::string_view secret) {
  constexpr unsigned kPasses = 2;
  constexpr unsigned kMemoryKiB = 19 * 1024;
  constexpr unsigned kHashLength = 32;
  std::array<unsigned char, 16> salt;
  if (RAND_bytes(salt.data(), static_cast<int>(salt.size())) != 1) {
    return sdk::Error(sdk::Errc::Internal, "no random bytes for a salt");
  }
  std::array<char, 256> encoded;
  const int status =
      argon2id_hash_encoded(kPasses, kMemoryKiB, 1, secret.data(), secret.size(), salt.data(),
                            salt.size(), kHashLength, encoded.data(), encoded.size());
  if (status != ARGON2_OK) {
    return sdk::Error(sdk::Errc::Internal, std::string("argon2: ") + argon2_error_message(status));
  }
  return std::string(encoded.data());
}

}  // namespace larder::auth
