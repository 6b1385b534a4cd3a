#include "core/repo/collector.h"

#include <set>
#include <vector>

#include "core/repo/layout.h"
#include "core/repo/lease.h"
#include "core/repo/usage.h"

namespace larder::repo {

using sdk::Errc;
using sdk::Error;
using sdk::Result;

namespace {

/// One pass over one storage.
class Pass {
 public:
  Pass(Store& store, Lease& lease, const ReportProgress& progress)
      : store_(store), lease_(lease), progress_(progress), start_(now()) {}

  Result<CollectReport> run(sdk::Context& ctx) {
    LARDER_TRY(loadCondemned(ctx));
    LARDER_TRY(usage_.read(ctx, store_, progress_));
    for (const sdk::ObjectInfo& condemned : condemned_) LARDER_TRY(judge(ctx, condemned));
    LARDER_TRY(condemnMore(ctx));
    return report_;
  }

 private:
  std::chrono::system_clock::time_point now() const { return store_.parts().clock.now(); }
  std::chrono::seconds period() const { return store_.parts().options.condemnPeriod; }
  bool isOld(const sdk::ObjectInfo& object) const { return start_ - object.modified > period(); }

  Result<void> loadCondemned(sdk::Context& ctx) {
    return store_.list(ctx, std::string(kCondemned), {}, [&](const sdk::ObjectInfo& object) {
      condemned_.push_back(object);
      return Result<bool>(true);
    });
  }

  /// What was marked long ago says nothing any more; and one host deletes at a time.
  Result<void> stillValid(sdk::Context& ctx) {
    if (now() - start_ > period() / 2) {
      return Error(Errc::Timeout, "what was found in use is out of date");
    }
    if (lease_.until() - now() > store_.parts().options.leaseTime / 2) return {};
    LARDER_TRY_ASSIGN(const bool held, lease_.acquire(ctx));
    if (!held) return Error(Errc::Conflict, lease_.holder() + " collects now");
    return {};
  }

  /// The marking began after the period, so every writer that had found the blob before
  /// it was condemned has committed and was seen.
  Result<void> judge(sdk::Context& ctx, const sdk::ObjectInfo& condemned) {
    const std::string blob = condemnedBlob(condemned.key);
    LARDER_TRY(stillValid(ctx));
    if (usage_.uses(blob)) {
      ++report_.spared;
      return store_.storage().remove(ctx, condemned.key);
    }
    if (!isOld(condemned)) return {};
    LARDER_TRY_ASSIGN(const bool there, store_.exists(ctx, blob));
    // The verdict outlives the blob by another period: nobody stores under this key while
    // a delayed deletion could still arrive.
    if (!there) return store_.storage().remove(ctx, condemned.key);
    // Written first: without it a host that stops in between would leave the key to be used.
    LARDER_TRY(store_.replace(ctx, condemned.key, "{\"deleted\":true}\n"));
    LARDER_TRY(store_.storage().remove(ctx, blob));
    ++report_.deleted;
    return {};
  }

  Result<void> condemnMore(sdk::Context& ctx) {
    std::set<std::string> before;
    for (const sdk::ObjectInfo& condemned : condemned_) before.insert(condemned.key);
    return listBlobs(ctx, store_, [&](const sdk::ObjectInfo& blob) -> Result<void> {
      const std::string key = condemnedKey(blob.key);
      if (usage_.uses(blob.key)) {
        ++report_.kept;
        return {};
      }
      if (before.contains(key) || !isOld(blob)) return {};
      LARDER_TRY(stillValid(ctx));
      ++report_.condemned;
      return store_.replace(ctx, key, "{}\n");
    });
  }

  Store& store_;
  Lease& lease_;
  const ReportProgress& progress_;
  const std::chrono::system_clock::time_point start_;
  Usage usage_;
  std::vector<sdk::ObjectInfo> condemned_;
  CollectReport report_;
};

}  // namespace

Result<CollectReport> Collector::run(sdk::Context& ctx, const ReportProgress& progress) {
  Store store(parts_);
  if (parts_.options.singleWriter) {
    LARDER_TRY_ASSIGN(const bool conditional, store.probeConditions(ctx));
    // The writer's lease is the repositories' affair; garbage may be judged without it.
    if (!conditional) store.setUnconditional([] { return Result<void>(); });
  }
  Lease lease(store, "collector", parts_.options.leaseTime);
  LARDER_TRY_ASSIGN(const bool ours, lease.acquire(ctx));
  if (!ours) {
    CollectReport skipped;
    skipped.skipped = true;
    return skipped;
  }
  auto report = Pass(store, lease, progress).run(ctx);
  // Not given back it runs out by itself: what was done counts.
  static_cast<void>(lease.release(ctx));
  if (!report) {
    parts_.logger.warning("repo.collect.stopped", "collecting unused blobs stopped early",
                          {{"reason", report.error().message()}});
    return report;
  }
  if (report->deleted + report->condemned > 0) {
    parts_.logger.info("repo.collected", "unused blobs were condemned or deleted",
                       {{"condemned", std::to_string(report->condemned)},
                        {"deleted", std::to_string(report->deleted)}});
  }
  parts_.metrics.counter("larder_repo_blobs_deleted_total", "Unused blobs deleted")
      .add(report->deleted);
  return report;
}

}  // namespace larder::repo
