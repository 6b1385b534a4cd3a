#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <latch>
#include <mutex>
#include <thread>
#include <vector>

namespace larder::conformance {

/// Runs `work(i)` on `count` threads that begin at the same moment; the first
/// failed assertion of any is the caller's.
inline void together(int count, const std::function<void(int)>& work) {
  std::latch start(count);
  std::mutex mutex;
  std::exception_ptr failure;  // guarded by mutex
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      try {
        work(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  if (failure) std::rethrow_exception(failure);
}

/// `write` on one thread, again and again until `read` has run `times` times on
/// each of `readers` threads.
inline void whileWriting(int readers, int times, const std::function<void(int)>& write,
                         const std::function<void()>& read) {
  std::atomic<int> reading = readers;
  together(readers + 1, [&](int i) {
    if (i == 0) {
      for (int n = 1; reading > 0; ++n) write(n);
      return;
    }
    struct Done {
      std::atomic<int>& left;
      ~Done() { --left; }
    } done{reading};
    for (int n = 0; n < times; ++n) read();
  });
}

}  // namespace larder::conformance
