#include "core/repo/indexer.h"

#include <unordered_set>

#include "core/repo/layout.h"

namespace larder::repo {

using sdk::Errc;
using sdk::Error;
using sdk::Result;

namespace {

// A record and all it derives change in one batch, beside the head.
constexpr std::size_t kMaxEntries = 400;

Result<void> checkEntries(const std::string& key, const sdk::Indexed& indexed) {
  if (indexed.entries.size() > kMaxEntries) {
    return Error(Errc::TooLarge,
                 "record \"" + key + "\" derives " + std::to_string(indexed.entries.size()) +
                     " index entries; at most " + std::to_string(kMaxEntries) + " are possible");
  }
  std::unordered_set<std::string_view> seen;
  for (const auto& entry : indexed.entries) {
    if (entry.key.empty() || entry.key.size() > kMaxKeySize || !seen.insert(entry.key).second) {
      return Error(Errc::Corrupt, "record \"" + key + "\" derives the index key \"" + entry.key +
                                      "\", which is empty, longer than " +
                                      std::to_string(kMaxKeySize) + " bytes or not the only one");
    }
    if (entry.value.size() > sdk::kMaxRecordValue - 32) {
      return Error(Errc::TooLarge, "record \"" + key + "\" derives an index entry of " +
                                       std::to_string(entry.value.size()) + " bytes");
    }
  }
  return {};
}

}  // namespace

Indexer::Indexer(const sdk::Format& format, sdk::Logger& logger, sdk::Metrics& metrics)
    : format_(format),
      logger_(logger),
      refused_(metrics.counter("larder_repo_unindexed_total",
                               "Stored records that their format could not index")) {}

Result<sdk::Indexed> Indexer::index(std::string_view journal, const std::string& key,
                                    const std::string& value) const {
  auto indexed = [&]() -> Result<sdk::Indexed> {
    try {
      return format_.index(journal, key, value);
    } catch (const std::exception& e) {
      return Error(Errc::Internal, std::string("the format's index() threw: ") + e.what());
    } catch (...) {
      return Error(Errc::Internal, "the format's index() threw");
    }
  }();
  if (!indexed) return std::move(indexed).error().within("indexing record \"" + key + "\"");
  LARDER_TRY(checkEntries(key, *indexed));
  return indexed;
}

sdk::Indexed Indexer::indexStored(std::string_view journal, const std::string& key,
                                  const std::string& value, std::uint64_t* refused) const {
  auto indexed = index(journal, key, value);
  if (indexed) return *std::move(indexed);
  refused_.add();
  if (refused != nullptr) ++*refused;
  logger_.error("repo.record.unindexed", "a stored record cannot be indexed",
                {{"journal", journal}, {"record", key}, {"reason", indexed.error().message()}});
  return {};
}

std::vector<RecordChange> Indexer::derive(
    std::string_view journal, std::uint64_t revision, std::span<const sdk::Change> changes,
    std::span<const std::optional<std::string>> before) const {
  std::vector<RecordChange> derived;
  std::unordered_set<std::string> touched;  // An entry may pass from one record to another.
  for (const sdk::Change& change : changes) {
    RecordChange& to =
        derived.emplace_back(RecordChange{change.key, change.value, {}, {}, revision});
    if (change.value) to.entries = indexStored(journal, change.key, *change.value).entries;
    std::erase_if(to.entries, [&](const auto& entry) { return !touched.insert(entry.key).second; });
  }
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (!before[i]) continue;
    for (const auto& entry : indexStored(journal, changes[i].key, *before[i]).entries) {
      if (touched.insert(entry.key).second) derived[i].gone.push_back(entry.key);
    }
  }
  return derived;
}

}  // namespace larder::repo
