#include "database.h"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>

#include "schema.h"

namespace larder::sqlite {
namespace {

constexpr std::size_t kMostIdle = 32;

std::string randomText() {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::array<unsigned char, 16> bytes{};
  std::string text;
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return text;
  for (const unsigned char byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

// Where versions and changes start in a file made anew: above all that the one
// before it gave, unless that wrote a batch every microsecond of its life.
std::uint64_t countFrom(sdk::Host& host) {
  const auto since = host.clock().now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(since).count());
}

bool hasBytes(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && status.st_size > 0;
}

}  // namespace

sdk::Result<std::shared_ptr<Database>> Database::open(const Site& site, sdk::Host& host,
                                                      Waiting& waiting, bool atStart) {
  LARDER_TRY_ASSIGN(auto changes,
                    ChangeFile::openLocked(site.path + "-changes", countFrom(host), waiting));
  std::shared_ptr<Database> database(new Database(site, std::move(changes)));
  ChangeFile::Lock lock = database->changes_->adopt();
  LARDER_TRY(database->openFile(host, waiting, atStart, lock));
  return database;
}

// Everybody who makes or opens the file holds the lock, so what is found does not
// change meanwhile.
sdk::Result<void> Database::openFile(sdk::Host& host, Waiting& waiting, bool atStart,
                                     ChangeFile::Lock& lock) {
  // A log left beside a database that is gone would be read into the new one.
  if (!hasBytes(site_.path)) LARDER_TRY(removeFiles());
  LARDER_TRY_ASSIGN(auto connection, Connection::open(site_.path, true));
  connection->waitFor(&waiting);
  LARDER_TRY_ASSIGN(Contents contents, contentsOf(*connection));
  if (contents == Contents::Foreign) {
    return sdk::Error(sdk::Errc::Invalid, site_.path +
                                              " is another program's SQLite database; give "
                                              "another path, or delete it");
  }
  if (contents == Contents::OtherVersion) {
    if (!atStart) {
      return sdk::Error(sdk::Errc::Unavailable,
                        site_.path + " is in use by another version of larder; run one version");
    }
    host.logger().warning("sqlite.schema.other",
                          "the cache of another version of larder is made anew",
                          {{"path", site_.path}});
    connection.reset();
    LARDER_TRY(removeFiles());
    LARDER_TRY_ASSIGN(connection, Connection::open(site_.path, true));
    connection->waitFor(&waiting);
    contents = Contents::Nothing;
  }
  LARDER_TRY(setUp(*connection, site_.bootId.empty()));
  LARDER_TRY(contents == Contents::Nothing ? create(*connection, host, lock)
                                           : checkVersion(*connection, host, lock));
  const auto identity = identityOf(site_.path);
  if (!identity) return sdk::Error(sdk::Errc::Unavailable, site_.path + " has just been removed");
  identity_ = *identity;
  // The inode: a copy that was put back is another file.
  epochSuffix_ = "-" + site_.bootId + "-" + std::to_string(identity_.inode);
  connection->waitFor(nullptr);
  idle_.lock()->push_back(std::move(connection));
  return {};
}

sdk::Result<void> Database::create(Connection& connection, sdk::Host& host,
                                   ChangeFile::Lock& lock) {
  const std::uint64_t version = std::max(lock.version() + 1, countFrom(host));
  lock.begin();
  auto created = createTables(connection, randomText(), version);
  lock.setVersion(version);
  lock.finish();
  if (created) {
    host.logger().info("sqlite.cache.created", "an empty cache was made", {{"path", site_.path}});
  }
  return created;
}

// The change file remembers the last commit, so it shows when an older copy of
// the database was put back.
sdk::Result<void> Database::checkVersion(Connection& connection, sdk::Host& host,
                                         ChangeFile::Lock& lock) {
  LARDER_TRY_ASSIGN(std::uint64_t version, lastVersion(connection));
  if (lock.version() > version) {
    version = std::max(lock.version() + 1, countFrom(host));
    lock.begin();
    auto started = startEpoch(connection, randomText(), version);
    lock.finish();
    LARDER_TRY(std::move(started));
    host.logger().warning("sqlite.cache.went_back",
                          "the cache is older than what was last written to it",
                          {{"path", site_.path}});
  }
  lock.setVersion(version);
  return {};
}

sdk::Result<void> Database::removeFiles() const {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    const std::string path = site_.path + suffix;
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
      return sdk::Error(sdk::Errc::Unavailable,
                        "removing " + path + ": " + std::generic_category().message(errno));
    }
  }
  return {};
}

bool Database::stillThere() const noexcept {
  return identityOf(site_.path) == identity_ && changes_->stillThere();
}

sdk::Result<std::unique_ptr<Connection>> Database::connectNew() const {
  LARDER_TRY_ASSIGN(auto connection, Connection::open(site_.path, false));
  return connection;
}

sdk::Result<Database::Lease> Database::connect(Waiting& waiting) {
  std::unique_ptr<Connection> connection;
  {
    auto idle = idle_.lock();
    if (!idle->empty()) {
      connection = std::move(idle->back());
      idle->pop_back();
    }
  }
  if (connection) return Lease(*this, std::move(connection), waiting);
  LARDER_TRY_ASSIGN(connection, connectNew());
  Lease lease(*this, std::move(connection), waiting);
  LARDER_TRY(setUp(*lease, site_.bootId.empty()));
  return lease;
}

Database::Lease::Lease(Database& owner, std::unique_ptr<Connection> connection, Waiting& waiting)
    : owner_(&owner), connection_(std::move(connection)) {
  connection_->waitFor(&waiting);
}

Database::Lease::~Lease() {
  if (!connection_) return;
  connection_->waitFor(nullptr);
  auto idle = owner_->idle_.lock();
  if (idle->size() < kMostIdle) idle->push_back(std::move(connection_));
}

}  // namespace larder::sqlite
