#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "larder/sdk/host.h"
#include "larder/sdk/result.h"

namespace larder::plugin {

/// Stands between the host and one plugin instance: whatever the plugin does
/// short of crashing becomes an Error that is logged and counted. Thread-safe.
class Barrier {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `host` carries the instance's logger and metrics and must outlive this.
  Barrier(std::string_view kind, sdk::Host& host) : kind_(kind), host_(host) {}

  /// One operation of the instance with its meters. Lives in the guard.
  class Operation {
   public:
    Operation(Barrier& barrier, std::string_view name);

    /// Runs `call`, which returns a Result. An exception becomes Internal, an
    /// answer after the deadline Timeout; after a deadline that has passed already
    /// nothing is called.
    template <class Call>
    std::invoke_result_t<Call> run(const sdk::Context& ctx, Call&& call) {
      const Time start = std::chrono::steady_clock::now();
      if (start > ctx.deadline()) return expired();
      auto result = contain(std::forward<Call>(call));
      const Time end = finish(start);
      if (end > ctx.deadline() && !gaveUp(result)) return late(end - ctx.deadline());
      if (!result) failed(result.error());
      return result;
    }

    /// The same for operations without a Context.
    template <class Call>
    std::invoke_result_t<Call> run(Call&& call) {
      const Time start = std::chrono::steady_clock::now();
      auto result = contain(std::forward<Call>(call));
      finish(start);
      if (!result) failed(result.error());
      return result;
    }

    /// Only the exception barrier, not metered: for calls of nanoseconds.
    template <class Call>
    std::invoke_result_t<Call> contain(Call&& call) {
      try {
        return std::forward<Call>(call)();
      } catch (const std::exception& e) {
        return escaped(e.what());
      } catch (...) {
        return escaped("an object that is no std::exception");
      }
    }

    /// For an answer that breaks the contract ("returned no body"): an Internal
    /// Error that says so, logged and counted.
    sdk::Error malformed(std::string_view what);

   private:
    enum class Rule : std::uint8_t { Exception, Deadline, Answer };

    template <class T>
    static bool gaveUp(const sdk::Result<T>& result) {
      return result.is(sdk::Errc::Timeout) || result.is(sdk::Errc::Cancelled);
    }

    Time finish(Time start) noexcept;
    void failed(const sdk::Error& error);
    void violated(Rule rule);
    sdk::Error expired() const;
    sdk::Error late(std::chrono::steady_clock::duration by);
    sdk::Error escaped(std::string_view what);

    Barrier& barrier_;
    const std::string name_;
    sdk::Histogram& seconds_;
    std::array<sdk::Counter*, 3> violations_;
    std::array<std::atomic<sdk::Counter*>, 16> failures_{};  // made when first needed
  };

 private:
  const std::string kind_;
  sdk::Host& host_;
};

}  // namespace larder::plugin
