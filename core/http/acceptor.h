#pragma once

#include <memory>
#include <vector>

#include "core/base/deadlines.h"
#include "core/http/event_target.h"
#include "core/http/listener.h"
#include "core/http/loop.h"

namespace larder::http {

/// Accepts connections of one listener in one loop and gives each to the loop
/// that has the fewest.
class Acceptor final : public EventTarget, public Deadline {
 public:
  Acceptor(Engine& engine, Loop& loop, const std::vector<std::unique_ptr<Loop>>& all,
           const Listener& listener, bool secure);

  /// Called in every loop; heeds its own.
  void begin(const Loop& here);
  void end(const Loop& here);

  void onEvents(std::uint32_t events) override;
  void expired(WaitKind kind) override;

 private:
  bool acceptOne();
  void refused(int problem);
  bool full();
  void pause();
  void place(Accepted accepted);

  Engine& engine_;
  Loop& loop_;
  const std::vector<std::unique_ptr<Loop>>& all_;
  const Listener& listener_;
  const bool secure_;
};

}  // namespace larder::http
