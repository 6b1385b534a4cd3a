#include "core/jobs/jobs.h"

#include <algorithm>
#include <condition_variable>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/base/call_context.h"
#include "core/base/guarded.h"
#include "core/base/hex.h"
#include "core/jobs/job_table.h"

namespace larder::jobs {
namespace {

using sdk::Errc;
using sdk::Error;
using sdk::Result;

constexpr std::size_t kIdBytes = 6;

Result<void> contained(const sdk::Jobs::Work& work, sdk::Context& ctx) {
  try {
    return work(ctx);
  } catch (const std::exception& e) {
    return Error(Errc::Internal, std::string("it threw: ") + e.what());
  } catch (...) {
    return Error(Errc::Internal, "it threw");
  }
}

}  // namespace

class Jobs::State {
 public:
  State(Options options, sdk::Clock& clock, sdk::Logger& logger, sdk::Metrics& metrics)
      : options_(options),
        clock_(clock),
        logger_(logger),
        runs_(metrics.counter("larder_jobs_runs_total", "Background jobs that ran")),
        failures_(metrics.counter("larder_jobs_failures_total", "Background jobs that failed")),
        desk_(JobTable(options)) {
    for (std::size_t i = 0; i < options.workers; ++i) {
      workers_.emplace_back([this] { work(); });
    }
  }

  template <class Change>
  void change(Change change) {
    auto desk = desk_.lock();
    if (desk->stopping) return;
    change(desk->table, clock_.steady());
    changed_.notify_all();
  }

  void stop();
  void wake() {
    const auto desk = desk_.lock();
    changed_.notify_all();
  }

 private:
  struct Desk {
    explicit Desk(JobTable empty) : table(std::move(empty)) {}
    JobTable table;
    std::set<CallContext*> running;
    bool stopping = false;
  };

  void work();
  void run(Guarded<Desk>::Handle& desk, const JobTable::Start& start);
  JobTable::Outcome judge(const std::string& key, const Result<void>& result);

  const Options options_;
  sdk::Clock& clock_;
  sdk::Logger& logger_;
  sdk::Counter& runs_;
  sdk::Counter& failures_;
  Guarded<Desk> desk_;
  std::condition_variable changed_;
  std::vector<std::thread> workers_;
};

void Jobs::State::work() {
  auto desk = desk_.lock();
  while (!desk->stopping) {
    if (const auto start = desk->table.start(clock_.steady())) {
      run(desk, *start);
    } else if (const auto due = desk->table.nextDue()) {
      changed_.wait_for(desk.raw(), *due - clock_.steady());
    } else {
      changed_.wait(desk.raw());
    }
  }
}

void Jobs::State::run(Guarded<Desk>::Handle& desk, const JobTable::Start& start) {
  CallContext ctx("job-" + randomHex(kIdBytes), options_.budget);
  desk->running.insert(&ctx);
  desk.raw().unlock();
  const Result<void> result = contained(start.work, ctx);
  desk.raw().lock();
  desk->running.erase(&ctx);
  runs_.add();
  const JobTable::Outcome outcome =
      desk->stopping ? JobTable::Outcome::Failed : judge(start.key, result);
  const JobTable::Next next = desk->table.finish(start.key, clock_.steady(), outcome);
  if (next.retried) {
    logger_.info("job.retry", "a failed job will be tried again",
                 {{"job", start.key}, {"in_ms", std::to_string(next.pause.count())}});
  }
  changed_.notify_all();
}

JobTable::Outcome Jobs::State::judge(const std::string& key, const Result<void>& result) {
  if (result) return JobTable::Outcome::Done;
  failures_.add();
  logger_.warning("job.failed", "a background job failed",
                  {{"job", key}, {"reason", result.error().message()}});
  return result.error().retryable() ? JobTable::Outcome::Retryable : JobTable::Outcome::Failed;
}

void Jobs::State::stop() {
  {
    auto desk = desk_.lock();
    desk->stopping = true;
    for (CallContext* ctx : desk->running) ctx->cancel();
    changed_.notify_all();
  }
  for (std::thread& worker : workers_) {
    if (worker.joinable()) worker.join();
  }
}

Jobs::Jobs(Options options, sdk::Clock& clock, sdk::Logger& logger, sdk::Metrics& metrics)
    : state_(std::make_unique<State>(options, clock, logger, metrics)) {}

Jobs::~Jobs() { stop(); }

void Jobs::schedule(std::string_view key, std::chrono::milliseconds delay, Work work) {
  state_->change([&](JobTable& table, JobTable::Time now) {
    table.schedule(key, now + delay, std::move(work));
  });
}

void Jobs::repeat(std::string_view key, std::chrono::milliseconds period, Work work) {
  state_->change([&](JobTable& table, JobTable::Time now) {
    table.repeat(key, now, period, std::move(work));
  });
}

void Jobs::stop() { state_->stop(); }
void Jobs::wake() { state_->wake(); }

}  // namespace larder::jobs
