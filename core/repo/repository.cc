#include "core/repo/repository.h"

#include <map>
#include <optional>

#include "core/base/call_context.h"
#include "core/repo/collector.h"
#include "core/repo/rebuilder.h"
#include "core/repo/record_journal.h"
#include "core/repo/upkeep.h"
#include "core/repo/verifier.h"
#include "core/repo/writer_lease.h"

namespace larder::repo {

using sdk::Errc;
using sdk::Error;
using sdk::Result;

class Repository::State {
 public:
  explicit State(Parts parts) : shared(std::move(parts)) {
    shared.renewIndex = [this](sdk::Context& ctx) { return renewIndex(ctx); };
  }

  RecordJournal& journal(std::string_view name);
  Result<void> renewIndex(sdk::Context& ctx);
  Result<RebuildReport> rebuild(sdk::Context& ctx, const ReportProgress& progress);
  Result<void> renewNow(sdk::Context& ctx);
  Result<void> becomeWriter(sdk::Context& ctx);
  Result<void> tail(sdk::Context& ctx, const Renew& renew);

  Shared shared;
  std::optional<WriterLease> writer;

 private:
  using Journals = std::map<std::string, std::unique_ptr<RecordJournal>, std::less<>>;

  Result<void> renewLater();
  Result<RebuildReport> rebuildInTurn(sdk::Context& ctx, const ReportProgress& progress);

  SharedGuarded<Journals> journals_;
  Turn rebuilding_;
  std::atomic<std::uint64_t> rebuilds_ = 0;
  std::atomic<bool> scheduled_ = false;
};

RecordJournal& Repository::State::journal(std::string_view name) {
  {
    const auto journals = journals_.read();
    if (const auto found = journals->find(name); found != journals->end()) return *found->second;
  }
  auto journals = journals_.write();
  auto& journal = (*journals)[std::string(name)];
  if (!journal) journal = std::make_unique<RecordJournal>(shared, std::string(name));
  return *journal;
}

namespace {

/// Another host's index that became the live one meanwhile is as good.
Result<void> othersWillDo(Result<RebuildReport> rebuilt) {
  if (rebuilt || rebuilt.is(Errc::Conflict)) return {};
  return std::move(rebuilt).error();
}

/// Whatever becomes of the job, the next one may be scheduled after it.
class Scheduled {
 public:
  explicit Scheduled(std::atomic<bool>& flag) : flag_(flag) {}
  Scheduled(const Scheduled&) = delete;
  Scheduled& operator=(const Scheduled&) = delete;
  ~Scheduled() { flag_ = false; }

