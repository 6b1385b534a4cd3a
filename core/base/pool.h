#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "core/base/guarded.h"
#include "larder/sdk/host.h"

namespace larder {

/// Threads for work that may block or compute for long, with a bounded queue in front
/// of them. They yield to the other threads of the process.
class Pool {
 public:
  using Job = std::function<void()>;

  /// `depth` shows how many jobs wait.
  Pool(std::size_t threads, std::size_t queueLimit, sdk::Gauge& depth);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// False, and nothing happens, when the queue is full.
  bool tryPost(Job job);
  /// For work that belongs to something already admitted: never refused.
  void post(Job job);

  /// Runs what is queued and ends the threads. What is posted afterwards is
  /// dropped.
  void stop();

 private:
  struct State {
    std::deque<Job> jobs;
    bool stopping = false;
  };

  void work();

  const std::size_t limit_;
  sdk::Gauge& depth_;
  Guarded<State> state_;
  std::condition_variable changed_;
  std::vector<std::thread> threads_;
};

}  // namespace larder
