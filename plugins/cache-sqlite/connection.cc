#include "connection.h"

#include <utility>

namespace larder::sqlite {
namespace {

struct Meaning {
  sdk::Errc code;
  std::string_view advice;
};

Meaning meaningOf(int status) {
  using sdk::Errc;
  switch (status & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {Errc::Corrupt,
              "; delete it and the files beside it (-wal, -shm, -changes): it is derived data, "
              "larder makes it anew and rebuilds it"};
    case SQLITE_FULL:
      return {Errc::Unavailable, "; free space on that file system"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return {Errc::Unavailable,
              "; the server's user needs read and write access to it and to its directory"};
    case SQLITE_IOERR:
      return {Errc::Unavailable, "; check the disk and the kernel's log"};
    case SQLITE_TOOBIG:
      return {Errc::TooLarge, ""};
    default:
      return {Errc::Unavailable, ""};
  }
}

}  // namespace

sdk::Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, bool create) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
                    SQLITE_OPEN_EXRESCODE | (create ? SQLITE_OPEN_CREATE : 0);
  const int status = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(handle, path));
  if (status != SQLITE_OK) return connection->error(status, "opening");
  Connection* const self = connection.get();
  sqlite3_busy_handler(
      handle,
      [](void* data, int) {
        Waiting* const waiting = static_cast<Connection*>(data)->waiting_;
        return waiting && waiting->pause().ok() ? 1 : 0;
      },
      self);
  return connection;
}

Connection::~Connection() {
  for (const Prepared& one : prepared_) sqlite3_finalize(one.statement);
  sqlite3_close(handle_);
}

sdk::Error Connection::error(int status, std::string_view doing) const {
  const bool locked = (status & 0xff) == SQLITE_BUSY || (status & 0xff) == SQLITE_LOCKED;
  if (locked && waiting_) {
    if (auto wanted = waiting_->stillWanted(); !wanted) return std::move(wanted).error();
  }
  const Meaning meaning = meaningOf(status);
  std::string text(doing);
  text.append(" ").append(path_).append(": ").append(sqlite3_errstr(status));
  if (handle_ && (status & 0xff) == SQLITE_ERROR) {
    text.append(": ").append(sqlite3_errmsg(handle_));
  }
  return sdk::Error(meaning.code, text.append(meaning.advice));
}

sdk::Result<void> Connection::run(const char* sql) {
  const int status = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (status != SQLITE_OK) return error(status, "using");
  return {};
}

sdk::Result<sqlite3_stmt*> Connection::prepared(const char* sql) {
  for (const Prepared& one : prepared_) {
    if (one.sql == sql) return one.statement;
  }
  sqlite3_stmt* statement = nullptr;
  const int status =
      sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (status != SQLITE_OK) return error(status, "using");
  prepared_.push_back({sql, statement});
  return statement;
}

sdk::Result<Query> Query::of(Connection& connection, const char* sql) {
  LARDER_TRY_ASSIGN(sqlite3_stmt* const statement, connection.prepared(sql));
  return Query(connection, statement);
}

Query::~Query() {
  if (!statement_) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query& Query::bind(std::string_view bytes) {
  // A null pointer would be NULL, not the empty blob.
  const char* const data = bytes.data() ? bytes.data() : "";
  sqlite3_bind_blob64(statement_, ++bound_, data, bytes.size(), SQLITE_STATIC);
  return *this;
}

Query& Query::bind(std::int64_t number) {
  sqlite3_bind_int64(statement_, ++bound_, number);
  return *this;
}

sdk::Result<bool> Query::next() {
  const int status = sqlite3_step(statement_);
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) return false;
  return connection_->error(status, "using");
}

std::string_view Query::bytes(int column) const {
  const void* const data = sqlite3_column_blob(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return data ? std::string_view(static_cast<const char*>(data), size) : std::string_view();
}

sdk::Result<Transaction> Transaction::begin(Connection& connection, Kind kind) {
  LARDER_TRY(execute(connection, kind == Kind::Write ? "BEGIN IMMEDIATE" : "BEGIN"));
  return Transaction(connection);
}

Transaction::~Transaction() {
  // After some errors SQLite has rolled back by itself.
  if (connection_ && !sqlite3_get_autocommit(connection_->handle())) {
    (void)execute(*connection_, "ROLLBACK");
  }
}

sdk::Result<void> Transaction::commit() {
  LARDER_TRY(execute(*connection_, "COMMIT"));
  connection_ = nullptr;
  return {};
}

}  // namespace larder::sqlite
