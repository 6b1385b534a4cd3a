#pragma once

#include <functional>
#include <string>

#include "core/repo/follower.h"
#include "core/repo/shared.h"

namespace larder::repo {

/// Brings every journal's index up to the storage; the index is built where there is none,
/// or where it does not fit. Costs a request per thousand journals or kept entries when
/// nothing happened.
sdk::Result<void> compareAll(sdk::Context& ctx, Shared& shared,
                             const std::function<Follower&(const std::string&)>& follower);

/// See Repository::maintain().
sdk::Result<void> maintain(sdk::Context& ctx, Shared& shared);

}  // namespace larder::repo
