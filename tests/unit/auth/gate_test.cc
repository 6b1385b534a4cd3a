#include "core/auth/gate.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <future>
#include <string>
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
using larder::auth::Decision;
using larder::auth::Gate;
using larder::auth::Policy;
using larder::sdk::Verb;
namespace sdk = larder::sdk;
using To = sdk::Grant::To;

/// Lower case, '_' and '.' are '-'; nothing that begins with '-'.
sdk::Result<std::string> normalize(std::string_view project) {
  if (project.starts_with('-')) return sdk::Error(sdk::Errc::Invalid, "no project is called so");
  std::string name(project);
  for (char& c : name) {
    c = c == '_' || c == '.' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return name;
}

const sdk::Identity kNobody;
const sdk::Identity kAlice{.user = "alice", .groups = {"staff"}, .admin = false};
const sdk::Identity kBob{.user = "bob", .groups = {}, .admin = false};
const sdk::Identity kRoot{.user = "root", .groups = {}, .admin = true};
const sdk::Identity kKeeper{.user = "carol", .groups = {"keepers", "staff"}, .admin = false};

sdk::ProjectGrant grant(std::string project, To to, std::string name, Verb verb) {
  return {.project = std::move(project),
          .grant = {.to = to, .name = std::move(name), .verb = verb}};
}

/// Verbs as letters, in this order: read, write, replace, delete, admin.
constexpr std::pair<char, Verb> kVerbs[] = {{'r', Verb::Read},
                                            {'w', Verb::Write},
                                            {'o', Verb::Replace},
                                            {'d', Verb::Delete},
                                            {'a', Verb::Admin}};

Policy policyOf(std::vector<std::string> read, std::vector<std::string> write,
                std::vector<std::string> overwrite = {}, std::vector<std::string> remove = {}) {
  return {.repository = "main",
          .defaultRead = std::move(read),
          .defaultWrite = std::move(write),
          .overwrite = std::move(overwrite),
          .remove = std::move(remove)};
}

class GateTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(GateTest);
  CPPUNIT_TEST(defaultsAsATable);
  CPPUNIT_TEST(grantsAsATable);
  CPPUNIT_TEST(listsBindAdministratorsUnlessTheyNameThem);
  CPPUNIT_TEST(anyGrantTakesAllDefaultsAway);
  CPPUNIT_TEST(everySpellingIsTheSameProject);
  CPPUNIT_TEST(aNameThatIsNoneIsInvalid);
  CPPUNIT_TEST(theRepositoryItselfHasTheDefaults);
  CPPUNIT_TEST(decideAnyAsksForOneProjectAtLeast);
  CPPUNIT_TEST(anonymousIsUnauthenticatedOthersAreForbidden);
  CPPUNIT_TEST(reasonsAreReadableAndTellNothing);
  CPPUNIT_TEST(filterAgreesWithDecide);
  CPPUNIT_TEST(filterIsQuickForManyNames);
  CPPUNIT_TEST(grantsAreFetchedOnceAndDecidedNowAfterwards);
  CPPUNIT_TEST(aRevokedGrantIsGoneAtOnce);
  CPPUNIT_TEST(aChangeWhileFetchingIsNoticed);
  CPPUNIT_TEST(withoutAQuickVersionTheSlowOneIsAsked);
  CPPUNIT_TEST(withoutVersionGrantsAreFetchedAgainSoon);
  CPPUNIT_TEST(anUnavailableBackendIsAnErrorAndNeverOpen);
  CPPUNIT_TEST(grantsThatNameNoProjectAreIgnoredLoudly);
  CPPUNIT_TEST(aVerbThatGrantsDoNotHaveGivesNothing);
  CPPUNIT_TEST(withoutGrantSourceThereAreOnlyDefaults);
  CPPUNIT_TEST(anEmptyNameMatchesNobody);
  CPPUNIT_TEST_SUITE_END();

 public:
  void defaultsAsATable() {
    struct Row {
      const char* what;
      Policy policy;
      const char *nobody, *bob, *alice, *root;
    };
    const Row rows[] = {
        {"as shipped", policyOf({"everyone"}, {"authenticated"}, {}, {"authenticated"}), "r", "rwd",
         "rwd", "rwda"},
        {"private", policyOf({"authenticated"}, {"authenticated"}), "", "rw", "rw", "rwa"},
        {"staff", policyOf({"staff"}, {"staff"}, {"staff"}, {"staff"}), "", "", "rwod", "rwa"},
        {"nobody", policyOf({}, {}, {}, {}), "", "", "", "rwa"},
        {"lists alone", policyOf({}, {}, {"everyone"}, {"everyone"}), "", "", "", "rwoda"},
        {"write without read", policyOf({}, {"authenticated"}), "", "w", "w", "rwa"},
        {"wide open", policyOf({"everyone"}, {"everyone"}, {"everyone"}, {"everyone"}), "rwod",
         "rwod", "rwod", "rwoda"},
        {"replacing is of those who write", policyOf({"everyone"}, {"staff"}, {"authenticated"}),
         "r", "r", "rwo", "rwoa"},
        {"admin word", policyOf({"admin"}, {"admin"}, {"admin"}, {"admin"}), "", "", "", "rwoda"},
        {"words are exact", policyOf({"Everyone", "ADMIN"}, {"Staff"}), "", "", "", "rwa"},
    };
    for (const Row& row : rows) {
      Gate gate = make(row.policy);
      expect(gate, row.what, kNobody, "flywheel", row.nobody);
      expect(gate, row.what, kBob, "flywheel", row.bob);
      expect(gate, row.what, kAlice, "flywheel", row.alice);
      expect(gate, row.what, kRoot, "flywheel", row.root);
    }
  }

  void grantsAsATable() {
    access_.state()->grants = {
        grant("users", To::User, "alice", Verb::Read),
        grant("groups", To::Group, "staff", Verb::Read),
        grant("groups", To::Group, "keepers", Verb::Write),
        grant("public", To::Everyone, "", Verb::Read),
        grant("members", To::Authenticated, "", Verb::Write),
        grant("members", To::Authenticated, "", Verb::Read),
        grant("blind", To::User, "bob", Verb::Write),
        grant("led", To::User, "bob", Verb::Admin),
        grant("open", To::Everyone, "", Verb::Write),
    };
    struct Row {
      const char *project, *nobody, *bob, *alice, *carol, *root;
    };
    const Row rows[] = {
        {"users", "", "", "r", "", "rwda"},       {"groups", "", "", "r", "rwod", "rwda"},
        {"public", "r", "r", "r", "r", "rwda"},   {"members", "", "rwd", "rwd", "rwod", "rwda"},
        {"blind", "", "wd", "", "", "rwda"},      {"led", "", "rwda", "", "", "rwda"},
        {"open", "w", "wd", "wd", "wod", "rwda"}, {"other", "r", "rwd", "rwd", "rwod", "rwda"},
    };
    Gate gate = make(policyOf({"everyone"}, {"authenticated"}, {"keepers"}, {"authenticated"}));
    for (const Row& row : rows) {
      expect(gate, row.project, kNobody, row.project, row.nobody);
      expect(gate, row.project, kBob, row.project, row.bob);
      expect(gate, row.project, kAlice, row.project, row.alice);
      expect(gate, row.project, kKeeper, row.project, row.carol);
      expect(gate, row.project, kRoot, row.project, row.root);
    }
  }

  void listsBindAdministratorsUnlessTheyNameThem() {
    Gate immutable = make(policyOf({"everyone"}, {"authenticated"}, {}, {}));
    expect(immutable, "immutable", kRoot, "flywheel", "rwa");
    Gate named = make(policyOf({"everyone"}, {"authenticated"}, {"admin"}, {"admin"}));
    expect(named, "named", kRoot, "flywheel", "rwoda");
    expect(named, "named", kAlice, "flywheel", "rw");
    Gate members = make(policyOf({"everyone"}, {"authenticated"}, {"authenticated"}, {}));
    expect(members, "members", kRoot, "flywheel", "rwoa");
  }

  void anyGrantTakesAllDefaultsAway() {
    access_.state()->grants = {grant("flywheel", To::User, "bob", Verb::Read)};
    Gate gate = make(policyOf({"everyone"}, {"everyone"}));
    expect(gate, "granted", kBob, "flywheel", "r");
    expect(gate, "others", kAlice, "flywheel", "");
    expect(gate, "nobody", kNobody, "flywheel", "");
    expect(gate, "another project", kNobody, "flywheels", "rw");
  }

  void everySpellingIsTheSameProject() {
    access_.state()->grants = {grant("Secret_Pkg", To::User, "alice", Verb::Read),
                               grant("secret.pkg", To::User, "bob", Verb::Read)};
    Gate gate = make(policyOf({"everyone"}, {"everyone"}));
    for (const char* spelling : {"secret-pkg", "SECRET_pkg", "Secret.Pkg"}) {
      expect(gate, spelling, kNobody, spelling, "");
      expect(gate, spelling, kAlice, spelling, "r");
      expect(gate, spelling, kBob, spelling, "r");
    }
  }

  void aNameThatIsNoneIsInvalid() {
    Gate gate = make(policyOf({"everyone"}, {"everyone"}));
    CallContext ctx("test", 10s);
    const auto decision = gate.decide(ctx, kRoot, Verb::Read, "-x");
    CPPUNIT_ASSERT(decision.is(sdk::Errc::Invalid));
    CPPUNIT_ASSERT_EQUAL(std::string("no project is called so"), decision.error().message());
    CPPUNIT_ASSERT(!gate.decideNow(kRoot, Verb::Read, "-x"));
  }

  void theRepositoryItselfHasTheDefaults() {
    access_.state()->grants = {grant("flywheel", To::User, "bob", Verb::Write)};
    Gate gate = make(policyOf({"staff"}, {"staff"}));
    expect(gate, "repository", kAlice, "", "rw");
    expect(gate, "repository", kBob, "", "");
    expect(gate, "repository", kRoot, "", "rwa");
  }

  void decideAnyAsksForOneProjectAtLeast() {
    access_.state()->grants = {grant("flywheel", To::User, "bob", Verb::Write),
                               grant("other", To::Everyone, "", Verb::Read)};
    Gate gate = make(policyOf({"staff"}, {"staff"}));
    CallContext ctx("test", 10s);
    CPPUNIT_ASSERT(gate.decideAny(ctx, kBob, Verb::Write)->allowed());
    CPPUNIT_ASSERT(gate.decideAny(ctx, kNobody, Verb::Read)->allowed());
    const auto refused = gate.decideAny(ctx, kNobody, Verb::Write);
    CPPUNIT_ASSERT(refused->kind == Decision::Kind::Unauthenticated);
    const sdk::Identity dave{.user = "dave", .groups = {}, .admin = false};
    CPPUNIT_ASSERT(gate.decideAny(ctx, dave, Verb::Write)->kind == Decision::Kind::Forbidden);
    CPPUNIT_ASSERT(gate.decideAnyNow(kBob, Verb::Write)->allowed());
    CPPUNIT_ASSERT(!gate.decideAnyNow(dave, Verb::Write)->allowed());
  }

  void anonymousIsUnauthenticatedOthersAreForbidden() {
    Gate gate = make(policyOf({}, {}));
    for (const auto& [letter, verb] : kVerbs) {
      CPPUNIT_ASSERT(decide(gate, kNobody, verb, "x").kind == Decision::Kind::Unauthenticated);
      CPPUNIT_ASSERT(decide(gate, kBob, verb, "x").kind == Decision::Kind::Forbidden);
    }
  }

  void reasonsAreReadableAndTellNothing() {
    access_.state()->grants = {grant("secret", To::User, "carol", Verb::Read)};
    Gate gate = make(policyOf({}, {"authenticated"}, {}, {"keepers"}));
    CPPUNIT_ASSERT_EQUAL(std::string("a login is needed to read flywheel in repository main"),
                         decide(gate, kNobody, Verb::Read, "Flywheel").reason);
    CPPUNIT_ASSERT_EQUAL(std::string("user bob may not read flywheel in repository main"),
                         decide(gate, kBob, Verb::Read, "flywheel").reason);
    CPPUNIT_ASSERT_EQUAL(std::string("user bob may not administer repository main"),
                         decide(gate, kBob, Verb::Admin, "").reason);
    CPPUNIT_ASSERT_EQUAL(
        std::string("user bob may not replace files of flywheel in repository main: the "
                    "repository's overwrite list does not include them"),
        decide(gate, kBob, Verb::Replace, "flywheel").reason);
    CPPUNIT_ASSERT_EQUAL(std::string("user bob may not delete from flywheel in repository main: "
                                     "the repository's delete list does not include them"),
                         decide(gate, kBob, Verb::Delete, "flywheel").reason);
    // The words do not depend on whether the project exists or has grants.
    std::string hidden = decide(gate, kBob, Verb::Read, "secret").reason;
    hidden.replace(hidden.find("secret"), 6, "absent");
    CPPUNIT_ASSERT_EQUAL(decide(gate, kBob, Verb::Read, "absent").reason, hidden);
    CPPUNIT_ASSERT(decide(gate, kBob, Verb::Write, "flywheel").reason.empty());
  }

  void filterAgreesWithDecide() {
    access_.state()->grants = {grant("b", To::User, "alice", Verb::Read),
                               grant("d", To::Everyone, "", Verb::Read),
                               grant("e", To::Group, "keepers", Verb::Write)};
    const std::vector<std::string> names = {"e", "d", "c", "b", "a", "d"};
    for (const Policy& policy :
         {policyOf({"everyone"}, {"authenticated"}, {"staff"}, {"everyone"}), policyOf({}, {}),
          policyOf({"staff"}, {"keepers"}, {"admin"}, {})}) {
      Gate gate = make(policy);
      for (const auto& identity : {kNobody, kBob, kAlice, kKeeper, kRoot}) {
        for (const auto& [letter, verb] : kVerbs) {
          std::vector<std::string> expected;
          for (const std::string& name : names) {
            if (decide(gate, identity, verb, name).allowed()) expected.push_back(name);
          }
          CallContext ctx("test", 10s);
          const auto filtered = gate.filter(ctx, identity, verb, names);
          LARDER_ASSERT_OK(filtered);
          CPPUNIT_ASSERT(expected == *filtered);
        }
      }
    }
  }

  void filterIsQuickForManyNames() {
    std::vector<std::string> names;
    for (int i = 0; i < 100'000; ++i) names.push_back("project-" + std::to_string(i));
    for (int i = 0; i < 1000; ++i) {
      access_.state()->grants.push_back(
          grant("project-" + std::to_string(100 * i), To::User, "carol", Verb::Read));
    }
    Gate gate = make(policyOf({"everyone"}, {}));
    CallContext ctx("test", 10s);
    const auto left = gate.filter(ctx, kBob, Verb::Read, names);
    LARDER_ASSERT_OK(left);
    CPPUNIT_ASSERT_EQUAL(std::size_t{99'000}, left->size());
    // One question for all of them is what makes it quick.
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, access_.state()->fetches);
  }

  void grantsAreFetchedOnceAndDecidedNowAfterwards() {
    access_.state()->grants = {grant("secret", To::User, "alice", Verb::Read)};
    Gate gate = make(policyOf({"everyone"}, {}));
    CPPUNIT_ASSERT(!gate.decideNow(kNobody, Verb::Read, "flywheel"));
    CPPUNIT_ASSERT(decide(gate, kNobody, Verb::Read, "flywheel").allowed());
    CPPUNIT_ASSERT(gate.decideNow(kNobody, Verb::Read, "flywheel")->allowed());
    CPPUNIT_ASSERT(!gate.decideNow(kNobody, Verb::Read, "SECRET")->allowed());
    CPPUNIT_ASSERT(gate.decideNow(kAlice, Verb::Read, "secret")->allowed());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, access_.state()->fetches);
  }

  void aRevokedGrantIsGoneAtOnce() {
    access_.state()->grants = {grant("secret", To::User, "alice", Verb::Read),
                               grant("secret", To::User, "bob", Verb::Read)};
    Gate gate = make(policyOf({"everyone"}, {}));
    CPPUNIT_ASSERT(decide(gate, kBob, Verb::Read, "secret").allowed());
    change([](auto& state) { state.grants.pop_back(); });
    CPPUNIT_ASSERT(!gate.decideNow(kBob, Verb::Read, "secret"));
    CPPUNIT_ASSERT(!decide(gate, kBob, Verb::Read, "secret").allowed());
    CPPUNIT_ASSERT(decide(gate, kAlice, Verb::Read, "secret").allowed());
  }

  void aChangeWhileFetchingIsNoticed() {
    access_.state()->grants = {grant("secret", To::User, "bob", Verb::Read)};
    Gate gate = make(policyOf({"everyone"}, {}));
    access_.state()->meanwhile = [this] {
      change([](auto& state) { state.grants[0].grant.name = "alice"; });
    };
    CPPUNIT_ASSERT(decide(gate, kBob, Verb::Read, "secret").allowed());
    CPPUNIT_ASSERT(!decide(gate, kBob, Verb::Read, "secret").allowed());
  }

  void withoutAQuickVersionTheSlowOneIsAsked() {
    access_.state()->versionBlocks = true;
    access_.state()->grants = {grant("secret", To::User, "bob", Verb::Read)};
    Gate gate = make(policyOf({"everyone"}, {}));
    CPPUNIT_ASSERT(decide(gate, kBob, Verb::Read, "secret").allowed());
    CPPUNIT_ASSERT(decide(gate, kBob, Verb::Read, "secret").allowed());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, access_.state()->fetches);
    CPPUNIT_ASSERT(!gate.decideNow(kBob, Verb::Read, "secret"));
    change([](auto& state) { state.grants[0].grant.name = "alice"; });
    CPPUNIT_ASSERT(!decide(gate, kBob, Verb::Read, "secret").allowed());
  }

  void withoutVersionGrantsAreFetchedAgainSoon() {
    access_.state()->grants = {grant("secret", To::User, "bob", Verb::Read)};
    Gate gate(policyOf({"everyone"}, {}), &access_, nullptr, normalize, services());
    CPPUNIT_ASSERT(decide(gate, kBob, Verb::Read, "secret").allowed());
    change([](auto& state) { state.grants[0].grant.name = "alice"; });
    clock_.advance(4999ms);
    CPPUNIT_ASSERT(gate.decideNow(kBob, Verb::Read, "secret")->allowed());
    clock_.advance(1ms);
    CPPUNIT_ASSERT(!gate.decideNow(kBob, Verb::Read, "secret"));
    CPPUNIT_ASSERT(!decide(gate, kBob, Verb::Read, "secret").allowed());
  }

  void anUnavailableBackendIsAnErrorAndNeverOpen() {
    Gate gate = make(policyOf({"everyone"}, {"everyone"}));
    CPPUNIT_ASSERT(decide(gate, kNobody, Verb::Read, "x").allowed());
    change([](auto& state) { state.failure = sdk::Error(sdk::Errc::Unavailable, "away"); });
    CallContext ctx("test", 10s);
    for (const auto& identity : {kNobody, kRoot}) {
      CPPUNIT_ASSERT(!gate.decideNow(identity, Verb::Read, "x"));
      CPPUNIT_ASSERT(gate.decide(ctx, identity, Verb::Read, "x").is(sdk::Errc::Unavailable));
      CPPUNIT_ASSERT(gate.decideAny(ctx, identity, Verb::Read).is(sdk::Errc::Unavailable));
      CPPUNIT_ASSERT(gate.filter(ctx, identity, Verb::Read, {"x"}).is(sdk::Errc::Unavailable));
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t{6}, logger_.count("auth.grants.unavailable"));
    change([](auto& state) { state.failure.reset(); });
    CPPUNIT_ASSERT(decide(gate, kNobody, Verb::Read, "x").allowed());
  }

  void grantsThatNameNoProjectAreIgnoredLoudly() {
    access_.state()->grants = {grant("-bad", To::Everyone, "", Verb::Write),
                               grant("good", To::User, "bob", Verb::Read)};
    Gate gate = make(policyOf({}, {}));
    expect(gate, "good", kBob, "good", "r");
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, logger_.count("auth.grant.ignored"));
    CPPUNIT_ASSERT_EQUAL(std::string("-bad"),
                         logger_.events("auth.grant.ignored")[0].fields.at("project"));
    CallContext ctx("test", 10s);
    CPPUNIT_ASSERT(!gate.decideAny(ctx, kNobody, Verb::Write)->allowed());
  }

  void aVerbThatGrantsDoNotHaveGivesNothing() {
    access_.state()->grants = {grant("odd", To::Everyone, "", Verb::Delete),
                               grant("odd", To::Everyone, "", Verb::Replace)};
    Gate gate = make(policyOf({"everyone"}, {"everyone"}, {"everyone"}, {"everyone"}));
    expect(gate, "odd", kAlice, "odd", "");
  }

  void withoutGrantSourceThereAreOnlyDefaults() {
    Gate gate(policyOf({"everyone"}, {"staff"}), nullptr, nullptr, normalize, services());
    CPPUNIT_ASSERT(gate.decideNow(kNobody, Verb::Read, "x")->allowed());
    CPPUNIT_ASSERT(!gate.decideNow(kBob, Verb::Write, "x")->allowed());
    CPPUNIT_ASSERT(decide(gate, kAlice, Verb::Write, "x").allowed());
    CPPUNIT_ASSERT(!gate.privateReads());
    CPPUNIT_ASSERT(make(policyOf({"authenticated"}, {})).privateReads());
  }

  void anEmptyNameMatchesNobody() {
    access_.state()->grants = {grant("odd", To::User, "", Verb::Write),
                               grant("odd", To::Group, "", Verb::Write)};
    Gate gate = make(policyOf({""}, {""}));
    expect(gate, "odd", kNobody, "odd", "");
    expect(gate, "other", kNobody, "other", "");
  }

 private:
  larder::auth::Services services() { return {logger_, metrics_, clock_}; }
  Gate make(Policy policy) {
    return Gate(std::move(policy), &access_, &access_, normalize, services());
  }
  static Decision decide(Gate& gate, const sdk::Identity& identity, Verb verb,
                         std::string_view project) {
    CallContext ctx("test", 10s);
    auto decision = gate.decide(ctx, identity, verb, project);
    LARDER_ASSERT_OK(decision);
    return *decision;
  }
  static void expect(Gate& gate, const std::string& what, const sdk::Identity& identity,
                     const std::string& project, const std::string& verbs) {
    std::string allowed;
    for (const auto& [letter, verb] : kVerbs) {
      const Decision decision = decide(gate, identity, verb, project);
      if (decision.allowed()) allowed.push_back(letter);
      CPPUNIT_ASSERT_EQUAL(decision.allowed(), decision.reason.empty());
    }
    const std::string who = identity.user.empty() ? "nobody" : identity.user;
    CPPUNIT_ASSERT_EQUAL_MESSAGE(what + ": " + who + " on " + project, verbs, allowed);
  }
  void change(const std::function<void(larder::test::ScriptedAccess::State&)>& edit) {
    auto state = access_.state();
    edit(*state);
    ++state->version;
  }

  larder::test::FakeLogger logger_;
  larder::test::FakeMetrics metrics_;
  larder::test::FakeClock clock_;
  larder::test::ScriptedAccess access_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(GateTest);

}  // namespace
