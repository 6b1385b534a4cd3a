#include "core/auth/login_memory.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <memory>
#include <stdexcept>
#include <utility>

namespace larder::auth {
namespace {

struct Free {
  void operator()(EVP_MAC* mac) const noexcept { EVP_MAC_free(mac); }
  void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }
};

const LoginKey& processKey() {
  static const LoginKey key = [] {
    LoginKey random;
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
      throw std::runtime_error("no random bytes for the key of remembered logins");
    }
    return random;
  }();
  return key;
}

/// Keyed once per thread: setting up an HMAC costs more than computing a short one.
class Hmac {
 public:
  Hmac() : mac_(EVP_MAC_fetch(nullptr, "HMAC", nullptr)), context_(EVP_MAC_CTX_new(mac_.get())) {
    char digest[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end()};
    const LoginKey& key = processKey();
    check(EVP_MAC_init(context_.get(), key.data(), key.size(), parameters));
  }

  LoginKey operator()(std::string_view first, std::string_view second) {
    constexpr unsigned char kBetween = 0;
    LoginKey result;
    std::size_t length = 0;
    check(EVP_MAC_init(context_.get(), nullptr, 0, nullptr));
    check(EVP_MAC_update(context_.get(), bytes(first), first.size()));
    check(EVP_MAC_update(context_.get(), &kBetween, 1));
    check(EVP_MAC_update(context_.get(), bytes(second), second.size()));
    check(EVP_MAC_final(context_.get(), result.data(), &length, result.size()));
    return result;
  }

 private:
  static const unsigned char* bytes(std::string_view text) noexcept {
    return reinterpret_cast<const unsigned char*>(text.data());
  }
  static void check(int status) {
    if (status != 1) throw std::runtime_error("HMAC-SHA256 is not to be had from OpenSSL");
  }

  std::unique_ptr<EVP_MAC, Free> mac_;
  std::unique_ptr<EVP_MAC_CTX, Free> context_;
};

}  // namespace

LoginKey loginKey(const sdk::Credentials& credentials) {
  thread_local Hmac hmac;
  return hmac(credentials.user, credentials.secret);
}

void LoginMemory::put(const LoginKey& key, sdk::Identity identity, std::string_view address,
                      const Stamp& stamp, Time now) {
  if (capacity_ == 0 || keepFor_.count() <= 0) return;
  auto state = state_.lock();
  if (const auto old = state->byKey.find(key); old != state->byKey.end()) {
    state->entries.erase(old->second);
    state->byKey.erase(old);
  } else if (state->entries.size() >= capacity_) {
    state->byKey.erase(state->entries.back().key);
    state->entries.pop_back();
  }
  state->entries.push_front({key, std::move(identity), std::string(address), stamp, now});
  state->byKey.emplace(key, state->entries.begin());
}

std::optional<LoginMemory::Known> LoginMemory::find(const LoginKey& key, std::string_view address,
                                                    const Stamp& stamp, Time now) {
  auto state = state_.lock();
  const auto found = state->byKey.find(key);
  if (found == state->byKey.end()) return std::nullopt;
  Entry& entry = *found->second;
  if (entry.stamp != stamp || now - entry.learned >= keepFor_) {
    state->entries.erase(found->second);
    state->byKey.erase(found);
    return std::nullopt;
  }
  state->entries.splice(state->entries.begin(), state->entries, found->second);
  const bool elsewhere = entry.address != address;
  if (elsewhere) entry.address = address;
  return Known{entry.identity, elsewhere};
}

void LoginMemory::forget(const LoginKey& key) {
  auto state = state_.lock();
  const auto found = state->byKey.find(key);
  if (found == state->byKey.end()) return;
  state->entries.erase(found->second);
  state->byKey.erase(found);
}

}  // namespace larder::auth
