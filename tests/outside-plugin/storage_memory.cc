// The smallest complete storage plugin: objects in memory.
#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>

#include "larder/sdk/plugin.h"

namespace {

namespace sdk = larder::sdk;

constexpr sdk::SettingSpec kSettings[] = {
    {"capacity", sdk::SettingType::Size, "64MiB", false,
     "Most bytes of one object; a larger one is refused."},
};

using Bytes = std::shared_ptr<const std::string>;

/// Part of an object. Holds on to the bytes, so the object may go meanwhile.
class PartSource final : public sdk::Source {
 public:
  PartSource(Bytes bytes, std::size_t from, std::size_t to)
      : bytes_(std::move(bytes)), at_(from), to_(to) {}

  sdk::Result<std::size_t> read(std::span<std::byte> buffer) override {
    const std::size_t n = std::min(buffer.size(), to_ - at_);
    std::memcpy(buffer.data(), bytes_->data() + at_, n);
    at_ += n;
    return n;
  }

 private:
  Bytes bytes_;
  std::size_t at_;
  std::size_t to_;
};

sdk::Result<Bytes> readWhole(sdk::Context& ctx, sdk::Content& content) {
  auto bytes = std::make_shared<std::string>(content.size(), '\0');
  for (std::size_t at = 0; at < bytes->size();) {
    if (ctx.cancelled()) return sdk::Error(sdk::Errc::Cancelled, "cancelled while storing");
    if (std::chrono::steady_clock::now() > ctx.deadline()) {
      return sdk::Error(sdk::Errc::Timeout, "the deadline passed while storing");
    }
    const auto free = std::as_writable_bytes(std::span(*bytes).subspan(at));
    LARDER_TRY_ASSIGN(const std::size_t got, content.read(free));
    if (got == 0) return sdk::Error(sdk::Errc::Corrupt, "the content is shorter than it said");
    at += got;
  }
  // The end matters: there a content reports bytes that fail their digest.
  std::byte beyond;
  LARDER_TRY_ASSIGN(const std::size_t more, content.read(std::span(&beyond, 1)));
  if (more > 0) return sdk::Error(sdk::Errc::Corrupt, "the content is longer than it said");
  return Bytes(std::move(bytes));
}

class MemoryStorage final : public sdk::Storage {
 public:
  MemoryStorage(sdk::Clock& clock, std::uint64_t capacity) : clock_(clock), capacity_(capacity) {}

  static sdk::Result<std::unique_ptr<sdk::Storage>> create(sdk::Context&, sdk::Host& host,
                                                           const sdk::Settings& settings) {
    return std::unique_ptr<sdk::Storage>(
        std::make_unique<MemoryStorage>(host.clock(), settings.size("capacity")));
  }

  sdk::Result<void> health(sdk::Context&) override { return {}; }

  sdk::Result<sdk::ObjectInfo> stat(sdk::Context&, std::string_view key) override {
    LARDER_TRY_ASSIGN(const Object object, find(key));
    return object.info;
  }

  sdk::Result<sdk::OpenObject> open(sdk::Context&, std::string_view key,
                                    sdk::ByteRange range) override {
    LARDER_TRY_ASSIGN(const Object object, find(key));
    if (range.offset > object.info.size) {
      return sdk::Error(sdk::Errc::Invalid, std::string(key) + ": the range starts past the end");
    }
    const std::uint64_t rest = object.info.size - range.offset;
    const std::uint64_t length = std::min(rest, range.length.value_or(rest));
    return sdk::OpenObject{object.info, std::make_unique<PartSource>(object.bytes, range.offset,
                                                                     range.offset + length)};
  }

  sdk::Result<sdk::ObjectInfo> put(sdk::Context& ctx, std::string_view key, sdk::Content& content,
                                   const sdk::PutOptions& options) override {
    if (content.size() > capacity_) {
      return sdk::Error(sdk::Errc::TooLarge, std::string(key) + ": larger than the capacity");
    }
    LARDER_TRY_ASSIGN(Bytes bytes, readWhole(ctx, content));
    const std::lock_guard lock(mutex_);
    if (options.ifAbsent && objects_.contains(key)) {
      return sdk::Error(sdk::Errc::Conflict, std::string(key) + " exists");
    }
    const auto now = std::chrono::floor<std::chrono::seconds>(clock_.now());
    const sdk::ObjectInfo info{std::string(key), bytes->size(), std::to_string(++puts_), now};
    objects_.insert_or_assign(std::string(key), Object{info, std::move(bytes)});
    return info;
  }

  sdk::Result<void> remove(sdk::Context&, std::string_view key) override {
    const std::lock_guard lock(mutex_);
    if (const auto found = objects_.find(key); found != objects_.end()) objects_.erase(found);
    return {};
  }

  sdk::Result<sdk::ObjectPage> list(sdk::Context&, std::string_view prefix, std::string_view after,
                                    std::size_t limit) override {
    sdk::ObjectPage page;
    const std::lock_guard lock(mutex_);
    // A key equal to the prefix belongs to the listing, one equal to `after` does not.
    auto at = after < prefix ? objects_.lower_bound(prefix) : objects_.upper_bound(after);
    for (; at != objects_.end() && at->first.starts_with(prefix); ++at) {
      if (page.objects.size() == limit) {
        page.next = page.objects.back().key;
        break;
      }
      page.objects.push_back(at->second.info);
    }
    return page;
  }

 private:
  struct Object {
    sdk::ObjectInfo info;
    Bytes bytes;
  };

  sdk::Result<Object> find(std::string_view key) {
    const std::lock_guard lock(mutex_);
    const auto found = objects_.find(key);
    if (found == objects_.end()) return sdk::Error(sdk::Errc::NotFound, std::string(key));
    return found->second;
  }

  sdk::Clock& clock_;
  const std::uint64_t capacity_;
  std::mutex mutex_;
  std::map<std::string, Object, std::less<>> objects_;  // guarded by mutex_
  std::uint64_t puts_ = 0;                              // guarded by mutex_
};

}  // namespace

LARDER_PLUGIN(larder::sdk::StoragePlugin) = {
    .header = larder::sdk::makePluginHeader("storage", "memory", "1.0.0", "Objects in memory"),
    .settings = kSettings,
    .settingCount = std::size(kSettings),
    .check = nullptr,
    .create = &MemoryStorage::create,
};
