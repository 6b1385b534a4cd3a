#include "core/repo/commit_round.h"

#include <algorithm>

#include "core/base/call_context.h"
#include "core/base/hex.h"

namespace larder::repo {

using sdk::Errc;
using sdk::Error;
using sdk::Result;

namespace {

constexpr std::size_t kMaxValue = std::size_t{64} * 1024;
constexpr std::size_t kGroupBytes = std::size_t{4} << 20;
constexpr std::size_t kNonceBytes = 16;
constexpr std::chrono::seconds kFinishing{10};

/// A round works for many callers: it isn't over because one of them went away.
class GroupContext final : public sdk::Context {
 public:
  explicit GroupContext(const sdk::Context& leader) : leader_(leader) {}
  std::chrono::steady_clock::time_point deadline() const noexcept override {
    return leader_.deadline();
  }
  bool cancelled() const noexcept override { return false; }
  std::string_view requestId() const noexcept override { return leader_.requestId(); }

 private:
  const sdk::Context& leader_;
};

Result<void> check(const sdk::Change& change) {
  if (change.key.empty() || change.key.size() > kMaxKeySize ||
      change.key.find('\0') != std::string::npos) {
    return Error(Errc::Invalid, "a record's key has 1 to " + std::to_string(kMaxKeySize) +
                                    " bytes without NUL, found " +
                                    std::to_string(change.key.size()) + " bytes");
  }
  if (change.value && change.value->size() > kMaxValue) {
    return Error(Errc::TooLarge, "record \"" + change.key + "\" has " +
                                     std::to_string(change.value->size()) + " bytes; at most " +
                                     std::to_string(kMaxValue) + " are possible");
  }
  return {};
}

}  // namespace

CommitRound::CommitRound(Shared& shared, Follower& follower, CommitQueue& queue)
    : shared_(shared), follower_(follower), queue_(queue) {}

/// Nobody is left without an answer, whatever happens.
void CommitRound::run(sdk::Context& leader) {
  GroupContext ctx(leader);
  const std::string text = "a commit failed by a bug, and its effect is unknown";
  try {
    work(ctx);
  } catch (const std::exception& e) {
    giveUp(false, Error(Errc::Internal, text + ": " + e.what()));
  } catch (...) {
    giveUp(false, Error(Errc::Internal, text));
  }
}

void CommitRound::work(sdk::Context& ctx) {
  if (CommitterRef first = queue_.next()) members_.push_back({std::move(first)});
  while (!members_.empty()) {
    if (auto wanted = stillWanted(ctx); !wanted) return giveUp(true, wanted.error());
    const auto step = attempt(ctx);
    if (!step) return giveUp(!stillWanted(ctx), step.error());
    if (*step == Step::Done) return;
  }
}

Result<CommitRound::Step> CommitRound::attempt(sdk::Context& ctx) {
  since_ = secondsNow(shared_.parts.clock);
  LARDER_TRY_ASSIGN(IndexState base, follower_.toWriteOn(ctx));
  Overlay overlay(follower_.index(), std::move(base));
  weight_ = {};
  LARDER_TRY(decideAgain(ctx, overlay));
  LARDER_TRY(decideMore(ctx, overlay));
  if (overlay.stale()) return Step::Again;
  if (overlay.empty()) return confirmNothing(ctx, overlay.base());
  return write(ctx, overlay);
}

/// Whose entry has been written after all is answered and needs no second one.
Result<bool> CommitRound::settle(sdk::Context& ctx, const IndexState& base,
                                 const CommitterRef& committer) {
  auto& attempts = committer->attempts;
  while (!attempts.empty() && attempts.front().number <= base.head.number) {
    LARDER_TRY_ASSIGN(const auto entry, follower_.log().read(ctx, attempts.front().number));
    if (entry && entry->nonce == attempts.front().nonce) {
      queue_.answer(committer, entry->number);
      return true;
    }
    attempts.erase(attempts.begin());
  }
  return false;
}

Result<void> CommitRound::decideAgain(sdk::Context& ctx, Overlay& overlay) {
  for (std::size_t i = 0; i < members_.size() && !overlay.stale();) {
    LARDER_TRY_ASSIGN(const bool settled, settle(ctx, overlay.base(), members_[i].committer));
    if (!settled && decide(ctx, overlay, members_[i])) {
      ++i;
    } else {
      members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  return {};
}

Result<void> CommitRound::decideMore(sdk::Context& ctx, Overlay& overlay) {
  while (!overlay.stale() && weight_.operations < JournalIndex::kMaxOperations &&
         weight_.bytes < kGroupBytes) {
    CommitterRef next = queue_.next();
    if (next == nullptr) return {};
    members_.push_back({next});
    LARDER_TRY_ASSIGN(const bool settled, settle(ctx, overlay.base(), next));
    if (!settled && decide(ctx, overlay, members_.back())) continue;
    members_.pop_back();
    if (next->queued) return {};  // It did not fit.
  }
  return {};
}

/// Whether the member stays in this round.
bool CommitRound::decide(sdk::Context& ctx, Overlay& overlay, Member& member) {
  if (!queue_.startDeciding(*member.committer)) return false;
  member.error.reset();
  member.changed = false;
  auto changes = ask(ctx, overlay, member);
  if (overlay.stale()) return true;
  if (!changes) {
    member.error = std::move(changes).error();
    return true;
  }
  auto weight = weigh(ctx, overlay, *changes);
  if (!weight) {
    member.error = std::move(weight).error();
    return true;
  }
  const bool fits = weight_.operations + weight->operations <= JournalIndex::kMaxOperations &&
                    weight_.bytes + weight->bytes <= kGroupBytes;
  if (!fits && !overlay.empty()) {
    queue_.putBack(member.committer);
    return false;
  }
  weight_.operations += weight->operations;
  weight_.bytes += weight->bytes;
  member.changed = !changes->empty();
  for (const sdk::Change& change : *changes) overlay.set(change);
  return true;
}

Result<std::vector<sdk::Change>> CommitRound::ask(sdk::Context& ctx, Overlay& overlay,
                                                  Member& member) {
  auto changes = [&]() -> Result<std::vector<sdk::Change>> {
    try {
      return member.committer->decide(ctx, overlay);
    } catch (const std::exception& e) {
      return Error(Errc::Internal, std::string("a decision threw: ") + e.what());
    } catch (...) {
      return Error(Errc::Internal, "a decision threw");
    }
  }();
  queue_.decided(*member.committer);
  if (changes.is(Errc::Internal)) {
    shared_.parts.logger.error(
        "repo.decision.failed", "a decision about a change failed by a bug",
        {{"journal", follower_.log().journal()}, {"reason", changes.error().message()}});
  }
  return changes;
}

Result<CommitRound::Weight> CommitRound::weigh(sdk::Context& ctx, Overlay& overlay,
                                               const std::vector<sdk::Change>& changes) {
  Weight weight;
  std::vector<std::string> keys;
  for (const sdk::Change& change : changes) {
    LARDER_TRY(check(change));
    keys.push_back(change.key);
    weight.bytes += change.key.size() + (change.value ? change.value->size() : 0) + 32;
  }
  if (weight.bytes > shared_.options().entryBytes) {
    return Error(Errc::TooLarge,
                 "the commit has " + std::to_string(weight.bytes) + " bytes; at most " +
                     std::to_string(shared_.options().entryBytes) + " are possible");
  }
  LARDER_TRY(overlay.load(ctx, keys));
  const std::string& journal = follower_.log().journal();
  for (const sdk::Change& change : changes) {
    ++weight.operations;
    if (change.value) {
      LARDER_TRY_ASSIGN(const auto indexed,
                        shared_.indexer->index(journal, change.key, *change.value));
      weight.operations += indexed.entries.size();
    }
    if (const auto& old = overlay.below(change.key)) {
      weight.operations +=
          shared_.indexer->indexStored(journal, change.key, old->value).entries.size();
    }
  }
  return weight;
}

/// Refusals and "nothing to change" hold only if the head was the true one.
Result<CommitRound::Step> CommitRound::confirmNothing(sdk::Context& ctx, const IndexState& base) {
  if (!members_.empty()) {
    LARDER_TRY_ASSIGN(const bool moved, follower_.log().has(ctx, base.head.number + 1));
    if (moved) {
      LARDER_TRY(follower_.catchUp(ctx));
      return Step::Again;
    }
  }
  finish(0);
  return Step::Done;
}

Pending CommitRound::announcement(const sdk::Context& ctx, const IndexState& base) const {
  const auto left = ctx.deadline() - std::chrono::steady_clock::now();
  const auto until = std::chrono::floor<std::chrono::milliseconds>(
      shared_.parts.clock.now().time_since_epoch() + left);
  return {base.head.number + 1, std::max(base.pending.until, until.count())};
}

/// Errors: Unavailable also when the number had been used and forgotten by then, which only a
/// host that stood still for very long can meet.
Result<bool> CommitRound::append(sdk::Context& ctx, const Entry& entry) {
  LARDER_TRY_ASSIGN(const bool ours, follower_.log().append(ctx, entry));
  const std::int64_t took = secondsNow(shared_.parts.clock) - since_;
  if (!ours || took <= shared_.options().retention.count() / 2) return ours;
  LARDER_TRY_ASSIGN(const bool covered, follower_.log().isCovered(ctx, entry.number));
  if (!covered) return true;
  return Error(Errc::Unavailable, "writing took " + std::to_string(took) +
                                      " s, and the journal has moved on since; the change may "
                                      "not be made");
}

Result<CommitRound::Step> CommitRound::write(sdk::Context& ctx, const Overlay& overlay) {
  const IndexState& base = overlay.base();
  // Blobs first: an entry must not outlive a power cut that they don't.
  LARDER_TRY(shared_.blobs.makeDurable(ctx));
  const Pending pending = announcement(ctx, base);
  if (auto announced = follower_.index().announce(ctx, base, pending);
      announced.is(Errc::Conflict)) {
    return Step::Again;
  } else if (!announced) {
    return std::move(announced).error().within("announcing a journal entry");
  }
  const Entry entry{follower_.log().journal(),       base.head.number + 1,
                    randomHex(kNonceBytes),          shared_.options().host,
                    secondsNow(shared_.parts.clock), overlay.changes()};
  for (Member& member : members_) {
    if (member.changed) member.committer->attempts.push_back({entry.number, entry.nonce});
  }
  LARDER_TRY_ASSIGN(const bool ours, append(ctx, entry));
  if (!ours) {
    shared_.meters.conflicts.add();
    LARDER_TRY(follower_.catchUp(ctx));
    return Step::Again;
  }
  shared_.meters.entries.add();
  shared_.meters.changes.add(entry.changes.size());
  finish(entry.number, makeVisible(ctx, entry, overlay, pending));
  return Step::Done;
}

/// The entry is written, so this goes on when the leader's time is over.
Result<void> CommitRound::makeVisible(const sdk::Context& leader, const Entry& entry,
                                      const Overlay& overlay, const Pending& announced) {
  CallContext ctx(std::string(leader.requestId()), kFinishing);
  std::vector<std::optional<std::string>> before;
  for (const sdk::Change& change : entry.changes) {
    const auto& old = overlay.below(change.key);
    before.push_back(old ? std::optional(old->value) : std::nullopt);
  }
  const auto derived = shared_.indexer->derive(entry.journal, entry.number, entry.changes, before);
  auto applied =
      follower_.index().advance(ctx, overlay.base(), {entry.number, entry.time, 0, 0}, derived);
  if (applied.is(Errc::Conflict)) applied = follower_.catchUp(ctx);  // A reader was quicker.
  if (applied) return {};
  shared_.meters.unapplied.add();
  shared_.parts.logger.warning("repo.commit.unapplied",
                               "a written entry could not be brought into the index yet",
                               {{"journal", entry.journal}, {"reason", applied.error().message()}});
  return standsAnnounced(ctx, announced);
}

/// Whether the next reader surely brings in what was announced: nobody takes that back before
/// its time, and afterwards it is announced again.
Result<void> CommitRound::standsAnnounced(sdk::Context& ctx, const Pending& announced) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(shared_.parts.clock.now() -
                                                                 shared_.options().pendingGrace);
  if (now.time_since_epoch().count() < announced.until) return {};
  const auto state = follower_.index().state(ctx, *shared_.generation.read());
  if (state && state->head.number >= announced.number) return {};
  if (state && follower_.index().announce(ctx, *state, announcement(ctx, *state))) return {};
  return Error(Errc::Unavailable,
               "the commit is written, but nobody could be told; its effect is unknown");
}

void CommitRound::finish(std::uint64_t number, const Result<void>& visible) {
  for (Member& member : members_) {
    if (member.error) {
      queue_.answer(member.committer, *std::move(member.error));
    } else if (member.changed && !visible) {
      queue_.answer(member.committer, visible.error());
    } else {
      queue_.answer(member.committer, member.changed ? number : 0);
    }
  }
  members_.clear();
}

/// When the leader is out of time, the others get another round; any other failure is
/// everybody's.
void CommitRound::giveUp(bool outOfTime, const Error& error) {
  for (auto it = members_.rbegin(); it != members_.rend(); ++it) {
    if (outOfTime) {
      queue_.putBack(it->committer);
    } else {
      queue_.answer(it->committer, error);
    }
  }
  members_.clear();
}

}  // namespace larder::repo
