#include "core/jobs/jobs.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <utility>

namespace larder::jobs {
namespace {

constexpr std::chrono::milliseconds kLongestSleep{1000};
constexpr std::array kSeconds{0.01, 0.1, 1.0, 10.0, 60.0, 600.0, 3600.0};

}  // namespace

Jobs::Jobs(Options options, sdk::Clock& clock, sdk::Logger& logger, sdk::Metrics& metrics)
    : options_(options),
      clock_(clock),
      logger_(logger),
      failures_(metrics.counter("larder_job_failures_total", "Background jobs that failed.")),
      seconds_(
          metrics.histogram("larder_job_seconds", "How long background jobs took.", kSeconds)) {
  for (std::size_t i = 0; i < options_.workers; ++i) {
    threads_.emplace_back([this] { work(); });
  }
}

Jobs::~Jobs() { stop(); }

void Jobs::schedule(std::string_view key, std::chrono::milliseconds delay, Work work) {
  {
    auto state = state_.lock();
    Task& task = state->tasks[std::string(key)];
    const Time due = clock_.steady() + delay;
    if (task.running) {
      task.next = std::move(work);
      task.nextDue = due;
    } else {
      task = Task{
          .work = std::move(work), .due = due, .running = nullptr, .next = nullptr, .nextDue = {}};
    }
  }
  changed_.notify_all();
}

void Jobs::repeat(std::string_view key, std::chrono::milliseconds period, Work work) {
  {
    auto state = state_.lock();
    Task& task = state->tasks[std::string(key)];
    task.work = std::move(work);
    task.period = period;
    task.due = clock_.steady() + period;
  }
  changed_.notify_all();
}

void Jobs::stop() {
  {
    auto state = state_.lock();
    state->stopping = true;
    for (auto& [key, task] : state->tasks) {
      if (task.running) task.running->cancel();
    }
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

std::map<std::string, Jobs::Task, std::less<>>::iterator Jobs::earliest(State& state) const {
  auto best = state.tasks.end();
  for (auto it = state.tasks.begin(); it != state.tasks.end(); ++it) {
    if (it->second.running) continue;
    if (best == state.tasks.end() || it->second.due < best->second.due) best = it;
  }
  return best;
}

void Jobs::work() {
  auto state = state_.lock();
  while (!state->stopping) {
    const auto next = earliest(*state);
    const Time now = clock_.steady();
    if (next != state->tasks.end() && next->second.due <= now) {
      run(state, next->first);
      continue;
    }
    auto sleep = kLongestSleep;
    if (next != state->tasks.end()) {
      sleep = std::min(sleep, std::chrono::ceil<std::chrono::milliseconds>(next->second.due - now));
    }
    changed_.wait_for(state.raw(), sleep);
  }
}

void Jobs::run(Guarded<State>::Handle& state, const std::string& borrowedKey) {
  const std::string key = borrowedKey;
  Task& task = state->tasks.at(key);
  auto ctx = std::make_shared<CallContext>("job " + key, options_.budget);
  task.running = ctx;
  const Work work = task.work;
  state.raw().unlock();
  const auto start = std::chrono::steady_clock::now();
  const auto result = contain(work, *ctx);
  seconds_.observe(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  state.raw().lock();
  settle(*state, key, result);
}

sdk::Result<void> Jobs::contain(const Work& work, sdk::Context& ctx) const {
  try {
    return work(ctx);
  } catch (const std::exception& e) {
    return sdk::Error(sdk::Errc::Internal, e.what());
  }
}

void Jobs::settle(State& state, const std::string& key, const sdk::Result<void>& result) {
  Task& task = state.tasks.at(key);
  task.running = nullptr;
  const bool cancelled = state.stopping || result.is(sdk::Errc::Cancelled);
  if (!result && !cancelled) {
    failures_.add();
    ++task.failures;
    const bool again = task.period.count() > 0 || result.error().retryable();
    logger_.warning(
        "job.failed",
        again ? "a background job failed and will be tried again" : "a background job failed",
        {{"job", key}, {"why", result.error().message()}});
  }
  if (result) task.failures = 0;
  const Time now = clock_.steady();
  if (task.next) {
    task = Task{.work = std::exchange(task.next, nullptr),
                .due = task.nextDue,
                .period = task.period,
                .running = nullptr,
                .next = nullptr,
                .nextDue = {}};
  } else if (task.period.count() > 0) {
    task.due = now + task.period;
  } else if (!result && result.error().retryable()) {
    task.due = now + backoff(task.failures);
  } else {
    state.tasks.erase(key);
  }
  changed_.notify_all();
}

std::chrono::milliseconds Jobs::backoff(unsigned failures) const {
  const unsigned doublings = std::min(failures - 1, 20U);
  return std::min(options_.longestRetry, options_.firstRetry * (std::int64_t{1} << doublings));
}

}  // namespace larder::jobs
