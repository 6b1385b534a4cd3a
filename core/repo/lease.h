#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "core/repo/store.h"

namespace larder::repo {

/// A right that one host holds for a time: numbered objects below "leases/<name>/", of
/// which the highest counts, so that it needs nothing but "if absent". One thread at
/// a time.
class Lease {
 public:
  Lease(Store& store, std::string_view name, std::chrono::seconds time);

  /// Takes it, or prolongs it. False: another holds it; see holder().
  sdk::Result<bool> acquire(sdk::Context& ctx);
  /// Gives it back, if it is held.
  sdk::Result<void> release(sdk::Context& ctx);

  /// Who holds it and until when, as acquire() found it.
  const std::string& holder() const noexcept { return holder_; }
  std::chrono::system_clock::time_point until() const noexcept { return until_; }

 private:
  struct Term {
    std::uint64_t number = 0;
    std::string owner;
    std::string host;
    std::int64_t until = 0;  ///< Milliseconds since 1970.
  };

  std::string termText(std::int64_t until) const;
  sdk::Result<Term> current(sdk::Context& ctx);
  sdk::Result<bool> write(sdk::Context& ctx, std::uint64_t number, std::int64_t until,
                          std::chrono::milliseconds pause);
  std::int64_t now() const;

  Store& store_;
  const std::string prefix_;
  const std::chrono::seconds time_;
  const std::string owner_;
  std::string holder_;
  std::chrono::system_clock::time_point until_;
  bool held_ = false;
};

}  // namespace larder::repo
