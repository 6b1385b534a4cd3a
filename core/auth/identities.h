#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/auth/access_stamp.h"
#include "core/auth/login_memory.h"
#include "core/auth/login_throttle.h"
#include "core/auth/services.h"
#include "core/auth/single_flight.h"
#include "larder/sdk/access.h"

namespace larder::auth {

/// What came of a login.
struct Authentication {
  enum class Outcome : std::uint8_t {
    Granted,   ///< `identity` says who it is.
    Refused,   ///< 401; never says whether the user exists.
    TooOften,  ///< 429 with Retry-After: `retryAfter`. Nothing was verified.
  };
  Outcome outcome = Outcome::Refused;
  sdk::Identity identity;
  std::chrono::seconds retryAfter{};
};

/// Finds out who is calling, by one access instance.
///
/// A verified credential is remembered for a short time under an HMAC with a key
/// of this process, never in clear, and only while the backend's AccessVersion is
/// what it was. Equal credentials that arrive together are verified once. After
/// several failures guessing is slowed down by user name and by address; see
/// LoginThrottle. Thread-safe.
class Identities {
 public:
  struct Options {
    std::chrono::milliseconds rememberFor = std::chrono::seconds(60);  ///< 0: not at all.
    std::size_t rememberAtMost = 10'000;                               ///< Logins.
    LoginThrottle::Options throttle = {};
  };

  /// `access` and its facets outlive this.
  Identities(sdk::Access& access, Services services, Options options);
  Identities(sdk::Access& access, Services services) : Identities(access, services, Options()) {}
  ~Identities();

  /// Answers from memory without blocking. Nothing: call authenticate().
  /// `peer` is the client's address as text.
  std::optional<sdk::Identity> remembered(const sdk::Credentials& credentials,
                                          std::string_view peer);

  /// May block for as long as the backend does.
  ///
  /// Errors: those of a backend that could not be asked (Unavailable, Timeout,
  /// Cancelled, Internal): 503, never "wrong password".
  sdk::Result<Authentication> authenticate(sdk::Context& ctx, const sdk::Credentials& credentials,
                                           std::string_view peer);

 private:
  struct Meters;
  class Attempt;

  /// The stamp is part of what is asked: who asks after a change was acknowledged
  /// must not be given an answer from before it.
  struct Question {
    LoginKey key;
    Stamp stamp;
    std::string address;
    friend bool operator==(const Question&, const Question&) = default;
  };
  struct QuestionHash {
    std::size_t operator()(const Question& question) const noexcept {
      return LoginKeyHash()(question.key);
    }
  };

  sdk::Result<Authentication> verify(sdk::Context& ctx, const sdk::Credentials& credentials,
                                     const Question& question);
  std::optional<sdk::Identity> recall(const sdk::Credentials& credentials,
                                      const Question& question);
  Authentication granted(sdk::Identity identity, Attempt& attempt, const Question& question);
  Authentication refused(const sdk::Credentials& credentials, Attempt& attempt,
                         const Question& question);
  Authentication tooOften(std::chrono::milliseconds wait);

  sdk::Access& access_;
  AccessStamp stamps_;
  Services services_;
  LoginMemory granted_;
  LoginMemory refused_;
  LoginThrottle throttle_;
  SingleFlight<Question, Authentication, QuestionHash> flights_;
  std::unique_ptr<Meters> meters_;
};

}  // namespace larder::auth
