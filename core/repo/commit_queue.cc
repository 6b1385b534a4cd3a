#include "core/repo/commit_queue.h"

#include <algorithm>

namespace larder::repo {

using sdk::Errc;
using sdk::Error;
using sdk::Result;

namespace {

// A caller that is cancelled notices within this time.
constexpr std::chrono::milliseconds kLook{100};

/// One caller's time at work, outside the lock.
template <class Handle>
class Shift {
 public:
  Shift(Handle& state, std::condition_variable& changed) : state_(state), changed_(changed) {
    state_->working = true;
    state_.raw().unlock();
  }
  Shift(const Shift&) = delete;
  Shift& operator=(const Shift&) = delete;
  ~Shift() {
    state_.raw().lock();
    state_->working = false;
    changed_.notify_all();
  }

 private:
  Handle& state_;
  std::condition_variable& changed_;
};

/// One caller's place in the queue. It ends under the lock, however the wait ends.
class Place {
 public:
  Place(const CommitterRef& self, std::deque<CommitterRef>& waiting)
      : self_(self), waiting_(waiting) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    self_->left = true;
    std::erase(waiting_, self_);
  }

 private:
  const CommitterRef& self_;
  std::deque<CommitterRef>& waiting_;
};

}  // namespace

std::optional<Error> CommitQueue::over(const Committer& self) {
  auto wanted = stillWanted(self.ctx);
  if (wanted) return std::nullopt;
  const bool mayHappen = !self.queued || !self.attempts.empty();
  return std::move(wanted).error().within(
      mayHappen ? "waiting for a commit, whose effect is unknown" : "waiting to commit");
}

Result<std::uint64_t> CommitQueue::wait(const CommitterRef& self, const Work& work) {
  auto state = state_.lock();
  state->waiting.push_back(self);
  const Place place(self, state->waiting);
  while (!self->answer) {
    if (!state->working && self->queued) {
      const Shift shift(state, changed_);
      work(self->ctx);
    }
    if (self->answer) break;
    if (auto error = over(*self); error && !self->deciding) {
      return *std::move(error);
    }
    if (state->working || !self->queued) changed_.wait_for(state.raw(), kLook);
  }
  return *std::move(self->answer);
}

CommitterRef CommitQueue::next() {
  auto state = state_.lock();
  if (state->waiting.empty()) return nullptr;
  CommitterRef first = state->waiting.front();
  state->waiting.pop_front();
  first->queued = false;
  return first;
}

void CommitQueue::putBack(const CommitterRef& committer) {
  auto state = state_.lock();
  if (committer->left) return;
  committer->queued = true;
  state->waiting.push_front(committer);
}

void CommitQueue::answer(const CommitterRef& committer, Result<std::uint64_t> answer) {
  auto state = state_.lock();
  committer->answer = std::move(answer);
  changed_.notify_all();
}

bool CommitQueue::startDeciding(Committer& committer) {
  auto state = state_.lock();
  if (committer.left) return false;
  committer.deciding = true;
  return true;
}

void CommitQueue::decided(Committer& committer) {
  auto state = state_.lock();
  committer.deciding = false;
  changed_.notify_all();
}

}  // namespace larder::repo
