#include "sqlite_cache.h"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "batch.h"

namespace larder::sqlite {
namespace {

constexpr int kReopenings = 5;

std::string bootId() {
  std::string id;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), id);
  return id;
}

// The first text that no key with this prefix reaches. Keys are shorter than the
// bytes 0xFF that stand for "no end".
std::string endOf(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (end.empty()) return std::string(sdk::kMaxRecordKey + 1, '\xff');
  end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

sdk::Error removedMeanwhile(const std::string& path) {
  return sdk::Error(sdk::Errc::Unavailable, path + " was removed while it was used");
}

sdk::Result<std::optional<sdk::Record>> find(Connection& connection, const std::string& key) {
  LARDER_TRY_ASSIGN(Query query,
                    Query::of(connection, "SELECT value, version FROM records WHERE key = ?"));
  query.bind(key);
  LARDER_TRY_ASSIGN(const bool found, query.next());
  if (!found) return std::optional<sdk::Record>();
  return std::optional(
      sdk::Record{key, std::string(query.bytes(0)), static_cast<std::uint64_t>(query.number(1))});
}

}  // namespace

sdk::Result<std::unique_ptr<sdk::Cache>> SqliteCache::create(sdk::Context& ctx, sdk::Host& host,
                                                             const sdk::Settings& settings) {
  auto opened = open(ctx, host, {settings.string("path"), bootId()});
  if (!opened) return settings.invalid("path", opened.error().message());
  return std::unique_ptr<sdk::Cache>(std::move(*opened));
}

