#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "larder/sdk/host.h"

namespace larder::test {

/// "plain:" and the secret: quick, and wrong everywhere else.
class FakePasswords final : public sdk::Passwords {
 public:
  std::string hash(std::string_view secret) override { return "plain:" + std::string(secret); }
  bool verify(std::string_view secret, std::string_view hash) override {
    ++verifications_;
    return !secret.empty() && unusable(hash).empty() && hash.substr(6) == secret;
  }
  void verifyNothing(std::string_view) override { ++nothings_; }
  std::string unusable(std::string_view hash) override {
    if (hash.starts_with("plain:")) return {};
    return "unknown scheme " + std::string(hash.substr(0, hash.find(':')));
  }

  std::size_t verifications() const noexcept { return verifications_; }
  std::size_t nothings() const noexcept { return nothings_; }

 private:
  std::atomic<std::size_t> verifications_ = 0;
  std::atomic<std::size_t> nothings_ = 0;
};

}  // namespace larder::test
