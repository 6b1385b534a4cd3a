#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/base/guarded.h"
#include "larder/sdk/component.h"
#include "larder/sdk/host.h"

namespace larder::admin {

/// One plugin instance whose health is asked.
struct Monitored {
  std::string kind;
  std::string instance;
  std::string plugin;
  sdk::Component* component = nullptr;
};

/// Asks every plugin instance how it is, at most once a second however often it is
/// asked itself. Thread-safe.
class HealthBoard {
 public:
  HealthBoard(sdk::Logger& logger, sdk::Metrics& metrics, sdk::Clock& clock);

  /// Replaces what is monitored; `owner` keeps it alive.
  void watch(std::vector<Monitored> components, std::shared_ptr<void> owner);

  struct Report {
    bool healthy = true;
    std::string json;  ///< {"status", "components": […]} and pypicloud's keys.
  };
  /// May block for as long as the slowest plugin does, within `ctx`'s deadline.
  Report ask(sdk::Context& ctx);

 private:
  struct State {
    std::vector<Monitored> components;
    std::vector<bool> failing;
    std::shared_ptr<void> owner;
    Report last;
    std::chrono::steady_clock::time_point asked;
    bool fresh = false;
  };

  sdk::Result<void> check(sdk::Context& ctx, const Monitored& component);
  void note(const Monitored& component, bool wasFailing, const sdk::Result<void>& result);

  sdk::Logger& logger_;
  sdk::Metrics& metrics_;
  sdk::Clock& clock_;
  Guarded<State> state_;
};

}  // namespace larder::admin
