#include "core/repo/rebuilder.h"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "core/base/hex.h"
#include "core/repo/snapshot.h"

namespace larder::repo {

using sdk::Errc;
using sdk::Error;
using sdk::Result;

namespace {

constexpr std::size_t kGenerationBytes = 5;
// A generation whose builder died is erased after this time.
constexpr std::chrono::hours kLongestBuild{24};
// Writers may go on as long as they like: what comes after these passes, readers bring in.
constexpr int kPasses = 8;
constexpr std::uint64_t kReportEvery = 1000;

std::string secondsFrom(const sdk::Clock& clock, std::chrono::seconds later) {
  return std::to_string(secondsNow(clock) + later.count());
}

}  // namespace

Rebuilder::Rebuilder(Shared& shared, const ReportProgress& progress)
    : shared_(shared), progress_(progress), generation_(randomHex(kGenerationBytes)) {}

Result<RebuildReport> Rebuilder::run(sdk::Context& ctx) {
  LARDER_TRY(begin(ctx));
  bool more = true;
  for (int i = 0; i < kPasses && more; ++i) {
    LARDER_TRY_ASSIGN(more, pass(ctx));
  }
  LARDER_TRY(swap(ctx));
  shared_.meters.rebuilds.add();
  return report_;
}

Result<void> Rebuilder::begin(sdk::Context& ctx) {
  const std::vector<std::string> keys = {shared_.keys.leftover(generation_),
                                         shared_.keys.generation()};
  sdk::Batch batch;
  batch.put.push_back({keys[0], secondsFrom(shared_.parts.clock, kLongestBuild)});
  LARDER_TRY(shared_.parts.cache.apply(ctx, batch));
  LARDER_TRY_ASSIGN(const sdk::RecordSet set, shared_.parts.cache.get(ctx, keys));
  if (!set.records[0]) return Error(Errc::Unavailable, "the cache was emptied meanwhile");
  epoch_ = set.epoch;
  markerVersion_ = set.records[0]->version;
  if (set.records[1]) {
    live_ = set.records[1]->value;
    liveVersion_ = set.records[1]->version;
  }
  return {};
}

/// Whether anything was found that was not in.
Result<bool> Rebuilder::pass(sdk::Context& ctx) {
  LARDER_TRY_ASSIGN(const auto extents,
                    listJournals(ctx, shared_.store, journalsPrefix(shared_.parts.name)));
  bool found = false;
  for (const Extent& extent : extents) {
    const auto head = heads_.find(extent.journal);
    if (head == heads_.end()) {
      LARDER_TRY(fill(ctx, extent));
      found = true;
    } else if (head->second.number < extent.last()) {
      LARDER_TRY(catchUp(ctx, extent, head->second));
      found = true;
    }
  }
  return found;
}

void Rebuilder::damaged(const std::string& key, const std::string& text) {
  ++report_.damaged;
  shared_.parts.logger.error("repo.rebuild.damaged",
                             "a part of a journal cannot be read and is left out",
                             {{"repository", shared_.parts.name}, {"key", key}, {"reason", text}});
}

Result<void> Rebuilder::fill(sdk::Context& ctx, const Extent& extent) {
  JournalIndex index(shared_.parts.cache, shared_.keys, extent.journal);
  std::vector<RecordChange> changes;
  std::size_t operations = 0;
  std::unordered_set<std::string> written;  // Records that derive the same entry: the last counts.
  const auto flush = [&]() -> Result<void> {
    LARDER_TRY(index.fill(ctx, generation_, changes));
    changes.clear();
    written.clear();
    operations = 0;
    return {};
  };
  Snapshot snapshot(shared_.store, extent,
                    [this](Damage::Kind, const std::string& key, const std::string& text) {
                      damaged(key, text);
                    });
  LARDER_TRY(snapshot.read(ctx, [&](const StoredRecord& record) -> Result<void> {
    sdk::Indexed indexed =
        shared_.indexer->indexStored(extent.journal, record.key, record.value, &report_.unindexed);
    RecordChange change{record.key, record.value, std::move(indexed.entries), {}, record.revision};
    ++report_.records;
    report_.entries += change.entries.size();
    const bool again = std::any_of(change.entries.begin(), change.entries.end(),
                                   [&](const auto& entry) { return written.contains(entry.key); });
    if (again || operations + change.operations() > JournalIndex::kMaxOperations) {
      if (auto flushed = flush(); !flushed) return flushed;
    }
    for (const auto& entry : change.entries) written.insert(entry.key);
    operations += change.operations();
    changes.push_back(std::move(change));
    if (report_.records % kReportEvery == 0) report("records read");
    return {};
  }));
  LARDER_TRY(flush());
  ++report_.journals;
  // Its time is unknown here, so that the first writer compares it with the storage.
  const Head head{extent.last(), 0, 0, 0};
  heads_[extent.journal] = head;
  return index.setHead(ctx, generation_, head);
}

Result<void> Rebuilder::catchUp(sdk::Context& ctx, const Extent& extent, Head& head) {
  JournalLog log(shared_.store, extent.journal, JournalKeys(extent.prefix));
  JournalIndex index(shared_.parts.cache, shared_.keys, extent.journal);
  while (head.number < extent.last()) {
    LARDER_TRY(stillWanted(ctx));
    const std::uint64_t next = head.number + 1;
    auto entry = log.read(ctx, next);
    if (entry && *entry) {
      LARDER_TRY(bringIn(ctx, index, **entry));
    } else if (entry || entry.is(Errc::Corrupt)) {
      damaged(log.keys().entry(next), entry ? "the entry is not there" : entry.error().message());
    } else {
      return std::move(entry).error();
    }
    head.number = next;
  }
  return index.setHead(ctx, generation_, head);
}

Result<void> Rebuilder::bringIn(sdk::Context& ctx, JournalIndex& index, const Entry& entry) {
  std::vector<std::optional<std::string>> before;
  std::span<const sdk::Change> rest = entry.changes;
  while (!rest.empty()) {
    std::vector<std::string> keys;
    for (const sdk::Change& change : rest.first(std::min(rest.size(), JournalIndex::kMaxKeys))) {
      keys.push_back(change.key);
    }
    LARDER_TRY_ASSIGN(auto view, index.get(ctx, generation_, JournalIndex::Part::Records, keys));
    for (auto& record : view.records) {
      before.push_back(record ? std::optional(std::move(record->value)) : std::nullopt);
    }
    rest = rest.subspan(keys.size());
  }
  const auto derived = shared_.indexer->derive(entry.journal, entry.number, entry.changes, before);
  return index.fill(ctx, generation_, derived);
}

/// What was filled in before the cache went back may be missing now.
Result<void> Rebuilder::checkEpoch(sdk::Context& ctx) {
  const std::string key = shared_.keys.generation();
  LARDER_TRY_ASSIGN(const sdk::RecordSet set, shared_.parts.cache.get(ctx, std::span(&key, 1)));
  if (set.epoch == epoch_) return {};
  return Error(Errc::Unavailable, "the cache went back or was emptied meanwhile; try again");
}

Result<void> Rebuilder::swap(sdk::Context& ctx) {
  LARDER_TRY(checkEpoch(ctx));
  sdk::Batch batch;
  batch.expect.push_back({shared_.keys.generation(), liveVersion_});
  batch.expect.push_back({shared_.keys.leftover(generation_), markerVersion_});
  batch.put.push_back({shared_.keys.generation(), generation_});
  batch.erase.push_back(shared_.keys.leftover(generation_));
  if (!live_.empty()) {
    batch.put.push_back({shared_.keys.leftover(live_),
                         secondsFrom(shared_.parts.clock, shared_.options().retireAfter)});
  }
  auto swapped = shared_.parts.cache.apply(ctx, batch);
  if (!swapped) return std::move(swapped).error().within("making the new index the live one");
  auto same = checkEpoch(ctx);
  if (!same) LARDER_TRY(takeBack(ctx));
  return same;
}

/// The cache went back at the moment of the swap: no index is better than half of one.
Result<void> Rebuilder::takeBack(sdk::Context& ctx) {
  const std::string key = shared_.keys.generation();
  LARDER_TRY_ASSIGN(const sdk::RecordSet set, shared_.parts.cache.get(ctx, std::span(&key, 1)));
  if (!set.records[0] || set.records[0]->value != generation_) return {};
  sdk::Batch batch;
  batch.expect.push_back({key, set.records[0]->version});
  batch.erase.push_back(key);
  batch.put.push_back({shared_.keys.leftover(generation_), "0"});
  return shared_.parts.cache.apply(ctx, batch);
}

void Rebuilder::report(std::string_view doing) {
  if (progress_) progress_({doing, report_.records});
}

namespace {

Result<void> eraseAll(sdk::Context& ctx, sdk::Cache& cache, const std::string& prefix) {
  while (true) {
    LARDER_TRY(stillWanted(ctx));
    LARDER_TRY_ASSIGN(const sdk::RecordPage page, cache.scan(ctx, prefix, {}, sdk::kMaxBatchOps));
    if (page.records.empty()) return {};
    sdk::Batch batch;
    for (const sdk::Record& record : page.records) batch.erase.push_back(record.key);
    LARDER_TRY(cache.apply(ctx, batch));
  }
}

}  // namespace

Result<void> eraseOldGenerations(sdk::Context& ctx, Shared& shared) {
  const std::string prefix = shared.keys.leftovers();
  LARDER_TRY_ASSIGN(const sdk::RecordPage page,
                    shared.parts.cache.scan(ctx, prefix, {}, sdk::kMaxBatchOps));
  for (const sdk::Record& leftover : page.records) {
    std::int64_t until = 0;
    std::from_chars(leftover.value.data(), leftover.value.data() + leftover.value.size(), until);
    if (until > secondsNow(shared.parts.clock)) continue;
    LARDER_TRY(
        eraseAll(ctx, shared.parts.cache, shared.keys.all(leftover.key.substr(prefix.size()))));
    sdk::Batch batch;
    batch.erase.push_back(leftover.key);
    LARDER_TRY(shared.parts.cache.apply(ctx, batch));
  }
  return {};
}

}  // namespace larder::repo
