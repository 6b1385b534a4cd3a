#include "tests/fakes/fake_jobs.h"

#include <algorithm>
#include <utility>

namespace larder::test {
namespace {

template <class Jobs>
std::vector<std::string> keysOf(const Jobs& jobs) {
  std::vector<std::string> keys;
  for (const auto& [key, job] : jobs) keys.push_back(key);
  return keys;
}

}  // namespace

void FakeJobs::schedule(std::string_view key, std::chrono::milliseconds delay, Work work) {
  (*scheduled_.lock())[std::string(key)] = {delay, std::move(work)};
}

void FakeJobs::repeat(std::string_view key, std::chrono::milliseconds period, Work work) {
  (*repeated_.lock())[std::string(key)] = {period, std::move(work)};
}

std::vector<FakeJobs::Ran> FakeJobs::run(sdk::Context& ctx, std::chrono::milliseconds within) {
  std::vector<Ran> ran;
  while (runNext(ctx, within, ran)) {
  }
  return ran;
}

bool FakeJobs::runNext(sdk::Context& ctx, std::chrono::milliseconds within, std::vector<Ran>& ran) {
  Jobs::node_type next;
  {
    auto jobs = scheduled_.lock();
    const auto first = std::min_element(jobs->begin(), jobs->end(), [](auto& a, auto& b) {
      return a.second.delay < b.second.delay;
    });
    if (first == jobs->end() || first->second.delay > within) return false;
    next = jobs->extract(first);
  }
  auto result = next.mapped().work(ctx);
  ran.push_back({next.key(), std::move(result)});
  return true;
}

sdk::Result<void> FakeJobs::turn(sdk::Context& ctx, std::string_view key) {
  Work work;
  {
    auto jobs = repeated_.lock();
    const auto found = jobs->find(key);
    if (found == jobs->end()) {
      return sdk::Error(sdk::Errc::NotFound, "no repeated job " + std::string(key));
    }
    work = found->second.work;
  }
  return work(ctx);
}

std::vector<std::string> FakeJobs::scheduled() { return keysOf(*scheduled_.lock()); }

std::vector<std::string> FakeJobs::repeated() { return keysOf(*repeated_.lock()); }

}  // namespace larder::test