sdk::Result<std::unique_ptr<SqliteCache>> SqliteCache::open(sdk::Context& ctx, sdk::Host& host,
                                                            Database::Site site) {
  std::error_code error;
  const auto folder = std::filesystem::path(site.path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  if (error) {
    return sdk::Error(sdk::Errc::Unavailable,
                      "making the directory " + folder.string() + ": " + error.message());
  }
  Waiting waiting(ctx, host.clock());
  LARDER_TRY_ASSIGN(auto database, Database::open(site, host, waiting, true));
  return std::unique_ptr<SqliteCache>(new SqliteCache(host, std::move(site), std::move(database)));
}

// Looks at the paths every time: an operator may delete the cache while servers
// run, and then it must come back empty for all of them, under another epoch.
sdk::Result<std::shared_ptr<Database>> SqliteCache::current(Waiting& waiting) {
  std::shared_ptr<Database> database = *database_.lock();
  if (database->stillThere()) return database;
  LARDER_TRY_ASSIGN(auto fresh, Database::open(site_, host_, waiting, false));
  host_.logger().warning("sqlite.cache.replaced",
                         "the cache's file was removed or replaced while the server ran",
                         {{"path", site_.path}});
  auto slot = database_.lock();
  if (!(*slot)->stillThere()) *slot = fresh;  // Another thread may have been quicker.
  return *slot;
}

/// Runs `work` with the writers' lock on the file that is there now.
template <class Work>
sdk::Result<void> SqliteCache::locked(Waiting& waiting, Work work) {
  for (int i = 0; i < kReopenings; ++i) {
    LARDER_TRY_ASSIGN(const auto database, current(waiting));
    LARDER_TRY_ASSIGN(ChangeFile::Lock lock, database->changes().lock(waiting));
    // Whoever makes the file anew has the lock, but perhaps of a new lock file.
    if (!database->stillThere()) continue;
    LARDER_TRY_ASSIGN(Database::Lease connection, database->connect(waiting));
    LARDER_TRY(work(*connection, lock));
    // What went into a file that is no longer there must not be acknowledged.
    if (!database->stillThere()) return removedMeanwhile(site_.path);
    return {};
  }
  return removedMeanwhile(site_.path);
}

sdk::Result<void> SqliteCache::health(sdk::Context& ctx) {
  Waiting waiting(ctx, host_.clock());
  return locked(waiting, [](Connection& connection, ChangeFile::Lock&) -> sdk::Result<void> {
    LARDER_TRY(Transaction::begin(connection, Transaction::Kind::Write));
    return {};
  });
}

sdk::Result<sdk::RecordSet> SqliteCache::get(sdk::Context& ctx, std::span<const std::string> keys) {
  Waiting waiting(ctx, host_.clock());
  LARDER_TRY_ASSIGN(const auto database, current(waiting));
  // A writer died between begin and finish, or one is just there; see ChangeFile.
  if (database->changes().unsettled()) (void)database->changes().tryLock();
  LARDER_TRY_ASSIGN(Database::Lease lease, database->connect(waiting));
  LARDER_TRY_ASSIGN(const Transaction snapshot,
                    Transaction::begin(*lease, Transaction::Kind::Read));
  sdk::RecordSet answer;
  {
    LARDER_TRY_ASSIGN(Query query, Query::of(*lease, "SELECT epoch FROM state WHERE one = 1"));
    LARDER_TRY(query.next());
    answer.epoch = std::string(query.bytes(0)) + database->epochSuffix();
  }
  answer.records.reserve(keys.size());
  for (const std::string& key : keys) {
    LARDER_TRY_ASSIGN(answer.records.emplace_back(), find(*lease, key));
  }
  return answer;
}

sdk::Result<sdk::RecordPage> SqliteCache::scan(sdk::Context& ctx, std::string_view prefix,
                                               std::string_view after, std::size_t limit) {
  Waiting waiting(ctx, host_.clock());
  LARDER_TRY_ASSIGN(const auto database, current(waiting));
  LARDER_TRY_ASSIGN(Database::Lease lease, database->connect(waiting));
  // The key that follows `after` in byte order is `after` and a zero byte.
  std::string from(after < prefix ? prefix : after);
  if (after >= prefix) from.push_back('\0');
  const std::string end = endOf(prefix);
  LARDER_TRY_ASSIGN(Query query, Query::of(*lease,
                                           "SELECT key, value, version FROM records"
                                           " WHERE key >= ? AND key < ? ORDER BY key LIMIT ?"));
  query.bind(from).bind(end).bind(static_cast<std::int64_t>(limit + 1));
  sdk::RecordPage page;
  while (true) {
    LARDER_TRY_ASSIGN(const bool found, query.next());
    if (!found) return page;
    if (page.records.size() == limit) break;
    page.records.push_back({std::string(query.bytes(0)), std::string(query.bytes(1)),
                            static_cast<std::uint64_t>(query.number(2))});
  }
  page.next = page.records.back().key;
  return page;
}

sdk::Result<void> SqliteCache::apply(sdk::Context& ctx, const sdk::Batch& batch) {
  LARDER_TRY(check(batch));
  Waiting waiting(ctx, host_.clock());
  LARDER_TRY(waiting.stillWanted());
  return locked(waiting, [&](Connection& connection, ChangeFile::Lock& lock) -> sdk::Result<void> {
    LARDER_TRY_ASSIGN(Transaction transaction,
                      Transaction::begin(connection, Transaction::Kind::Write));
    LARDER_TRY(checkExpectations(connection, batch));
    if (batch.empty()) return {};
    LARDER_TRY_ASSIGN(const std::uint64_t version, perform(connection, batch, waiting));
    lock.begin();
    auto committed = transaction.commit();
    if (committed) lock.setVersion(version);
    lock.finish();
    return committed;
  });
}

std::optional<std::uint64_t> SqliteCache::changes() noexcept {
  const std::shared_ptr<Database> database = *database_.lock();
  return database->changes().value();
}

void* SqliteCache::facet(sdk::FacetId id) noexcept {
  if (id == sdk::ChangeCounter::kFacet) return static_cast<sdk::ChangeCounter*>(this);
  return sdk::Cache::facet(id);
}

}  // namespace larder::sqlite
