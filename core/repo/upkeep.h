#pragma once

#include <functional>
#include <string>

#include "core/repo/follower.h"
#include "core/repo/shared.h"

namespace larder::repo {

using FollowerOf = std::function<Follower&(const std::string& journal)>;
using Renew = std::function<sdk::Result<void>(sdk::Context&)>;

/// Brings every journal's index up to the storage; where there is none, or one that does
/// not fit, `renew` is asked for another. Costs a request per thousand journals or kept entries
/// when nothing happened.
sdk::Result<void> compareAll(sdk::Context& ctx, Shared& shared, const FollowerOf& follower,
                             const Renew& renew);

/// See Repository::maintain().
sdk::Result<void> maintain(sdk::Context& ctx, Shared& shared);

}  // namespace larder::repo
