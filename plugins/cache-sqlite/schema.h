#pragma once

#include <cstdint>
#include <string>

#include "connection.h"
#include "larder/sdk/result.h"

namespace larder::sqlite {

/// What is in a database file that was opened.
enum class Contents : std::uint8_t {
  Nothing,       ///< No tables: new, or its maker died.
  Cache,         ///< A cache of this version.
  OtherVersion,  ///< A cache of another version of larder.
  Foreign,       ///< Another program's database.
};

/// Errors: Corrupt when it is no database at all.
sdk::Result<Contents> contentsOf(Connection& connection);

/// The settings that belong to a connection rather than to the file. With
/// `syncEach` a commit survives a power cut.
sdk::Result<void> setUp(Connection& connection, bool syncEach);

/// Makes the tables of an empty cache, all of them or none. Versions count from
/// `version` on.
sdk::Result<void> createTables(Connection& connection, const std::string& epoch,
                               std::uint64_t version);

/// The version of the last batch.
sdk::Result<std::uint64_t> lastVersion(Connection& connection);

/// Says that the cache has gone back: another epoch, and versions from `version`.
sdk::Result<void> startEpoch(Connection& connection, const std::string& epoch,
                             std::uint64_t version);

}  // namespace larder::sqlite
