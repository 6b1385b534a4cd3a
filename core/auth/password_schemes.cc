#include "core/auth/password_schemes.h"

#include <array>
#include <charconv>

namespace larder::auth {
namespace {

// The longer prefix of two comes first where one begins with the other.
constexpr std::array<PasswordScheme, 14> kSchemes = {{
    {"$y$", examineCrypt, verifyCrypt},
    {"$gy$", examineCrypt, verifyCrypt},
    {"$7$", examineCrypt, verifyCrypt},
    {"$2a$", examineCrypt, verifyCrypt},
    {"$2b$", examineCrypt, verifyCrypt},
    {"$2y$", examineCrypt, verifyCrypt},
    {"$6$", examineCrypt, verifyCrypt},
    {"$5$", examineCrypt, verifyCrypt},
    {"$argon2id$", examineArgon2, verifyArgon2},
    {"$argon2i$", examineArgon2, verifyArgon2},
    {"$argon2d$", examineArgon2, verifyArgon2},
    {"$pbkdf2-sha512$", examinePbkdf2, verifyPbkdf2},
    {"$pbkdf2-sha256$", examinePbkdf2, verifyPbkdf2},
    {"$pbkdf2$", examinePbkdf2, verifyPbkdf2},
}};

struct Maker {
  std::string_view name;
  sdk::Result<std::string> (*make)(std::string_view secret);
};

// Costs: tens of milliseconds on a small machine of today, so that a stolen file
// is dear to try out and a log-in is not felt.
constexpr std::array<Maker, 7> kMakers = {{
    {"yescrypt", [](std::string_view secret) { return makeCrypt("$y$", 0, secret); }},
    {"sha512", [](std::string_view secret) { return makeCrypt("$6$", 100'000, secret); }},
    {"sha256", [](std::string_view secret) { return makeCrypt("$5$", 100'000, secret); }},
    {"bcrypt", [](std::string_view secret) { return makeCrypt("$2b$", 11, secret); }},
    {"argon2id", [](std::string_view secret) { return makeArgon2(secret); }},
    {"pbkdf2-sha512", [](std::string_view s) { return makePbkdf2("sha512", 210'000, s); }},
    {"pbkdf2-sha256", [](std::string_view s) { return makePbkdf2("sha256", 600'000, s); }},
}};

constexpr auto kNames = [] {
  std::array<std::string_view, kMakers.size()> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kMakers[i].name;
  return names;
}();

std::string known() {
  std::string list;
  for (const auto name : kNames) list.append(list.empty() ? "" : ", ").append(name);
  return list;
}

}  // namespace

const PasswordScheme* schemeOf(std::string_view hash) noexcept {
  for (const PasswordScheme& scheme : kSchemes) {
    if (hash.starts_with(scheme.prefix)) return &scheme;
  }
  return nullptr;
}

sdk::Result<std::string> makeHash(std::string_view scheme, std::string_view secret) {
  if (secret.empty()) return sdk::Error(sdk::Errc::Invalid, "the password is empty");
  if (secret.find('\0') != std::string_view::npos) {
    return sdk::Error(sdk::Errc::Invalid, "the password holds a NUL character");
  }
  if (secret.size() > kLongestSecret) {
    return sdk::Error(sdk::Errc::Invalid, "the password has " + std::to_string(secret.size()) +
                                              " bytes; at most " + std::to_string(kLongestSecret) +
                                              " are accepted");
  }
  for (const Maker& maker : kMakers) {
    if (maker.name == scheme) return maker.make(secret);
  }
  return sdk::Error(sdk::Errc::Invalid,
                    "unknown scheme " + std::string(scheme) + "; there are: " + known());
}

std::span<const std::string_view> hashSchemes() noexcept { return kNames; }

std::optional<unsigned> parseNumber(std::string_view text) noexcept {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  unsigned number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace larder::auth
