#include "schema.h"

namespace larder::sqlite {
namespace {

constexpr std::int64_t kApplication = 0x4c726472;  // "Lrdr", see file(1).
constexpr std::int64_t kVersion = 1;

sdk::Result<std::int64_t> numberOf(Connection& connection, const char* sql) {
  LARDER_TRY_ASSIGN(Query query, Query::of(connection, sql));
  LARDER_TRY(query.next());
  return query.number(0);
}

}  // namespace

sdk::Result<Contents> contentsOf(Connection& connection) {
  LARDER_TRY_ASSIGN(const std::int64_t tables,
                    numberOf(connection, "SELECT count(*) FROM sqlite_master"));
  if (tables == 0) return Contents::Nothing;
  LARDER_TRY_ASSIGN(const std::int64_t application, numberOf(connection, "PRAGMA application_id"));
  if (application != kApplication) return Contents::Foreign;
  LARDER_TRY_ASSIGN(const std::int64_t version, numberOf(connection, "PRAGMA user_version"));
  return version == kVersion ? Contents::Cache : Contents::OtherVersion;
}

// The page size counts only for a file that is still empty. A row lies whole in
// its page only up to a quarter of that; most records do in 16 KiB.
sdk::Result<void> setUp(Connection& connection, bool syncEach) {
  LARDER_TRY(
      connection.run(syncEach ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL"));
  return connection.run(
      "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL;"
      "PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -8192;"
      "PRAGMA temp_store = MEMORY; PRAGMA secure_delete = OFF");
}

sdk::Result<void> createTables(Connection& connection, const std::string& epoch,
                               std::uint64_t version) {
  LARDER_TRY_ASSIGN(Transaction transaction,
                    Transaction::begin(connection, Transaction::Kind::Write));
  const std::string identity = "PRAGMA application_id = " + std::to_string(kApplication) +
                               "; PRAGMA user_version = " + std::to_string(kVersion);
  LARDER_TRY(connection.run(identity.c_str()));
  LARDER_TRY(
      connection.run("CREATE TABLE records (key BLOB PRIMARY KEY, value BLOB NOT NULL,"
                     " version INTEGER NOT NULL) WITHOUT ROWID;"
                     "CREATE TABLE state (one INTEGER PRIMARY KEY, epoch BLOB NOT NULL,"
                     " version INTEGER NOT NULL)"));
  LARDER_TRY(execute(connection, "INSERT INTO state VALUES (1, ?, ?)", std::string_view(epoch),
                     static_cast<std::int64_t>(version)));
  return transaction.commit();
}

sdk::Result<std::uint64_t> lastVersion(Connection& connection) {
  LARDER_TRY_ASSIGN(const std::int64_t version,
                    numberOf(connection, "SELECT version FROM state WHERE one = 1"));
  return static_cast<std::uint64_t>(version);
}

sdk::Result<void> startEpoch(Connection& connection, const std::string& epoch,
                             std::uint64_t version) {
  return execute(connection, "UPDATE state SET epoch = ?, version = ? WHERE one = 1",
                 std::string_view(epoch), static_cast<std::int64_t>(version));
}

}  // namespace larder::sqlite
