// A storage that answers after a while, like one across a network: for measuring what waiting
// handlers do to requests that need not wait.
#include <chrono>
#include <iterator>
#include <memory>
#include <string_view>
#include <thread>

#include "larder/sdk/plugin.h"
#include "tests/fakes/memory_storage.h"

namespace {

namespace sdk = larder::sdk;

constexpr sdk::SettingSpec kSettings[] = {
    {"delay", sdk::SettingType::Duration, "20ms", false, "How long opening an object takes."},
};

class SlowStorage final : public sdk::Storage {
 public:
  explicit SlowStorage(std::chrono::milliseconds delay) : delay_(delay) {}

  static sdk::Result<std::unique_ptr<sdk::Storage>> create(sdk::Context&, sdk::Host&,
                                                           const sdk::Settings& settings) {
    return std::unique_ptr<sdk::Storage>(std::make_unique<SlowStorage>(settings.duration("delay")));
  }

  sdk::Result<void> health(sdk::Context& ctx) override { return inner_.health(ctx); }
  sdk::Result<sdk::ObjectInfo> stat(sdk::Context& ctx, std::string_view key) override {
    return inner_.stat(ctx, key);
  }
  sdk::Result<sdk::OpenObject> open(sdk::Context& ctx, std::string_view key,
                                    sdk::ByteRange range) override {
    std::this_thread::sleep_for(delay_);
    return inner_.open(ctx, key, range);
  }
  sdk::Result<sdk::ObjectInfo> put(sdk::Context& ctx, std::string_view key, sdk::Content& content,
                                   const sdk::PutOptions& options) override {
    return inner_.put(ctx, key, content, options);
  }
  sdk::Result<void> remove(sdk::Context& ctx, std::string_view key) override {
    return inner_.remove(ctx, key);
  }
  sdk::Result<sdk::ObjectPage> list(sdk::Context& ctx, std::string_view prefix,
                                    std::string_view after, std::size_t limit) override {
    return inner_.list(ctx, prefix, after, limit);
  }

 private:
  const std::chrono::milliseconds delay_;
  larder::test::MemoryStorage inner_;
};

}  // namespace

LARDER_PLUGIN(larder::sdk::StoragePlugin) = {
    .header = larder::sdk::makePluginHeader("storage", "slow", "1.0.0", "Objects after a while"),
    .settings = kSettings,
    .settingCount = std::size(kSettings),
    .check = nullptr,
    .create = &SlowStorage::create,
};
