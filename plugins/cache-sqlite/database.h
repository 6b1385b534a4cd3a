#pragma once

#include <memory>
#include <string>
#include <vector>

#include "change_file.h"
#include "connection.h"
#include "file_identity.h"
#include "guarded.h"
#include "larder/sdk/host.h"

namespace larder::sqlite {

/// An open cache file with its connections: one for the writer, as many as are
/// needed for readers. Thread-safe.
class Database {
 public:
  struct Site {
    std::string path;
    /// Of this run of the machine. A power cut takes the last commits away, so
    /// this is part of the epoch; where it is not known, commits are synced.
    std::string bootId;
  };

  /// Opens the file, making it when it is missing. `atStart`: a cache of another
  /// version of larder is made anew; later on it is an error, lest two versions
  /// throw away each other's for ever. Errors: Corrupt, Invalid (not a cache),
  /// Unavailable, Timeout.
  static sdk::Result<std::shared_ptr<Database>> open(const Site& site, sdk::Host& host,
                                                     Waiting& waiting, bool atStart);

  /// Whether the paths still lead to the files that are open.
  bool stillThere() const noexcept;

  ChangeFile& changes() noexcept { return *changes_; }

  /// A connection with the right to wait; goes back when it is destroyed.
  class Lease {
   public:
    Lease(Database& owner, std::unique_ptr<Connection> connection, Waiting& waiting);
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    Connection& operator*() noexcept { return *connection_; }

   private:
    Database* owner_;
    std::unique_ptr<Connection> connection_;
  };

  /// For one transaction. Writers hold the lock of changes().
  sdk::Result<Lease> connect(Waiting& waiting);

  /// What get() joins to the epoch that is stored.
  const std::string& epochSuffix() const noexcept { return epochSuffix_; }

 private:
  Database(const Site& site, std::unique_ptr<ChangeFile> changes)
      : site_(site), changes_(std::move(changes)) {}

  sdk::Result<void> openFile(sdk::Host& host, Waiting& waiting, bool atStart,
                             ChangeFile::Lock& lock);
  sdk::Result<void> create(Connection& connection, sdk::Host& host, ChangeFile::Lock& lock);
  sdk::Result<void> checkVersion(Connection& connection, sdk::Host& host, ChangeFile::Lock& lock);
  sdk::Result<std::unique_ptr<Connection>> connectNew() const;
  sdk::Result<void> removeFiles() const;

  const Site site_;
  const std::unique_ptr<ChangeFile> changes_;
  FileIdentity identity_;
  std::string epochSuffix_;
  common::Guarded<std::vector<std::unique_ptr<Connection>>> idle_;
};

}  // namespace larder::sqlite
