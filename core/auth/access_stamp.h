#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "larder/sdk/access.h"

namespace larder::auth {

/// The state of an access backend at one moment, as far as it can be told. What
/// was learned under a stamp holds while the stamp is the same.
struct Stamp {
  std::optional<std::uint64_t> number;
  std::string text;

  friend bool operator==(const Stamp&, const Stamp&) = default;
};

struct StampHash {
  std::size_t operator()(const Stamp& stamp) const noexcept {
    return std::hash<std::string>()(stamp.text) ^
           std::hash<std::uint64_t>()(stamp.number.value_or(0));
  }
};

/// Asks for stamps. `version` may be null: then there is only one stamp, and
/// time alone limits how long an answer is used.
class AccessStamp {
 public:
  explicit AccessStamp(sdk::AccessVersion* version) noexcept : version_(version) {}

  bool exact() const noexcept { return version_ != nullptr; }

  /// Without blocking, or nothing where that is impossible.
  std::optional<Stamp> now() const noexcept;

  /// May block. Errors: those of the backend.
  sdk::Result<Stamp> ask(sdk::Context& ctx) const;

 private:
  sdk::AccessVersion* version_;
};

}  // namespace larder::auth
