#include "core/repo/follower.h"

#include <algorithm>

namespace larder::repo {

using sdk::Errc;
using sdk::Error;
using sdk::Result;

Follower::Follower(Shared& shared, std::string journal)
    : shared_(shared),
      log_(shared.store, shared.parts.name, journal),
      index_(shared.parts.cache, shared.keys, std::move(journal)) {}

std::optional<std::uint64_t> Follower::changes() noexcept {
  return shared_.counter == nullptr ? std::nullopt : shared_.counter->changes();
}

void Follower::noteClean(std::optional<std::uint64_t> before, const std::string& generation) {
  if (before && before == changes()) *clean_.lock() = {*before + 1, generation};
}

std::optional<std::uint64_t> Follower::versionNow() noexcept {
  const auto now = changes();
  if (!now || clean_.lock()->changes != *now + 1) return std::nullopt;
  return now;
}

Result<JournalIndex::View> Follower::read(sdk::Context& ctx, Part part,
                                          std::span<const std::string> keys) {
  while (true) {
    LARDER_TRY(stillWanted(ctx));
    const auto before = changes();
    const std::string asked = generation();
    LARDER_TRY_ASSIGN(JournalIndex::View view, index_.get(ctx, asked, part, keys));
    LARDER_TRY_ASSIGN(const bool ready, usable(ctx, asked, view.state));
    if (!ready) continue;
    if (!view.state.behind()) noteClean(before, view.state.generation);
    return view;
  }
}

Result<bool> Follower::usable(sdk::Context& ctx, const std::string& asked,
                              const IndexState& state) {
  if (state.generation.empty()) {
    LARDER_TRY(shared_.renewIndex(ctx));
    return false;
  }
  if (state.generation != asked) {
    *shared_.generation.write() = state.generation;
    return false;
  }
  if (*shared_.compared.read() != state.epoch && *trusted_.lock() != state.epoch) {
    LARDER_TRY(compare(ctx, state));
    return false;
  }
  return !state.behind() ? Result<bool>(true) : resolve(ctx, state);
}

/// An entry was announced, or is half in. Whether the index can be read as it is.
Result<bool> Follower::resolve(sdk::Context& ctx, const IndexState& state) {
  if (state.head.applying == 0) {
    const auto now = std::chrono::floor<std::chrono::milliseconds>(shared_.parts.clock.now() -
                                                                   shared_.options().pendingGrace);
    LARDER_TRY_ASSIGN(const bool there, log_.has(ctx, state.head.number + 1));
    if (!there) {
      if (now.time_since_epoch().count() < state.pending.until) return true;
      // Its writer is gone. Another announcement at the same time goes first.
      auto withdrawn = index_.announce(ctx, state, {state.head.number, 0});
      if (!withdrawn && !withdrawn.is(Errc::Conflict)) return std::move(withdrawn).error();
      return true;
    }
  }
  LARDER_TRY(catchUp(ctx));
  return false;
}

/// The cache may have gone back, or forward without the storage.
Result<void> Follower::compare(sdk::Context& ctx, const IndexState& state) {
  const std::int64_t now = secondsNow(shared_.parts.clock);
  LARDER_TRY_ASSIGN(const JournalLog::Standing standing, log_.standing(ctx, state.head.number));
  switch (standing) {
    case JournalLog::Standing::Behind:
      LARDER_TRY(catchUp(ctx));
      [[fallthrough]];
    case JournalLog::Standing::Current:
      trust(state.epoch);
      compared_ = now;
      return {};
    case JournalLog::Standing::Lost:
    case JournalLog::Standing::Ahead:
      break;
  }
  const std::string head = std::to_string(state.head.number);
  shared_.parts.logger.warning(
      "repo.index.astray", "the index does not fit the storage and is built anew",
      {{"repository", shared_.parts.name},
       {"journal", log_.journal()},
       {"index_at", head},
       {"storage", standing == JournalLog::Standing::Lost ? "is too far ahead" : "is behind it"}});
  return shared_.renewIndex(ctx);
}

Result<sdk::RecordPage> Follower::scan(sdk::Context& ctx, Part part, std::string_view prefix,
                                       std::string_view after, std::size_t limit) {
  if (const auto now = changes()) {
    const Clean clean = *clean_.lock();
    if (clean.changes == *now + 1) {
      LARDER_TRY_ASSIGN(sdk::RecordPage page,
                        index_.scan(ctx, clean.generation, part, prefix, after, limit));
      if (changes() == now) return page;
    }
  }
  while (true) {
    LARDER_TRY_ASSIGN(const JournalIndex::View before, read(ctx, part, {}));
    const IndexState& then = before.state;
    LARDER_TRY_ASSIGN(sdk::RecordPage page,
                      index_.scan(ctx, then.generation, part, prefix, after, limit));
    // A page sees whole batches; only an entry that comes in parts could be half in it.
    LARDER_TRY_ASSIGN(const IndexState now, index_.state(ctx, then.generation));
    if (now.generation == then.generation && now.epoch == then.epoch && now.head.applying == 0 &&
        now.head.parted == then.head.parted) {
      return page;
    }
  }
}

Result<IndexState> Follower::toWriteOn(sdk::Context& ctx) {
  while (true) {
    LARDER_TRY_ASSIGN(JournalIndex::View view, read(ctx, Part::Records, {}));
    // An entry is kept for the retention at least, so within it the next number is free or
    // its entry is there. Afterwards it might be gone, behind a checkpoint.
    const std::int64_t now = secondsNow(shared_.parts.clock);
    // A time in the future, by another host's clock, says nothing.
    const std::int64_t written = view.state.head.time > now ? 0 : view.state.head.time;
    const std::int64_t age = now - std::max({written, compared_.load(), shared_.comparedAt.load()});
    if (age <= shared_.options().retention.count() / 2) return std::move(view.state);
    LARDER_TRY(compare(ctx, view.state));
  }
}

Result<void> Follower::catchUp(sdk::Context& ctx, OnDamage onDamage) {
  LARDER_TRY_ASSIGN(const Turn::Held held, turn_.take(ctx));
  while (true) {
    LARDER_TRY(stillWanted(ctx));
    LARDER_TRY_ASSIGN(const bool more, step(ctx, onDamage));
    if (!more) return {};
  }
}

/// Whether there may be another entry.
Result<bool> Follower::step(sdk::Context& ctx, OnDamage onDamage) {
  const std::string asked = generation();
  LARDER_TRY_ASSIGN(const IndexState state, index_.state(ctx, asked));
  if (state.generation.empty()) {
    LARDER_TRY(shared_.renewIndex(ctx));
    return true;
  }
  if (state.generation != asked) {
    *shared_.generation.write() = state.generation;
    return true;
  }
  const std::uint64_t next = state.head.applying != 0 ? state.head.applying : state.head.number + 1;
  auto read = log_.read(ctx, next);
  if (read && !*read) {
    if (state.head.applying == 0) return false;
    read = Error(Errc::Corrupt, log_.keys().entry(next) + ": the entry is half in and not there");
  }
  if (read.is(Errc::Corrupt) && onDamage == OnDamage::Renew) {
    LARDER_TRY(shared_.renewIndex(ctx));
    return true;
  }
  if (!read) return std::move(read).error();
  auto brought = bringIn(ctx, state, **read);
  if (!brought && !brought.is(Errc::Conflict)) return std::move(brought).error();
  if (brought) shared_.meters.caughtUp.add();
  return true;
}

/// When somebody brought in a part of it and died, all of it is brought in again: what was
/// derived from a record that is in already is the same as what is derived now.
Result<void> Follower::bringIn(sdk::Context& ctx, const IndexState& state, const Entry& entry) {
  LARDER_TRY_ASSIGN(auto records, mirrored(ctx, state, entry.changes));
  std::vector<std::optional<std::string>> before;
  for (auto& record : records) {
    before.push_back(record ? std::optional(std::move(record->value)) : std::nullopt);
  }
  const auto derived = shared_.indexer->derive(log_.journal(), entry.number, entry.changes, before);
  return index_.advance(ctx, state, {entry.number, entry.time, 0, 0}, derived);
}

Result<std::vector<std::optional<sdk::Record>>> Follower::mirrored(
    sdk::Context& ctx, const IndexState& state, std::span<const sdk::Change> changes) {
  std::vector<std::optional<sdk::Record>> records;
  while (!changes.empty()) {
    const std::size_t n = std::min(changes.size(), JournalIndex::kMaxKeys);
    std::vector<std::string> keys;
    for (const sdk::Change& change : changes.first(n)) keys.push_back(change.key);
    LARDER_TRY_ASSIGN(JournalIndex::View view,
                      index_.get(ctx, state.generation, Part::Records, keys));
    if (!view.state.sameMoment(state)) return Error(Errc::Conflict, "the index moved on");
    std::move(view.records.begin(), view.records.end(), std::back_inserter(records));
    changes = changes.subspan(n);
  }
  return records;
}

}  // namespace larder::repo
