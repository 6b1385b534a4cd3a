#include "core/jobs/job_table.h"

#include <algorithm>

namespace larder::jobs {

void JobTable::schedule(std::string_view key, Time due, sdk::Jobs::Work work) {
  Job& job = jobs_[std::string(key)];
  job.work = std::move(work);
  job.due = due;
  job.period = {};
  job.failures = 0;
}

void JobTable::repeat(std::string_view key, Time now, std::chrono::milliseconds period,
                      sdk::Jobs::Work work) {
  Job& job = jobs_[std::string(key)];
  job.work = std::move(work);
  job.period = std::max(period, std::chrono::milliseconds(1));
  job.due = now + job.period;
  job.failures = 0;
}

std::optional<JobTable::Start> JobTable::start(Time now) {
  auto first = jobs_.end();
  for (auto it = jobs_.begin(); it != jobs_.end(); ++it) {
    const Job& job = it->second;
    if (job.running || !job.work || job.due > now) continue;
    if (first == jobs_.end() || job.due < first->second.due) first = it;
  }
  if (first == jobs_.end()) return std::nullopt;
  Job& job = first->second;
  job.running = true;
  job.current = job.work;
  if (job.period.count() == 0) job.work = nullptr;
  return Start{first->first, job.current};
}

JobTable::Next JobTable::finish(const std::string& key, Time now, Outcome outcome) {
  const auto found = jobs_.find(key);
  if (found == jobs_.end()) return {};
  Job& job = found->second;
  job.running = false;
  Next next;
  if (job.period.count() > 0) {
    job.due = now + job.period;
  } else if (job.work) {
    // Another was scheduled meanwhile: it takes over.
  } else if (outcome == Outcome::Retryable) {
    next = {true, pauseAfter(job.failures++)};
    job.work = std::move(job.current);
    job.due = now + next.pause;
  } else {
    jobs_.erase(found);
    return next;
  }
  job.current = nullptr;
  return next;
}

std::chrono::milliseconds JobTable::pauseAfter(int failures) const {
  auto pause = options_.firstPause;
  for (int i = 0; i < failures && pause < options_.longestPause; ++i) pause *= 2;
  return std::min(pause, options_.longestPause);
}

std::optional<JobTable::Time> JobTable::nextDue() const {
  std::optional<Time> due;
  for (const auto& [key, job] : jobs_) {
    if (job.running || !job.work) continue;
    due = due ? std::min(*due, job.due) : job.due;
  }
  return due;
}

}  // namespace larder::jobs
