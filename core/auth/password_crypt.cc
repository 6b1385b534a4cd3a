// The schemes of crypt(3), as libxcrypt has them.
#include <crypt.h>
#include <openssl/crypto.h>

#include <cstdint>
#include <cstdlib>
#include <memory>

#include "core/auth/password_schemes.h"

namespace larder::auth {
namespace {

// What one verification may cost, whoever wrote the hash: about two seconds, or
// this much memory.
constexpr unsigned kMostShaRounds = 5'000'000;
constexpr unsigned kMostBcryptCost = 15;
constexpr std::uint64_t kMostMemory = std::uint64_t{256} << 20;

constexpr std::size_t kLongestCryptSecret = CRYPT_MAX_PASSPHRASE_SIZE - 1;

/// crypt(3)'s own digits, "./0-9A-Za-z".
int cryptDigit(char c) noexcept {
  if (c == '.' || c == '/') return c - '.';
  if (c >= '0' && c <= '9') return c - '0' + 2;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 12;
  if (c >= 'a' && c <= 'z') return c - 'a' + 38;
  return -1;
}

bool checksumIs(std::string_view hash, std::size_t length) {
  const std::string_view sum = hash.substr(hash.rfind('$') + 1);
  if (sum.size() != length) return false;
  for (const char c : sum) {
    if (cryptDigit(c) < 0) return false;
  }
  return true;
}

std::string tooDear() { return "it asks for more time or memory than the server spends on one"; }

std::string examineSha(std::string_view hash, std::size_t sumLength) {
  std::string_view rest = hash.substr(3);
  constexpr std::string_view kRounds = "rounds=";
  if (rest.starts_with(kRounds)) {
    rest.remove_prefix(kRounds.size());
    const auto rounds = parseNumber(rest.substr(0, rest.find('$')));
    if (!rounds) return "its number of rounds cannot be read";
    if (*rounds > kMostShaRounds) return tooDear();
    rest.remove_prefix(std::min(rest.find('$'), rest.size() - 1) + 1);
  }
  if (rest.find('$') == std::string_view::npos || !checksumIs(hash, sumLength)) {
    return "it is cut off or altered";
  }
  return {};
}

std::string examineBcrypt(std::string_view hash) {
  if (hash.size() != 60 || hash[6] != '$') return "it is cut off or altered";
  const int tens = hash[4] - '0';
  const int ones = hash[5] - '0';
  if (tens < 0 || tens > 9 || ones < 0 || ones > 9) return "its cost cannot be read";
  if (static_cast<unsigned>(tens * 10 + ones) > kMostBcryptCost) return tooDear();
  for (const char c : hash.substr(7)) {
    if (cryptDigit(c) < 0) return "it is cut off or altered";
  }
  return {};
}

std::string affordable(int logN, std::uint64_t r) {
  if (logN < 1 || logN > 30 || r < 1 || r > 1024) return tooDear();
  return (std::uint64_t{128} << logN) * r > kMostMemory ? tooDear() : std::string();
}

/// "$y$j9T$salt$sum": one digit each for flavour, log2(N) - 1 and r - 1. The
/// optional parameters after them are written by nothing in use.
std::string examineYescrypt(std::string_view hash, std::size_t prefix) {
  const std::string_view parameters = hash.substr(prefix, hash.find('$', prefix) - prefix);
  if (parameters.size() != 3) return "its parameters cannot be read";
  const int logN = cryptDigit(parameters[1]);
  const int r = cryptDigit(parameters[2]);
  // Larger digits begin a longer form.
  if (logN < 0 || logN > 47 || r < 0 || r > 47) return "its parameters cannot be read";
  if (!checksumIs(hash, 43)) return "it is cut off or altered";
  return affordable(logN + 1, static_cast<std::uint64_t>(r) + 1);
}

/// "$7$" log2(N), five digits of r, five of p (little-endian), salt, "$", sum.
std::string examineScrypt(std::string_view hash) {
  if (hash.size() < 3 + 11 + 1 + 43 || !checksumIs(hash, 43)) return "it is cut off or altered";
  const auto five = [&hash](std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = 5; i-- > 0;) {
      value = value << 6 | static_cast<std::uint64_t>(std::max(cryptDigit(hash[at + i]), 0));
    }
    return value;
  };
  if (const std::uint64_t p = five(9); p < 1 || p > 16) return tooDear();
  return affordable(cryptDigit(hash[3]), five(4));
}

}  // namespace

std::string examineCrypt(std::string_view hash) {
  std::string why;
  if (hash.starts_with("$6$")) {
    why = examineSha(hash, 86);
  } else if (hash.starts_with("$5$")) {
    why = examineSha(hash, 43);
  } else if (hash.starts_with("$2")) {
    why = examineBcrypt(hash);
  } else if (hash.starts_with("$7$")) {
    why = examineScrypt(hash);
  } else {
    why = examineYescrypt(hash, hash.find('$', 1) + 1);
  }
  if (!why.empty()) return why;
  // The library calls SHA-256 "legacy" beside its newer schemes; it is sound.
  const int salt = crypt_checksalt(std::string(hash).c_str());
  if (salt != CRYPT_SALT_OK && salt != CRYPT_SALT_METHOD_LEGACY) {
    return "the system's crypt(3) does not accept its salt";
  }
  return {};
}

bool verifyCrypt(std::string_view secret, const std::string& hash) {
  if (secret.size() > kLongestCryptSecret) return false;
  // 32 KiB: too much for the stack of a small thread.
  const auto data = std::make_unique<crypt_data>();
  std::string phrase(secret);
  const char* made = crypt_rn(phrase.c_str(), hash.c_str(), data.get(), sizeof(crypt_data));
  const bool same = made != nullptr && std::string_view(made).size() == hash.size() &&
                    CRYPTO_memcmp(made, hash.data(), hash.size()) == 0;
  OPENSSL_cleanse(data.get(), sizeof(crypt_data));
  OPENSSL_cleanse(phrase.data(), phrase.size());
  return same;
}

sdk::Result<std::string> makeCrypt(const char* prefix, unsigned long cost,
                                   std::string_view secret) {
  // bcrypt itself ignores what follows; a password of which only a part counts
  // would be a trap.
  const bool bcrypt = std::string_view(prefix).starts_with("$2");
  const std::size_t longest = bcrypt ? 72 : kLongestCryptSecret;
  if (secret.size() > longest) {
    return sdk::Error(sdk::Errc::Invalid, "the password has " + std::to_string(secret.size()) +
                                              " bytes; this scheme holds " +
                                              std::to_string(longest));
  }
  const std::unique_ptr<char, decltype(&std::free)> salt(crypt_gensalt_ra(prefix, cost, nullptr, 0),
                                                         &std::free);
  if (salt == nullptr) return sdk::Error(sdk::Errc::Internal, "crypt(3) made no salt");
  const auto data = std::make_unique<crypt_data>();
  const char* made =
      crypt_rn(std::string(secret).c_str(), salt.get(), data.get(), sizeof(crypt_data));
  if (made == nullptr) return sdk::Error(sdk::Errc::Internal, "crypt(3) made no hash");
  return std::string(made);
}

}  // namespace larder::auth
