#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "larder/sdk/result.h"
#include "waiting.h"

namespace larder::sqlite {

/// One connection to a database file. One thread at a time.
class Connection {
 public:
  /// The file must not be opened by other means in this process: closing it
  /// would drop SQLite's locks. Errors: see error().
  static sdk::Result<std::unique_ptr<Connection>> open(const std::string& path, bool create);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// How long statements wait for locks; null: not at all. Whoever sets it sets
  /// it back.
  void waitFor(Waiting* waiting) noexcept { waiting_ = waiting; }

  /// Statements without parameters and answers.
  sdk::Result<void> run(const char* sql);

  /// What a status of SQLite means to the host, and what the operator can do.
  sdk::Error error(int status, std::string_view doing) const;

  sqlite3* handle() const noexcept { return handle_; }
  /// Prepared once and kept. `sql` is a literal: it is told by its address.
  sdk::Result<sqlite3_stmt*> prepared(const char* sql);

 private:
  struct Prepared {
    const char* sql;
    sqlite3_stmt* statement;
  };

  Connection(sqlite3* handle, std::string path) : handle_(handle), path_(std::move(path)) {}

  sqlite3* handle_;
  std::string path_;
  std::vector<Prepared> prepared_;
  Waiting* waiting_ = nullptr;
};

/// One run of a prepared statement. What is bound must live as long.
class Query {
 public:
  static sdk::Result<Query> of(Connection& connection, const char* sql);
  Query(Query&& other) noexcept
      : connection_(other.connection_),
        statement_(std::exchange(other.statement_, nullptr)),
        bound_(other.bound_) {}
  Query& operator=(Query&&) = delete;
  ~Query();

  Query& bind(std::string_view bytes);
  Query& bind(std::int64_t number);

  /// Whether there is another row. Errors: see Connection::error().
  sdk::Result<bool> next();

  /// Valid until the next call.
  std::string_view bytes(int column) const;
  std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }

 private:
  Query(Connection& connection, sqlite3_stmt* statement)
      : connection_(&connection), statement_(statement) {}

  Connection* connection_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

/// Runs a statement that answers nothing, with what is bound in order.
template <class... Values>
sdk::Result<void> execute(Connection& connection, const char* sql, const Values&... values) {
  LARDER_TRY_ASSIGN(Query query, Query::of(connection, sql));
  (query.bind(values), ...);
  LARDER_TRY(query.next());
  return {};
}

/// A transaction; rolled back on destruction unless it was committed.
class Transaction {
 public:
  enum class Kind { Read, Write };
  static sdk::Result<Transaction> begin(Connection& connection, Kind kind);
  Transaction(Transaction&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  sdk::Result<void> commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}

  Connection* connection_;
};

}  // namespace larder::sqlite
