#include "core/base/pool.h"

#include <sys/resource.h>
#include <unistd.h>

namespace larder {
namespace {

constexpr int kNicer = 10;

/// A password hash or a digest may take all of a core: threads that answer from memory go first.
/// On Linux every thread has a nice value of its own.
void stepBack() noexcept {
  const auto self = static_cast<id_t>(::gettid());
  ::setpriority(PRIO_PROCESS, self, ::getpriority(PRIO_PROCESS, self) + kNicer);
}

}  // namespace

Pool::Pool(std::size_t threads, std::size_t queueLimit, sdk::Gauge& depth)
    : limit_(queueLimit), depth_(depth) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

Pool::~Pool() { stop(); }

bool Pool::tryPost(Job job) {
  {
    auto state = state_.lock();
    if (state->stopping || state->jobs.size() >= limit_) return false;
    state->jobs.push_back(std::move(job));
    depth_.set(static_cast<double>(state->jobs.size()));
  }
  changed_.notify_one();
  return true;
}

void Pool::post(Job job) {
  {
    auto state = state_.lock();
    if (state->stopping) return;
    state->jobs.push_back(std::move(job));
  }
  changed_.notify_one();
}

void Pool::stop() {
  state_.lock()->stopping = true;
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Pool::work() {
  stepBack();
  while (true) {
    Job job;
    {
      auto state = state_.lock();
      changed_.wait(state.raw(), [&] { return state->stopping || !state->jobs.empty(); });
      if (state->jobs.empty()) return;
      job = std::move(state->jobs.front());
      state->jobs.pop_front();
      depth_.set(static_cast<double>(state->jobs.size()));
    }
    job();
  }
}

}  // namespace larder
