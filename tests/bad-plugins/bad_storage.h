#pragma once

#include <chrono>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "larder/sdk/plugin.h"

namespace bad {

namespace sdk = larder::sdk;

/// Claims to have filled more of a buffer than there is of it.
class BoastfulSource final : public sdk::Source {
 public:
  sdk::Result<std::size_t> read(std::span<std::byte> buffer) override { return buffer.size() + 1; }
};

class ThrowingSource final : public sdk::Source {
 public:
  sdk::Result<std::size_t> read(std::span<std::byte>) override {
    throw std::runtime_error("thrown while reading");
  }
};

/// Gives `size` bytes, whatever was announced.
class ZeroSource final : public sdk::Source {
 public:
  explicit ZeroSource(std::size_t size) : left_(size) {}
  sdk::Result<std::size_t> read(std::span<std::byte> buffer) override {
    const std::size_t n = std::min(buffer.size(), left_);
    std::memset(buffer.data(), 0, n);
    left_ -= n;
    return n;
  }

 private:
  std::size_t left_;
};

inline void passDeadline(const sdk::Context& ctx) {
  while (std::chrono::steady_clock::now() <= ctx.deadline()) {
  }
}

/// Does to its caller what the key says.
class BadStorage final : public sdk::Storage {
 public:
  sdk::Result<void> health(sdk::Context&) override { return {}; }

  sdk::Result<sdk::ObjectInfo> stat(sdk::Context& ctx, std::string_view key) override {
    if (key == "throw") throw std::runtime_error("thrown in a call");
    if (key == "throw-odd") throw 7;
    if (key == "late") passDeadline(ctx);
    if (key == "late-timeout") {
      passDeadline(ctx);
      return sdk::Error(sdk::Errc::Timeout, "gave up");
    }
    if (key == "missing") return sdk::Error(sdk::Errc::NotFound, "missing");
    return sdk::ObjectInfo{std::string(key), 8, "\"e\"", {}};
  }

  sdk::Result<sdk::OpenObject> open(sdk::Context&, std::string_view key, sdk::ByteRange) override {
    sdk::OpenObject object{{std::string(key), 8, "\"e\"", {}}, nullptr};
    if (key == "boast") object.body = std::make_unique<BoastfulSource>();
    if (key == "throw") object.body = std::make_unique<ThrowingSource>();
    if (key == "short") object.body = std::make_unique<ZeroSource>(7);
    if (key == "long") object.body = std::make_unique<ZeroSource>(9);
    if (key == "right") object.body = std::make_unique<ZeroSource>(8);
    return object;
  }

  sdk::Result<sdk::ObjectInfo> put(sdk::Context&, std::string_view, sdk::Content&,
                                   const sdk::PutOptions&) override {
    throw std::runtime_error("thrown in a call");
  }
  sdk::Result<void> remove(sdk::Context&, std::string_view) override {
    throw std::runtime_error("thrown in a call");
  }
  sdk::Result<sdk::ObjectPage> list(sdk::Context&, std::string_view prefix, std::string_view after,
                                    std::size_t limit) override {
    sdk::ObjectPage page;
    if (prefix == "circle") page.next = after;
    if (prefix == "more") page.objects.resize(limit + 1);
    return page;
  }
};

inline sdk::Result<std::unique_ptr<sdk::Storage>> create(sdk::Context&, sdk::Host&,
                                                         const sdk::Settings&) {
  return std::unique_ptr<sdk::Storage>(std::make_unique<BadStorage>());
}

/// What a good plugin would say; each file of this folder spoils one thing.
constexpr sdk::StoragePlugin descriptor() {
  return {.header = sdk::makePluginHeader("storage", "bad", "1.0.0", "Spoilt on purpose"),
          .settings = nullptr,
          .settingCount = 0,
          .check = nullptr,
          .create = &create};
}

}  // namespace bad

/// Defines larder_plugin as descriptor() after `spoil(d)`.
#define BAD_PLUGIN(spoil)                          \
  LARDER_PLUGIN(larder::sdk::StoragePlugin) = [] { \
    auto d = bad::descriptor();                    \
    spoil;                                         \
    return d;                                      \
  }()
