#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/guarded.h"
#include "larder/sdk/result.h"

namespace larder::test {

enum class Op : std::uint8_t { Health, Stat, Open, Put, Remove, List, Sync, Get, Scan, Apply };

/// What happens to one call instead of what should.
struct Fault {
  std::optional<sdk::Errc> error = std::nullopt;  ///< None: the call itself succeeds.
  /// The call is performed before its Error is returned: a success nobody heard of.
  bool performed = false;
  /// Open only: the body ends after so many bytes, with `error` or, without one,
  /// as if that were all.
  std::optional<std::uint64_t> truncate = std::nullopt;
  /// Runs first, on the calling thread: block here for a delay, or let another
  /// writer be quicker.
  std::function<void()> hook = nullptr;
  /// Runs after the call was performed and before it returns.
  std::function<void()> after = nullptr;
};

/// The script of a Faulty backend. Thread-safe.
class Faults {
 public:
  /// The `nth` call of `op` from now on (1: the next) whose key contains `part`.
  void on(Op op, std::size_t nth, Fault fault, std::string part = {});
  /// Every one of them, until clear().
  void always(Op op, Fault fault, std::string part = {});
  void clear();

  std::size_t calls(Op op);
  /// Steps that have not happened: a test that expects none left can say so.
  std::size_t pending();

  /// For the decorators: counts the call and answers what to do with it.
  Fault take(Op op, std::string_view key);

 private:
  struct Step {
    Op op;
    std::size_t countdown;  ///< 0: always.
    std::string part;
    Fault fault;
  };
  struct State {
    std::vector<Step> steps;
    std::map<Op, std::size_t> calls;
  };
  Guarded<State> state_;
};

/// Performs `call` as `fault` says.
template <class Call>
auto withFault(const Fault& fault, std::string_view what, Call call) -> decltype(call()) {
  if (fault.hook) fault.hook();
  if (!fault.error) {
    auto result = call();
    if (fault.after) fault.after();
    return result;
  }
  if (fault.performed) {
    if (auto result = call(); !result) return result;
    if (fault.after) fault.after();
  }
  return sdk::Error(*fault.error, std::string(what) + " failed as told");
}

}  // namespace larder::test
