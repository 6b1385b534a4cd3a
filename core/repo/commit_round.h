#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/repo/commit_queue.h"
#include "core/repo/follower.h"
#include "core/repo/overlay.h"

namespace larder::repo {

/// One entry's way into a journal: runs the waiting decisions one after another on the
/// true head, writes what they change as one entry, and answers them all.
class CommitRound {
 public:
  CommitRound(Shared& shared, Follower& follower, CommitQueue& queue);

  /// Answers at least the first that waits, unless `ctx` ends before; whoever could not
  /// be answered by then and has time left waits again.
  void run(sdk::Context& ctx);

 private:
  enum class Step : std::uint8_t { Done, Again };
  struct Member {
    CommitterRef committer;
    std::optional<sdk::Error> error = std::nullopt;  ///< The decision's own.
    bool changed = false;
  };

  struct Weight {
    std::size_t operations = 0;  ///< On the index.
    std::size_t bytes = 0;
  };

  void work(sdk::Context& ctx);
  sdk::Result<Step> attempt(sdk::Context& ctx);
  sdk::Result<bool> settle(sdk::Context& ctx, const IndexState& base,
                           const CommitterRef& committer);
  sdk::Result<void> decideAgain(sdk::Context& ctx, Overlay& overlay);
  sdk::Result<void> decideMore(sdk::Context& ctx, Overlay& overlay);
  bool decide(sdk::Context& ctx, Overlay& overlay, Member& member);
  sdk::Result<std::vector<sdk::Change>> ask(sdk::Context& ctx, Overlay& overlay, Member& member);
  sdk::Result<Weight> weigh(sdk::Context& ctx, Overlay& overlay,
                            const std::vector<sdk::Change>& changes);
  sdk::Result<Step> confirmNothing(sdk::Context& ctx, const IndexState& base);
  sdk::Result<Step> write(sdk::Context& ctx, const Overlay& overlay);
  Pending announcement(const sdk::Context& ctx, const IndexState& base) const;
  sdk::Result<bool> append(sdk::Context& ctx, const Entry& entry);
  sdk::Result<void> makeVisible(const sdk::Context& leader, const Entry& entry,
                                const Overlay& overlay, const Pending& announced);
  sdk::Result<void> standsAnnounced(sdk::Context& ctx, const Pending& announced);
  void finish(std::uint64_t number, const sdk::Result<void>& visible = {});
  void giveUp(bool outOfTime, const sdk::Error& error);

  Shared& shared_;
  Follower& follower_;
  CommitQueue& queue_;
  std::vector<Member> members_;
  Weight weight_;           ///< Of all members' changes.
  std::int64_t since_ = 0;  ///< When the state that this attempt writes on was looked for.
};

}  // namespace larder::repo
