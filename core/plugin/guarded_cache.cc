#include <algorithm>

#include "core/plugin/barrier.h"
#include "core/plugin/guards.h"

namespace larder::plugin {
namespace {

sdk::Error tooLarge(std::string text) { return {sdk::Errc::TooLarge, std::move(text)}; }
sdk::Error invalid(std::string text) { return {sdk::Errc::Invalid, std::move(text)}; }

sdk::Result<void> checkKey(std::string_view key) {
  if (key.empty()) return invalid("a record's key is empty");
  if (key.size() > sdk::kMaxRecordKey) {
    return tooLarge("a record's key has " + std::to_string(key.size()) + " bytes, at most " +
                    std::to_string(sdk::kMaxRecordKey) + " fit");
  }
  return {};
}

sdk::Result<void> checkCount(std::string_view what, std::size_t count, std::size_t most) {
  if (count <= most) return {};
  return tooLarge(std::to_string(count) + " " + std::string(what) + " at once, at most " +
                  std::to_string(most) + " are allowed");
}

sdk::Result<void> checkKeys(std::span<const std::string> keys) {
  if (keys.empty()) return invalid("a look-up of no keys");
  LARDER_TRY(checkCount("keys", keys.size(), sdk::kMaxGetKeys));
  for (const std::string& key : keys) LARDER_TRY(checkKey(key));
  return {};
}

/// A key may be written once in a batch; twice would leave the outcome open.
sdk::Result<void> checkDistinct(const sdk::Batch& batch) {
  if (batch.put.size() + batch.erase.size() < 2) return {};
  std::vector<std::string_view> keys(batch.erase.begin(), batch.erase.end());
  for (const auto& write : batch.put) keys.push_back(write.key);
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice == keys.end()) return {};
  return invalid("a batch changes one key twice: " + std::string(*twice));
}

sdk::Result<void> checkBatch(const sdk::Batch& batch) {
  LARDER_TRY(checkCount("operations", batch.expect.size() + batch.put.size() + batch.erase.size(),
                        sdk::kMaxBatchOps));
  for (const auto& expect : batch.expect) LARDER_TRY(checkKey(expect.key));
  for (const auto& key : batch.erase) LARDER_TRY(checkKey(key));
  for (const auto& write : batch.put) {
    LARDER_TRY(checkKey(write.key));
    if (write.value.size() > sdk::kMaxRecordValue) {
      return tooLarge("record " + write.key + " has " + std::to_string(write.value.size()) +
                      " bytes, at most " + std::to_string(sdk::kMaxRecordValue) + " fit");
    }
  }
  return checkDistinct(batch);
}

class GuardedCache final : public sdk::Cache {
 public:
  GuardedCache(std::unique_ptr<sdk::Cache> inner, sdk::Host& host)
      : inner_(std::move(inner)), barrier_("cache", host) {}

  sdk::Result<void> health(sdk::Context& ctx) override {
    return health_.run(ctx, [&] { return inner_->health(ctx); });
  }

  sdk::Result<sdk::RecordSet> get(sdk::Context& ctx, std::span<const std::string> keys) override {
    LARDER_TRY(checkKeys(keys));
    auto found = get_.run(ctx, [&] { return inner_->get(ctx, keys); });
    if (found && found->records.size() != keys.size()) {
      return get_.malformed("answered for another number of keys than asked");
    }
    return found;
  }

  sdk::Result<sdk::RecordPage> scan(sdk::Context& ctx, std::string_view prefix,
                                    std::string_view after, std::size_t limit) override {
    if (limit < 1 || limit > 1000) {
      return invalid("a scan of " + std::to_string(limit) + ", wanted 1 to 1000");
    }
    if (prefix.size() > sdk::kMaxRecordKey) return tooLarge("a prefix longer than any key");
    auto page = scan_.run(ctx, [&] { return inner_->scan(ctx, prefix, after, limit); });
    if (!page) return page;
    if (page->records.size() > limit) return scan_.malformed("gave more records than asked for");
    // Whoever follows `next` must get to an end.
    if (!page->next.empty() && page->next <= after) {
      return scan_.malformed("continues a scan where it already was");
    }
    return page;
  }

  sdk::Result<void> apply(sdk::Context& ctx, const sdk::Batch& batch) override {
    LARDER_TRY(checkBatch(batch));
    return apply_.run(ctx, [&] { return inner_->apply(ctx, batch); });
  }

  void* facet(sdk::FacetId id) noexcept override {
    // Cannot throw, and is asked for every page served: given out as it is.
    if (id == sdk::ChangeCounter::kFacet) return inner_->facet(id);
    return sdk::Cache::facet(id);
  }

 private:
  std::unique_ptr<sdk::Cache> inner_;
  Barrier barrier_;
  Barrier::Operation health_{barrier_, "health"};
  Barrier::Operation get_{barrier_, "get"};
  Barrier::Operation scan_{barrier_, "scan"};
  Barrier::Operation apply_{barrier_, "apply"};
};

}  // namespace

std::unique_ptr<sdk::Cache> guard(std::unique_ptr<sdk::Cache> inner, sdk::Host& host) {
  return std::make_unique<GuardedCache>(std::move(inner), host);
}

}  // namespace larder::plugin
