#pragma once

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "core/base/deadlines.h"
#include "core/base/guarded.h"
#include "core/http/connection.h"
#include "core/http/engine.h"

namespace larder::http {

/// An event loop and the connections that live on it. Everything but post(),
/// load() and the life cycle is for its own thread only.
class Loop {
 public:
  using Task = std::function<void()>;
  using Time = std::chrono::steady_clock::time_point;

  explicit Loop(Engine& engine);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void start();
  /// Ends the loop after what has been posted before, and waits for it.
  void finish();

  /// Any thread. Tasks run in the order in which they were posted; those that are
  /// left when the loop ends are dropped.
  void post(Task task);
  /// Connections here, roughly. Any thread.
  std::size_t load() const noexcept { return load_.load(std::memory_order_relaxed); }

  void adopt(Accepted accepted);
  /// Closes the connection that has been idle longest; false when none is idle.
  bool shedIdle();
  /// For every connection; they may close themselves.
  void forEach(const std::function<void(Connection&)>& visit);

  bool watch(int descriptor, std::uint32_t events, EventTarget& target) noexcept;
  void unwatch(int descriptor) noexcept;

  /// Visits the connection once more after the others have had their turn.
  void again(Connection& connection);
  /// Deletes it at the end of this round of events.
  void retire(Connection& connection);

  Time now() const noexcept { return now_; }
  Deadlines& deadlines() noexcept { return deadlines_; }
  std::span<char> scratch() noexcept { return scratch_; }
  void countReceived(std::uint64_t bytes) noexcept { received_ += bytes; }
  void countSent(std::uint64_t bytes) noexcept { sent_ += bytes; }

 private:
  struct Mailbox final : EventTarget {
    explicit Mailbox(Loop& owner) : loop(owner) {}
    void onEvents(std::uint32_t) override { loop.runTasks(); }
    Loop& loop;
  };

  void run();
  void wait();
  void runTasks();
  void visitAgain();
  void expire();
  void bury();
  int patience() const noexcept;

  Engine& engine_;
  sdk::FileHandle epoll_;
  sdk::FileHandle wake_;
  Mailbox mailbox_{*this};
  Guarded<std::vector<Task>> tasks_;
  bool running_ = true;

  Time now_ = std::chrono::steady_clock::now();
  Deadlines deadlines_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> again_;
  std::vector<std::unique_ptr<Connection>> retired_;
  std::array<char, 64 * 1024> scratch_;
  std::uint64_t received_ = 0;
  std::uint64_t sent_ = 0;
  std::atomic<std::size_t> load_ = 0;
  std::thread thread_;
};

}  // namespace larder::http