 private:
  std::atomic<bool>& flag_;
};

}  // namespace

Result<void> Repository::State::renewIndex(sdk::Context& ctx) {
  return shared.parts.jobs != nullptr ? renewLater() : renewNow(ctx);
}

Result<void> Repository::State::renewNow(sdk::Context& ctx) {
  const std::uint64_t before = rebuilds_;
  LARDER_TRY_ASSIGN(const Turn::Held held, rebuilding_.take(ctx));
  if (rebuilds_ != before) return {};  // Somebody else did it meanwhile.
  return othersWillDo(rebuildInTurn(ctx, {}));
}

Result<void> Repository::State::renewLater() {
  if (!scheduled_.exchange(true)) {
    shared.parts.jobs->schedule("repo.renew/" + shared.parts.name, {}, [this](sdk::Context& ctx) {
      const Scheduled done(scheduled_);
      return othersWillDo(rebuild(ctx, {}));
    });
  }
  return Error(Errc::Unavailable,
               "the index of repository " + shared.parts.name + " is being built");
}

Result<RebuildReport> Repository::State::rebuild(sdk::Context& ctx,
                                                 const ReportProgress& progress) {
  LARDER_TRY_ASSIGN(const Turn::Held held, rebuilding_.take(ctx));
  return rebuildInTurn(ctx, progress);
}

Result<RebuildReport> Repository::State::rebuildInTurn(sdk::Context& ctx,
                                                       const ReportProgress& progress) {
  const auto start = std::chrono::steady_clock::now();
  auto report = Rebuilder(shared, progress).run(ctx);
  if (!report) return std::move(report).error().within("rebuilding the index");
  ++rebuilds_;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  shared.parts.logger.info("repo.rebuilt", "the index was built from the storage",
                           {{"repository", shared.parts.name},
                            {"records", std::to_string(report->records)},
                            {"seconds", std::to_string(took.count())}});
  return report;
}

Result<void> Repository::State::tail(sdk::Context& ctx, const Renew& renew) {
  return compareAll(
      ctx, shared,
      [this](const std::string& name) -> Follower& { return journal(name).follower(); }, renew);
}

Result<void> Repository::State::becomeWriter(sdk::Context& ctx) {
  LARDER_TRY_ASSIGN(const bool conditional, shared.store.probeConditions(ctx));
  if (conditional) return {};
  if (!shared.options().singleWriter) {
    return Error(Errc::Unsupported,
                 "repository " + shared.parts.name +
                     ": its storage does not honour conditional writes (\"if absent\"), so "
                     "several writers would overwrite each other; use a storage that does, or "
                     "run one larder and set single_writer: true");
  }
  writer.emplace(shared.store, shared.parts.name);
  return writer->take(ctx);
}

Repository::Repository(Parts parts) : state_(std::make_unique<State>(std::move(parts))) {}
Repository::~Repository() = default;

void Repository::attach(const sdk::Format& format) {
  Shared& shared = state_->shared;
  shared.indexer.emplace(format, shared.parts.logger, shared.parts.metrics);
}

const std::string& Repository::name() const noexcept { return state_->shared.parts.name; }
sdk::Blobs& Repository::blobs() noexcept { return state_->shared.blobs; }
sdk::Journal& Repository::journal(std::string_view name) { return state_->journal(name); }

Result<std::vector<std::string>> Repository::journals(sdk::Context& ctx) {
  LARDER_TRY_ASSIGN(const auto extents,
                    listJournals(ctx, state_->shared.store, journalsPrefix(name())));
  std::vector<std::string> names;
  for (const Extent& extent : extents) names.push_back(extent.journal);
  return names;
}

Result<void> Repository::open(sdk::Context& ctx) {
  if (state_->shared.options().readOnly) {
    state_->shared.store.setReadOnly();
  } else {
    LARDER_TRY(state_->becomeWriter(ctx));
  }
  return state_->tail(ctx, [this](sdk::Context& c) { return state_->renewNow(c); });
}

Result<RebuildReport> Repository::rebuild(sdk::Context& ctx, const ReportProgress& progress) {
  LARDER_TRY_ASSIGN(RebuildReport report, state_->rebuild(ctx, progress));
  LARDER_TRY(tail(ctx));
  return report;
}

Result<VerifyReport> Repository::verify(sdk::Context& ctx, const ReportProgress& progress,
                                        VerifyScope scope) {
  return Verifier(state_->shared, progress).run(ctx, scope.orphans);
}

Result<void> Repository::tail(sdk::Context& ctx) {
  return state_->tail(ctx, state_->shared.renewIndex);
}

Result<void> Repository::maintain(sdk::Context& ctx) { return repo::maintain(ctx, state_->shared); }

void Repository::scheduleUpkeep(sdk::Jobs& jobs) {
  const Shared& shared = state_->shared;
  const Options& options = shared.options();
  jobs.repeat("repo.tail/" + name(), options.tailPeriod,
              [this](sdk::Context& ctx) { return tail(ctx); });
  jobs.repeat("repo.maintain/" + name(), options.maintainPeriod,
              [this](sdk::Context& ctx) { return maintain(ctx); });
  if (!state_->writer) return;
  jobs.repeat("repo.lease/" + name(), options.leaseTime / 3,
              [this](sdk::Context& ctx) { return state_->writer->prolong(ctx); });
}

}  // namespace larder::repo
