// PBKDF2 (RFC 8018) in passlib's form: $pbkdf2-sha512$rounds$salt$checksum.
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>

#include "core/auth/base64.h"
#include "core/auth/password_schemes.h"

namespace larder::auth {
namespace {

/// About two seconds.
constexpr unsigned kMostRounds = 3'000'000;
constexpr std::size_t kLongestSalt = 1024;

struct Parts {
  const EVP_MD* digest = nullptr;
  unsigned rounds = 0;
  std::string salt;
  std::string checksum;
};

const EVP_MD* digestOf(std::string_view scheme) noexcept {
  if (scheme == "pbkdf2-sha512") return EVP_sha512();
  return scheme == "pbkdf2-sha256" ? EVP_sha256() : EVP_sha1();
}

std::string_view takeField(std::string_view& text) {
  const std::size_t end = std::min(text.find('$'), text.size());
  const std::string_view field = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return field;
}

std::optional<Parts> split(std::string_view hash) {
  hash.remove_prefix(1);
  Parts parts;
  parts.digest = digestOf(takeField(hash));
  const auto rounds = parseNumber(takeField(hash));
  auto salt = decodeBase64(takeField(hash), Base64::Adapted);
  auto checksum = decodeBase64(hash, Base64::Adapted);
  if (!rounds || *rounds == 0 || !salt || salt->size() > kLongestSalt || !checksum) {
    return std::nullopt;
  }
  if (checksum->size() != static_cast<std::size_t>(EVP_MD_get_size(parts.digest))) {
    return std::nullopt;
  }
  parts.rounds = *rounds;
  parts.salt = *std::move(salt);
  parts.checksum = *std::move(checksum);
  return parts;
}

std::optional<std::string> derive(std::string_view secret, const EVP_MD* digest, unsigned rounds,
                                  std::string_view salt) {
  std::string derived(static_cast<std::size_t>(EVP_MD_get_size(digest)), '\0');
  const int done = PKCS5_PBKDF2_HMAC(secret.data(), static_cast<int>(secret.size()),
                                     reinterpret_cast<const unsigned char*>(salt.data()),
                                     static_cast<int>(salt.size()), static_cast<int>(rounds),
                                     digest, static_cast<int>(derived.size()),
                                     reinterpret_cast<unsigned char*>(derived.data()));
  if (done != 1) return std::nullopt;
  return derived;
}

}  // namespace

std::string examinePbkdf2(std::string_view hash) {
  const auto parts = split(hash);
  if (!parts) return "it is cut off or altered";
  if (parts->rounds > kMostRounds) return "it asks for more time than the server spends on one";
  return {};
}

bool verifyPbkdf2(std::string_view secret, const std::string& hash) {
  const auto parts = split(hash);
  if (!parts) return false;
  const auto derived = derive(secret, parts->digest, parts->rounds, parts->salt);
  return derived && CRYPTO_memcmp(derived->data(), parts->checksum.data(), derived->size()) == 0;
}

sdk::Result<std::string> makePbkdf2(std::string_view digest, unsigned rounds,
                                    std::string_view secret) {
  const std::string scheme = "pbkdf2-" + std::string(digest);
  std::array<char, 16> salt;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(salt.data()), static_cast<int>(salt.size())) !=
      1) {
    return sdk::Error(sdk::Errc::Internal, "no random bytes for a salt");
  }
  const std::string_view saltText(salt.data(), salt.size());
  const auto derived = derive(secret, digestOf(scheme), rounds, saltText);
  if (!derived) return sdk::Error(sdk::Errc::Internal, "PBKDF2 made no hash");
  return "$" + scheme + "$" + std::to_string(rounds) + "$" +
         encodeBase64(saltText, Base64::Adapted) + "$" + encodeBase64(*derived, Base64::Adapted);
}

}  // namespace larder::auth
