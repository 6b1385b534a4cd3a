#include "core/auth/identities.h"

#include <algorithm>
#include <array>
#include <utility>

namespace larder::auth {
namespace {

constexpr std::array<double, 10> kVerifyBounds = {0.001, 0.0025, 0.005, 0.01, 0.025,
                                                  0.05,  0.1,    0.25,  0.5,  2.5};

/// What a log line takes of a name that a stranger chose.
std::string_view shown(std::string_view user) noexcept { return user.substr(0, 100); }

bool hopeless(const sdk::Credentials& credentials) noexcept {
  return credentials.user.empty() || credentials.secret.empty() ||
         credentials.user.find('\0') != std::string_view::npos;
}

bool saysNo(const sdk::Error& error) noexcept {
  return error.code() == sdk::Errc::Unauthenticated || error.code() == sdk::Errc::NotFound ||
         error.code() == sdk::Errc::Forbidden;
}

sdk::Counter& outcomes(sdk::Metrics& metrics, const char* outcome) {
  return metrics.counter("larder_auth_logins_total", "Logins by what came of them",
                         {{"outcome", outcome}});
}

}  // namespace

struct Identities::Meters {
  explicit Meters(sdk::Metrics& metrics)
      : verified(outcomes(metrics, "verified")),
        remembered(outcomes(metrics, "remembered")),
        refused(outcomes(metrics, "refused")),
        tooOften(outcomes(metrics, "too_often")),
        failed(outcomes(metrics, "failed")),
        seconds(metrics.histogram("larder_auth_verify_seconds",
                                  "How long the backend took over one login", kVerifyBounds)) {}

  sdk::Counter& verified;
  sdk::Counter& remembered;
  sdk::Counter& refused;
  sdk::Counter& tooOften;
  sdk::Counter& failed;
  sdk::Histogram& seconds;
};

/// One attempt that the throttle has let in; tells it the outcome, also when an
/// exception ends it.
class Identities::Attempt {
 public:
  Attempt(Identities& owner, std::string_view user, std::string_view address)
      : owner_(owner),
        user_(user),
        address_(address),
        admission_(owner.throttle_.admit(user, address, now())) {}
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;
  ~Attempt() {
    if (open()) owner_.throttle_.abandoned(user_, address_, admission_, now());
  }

  std::chrono::milliseconds wait() const noexcept { return admission_.wait; }

  void succeeded() {
    reported_ = true;
    owner_.throttle_.succeeded(user_, address_, admission_, now());
  }
  bool failed() {
    reported_ = true;
    return owner_.throttle_.failed(user_, address_, admission_, now());
  }

 private:
  bool open() const noexcept { return !reported_ && admission_.wait.count() == 0; }
  LoginThrottle::Time now() const noexcept { return owner_.services_.clock.steady(); }

