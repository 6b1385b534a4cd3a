#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/guarded.h"
#include "larder/sdk/access.h"

namespace larder::test {

/// A backend that knows some passwords, counts what it is asked, and can be held,
/// broken and changed.
class ScriptedAccess final : public sdk::Access,
                             public sdk::GrantSource,
                             public sdk::AccessVersion {
 public:
  struct State {
    std::map<std::string, std::string> passwords = {{"alice", "secret"}, {"bob", "hunter2"}};
    std::vector<sdk::ProjectGrant> grants;
    std::uint64_t version = 1;
    bool versionBlocks = false;
    bool hasVersion = true;
    bool held = false;
    std::optional<sdk::Error> failure;
    std::optional<sdk::Error> versionFailure;
    std::size_t waiting = 0;
    std::size_t verifications = 0;
    std::size_t fetches = 0;
    /// Runs after a question was read and before it is answered.
    std::function<void()> meanwhile;
  };

  Guarded<State>::Handle state() { return state_.lock(); }

  void hold() { state_.lock()->held = true; }
  void release() {
    state_.lock()->held = false;
    changed_.notify_all();
  }
  void awaitWaiting(std::size_t count) {
    auto state = state_.lock();
    changed_.wait(state.raw(), [&] { return state->waiting >= count; });
  }

  sdk::Result<void> health(sdk::Context&) override { return {}; }

  sdk::Result<sdk::Identity> authenticate(sdk::Context&,
                                          const sdk::Credentials& credentials) override {
    auto state = state_.lock();
    ++state->verifications;
    if (state->failure) return *state->failure;
    const auto found = state->passwords.find(std::string(credentials.user));
    const bool right = found != state->passwords.end() && found->second == credentials.secret;
    pause(state);
    if (!right) return sdk::Error(sdk::Errc::Unauthenticated, "wrong");
    return sdk::Identity{
        .user = std::string(credentials.user), .groups = {"staff"}, .admin = false};
  }
  sdk::Result<sdk::Identity> identify(sdk::Context&, std::string_view user) override {
    return sdk::Error(sdk::Errc::NotFound, std::string(user));
  }
  sdk::Result<std::vector<sdk::ProjectGrant>> grantsOf(sdk::Context&, std::string_view) override {
    auto state = state_.lock();
    ++state->fetches;
    if (state->failure) return *state->failure;
    const auto grants = state->grants;
    pause(state);
    return grants;
  }
  sdk::Result<std::string> version(sdk::Context&) override {
    auto state = state_.lock();
    if (state->versionFailure) return *state->versionFailure;
    return "v" + std::to_string(state->version);
  }
  std::optional<std::uint64_t> versionNow() noexcept override {
    auto state = state_.lock();
    if (state->versionBlocks) return std::nullopt;
    return state->version;
  }

  void* facet(sdk::FacetId id) noexcept override {
    if (id == sdk::GrantSource::kFacet) return static_cast<sdk::GrantSource*>(this);
    if (id == sdk::AccessVersion::kFacet && state_.lock()->hasVersion) {
      return static_cast<sdk::AccessVersion*>(this);
    }
    return sdk::Access::facet(id);
  }

 private:
  void pause(Guarded<State>::Handle& state) {
    if (state->meanwhile) {
      const auto meanwhile = std::exchange(state->meanwhile, nullptr);
      state.raw().unlock();
      meanwhile();
      state.raw().lock();
    }
    ++state->waiting;
    changed_.notify_all();
    changed_.wait(state.raw(), [&] { return !state->held; });
    --state->waiting;
  }

  Guarded<State> state_;
  std::condition_variable changed_;
};

}  // namespace larder::test
