#include "core/auth/hash_password.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <istream>
#include <ostream>

#include "core/auth/password_schemes.h"
#include "larder/sdk/result.h"

namespace larder::auth {
namespace {

constexpr int kFailed = 1;
constexpr int kWrongArguments = 2;

sdk::Error unusable(std::string why) { return sdk::Error(sdk::Errc::Invalid, std::move(why)); }

sdk::Result<std::string> readSecret(std::istream& in) {
  // One byte more than is accepted, and a newline: makeHash() says what is too long.
  std::string text(kLongestSecret + 2, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.ends_with('\n')) text.pop_back();
  if (in.bad()) return unusable("standard input can't be read");
  if (text.find('\n') != std::string::npos) {
    return unusable("standard input has more than one line; a password is one");
  }
  return text;
}

sdk::Result<std::string> askTwice(const AskSecret& ask) {
  auto first = ask("Password: ");
  if (!first) {
    return unusable(
        "no password was typed; without a terminal give it on standard input with --stdin");
  }
  if (first->empty()) return unusable("the password is empty");
  auto second = ask("Again: ");
  const bool same = second == first;
  if (second) OPENSSL_cleanse(second->data(), second->size());
  if (!same) return unusable("the two passwords are not the same");
  return *std::move(first);
}

}  // namespace

int hashPassword(const HashPasswordOptions& options, std::istream& in, std::ostream& out,
                 std::ostream& err, const AskSecret& ask) {
  const auto schemes = hashSchemes();
  const std::string_view scheme = options.scheme.empty() ? schemes.front() : options.scheme;
  if (std::find(schemes.begin(), schemes.end(), scheme) == schemes.end()) {
    // Before anybody types a password in vain.
    err << makeHash(scheme, "x").error().message() << "\n";
    return kWrongArguments;
  }
  auto secret = options.fromInput ? readSecret(in) : askTwice(ask);
  if (!secret) {
    err << secret.error().message() << "\n";
    return kFailed;
  }
  const auto hash = makeHash(scheme, *secret);
  OPENSSL_cleanse(secret->data(), secret->size());
  if (!hash) {
    err << hash.error().message() << "\n";
    return kFailed;
  }
  out << *hash << std::endl;
  return out.good() ? 0 : kFailed;
}

}  // namespace larder::auth
