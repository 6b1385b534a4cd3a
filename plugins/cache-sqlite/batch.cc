#include "batch.h"

#include <algorithm>
#include <string>
#include <vector>

namespace larder::sqlite {
namespace {

sdk::Result<void> checkKey(std::string_view key) {
  if (key.empty()) return sdk::Error(sdk::Errc::Invalid, "a record's key is empty");
  if (key.size() <= sdk::kMaxRecordKey) return {};
  return sdk::Error(sdk::Errc::TooLarge, "a record's key has " + std::to_string(key.size()) +
                                             " bytes, at most " +
                                             std::to_string(sdk::kMaxRecordKey) + " fit");
}

sdk::Result<void> checkDistinct(const sdk::Batch& batch) {
  std::vector<std::string_view> keys(batch.erase.begin(), batch.erase.end());
  for (const auto& write : batch.put) keys.push_back(write.key);
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice == keys.end()) return {};
  return sdk::Error(sdk::Errc::Invalid,
                    "record " + std::string(*twice) + " is changed twice in one batch");
}

}  // namespace

sdk::Result<void> check(const sdk::Batch& batch) {
  const std::size_t operations = batch.expect.size() + batch.put.size() + batch.erase.size();
  if (operations > sdk::kMaxBatchOps) {
    return sdk::Error(sdk::Errc::TooLarge, "a batch of " + std::to_string(operations) +
                                               " operations, at most " +
                                               std::to_string(sdk::kMaxBatchOps) + " fit");
  }
  for (const auto& expect : batch.expect) LARDER_TRY(checkKey(expect.key));
  for (const std::string& key : batch.erase) LARDER_TRY(checkKey(key));
  for (const auto& write : batch.put) {
    LARDER_TRY(checkKey(write.key));
    if (write.value.size() > sdk::kMaxRecordValue) {
      return sdk::Error(sdk::Errc::TooLarge,
                        "record " + write.key + " has " + std::to_string(write.value.size()) +
                            " bytes, at most " + std::to_string(sdk::kMaxRecordValue) + " fit");
    }
  }
  return checkDistinct(batch);
}

sdk::Result<void> checkExpectations(Connection& connection, const sdk::Batch& batch) {
  for (const auto& expect : batch.expect) {
    LARDER_TRY_ASSIGN(Query query,
                      Query::of(connection, "SELECT version FROM records WHERE key = ?"));
    query.bind(expect.key);
    LARDER_TRY_ASSIGN(const bool found, query.next());
    const std::uint64_t version = found ? static_cast<std::uint64_t>(query.number(0)) : 0;
    if (version == expect.version) continue;
    return sdk::Error(sdk::Errc::Conflict, "record " + expect.key + " is at version " +
                                               std::to_string(version) + ", expected was " +
                                               std::to_string(expect.version));
  }
  return {};
}

sdk::Result<std::uint64_t> perform(Connection& connection, const sdk::Batch& batch,
                                   const Waiting& waiting) {
  std::int64_t version = 0;
  {
    LARDER_TRY_ASSIGN(
        Query query,
        Query::of(connection,
                  "UPDATE state SET version = version + 1 WHERE one = 1 RETURNING version"));
    LARDER_TRY(query.next());
    version = query.number(0);
  }
  for (const std::string& key : batch.erase) {
    LARDER_TRY(execute(connection, "DELETE FROM records WHERE key = ?", std::string_view(key)));
  }
  for (const auto& write : batch.put) {
    LARDER_TRY(waiting.stillWanted());
    LARDER_TRY(execute(connection,
                       "INSERT INTO records VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE"
                       " SET value = excluded.value, version = excluded.version",
                       std::string_view(write.key), std::string_view(write.value), version));
  }
  return static_cast<std::uint64_t>(version);
}

}  // namespace larder::sqlite
