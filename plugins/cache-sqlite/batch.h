#pragma once

#include <cstdint>

#include "connection.h"
#include "larder/sdk/cache.h"

namespace larder::sqlite {

/// Whether the batch keeps the limits of sdk::Cache. Errors: TooLarge, Invalid.
sdk::Result<void> check(const sdk::Batch& batch);

/// Errors: Conflict when one does not hold.
sdk::Result<void> checkExpectations(Connection& connection, const sdk::Batch& batch);

/// Performs what the batch writes and returns the version it got. Requires a
/// transaction. Errors: also Timeout and Cancelled.
sdk::Result<std::uint64_t> perform(Connection& connection, const sdk::Batch& batch,
                                   const Waiting& waiting);

}  // namespace larder::sqlite
