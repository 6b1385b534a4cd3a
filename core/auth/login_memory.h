#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/auth/access_stamp.h"
#include "core/base/guarded.h"
#include "larder/sdk/access.h"

namespace larder::auth {

/// HMAC-SHA256 over a user name and a secret with a key made anew by each process.
using LoginKey = std::array<unsigned char, 32>;

struct LoginKeyHash {
  std::size_t operator()(const LoginKey& key) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, key.data(), sizeof(hash));
    return hash;
  }
};

/// Requires: no NUL in credentials.user.
LoginKey loginKey(const sdk::Credentials& credentials);

/// What became of logins lately: at most `capacity` of them, the one used longest
/// ago goes first. Thread-safe; nothing here blocks.
class LoginMemory {
 public:
  using Time = std::chrono::steady_clock::time_point;

  LoginMemory(std::size_t capacity, std::chrono::milliseconds keepFor)
      : capacity_(capacity), keepFor_(keepFor) {}

  struct Known {
    sdk::Identity identity;
    bool elsewhere;  ///< Last seen from another address than this time.
  };

  void put(const LoginKey& key, sdk::Identity identity, std::string_view address,
           const Stamp& stamp, Time now);

  /// What is known of `key` under this very stamp and no longer ago than keepFor.
  std::optional<Known> find(const LoginKey& key, std::string_view address, const Stamp& stamp,
                            Time now);

  void forget(const LoginKey& key);

 private:
  struct Entry {
    LoginKey key;
    sdk::Identity identity;
    std::string address;
    Stamp stamp;
    Time learned;
  };
  struct State {
    std::list<Entry> entries;  // the last used one in front
    std::unordered_map<LoginKey, std::list<Entry>::iterator, LoginKeyHash> byKey;
  };

  std::size_t capacity_;
  std::chrono::milliseconds keepFor_;
  Guarded<State> state_;
};

}  // namespace larder::auth
