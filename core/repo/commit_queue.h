#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/guarded.h"
#include "core/repo/store.h"

namespace larder::repo {

/// One caller of commit(), shared with whoever works for it.
struct Committer {
  Committer(sdk::Context& context, sdk::Journal::Decide& decision)
      : ctx(context), decide(decision) {}

  sdk::Context& ctx;             ///< Valid while not left.
  sdk::Journal::Decide& decide;  ///< Valid while not left.
  std::optional<sdk::Result<std::uint64_t>> answer = std::nullopt;
  bool queued = true;
  bool deciding = false;
  bool left = false;  ///< Its caller waits no longer.

  /// Entries that hold its changes and may or may not have been written.
  struct Attempt {
    std::uint64_t number = 0;
    std::string nonce;
  };
  std::vector<Attempt> attempts = {};
};
using CommitterRef = std::shared_ptr<Committer>;

/// Who waits to commit to one journal, in the order they came. The first to find nobody at work
/// works for all that wait; the others sleep until they are answered, or their call is over.
/// Thread-safe.
class CommitQueue {
 public:
  /// Works through some of the queue, beginning with what next() gives.
  using Work = std::function<void(sdk::Context& ctx)>;

  /// Waits for the answer to one commit, doing the work when it is this caller's turn.
  sdk::Result<std::uint64_t> wait(const CommitterRef& self, const Work& work);

  // For the one at work:
  CommitterRef next();
  void putBack(const CommitterRef& committer);
  void answer(const CommitterRef& committer, sdk::Result<std::uint64_t> answer);
  /// Whether the decision may run now; it may until decided().
  bool startDeciding(Committer& committer);
  void decided(Committer& committer);

 private:
  struct State {
    std::deque<CommitterRef> waiting;
    bool working = false;
  };

  static std::optional<sdk::Error> over(const Committer& self);

  Guarded<State> state_;
  std::condition_variable changed_;
};

}  // namespace larder::repo
