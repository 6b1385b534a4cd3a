#include "core/auth/identities.h"

#include <future>
#include <string>
#include <thread>
#include <vector>

#include "core/base/call_context.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_logger.h"
#include "tests/fakes/fake_metrics.h"
#include "tests/support/test.h"
#include "tests/unit/auth/scripted_access.h"

namespace {

using namespace std::chrono_literals;
using larder::CallContext;
using larder::auth::Authentication;
using larder::auth::Identities;
namespace sdk = larder::sdk;

constexpr const char* kHome = "192.0.2.1";
constexpr const char* kEvil = "198.51.100.1";

class IdentitiesTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(IdentitiesTest);
  CPPUNIT_TEST(aRightPasswordIsVerifiedOnceAndRemembered);
  CPPUNIT_TEST(nothingIsRememberedOfAnotherPassword);
  CPPUNIT_TEST(rememberingEndsAfterItsTime);
  CPPUNIT_TEST(aChangeOfTheBackendIsNoticedAtOnce);
  CPPUNIT_TEST(aChangeDuringVerificationIsNoticed);
  CPPUNIT_TEST(withoutAQuickVersionMemoryNeedsAQuestion);
  CPPUNIT_TEST(withoutVersionTimeAloneLimitsMemory);
  CPPUNIT_TEST(unknownUserAndWrongPasswordLookTheSame);
  CPPUNIT_TEST(hopelessCredentialsNeverReachTheBackend);
  CPPUNIT_TEST(anUnavailableBackendIsNoWrongPassword);
  CPPUNIT_TEST(anUnavailableBackendCountsAsNoFailure);
  CPPUNIT_TEST(anAttemptThatFailsAfterAWaitLetsTheNextOneIn);
  CPPUNIT_TEST(anAnswerWithoutUserIsABug);
  CPPUNIT_TEST(equalLoginsThatComeTogetherAreVerifiedOnce);
  CPPUNIT_TEST(whoAsksAfterAChangeDoesNotShareAnOlderAnswer);
  CPPUNIT_TEST(anImpatientCallerDoesNotFailTheOthers);
  CPPUNIT_TEST(guessingIsSlowedAndNothingIsVerifiedMeanwhile);
  CPPUNIT_TEST(aSlowedClientIsToldNothingByTheRightPassword);
  CPPUNIT_TEST(aUserIsNotLockedOutByGuessersElsewhere);
  CPPUNIT_TEST(aRememberedLoginMakesItsAddressKnown);
  CPPUNIT_TEST(repeatingOneWrongPasswordIsNoGuessing);
  CPPUNIT_TEST(repeatingIsNoGuessingWithoutVersionEither);
  CPPUNIT_TEST(aWrongPasswordThatBecomesRightWorksAtOnce);
  CPPUNIT_TEST(failuresAreLoggedWithoutSecret);
  CPPUNIT_TEST(manyThreadsAgree);
  CPPUNIT_TEST_SUITE_END();

