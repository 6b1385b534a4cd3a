#include "core/repo/upkeep.h"

#include <algorithm>
#include <map>

#include "core/repo/checkpointer.h"
#include "core/repo/lease.h"
#include "core/repo/rebuilder.h"

namespace larder::repo {

using sdk::Errc;
using sdk::Error;
using sdk::Result;

namespace {

constexpr std::size_t kPage = 1000;

struct Heads {
  std::string generation;  ///< Empty: there is no index.
  std::string epoch;
  std::map<std::string, Head, std::less<>> heads;
};

Result<Heads> readHeads(sdk::Context& ctx, Shared& shared) {
  const std::string key = shared.keys.generation();
  LARDER_TRY_ASSIGN(const sdk::RecordSet set, shared.parts.cache.get(ctx, std::span(&key, 1)));
  Heads found{{}, set.epoch, {}};
  if (!set.records[0]) return found;
  found.generation = set.records[0]->value;
  const std::string prefix = shared.keys.heads(found.generation);
  std::string after;
  do {
    LARDER_TRY_ASSIGN(const sdk::RecordPage page,
                      shared.parts.cache.scan(ctx, prefix, after, kPage));
    for (const sdk::Record& record : page.records) {
      LARDER_TRY_ASSIGN(const Head head, decodeHead(record.value));
      found.heads[std::string(CacheKeys::journalOf(record.key, prefix))] = head;
    }
    after = page.next;
  } while (!after.empty());
  return found;
}

enum class Outcome : std::uint8_t { Fits, Astray };

/// The heads were read before the storage was listed, so none may be beyond it.
Result<Outcome> bringUp(sdk::Context& ctx, const Heads& index, const std::vector<Extent>& extents,
                        const FollowerOf& follower) {
  std::size_t known = 0;
  for (const Extent& extent : extents) {
    const auto found = index.heads.find(extent.journal);
    const Head head = found == index.heads.end() ? Head() : found->second;
    if (found != index.heads.end()) ++known;
    if (std::max(head.number, head.applying) > extent.last()) return Outcome::Astray;
    if (head.number == extent.last() && head.applying == 0) continue;
    auto brought = follower(extent.journal).catchUp(ctx, Follower::OnDamage::Answer);
    if (brought.is(Errc::Corrupt)) return Outcome::Astray;
    if (!brought) return std::move(brought).error();
    LARDER_TRY_ASSIGN(const IndexState now,
                      follower(extent.journal).index().state(ctx, index.generation));
    if (now.generation == index.generation && now.head.number < extent.last()) {
      return Outcome::Astray;
    }
  }
  return known == index.heads.size() ? Outcome::Fits : Outcome::Astray;
}

}  // namespace

Result<void> compareAll(sdk::Context& ctx, Shared& shared, const FollowerOf& follower,
                        const Renew& renew) {
  for (bool renewed = false;; renewed = true) {
    const std::int64_t now = secondsNow(shared.parts.clock);
    LARDER_TRY_ASSIGN(const Heads index, readHeads(ctx, shared));
    if (!index.generation.empty()) {
      LARDER_TRY_ASSIGN(const auto extents,
                        listJournals(ctx, shared.store, journalsPrefix(shared.parts.name)));
      LARDER_TRY_ASSIGN(const Outcome outcome, bringUp(ctx, index, extents, follower));
      if (outcome == Outcome::Fits) {
        *shared.compared.write() = index.epoch;
        shared.comparedAt = now;
        return {};
      }
      shared.parts.logger.warning(
          "repo.index.misfit", "the index does not fit the storage's journals",
          {{"repository", shared.parts.name}, {"generation", index.generation}});
    }
    if (renewed) {
      return Error(Errc::Unavailable, "the index of repository " + shared.parts.name +
                                          " does not fit its storage, though it was built anew");
    }
    LARDER_TRY(renew(ctx));
  }
}

Result<void> maintain(sdk::Context& ctx, Shared& shared) {
  LARDER_TRY(shared.store.mayWrite());
  Lease lease(shared.store, "maintain-" + shared.parts.name, shared.options().leaseTime);
  LARDER_TRY_ASSIGN(const bool ours, lease.acquire(ctx));
  if (!ours) return {};
  const auto done = [&]() -> Result<void> {
    LARDER_TRY_ASSIGN(const auto extents,
                      listJournals(ctx, shared.store, journalsPrefix(shared.parts.name)));
    for (const Extent& extent : extents) {
      if (lease.until() - shared.parts.clock.now() < shared.options().leaseTime / 2) {
        LARDER_TRY_ASSIGN(const bool still, lease.acquire(ctx));
        if (!still) return {};
      }
      LARDER_TRY(Checkpointer(shared, extent).run(ctx));
    }
    return eraseOldGenerations(ctx, shared);
  }();
  // Not given back it runs out by itself: what was done counts.
  static_cast<void>(lease.release(ctx));
  return done;
}

}  // namespace larder::repo
