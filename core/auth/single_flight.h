#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include "core/base/guarded.h"
#include "larder/sdk/context.h"
#include "larder/sdk/result.h"

namespace larder::auth {

/// Work that several threads want at the same time is done by one of them; the
/// others wait for its answer, failures included. Nothing is kept afterwards.
/// Requires: T is copyable.
template <class Key, class T, class Hash = std::hash<Key>>
class SingleFlight {
 public:
  /// Errors: those of `work`; Timeout or Cancelled by `ctx` while waiting.
  template <class Work>
  sdk::Result<T> run(sdk::Context& ctx, const Key& key, const Work& work) {
    for (;;) {
      bool own = false;
      const std::shared_ptr<Flight> flight = board(key, own);
      if (own) {
        // An exception must not leave the others waiting for an answer that never comes.
        Landing landing{*this, key, *flight};
        landing.value = work();
        return *landing.value;
      }
      sdk::Result<T> value = wait(ctx, *flight);
      // The other caller's patience ended, not ours.
      const bool theirs = value.is(sdk::Errc::Timeout) || value.is(sdk::Errc::Cancelled);
      if (!theirs || over(ctx)) return value;
    }
  }

 private:
  struct State {
    std::optional<sdk::Result<T>> value;
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
    std::optional<sdk::Result<T>> value = {};

    ~Landing() {
      owner.flights_.lock()->erase(key);
      {
        auto state = flight.state.lock();
        state->value = value;
        state->landed = true;
      }
      flight.changed.notify_all();
    }
  };

  std::shared_ptr<Flight> board(const Key& key, bool& own) {
    auto flights = flights_.lock();
    auto& slot = (*flights)[key];
    own = slot == nullptr;
    if (own) slot = std::make_shared<Flight>();
    return slot;
  }

  static bool over(sdk::Context& ctx) {
    return ctx.cancelled() || std::chrono::steady_clock::now() >= ctx.deadline();
  }

  static sdk::Result<T> wait(sdk::Context& ctx, Flight& flight) {
    auto state = flight.state.lock();
    while (!state->landed) {
      if (ctx.cancelled()) return sdk::Error(sdk::Errc::Cancelled, "the caller has gone");
      if (over(ctx)) return sdk::Error(sdk::Errc::Timeout, "no answer before the deadline");
      const auto slice = std::chrono::steady_clock::now() + std::chrono::seconds(1);
      flight.changed.wait_until(state.raw(), std::min(ctx.deadline(), slice));
    }
    if (!state->value) return sdk::Error(sdk::Errc::Internal, "the work was abandoned");
    return *state->value;
  }

  Guarded<std::unordered_map<Key, std::shared_ptr<Flight>, Hash>> flights_;
};

}  // namespace larder::auth
