#include "tests/fakes/memory_cache.h"

#include <cassert>
#include <set>

namespace larder::test {
namespace {

using sdk::Errc;
using sdk::Error;

sdk::Result<void> checkKey(std::string_view key, std::set<std::string_view>* seen) {
  if (key.empty()) return Error(Errc::Invalid, "a record key is empty");
  if (key.size() > sdk::kMaxRecordKey) return Error(Errc::TooLarge, "a record key is too long");
  if (seen && !seen->insert(key).second) {
    return Error(Errc::Invalid, "key " + std::string(key) + " is written twice in one batch");
  }
  return {};
}

sdk::Result<void> checkBatch(const sdk::Batch& batch) {
  if (batch.expect.size() + batch.put.size() + batch.erase.size() > sdk::kMaxBatchOps) {
    return Error(Errc::TooLarge,
                 "the batch has more than " + std::to_string(sdk::kMaxBatchOps) + " operations");
  }
  std::set<std::string_view> seen;
  for (const auto& expect : batch.expect) LARDER_TRY(checkKey(expect.key, nullptr));
  for (const std::string& key : batch.erase) LARDER_TRY(checkKey(key, &seen));
  for (const auto& write : batch.put) {
    LARDER_TRY(checkKey(write.key, &seen));
    if (write.value.size() > sdk::kMaxRecordValue) {
      return Error(Errc::TooLarge, "the value of " + write.key + " is too long");
    }
  }
  return {};
}

}  // namespace

MemoryCache::MemoryCache(Options options) : changeCounter_(options.changeCounter) {
  state_.lock()->epoch = std::move(options.epoch);
}

sdk::Result<sdk::RecordSet> MemoryCache::get(sdk::Context&, std::span<const std::string> keys) {
  assert(!keys.empty() && keys.size() <= sdk::kMaxGetKeys);
  auto state = state_.lock();
  ++state->calls.get;
  sdk::RecordSet answer{{}, state->epoch};
  for (const std::string& key : keys) {
    const auto found = state->entries.find(key);
    if (found == state->entries.end()) {
      answer.records.emplace_back();
    } else {
      answer.records.push_back(sdk::Record{key, found->second.value, found->second.version});
    }
  }
  return answer;
}

sdk::Result<sdk::RecordPage> MemoryCache::scan(sdk::Context&, std::string_view prefix,
                                               std::string_view after, std::size_t limit) {
  assert(limit >= 1 && limit <= 1000);
  auto state = state_.lock();
  ++state->calls.scan;
  sdk::RecordPage page;
  auto at = after < prefix ? state->entries.lower_bound(prefix) : state->entries.upper_bound(after);
  for (; at != state->entries.end() && at->first.starts_with(prefix); ++at) {
    if (page.records.size() == limit) {
      page.next = page.records.back().key;
      break;
    }
    page.records.push_back({at->first, at->second.value, at->second.version});
  }
  return page;
}

sdk::Result<void> MemoryCache::apply(sdk::Context&, const sdk::Batch& batch) {
  LARDER_TRY(checkBatch(batch));
  auto state = state_.lock();
  ++state->calls.apply;
  for (const auto& expect : batch.expect) {
    const auto found = state->entries.find(expect.key);
    const std::uint64_t version = found == state->entries.end() ? 0 : found->second.version;
    if (version != expect.version) {
      return Error(Errc::Conflict, "record " + expect.key + " is at version " +
                                       std::to_string(version) + ", expected " +
                                       std::to_string(expect.version));
    }
  }
  if (!batch.empty()) ++state->changes;
  for (const std::string& key : batch.erase) state->entries.erase(key);
  for (const auto& write : batch.put) {
    state->entries[write.key] = {write.value, ++state->versions};
  }
  return {};
}

std::optional<std::uint64_t> MemoryCache::changes() noexcept {
  auto state = state_.lock();
  if (!state->changesKnown) return std::nullopt;
  return state->changes;
}

void* MemoryCache::facet(sdk::FacetId id) noexcept {
  if (id == sdk::ChangeCounter::kFacet) {
    return changeCounter_ ? static_cast<sdk::ChangeCounter*>(this) : nullptr;
  }
  return sdk::Cache::facet(id);
}

void MemoryCache::setEpoch(std::string epoch) {
  auto state = state_.lock();
  state->epoch = std::move(epoch);
  ++state->changes;
}

void MemoryCache::reset(std::string epoch) { goBack({}, std::move(epoch)); }

void MemoryCache::goBack(Entries entries, std::string epoch) {
  auto state = state_.lock();
  state->entries = std::move(entries);
  state->epoch = std::move(epoch);
  ++state->changes;
}

}  // namespace larder::test
