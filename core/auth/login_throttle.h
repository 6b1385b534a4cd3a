#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/guarded.h"

namespace larder::auth {

/// Slows guessing down without a thread that sleeps: it says how long a client
/// has to stay away.
///
/// Failures are counted by user name and by address (IPv6: by /64). After
/// `freeFailures` each further one doubles the wait, up to `longestWait`; then
/// one attempt is let in at a time. A count is forgotten `forgetAfter` its last
/// failure.
///
/// So that nobody can lock out a user by guessing on her name, an address from
/// which she has logged in lately is judged by itself: failures elsewhere, and
/// other users' failures there, don't touch it, and its failures count only for
/// this pair. A right password is not exempt from a wait: an answer that differs
/// would tell a guesser which of the guesses was right.
///
/// Memory is bounded; what was touched longest ago is forgotten first. Times come
/// from the caller. Thread-safe; nothing here blocks.
class LoginThrottle {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Options {
    unsigned freeFailuresPerUser = 10;
    unsigned freeFailuresPerAddress = 20;
    std::chrono::milliseconds firstWait = std::chrono::seconds(1);
    std::chrono::milliseconds longestWait = std::chrono::minutes(5);
    std::chrono::milliseconds forgetAfter = std::chrono::minutes(30);
    std::chrono::milliseconds addressKnownFor = std::chrono::hours(24);
    std::size_t entries = 20'000;  ///< Of each table.
  };

  /// Leave to verify once, or how long to wait instead.
  struct Admission {
    std::chrono::milliseconds wait{};  ///< 0: admitted; report how it went.
    bool alone = false;                ///< Let in after a wait: nobody else is until it reports.
  };

  explicit LoginThrottle(Options options) : options_(options) {}

  /// How long this client has to wait; takes nothing.
  std::chrono::milliseconds wait(std::string_view user, std::string_view address, Time now);

  /// Lets an attempt in. After `wait` 0 exactly one of the three that follow
  /// has to be called with the same arguments and the Admission.
  Admission admit(std::string_view user, std::string_view address, Time now);
  void succeeded(std::string_view user, std::string_view address, Admission admission, Time now);
  /// Whether the client has to wait from now on.
  bool failed(std::string_view user, std::string_view address, Admission admission, Time now);
  /// The backend could not be asked, or the guess was an old one: counts as nothing.
  void abandoned(std::string_view user, std::string_view address, Admission admission, Time now);

  /// The user has logged in from this address in a way that needed no leave.
  void seen(std::string_view user, std::string_view address, Time now);

 private:
  struct Count {
    std::string key;
    unsigned failures = 0;
    bool running = false;  // an attempt was let in after a wait
    Time until{};
    Time lastFailure{};
    Time lastSuccess{};  // of a pair
  };
  /// Counts by key, the last touched in front.
  struct Table {
    std::list<Count> order;
    std::unordered_map<std::string_view, std::list<Count>::iterator> byKey;

    Count* find(const std::string& key);
    Count& touch(const std::string& key, std::size_t capacity);
    void erase(const std::string& key);
  };
  struct State {
    Table users;
    Table addresses;
    Table pairs;  // users and addresses they have logged in from
  };
  /// One of the counts that an attempt is judged by.
  struct Judge {
    Table* table;
    std::string key;
    unsigned freeFailures;
  };

  std::vector<Judge> judges(State& state, std::string_view user, std::string_view address,
                            Time now) const;
  std::chrono::milliseconds remaining(const Judge& judge, Time now) const;
  std::chrono::milliseconds remaining(const std::vector<Judge>& judges, Time now) const;
  bool countFailure(const Judge& judge, Time now);

  Options options_;
  /// Until when any wait can matter, so that the common case takes no lock.
  std::atomic<Time> slowUntil_ = Time::min();
  Guarded<State> state_;
};

/// The address that attempts are counted under: IPv4 as it is, also when mapped
/// into IPv6; of IPv6 the first 64 bits; anything else (a unix socket) as it is.
std::string throttleAddress(std::string_view peer);

}  // namespace larder::auth