 public:
  void aRightPasswordIsVerifiedOnceAndRemembered() {
    CPPUNIT_ASSERT(!remembers("alice", "secret"));
    const auto first = login("alice", "secret");
    CPPUNIT_ASSERT(first.outcome == Authentication::Outcome::Granted);
    CPPUNIT_ASSERT_EQUAL(std::string("alice"), first.identity.user);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, first.identity.groups.size());
    CPPUNIT_ASSERT(remembers("alice", "secret"));
    CPPUNIT_ASSERT(login("alice", "secret").outcome == Authentication::Outcome::Granted);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, verifications());
    CPPUNIT_ASSERT_EQUAL(2.0, logins("remembered"));
    CPPUNIT_ASSERT_EQUAL(1.0, logins("verified"));
  }

  void nothingIsRememberedOfAnotherPassword() {
    login("alice", "secret");
    CPPUNIT_ASSERT(!remembers("alice", "secret2"));
    CPPUNIT_ASSERT(!remembers("bob", "secret"));
    CPPUNIT_ASSERT(login("alice", "secret2").outcome == Authentication::Outcome::Refused);
    CPPUNIT_ASSERT(!remembers("alice", "secret2"));
    CPPUNIT_ASSERT(remembers("alice", "secret"));
  }

  void rememberingEndsAfterItsTime() {
    login("alice", "secret");
    clock_.advance(59s);
    CPPUNIT_ASSERT(remembers("alice", "secret"));
    clock_.advance(1s);
    CPPUNIT_ASSERT(!remembers("alice", "secret"));
    login("alice", "secret");
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, verifications());
  }

  void aChangeOfTheBackendIsNoticedAtOnce() {
    login("alice", "secret");
    change([](auto& state) { state.passwords.erase("alice"); });
    CPPUNIT_ASSERT(!remembers("alice", "secret"));
    CPPUNIT_ASSERT(login("alice", "secret").outcome == Authentication::Outcome::Refused);
  }

  void aChangeDuringVerificationIsNoticed() {
    access_.state()->meanwhile = [this] {
      change([](auto& state) { state.passwords.erase("alice"); });
    };
    CPPUNIT_ASSERT(login("alice", "secret").outcome == Authentication::Outcome::Granted);
    CPPUNIT_ASSERT(!remembers("alice", "secret"));
    CPPUNIT_ASSERT(login("alice", "secret").outcome == Authentication::Outcome::Refused);
  }

  void withoutAQuickVersionMemoryNeedsAQuestion() {
    access_.state()->versionBlocks = true;
    login("alice", "secret");
    CPPUNIT_ASSERT(!remembers("alice", "secret"));
    CPPUNIT_ASSERT(login("alice", "secret").outcome == Authentication::Outcome::Granted);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, verifications());
    change([](auto& state) { state.passwords["alice"] = "other"; });
    CPPUNIT_ASSERT(login("alice", "secret").outcome == Authentication::Outcome::Refused);
    access_.state()->versionFailure = sdk::Error(sdk::Errc::Unavailable, "gone");
    CPPUNIT_ASSERT(ask("alice", "other").is(sdk::Errc::Unavailable));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, logger_.count("auth.version.unavailable"));
  }

  void withoutVersionTimeAloneLimitsMemory() {
    access_.state()->hasVersion = false;
    Identities identities(access_, services());
    CallContext ctx("test", 10s);
    const sdk::Credentials alice{"alice", "secret"};
    LARDER_ASSERT_OK(identities.authenticate(ctx, alice, kHome));
    change([](auto& state) { state.passwords.erase("alice"); });
    CPPUNIT_ASSERT(identities.remembered(alice, kHome));
    clock_.advance(60s);
    CPPUNIT_ASSERT(!identities.remembered(alice, kHome));
    // A refusal is asked anew each time: the user may have been made meanwhile.
    CPPUNIT_ASSERT(identities.authenticate(ctx, alice, kHome)->outcome ==
                   Authentication::Outcome::Refused);
    change([](auto& state) { state.passwords["alice"] = "secret"; });
    CPPUNIT_ASSERT(identities.authenticate(ctx, alice, kHome)->outcome ==
                   Authentication::Outcome::Granted);
    // Having been right in between, it is a new failure and not the old one again.
    change([](auto& state) { state.passwords.erase("alice"); });
    clock_.advance(60s);
    CPPUNIT_ASSERT(identities.authenticate(ctx, alice, kHome)->outcome ==
                   Authentication::Outcome::Refused);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, logger_.count("auth.login.failed"));
  }

  void unknownUserAndWrongPasswordLookTheSame() {
    const auto wrong = login("alice", "x");
    const auto unknown = login("nobody", "x");
    CPPUNIT_ASSERT(wrong.outcome == Authentication::Outcome::Refused);
    CPPUNIT_ASSERT(unknown.outcome == Authentication::Outcome::Refused);
    CPPUNIT_ASSERT(wrong.identity.user.empty() && unknown.identity.user.empty());
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, verifications());
  }

  void hopelessCredentialsNeverReachTheBackend() {
    access_.state()->passwords["alice"] = "";
    access_.state()->passwords[""] = "secret";
    CPPUNIT_ASSERT(login("alice", "").outcome == Authentication::Outcome::Refused);
    CPPUNIT_ASSERT(login("", "secret").outcome == Authentication::Outcome::Refused);
    CPPUNIT_ASSERT(login(std::string_view("al\0ice", 6), "x").outcome ==
                   Authentication::Outcome::Refused);
    CPPUNIT_ASSERT(!remembers("", "secret"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, verifications());
  }

  void anUnavailableBackendIsNoWrongPassword() {
    for (const sdk::Errc code : {sdk::Errc::Unavailable, sdk::Errc::Timeout, sdk::Errc::Cancelled,
                                 sdk::Errc::Internal, sdk::Errc::Invalid}) {
      access_.state()->failure = sdk::Error(code, "the directory is away");
      CPPUNIT_ASSERT(ask("alice", "secret").is(code));
    }
    access_.state()->failure.reset();
    CPPUNIT_ASSERT(login("alice", "secret").outcome == Authentication::Outcome::Granted);
    CPPUNIT_ASSERT_EQUAL(std::size_t{5}, logger_.count("auth.backend.failed"));
    CPPUNIT_ASSERT(!logger_.mentions("secret"));
    CPPUNIT_ASSERT_EQUAL(5.0, logins("failed"));
  }

  void anUnavailableBackendCountsAsNoFailure() {
    access_.state()->failure = sdk::Error(sdk::Errc::Unavailable, "the directory is away");
    for (int i = 0; i < 100; ++i) {
      CPPUNIT_ASSERT(!ask("alice", "g" + std::to_string(i)).ok());
    }
    access_.state()->failure.reset();
    CPPUNIT_ASSERT(login("alice", "secret").outcome == Authentication::Outcome::Granted);
  }

  void anAttemptThatFailsAfterAWaitLetsTheNextOneIn() {
    guess("alice", kHome, 10);
    clock_.advance(1s);
    access_.state()->failure = sdk::Error(sdk::Errc::Unavailable, "the directory is away");
    CPPUNIT_ASSERT(ask("alice", "secret").is(sdk::Errc::Unavailable));
    access_.state()->failure.reset();
    CPPUNIT_ASSERT(login("alice", "secret").outcome == Authentication::Outcome::Granted);
  }

  void anAnswerWithoutUserIsABug() {
    access_.state()->passwords["alice"] = "secret";
    struct Nameless final : sdk::Access {
      sdk::Result<void> health(sdk::Context&) override { return {}; }
      sdk::Result<sdk::Identity> authenticate(sdk::Context&, const sdk::Credentials&) override {
        return sdk::Identity{.user = {}, .groups = {"staff"}, .admin = true};
      }
      sdk::Result<sdk::Identity> identify(sdk::Context&, std::string_view) override {
        return sdk::Identity{};
      }
    } nameless;
    Identities identities(nameless, services());
    CallContext ctx("test", 10s);
    CPPUNIT_ASSERT(
        identities.authenticate(ctx, {"alice", "secret"}, kHome).is(sdk::Errc::Internal));
  }

  void equalLoginsThatComeTogetherAreVerifiedOnce() {
    constexpr std::size_t kClients = 8;
    access_.hold();
    std::vector<std::future<Authentication>> clients;
    for (std::size_t i = 0; i < kClients; ++i) {
      clients.push_back(
          std::async(std::launch::async, [this] { return login("alice", "secret"); }));
    }
    access_.awaitWaiting(1);
    access_.release();
    for (auto& client : clients) {
      CPPUNIT_ASSERT(client.get().outcome == Authentication::Outcome::Granted);
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, verifications());
  }

  void whoAsksAfterAChangeDoesNotShareAnOlderAnswer() {
    access_.hold();
    auto early = std::async(std::launch::async, [this] { return login("alice", "secret"); });
    access_.awaitWaiting(1);
    change([](auto& state) { state.passwords.erase("alice"); });
    auto late = std::async(std::launch::async, [this] { return login("alice", "secret"); });
    access_.awaitWaiting(2);
    access_.release();
    CPPUNIT_ASSERT(early.get().outcome == Authentication::Outcome::Granted);
    CPPUNIT_ASSERT(late.get().outcome == Authentication::Outcome::Refused);
  }

  void anImpatientCallerDoesNotFailTheOthers() {
    access_.hold();
    auto patient = std::async(std::launch::async, [this] { return login("alice", "secret"); });
    access_.awaitWaiting(1);
    CallContext gone("gone", 10s);
    gone.cancel();
    CPPUNIT_ASSERT(
        identities_.authenticate(gone, {"alice", "secret"}, kHome).is(sdk::Errc::Cancelled));
    CallContext late("late", 0s);
    CPPUNIT_ASSERT(
        identities_.authenticate(late, {"alice", "secret"}, kHome).is(sdk::Errc::Timeout));
    access_.release();
    CPPUNIT_ASSERT(patient.get().outcome == Authentication::Outcome::Granted);
  }

  void guessingIsSlowedAndNothingIsVerifiedMeanwhile() {
    guess("alice", kEvil, 10);
    CPPUNIT_ASSERT_EQUAL(std::size_t{10}, verifications());
    const auto slowed = login("alice", "another", kEvil);
    CPPUNIT_ASSERT(slowed.outcome == Authentication::Outcome::TooOften);
    CPPUNIT_ASSERT_EQUAL(1L, static_cast<long>(slowed.retryAfter.count()));
    CPPUNIT_ASSERT_EQUAL(std::size_t{10}, verifications());
    CPPUNIT_ASSERT_EQUAL(1.0, logins("too_often"));
    clock_.advance(1s);
    CPPUNIT_ASSERT(login("alice", "another", kEvil).outcome == Authentication::Outcome::Refused);
    clock_.advance(1s);
    CPPUNIT_ASSERT(login("alice", "third", kEvil).outcome == Authentication::Outcome::TooOften);
    clock_.advance(1s);
    CPPUNIT_ASSERT(login("alice", "secret", kEvil).outcome == Authentication::Outcome::Granted);
  }

  void aSlowedClientIsToldNothingByTheRightPassword() {
    login("alice", "secret", kHome);
    guess("alice", kEvil, 10);
    // The password is remembered, from elsewhere; a guesser must not learn that.
    CPPUNIT_ASSERT(!identities_.remembered({"alice", "secret"}, kEvil));
    CPPUNIT_ASSERT(login("alice", "secret", kEvil).outcome == Authentication::Outcome::TooOften);
    CPPUNIT_ASSERT(login("alice", "wrong", kEvil).outcome == Authentication::Outcome::TooOften);
  }

  void aUserIsNotLockedOutByGuessersElsewhere() {
    login("alice", "secret", kHome);
    guess("alice", kEvil, 10);
    CPPUNIT_ASSERT(remembers("alice", "secret"));
    clock_.advance(61s);
    guess("alice", kEvil, 1);
    CPPUNIT_ASSERT(login("alice", "secret", kHome).outcome == Authentication::Outcome::Granted);
  }

  void aRememberedLoginMakesItsAddressKnown() {
    constexpr const char* kRunner = "192.0.2.77";
    login("alice", "secret", kHome);
    CPPUNIT_ASSERT(identities_.remembered({"alice", "secret"}, kRunner));
    guess("alice", kEvil, 10);
    CPPUNIT_ASSERT(identities_.remembered({"alice", "secret"}, kRunner));
    CPPUNIT_ASSERT(!identities_.remembered({"alice", "secret"}, "192.0.2.78"));
  }

  void repeatingOneWrongPasswordIsNoGuessing() {
    for (int i = 0; i < 100; ++i) {
      CPPUNIT_ASSERT(login("alice", "outdated").outcome == Authentication::Outcome::Refused);
      clock_.advance(20min);
    }
    CPPUNIT_ASSERT(login("alice", "secret").outcome == Authentication::Outcome::Granted);
    CPPUNIT_ASSERT(verifications() < 60);
  }

  void repeatingIsNoGuessingWithoutVersionEither() {
    access_.state()->hasVersion = false;
    Identities identities(access_, services());
    CallContext ctx("test", 10s);
    for (int i = 0; i < 50; ++i) {
      CPPUNIT_ASSERT(identities.authenticate(ctx, {"alice", "outdated"}, kHome)->outcome ==
                     Authentication::Outcome::Refused);
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t{50}, verifications());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, logger_.count("auth.login.failed"));
  }

  void aWrongPasswordThatBecomesRightWorksAtOnce() {
    CPPUNIT_ASSERT(login("alice", "new").outcome == Authentication::Outcome::Refused);
    change([](auto& state) { state.passwords["alice"] = "new"; });
    CPPUNIT_ASSERT(login("alice", "new").outcome == Authentication::Outcome::Granted);
    CPPUNIT_ASSERT(login("alice", "secret").outcome == Authentication::Outcome::Refused);
  }

  void failuresAreLoggedWithoutSecret() {
    guess("alice", kEvil, 12);
    const auto failed = logger_.events("auth.login.failed");
    CPPUNIT_ASSERT_EQUAL(std::size_t{10}, failed.size());
    CPPUNIT_ASSERT_EQUAL(std::string("alice"), failed[0].fields.at("user"));
    CPPUNIT_ASSERT_EQUAL(std::string(kEvil), failed[0].fields.at("address"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, logger_.count("auth.login.slowed"));
    CPPUNIT_ASSERT(!logger_.mentions("guess"));
    login(std::string(5000, 'u'), "x");
    CPPUNIT_ASSERT_EQUAL(std::size_t{100}, logger_.events().back().fields.at("user").size());
  }

  void manyThreadsAgree() {
    std::vector<std::future<bool>> threads;
    for (int t = 0; t < 8; ++t) {
      threads.push_back(std::async(std::launch::async, [this, t] {
        bool right = true;
        for (int i = 0; i < 200; ++i) {
          const bool alice = (t + i) % 2 == 0;
          const sdk::Credentials who{alice ? "alice" : "bob", alice ? "secret" : "hunter2"};
          auto known = identities_.remembered(who, kHome);
          if (!known) known = login(who.user, who.secret).identity;
          right = right && known->user == who.user;
          if (i % 50 == t) change([](auto&) {});
        }
        return right;
      }));
    }
    for (auto& thread : threads) CPPUNIT_ASSERT(thread.get());
  }

 private:
  larder::auth::Services services() { return {logger_, metrics_, clock_}; }

  sdk::Result<Authentication> ask(std::string_view user, std::string_view secret,
                                  std::string_view peer = kHome) {
    CallContext ctx("test", 10s);
    return identities_.authenticate(ctx, {user, secret}, peer);
  }
  Authentication login(std::string_view user, std::string_view secret,
                       std::string_view peer = kHome) {
    auto result = ask(user, secret, peer);
    LARDER_ASSERT_OK(result);
    return *result;
  }
  bool remembers(std::string_view user, std::string_view secret) {
    const auto identity = identities_.remembered({user, secret}, kHome);
    return identity && identity->user == user;
  }
  void guess(const std::string& user, std::string_view from, int times) {
    for (int i = 0; i < times; ++i) login(user, "guess" + std::to_string(guesses_++), from);
  }
  void change(const std::function<void(larder::test::ScriptedAccess::State&)>& edit) {
    auto state = access_.state();
    edit(*state);
    ++state->version;
  }
  std::size_t verifications() { return access_.state()->verifications; }
  double logins(const char* outcome) {
    return metrics_.value("larder_auth_logins_total", {{"outcome", outcome}});
  }

  larder::test::FakeLogger logger_;
  larder::test::FakeMetrics metrics_;
  larder::test::FakeClock clock_;
  larder::test::ScriptedAccess access_;
  Identities identities_{access_, services()};
  int guesses_ = 0;
};

CPPUNIT_TEST_SUITE_REGISTRATION(IdentitiesTest);

}  // namespace
