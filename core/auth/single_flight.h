#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "core/base/guarded.h"
#include "larder/sdk/context.h"
#include "larder/sdk/result.h"

namespace larder::auth {

/// Work that several threads want at the same time is done by one of them; the
/// others wait for its answer. Nothing is kept once it is there. Value is copied
/// to those who waited.
template <class Key, class Value, class Hash = std::hash<Key>>
class SingleFlight {
 public:
  struct Outcome {
    Value value;
    bool own;  ///< Whether this call did the work.
  };

  /// Errors: Timeout or Cancelled while waiting for another's answer.
  template <class Work>
  sdk::Result<Outcome> run(sdk::Context& ctx, const Key& key, Work&& work) {
    std::shared_ptr<Flight> flight;
    bool own = false;
    {
      auto flights = flights_.lock();
      auto& slot = (*flights)[key];
      if (slot == nullptr) {
        slot = std::make_shared<Flight>();
        own = true;
      }
      flight = slot;
    }
    if (!own) return wait(ctx, *flight);
    // An exception must not leave the others waiting for an answer that never comes.
    Landing landing{*this, key, *flight};
    Value value = work();
    landing.value = value;
    return Outcome{std::move(value), true};
  }

 private:
  struct State {
    std::optional<Value> value;
    bool landed = false;
  };
  struct Flight {
    Guarded<State> state;
    std::condition_variable changed;
  };
  struct Landing {
    SingleFlight& owner;
    const Key& key;
    Flight& flight;
    std::optional<Value> value = {};

    ~Landing() {
      owner.flights_.lock()->erase(key);
      {
        auto state = flight.state.lock();
        state->value = std::move(value);
        state->landed = true;
      }
      flight.changed.notify_all();
    }
  };

  static sdk::Result<Outcome> wait(sdk::Context& ctx, Flight& flight) {
    auto state = flight.state.lock();
    while (!state->landed) {
      if (ctx.cancelled()) return sdk::Error(sdk::Errc::Cancelled, "the caller has gone");
      const auto now = std::chrono::steady_clock::now();
      if (now >= ctx.deadline()) {
        return sdk::Error(sdk::Errc::Timeout, "no answer before the deadline");
      }
      flight.changed.wait_until(state.raw(),
                                std::min(ctx.deadline(), now + std::chrono::seconds(1)));
    }
    if (!state->value) return sdk::Error(sdk::Errc::Internal, "the work was abandoned");
    return Outcome{*state->value, false};
  }

  Guarded<std::unordered_map<Key, std::shared_ptr<Flight>, Hash>> flights_;
};

}  // namespace larder::auth
