#include "sync_barrier.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "errors.h"

namespace larder::filesystem {

sdk::Result<void> SyncBarrier::sync(sdk::Context& ctx, const sdk::Clock& clock) {
  constexpr auto kLook = std::chrono::milliseconds(200);  // For cancellation.
  auto state = state_.lock();
  // One that is running may have passed the caller's file already.
  const std::uint64_t needed = state->begun + 1;
  while (state->finished < needed) {
    LARDER_TRY(stillWanted(ctx, clock));
    if (state->begun == state->finished) {
      runOne(state);
    } else {
      finished_.wait_for(state.raw(), kLook);
    }
  }
  if (state->failure == 0) return {};
  return systemError(state->failure,
                     "an earlier upload may be lost, so none is called safe before a restart; "
                     "writing out",
                     "the storage's file system");
}

void SyncBarrier::runOne(common::Guarded<State>::Handle& state) {
  const std::uint64_t mine = ++state->begun;
  state.raw().unlock();
  const int error = ::syncfs(fd_) == 0 ? 0 : errno;
  state.raw().lock();
  if (state->failure == 0) state->failure = error;
  state->finished = mine;
  finished_.notify_all();
}

int SyncBarrier::failure() { return state_.lock()->failure; }

}  // namespace larder::filesystem
