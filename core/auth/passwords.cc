#include "core/auth/passwords.h"

#include <array>
#include <utility>

#include "core/auth/password_schemes.h"

namespace larder::auth {
namespace {

/// yescrypt at the default cost, of a secret nobody has.
constexpr std::string_view kFirstStandIn =
    "$y$j9T$LarderStandIn.........$0000000000000000000000000000000000000000000";

bool acceptable(std::string_view secret) noexcept {
  return !secret.empty() && secret.size() <= kLongestSecret &&
         secret.find('\0') == std::string_view::npos;
}

constexpr std::string_view kHowTo = "; make one with `larder hash-password`";

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kWeak = {{
    {"$apr1$", " (what htpasswd writes by default) is too weak to keep"},
    {"$1$", " (MD5) is too weak to keep"},
    {"$md5", " (Sun MD5) is too weak to keep"},
    {"$sha1$", " is too weak to keep"},
    {"$3$", " (NT) is too weak to keep"},
}};

/// What can be shown of a hash: its scheme, never its salt or checksum.
std::string schemeName(std::string_view hash) {
  const std::size_t end = hash.find('$', 1);
  if (end == std::string_view::npos || end > 20) return {};
  return std::string(hash.substr(0, end + 1));
}

std::string whyUnknown(std::string_view hash) {
  if (hash.empty()) return "no password hash was given" + std::string(kHowTo);
  for (const auto& [prefix, why] : kWeak) {
    if (hash.starts_with(prefix)) {
      return "scheme " + std::string(prefix) + std::string(why) + std::string(kHowTo) +
             (prefix == "$apr1$" ? ", or with htpasswd -B" : "");
    }
  }
  if (hash.front() == '{') return "hashes in {SCHEME} form are not read" + std::string(kHowTo);
  if (hash.front() == '$' && !schemeName(hash).empty()) {
    return "unknown scheme " + schemeName(hash) + "…" + std::string(kHowTo);
  }
  return "this is not a password hash (it does not begin like $y$…)" + std::string(kHowTo);
}

}  // namespace

Passwords::Passwords() : standIn_(std::string(kFirstStandIn)) {}

std::string Passwords::hash(std::string_view secret) {
  const std::string_view scheme = secret.size() < 512 ? "yescrypt" : "pbkdf2-sha512";
  auto made = makeHash(scheme, secret);
  return made ? std::move(made).value() : std::string();
}

bool Passwords::verify(std::string_view secret, std::string_view hash) {
  if (!acceptable(secret)) return false;
  const PasswordScheme* scheme = schemeOf(hash);
  if (scheme == nullptr || !scheme->examine(hash).empty()) return false;
  const std::string owned(hash);
  *standIn_.lock() = owned;
  return scheme->verify(secret, owned);
}

void Passwords::verifyNothing(std::string_view secret) {
  if (!acceptable(secret)) return;
  const std::string hash = *standIn_.lock();
  static_cast<void>(schemeOf(hash)->verify(secret, hash));
}

std::string Passwords::unusable(std::string_view hash) {
  const PasswordScheme* scheme = schemeOf(hash);
  if (scheme == nullptr) return whyUnknown(hash);
  const std::string why = scheme->examine(hash);
  if (!why.empty()) {
    return "the " + std::string(scheme->prefix) + "… hash can't be used: " + why +
           std::string(kHowTo);
  }
  *standIn_.lock() = std::string(hash);
  return {};
}

}  // namespace larder::auth
