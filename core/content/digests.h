#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "larder/sdk/host.h"

namespace larder::content {

/// One digest over bytes given piece by piece. One thread at a time.
class Digester {
 public:
  explicit Digester(sdk::DigestAlgorithm algorithm);
  ~Digester();
  Digester(Digester&&) noexcept;
  Digester& operator=(Digester&&) noexcept;

  void update(std::span<const std::byte> bytes);
  /// Lower-case hex. Requires: not called before.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The digest of bytes in memory, lower-case hex.
std::string digestOf(sdk::DigestAlgorithm algorithm, std::string_view bytes);

}  // namespace larder::content
