#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/plugin/barrier.h"
#include "larder/sdk/stream.h"

namespace larder::plugin {

/// A plugin's Source behind its barrier. When the length is known, more or fewer
/// bytes than that become an Error before anyone counts on them.
class GuardedSource final : public sdk::Source {
 public:
  GuardedSource(std::unique_ptr<sdk::Source> inner, std::optional<std::uint64_t> length,
                Barrier::Operation& read)
      : inner_(std::move(inner)), left_(length), read_(read) {}

  sdk::Result<std::size_t> read(std::span<std::byte> buffer) override;

 private:
  std::unique_ptr<sdk::Source> inner_;
  std::optional<std::uint64_t> left_;
  Barrier::Operation& read_;
};

}  // namespace larder::plugin