  Identities& owner_;
  std::string_view user_;
  std::string_view address_;
  LoginThrottle::Admission admission_;
  bool reported_ = false;
};

Identities::Identities(sdk::Access& access, Services services, Options options)
    : access_(access),
      stamps_(sdk::facet<sdk::AccessVersion>(access)),
      services_(services),
      granted_(options.rememberAtMost, options.rememberFor),
      refused_(options.rememberAtMost, options.throttle.forgetAfter),
      throttle_(options.throttle),
      meters_(std::make_unique<Meters>(services.metrics)) {}

Identities::~Identities() = default;

std::optional<sdk::Identity> Identities::remembered(const sdk::Credentials& credentials,
                                                    std::string_view peer) {
  if (hopeless(credentials)) return std::nullopt;
  const auto stamp = stamps_.now();
  if (!stamp) return std::nullopt;
  const auto now = services_.clock.steady();
  std::string address = throttleAddress(peer);
  if (throttle_.wait(credentials.user, address, now).count() > 0) return std::nullopt;
  return recall(credentials, {loginKey(credentials), *stamp, std::move(address)});
}

std::optional<sdk::Identity> Identities::recall(const sdk::Credentials& credentials,
                                                const Question& question) {
  const auto now = services_.clock.steady();
  auto known = granted_.find(question.key, question.address, question.stamp, now);
  if (!known) return std::nullopt;
  if (known->elsewhere) throttle_.seen(credentials.user, question.address, now);
  meters_->remembered.add();
  return std::move(known->identity);
}

sdk::Result<Authentication> Identities::authenticate(sdk::Context& ctx,
                                                     const sdk::Credentials& credentials,
                                                     std::string_view peer) {
  if (hopeless(credentials)) {
    meters_->refused.add();
    return Authentication{};
  }
  std::string address = throttleAddress(peer);
  const auto wait = throttle_.wait(credentials.user, address, services_.clock.steady());
  if (wait.count() > 0) return tooOften(wait);

  auto stamp = stamps_.ask(ctx);
  if (!stamp) {
    meters_->failed.add();
    services_.logger.error("auth.version.unavailable",
                           "The access backend could not say whether its users have changed",
                           {{"reason", stamp.error().message()}});
    return std::move(stamp).error();
  }
  const Question question{loginKey(credentials), std::move(stamp).value(), std::move(address)};
  return flights_.run(ctx, question, [&] { return verify(ctx, credentials, question); });
}

sdk::Result<Authentication> Identities::verify(sdk::Context& ctx,
                                               const sdk::Credentials& credentials,
                                               const Question& question) {
  const auto started = services_.clock.steady();
  if (auto identity = recall(credentials, question)) {
    return Authentication{Authentication::Outcome::Granted, *std::move(identity), {}};
  }
  // Repeating a wrong guess teaches nobody anything, so it need not cost a hash.
  if (stamps_.exact() && refused_.find(question.key, question.address, question.stamp, started)) {
    meters_->refused.add();
    return Authentication{};
  }
  Attempt attempt(*this, credentials.user, question.address);
  if (attempt.wait().count() > 0) return tooOften(attempt.wait());

  auto identity = access_.authenticate(ctx, credentials);
  meters_->seconds.observe(
      std::chrono::duration<double>(services_.clock.steady() - started).count());
  if (identity && identity->user.empty()) {
    identity = sdk::Error(sdk::Errc::Internal, "the access backend answered without a user name");
  }
  if (identity) return granted(std::move(identity).value(), attempt, question);
  if (saysNo(identity.error())) return refused(credentials, attempt, question);
  meters_->failed.add();
  services_.logger.error(
      "auth.backend.failed", "The access backend could not check a login",
      {{"user", shown(credentials.user)}, {"reason", identity.error().message()}});
  return std::move(identity).error();
}

Authentication Identities::granted(sdk::Identity identity, Attempt& attempt,
                                   const Question& question) {
  meters_->verified.add();
  attempt.succeeded();
  refused_.forget(question.key);
  granted_.put(question.key, identity, question.address, question.stamp, services_.clock.steady());
  return {Authentication::Outcome::Granted, std::move(identity), {}};
}

Authentication Identities::refused(const sdk::Credentials& credentials, Attempt& attempt,
                                   const Question& question) {
  meters_->refused.add();
  const auto now = services_.clock.steady();
  // A client with an outdated password repeats it for hours; that is no guessing.
  const bool repeated =
      refused_.find(question.key, question.address, question.stamp, now).has_value();
  refused_.put(question.key, {}, question.address, question.stamp, now);
  if (repeated) return {};
  services_.logger.warning("auth.login.failed", "A user name and password did not match",
                           {{"user", shown(credentials.user)}, {"address", question.address}});
  if (attempt.failed()) {
    services_.logger.warning("auth.login.slowed", "Logins were slowed down after several failures",
                             {{"user", shown(credentials.user)}, {"address", question.address}});
  }
  return {};
}

Authentication Identities::tooOften(std::chrono::milliseconds wait) {
  meters_->tooOften.add();
  return {Authentication::Outcome::TooOften,
          {},
          std::max(std::chrono::ceil<std::chrono::seconds>(wait), std::chrono::seconds(1))};
}

}  // namespace larder::auth
