// Sentences of larder/sdk/access.h, on the people of backends/README.md, whom every
// access backend holds when it is tested.
#include <algorithm>
#include <chrono>
#include <set>

#include "tests/conformance/backend.h"
#include "tests/conformance/storage_fixture.h"
#include "tests/conformance/together.h"

namespace larder::conformance {
namespace {

constexpr const char* kAliceSecret = "correct horse battery staple";
constexpr const char* kBobSecret = "pässwörd with ünicode";
constexpr const char* kRootSecret = "tr0ub4dor&3:\"'$%";

class AccessSuite : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(AccessSuite);
  CPPUNIT_TEST(healthSaysItCanServe);
  CPPUNIT_TEST(facetOfItsKindIsTheAccess);
  CPPUNIT_TEST(rightSecretGivesTheIdentity);
  CPPUNIT_TEST(administratorIsOne);
  CPPUNIT_TEST(userWithoutGroupsHasNone);
  CPPUNIT_TEST(wrongSecretIsUnauthenticated);
  CPPUNIT_TEST(unknownUserIsUnauthenticatedAlike);
  CPPUNIT_TEST(emptySecretIsUnauthenticatedAlways);
  CPPUNIT_TEST(emptyUserIsUnauthenticated);
  CPPUNIT_TEST(secretsAreComparedWhole);
  CPPUNIT_TEST(userNamesAreNoPatterns);
  CPPUNIT_TEST(hugeCredentialsAreRefused);
  CPPUNIT_TEST(unknownUserTakesAsLongAsAWrongSecret);
  CPPUNIT_TEST(secretsAreNotLogged);
  CPPUNIT_TEST(identifyIsTheIdentityWithoutASecret);
  CPPUNIT_TEST(identifyOfUnknownUserIsNotFound);
  CPPUNIT_TEST(grantsOfARepositoryComeInOneCall);
  CPPUNIT_TEST(grantsOfAnotherRepositoryAreItsOwn);
  CPPUNIT_TEST(grantsOfAnUnknownRepositoryAreEmpty);
  CPPUNIT_TEST(versionStaysWhileNothingChanges);
  CPPUNIT_TEST(instancesOverTheSamePeopleAgree);
  CPPUNIT_TEST(eightThreadsAskForDifferentUsers);
  CPPUNIT_TEST(eightThreadsAskForOneUser);
  CPPUNIT_TEST_SUITE_END();

 public:
  void setUp() override { access_ = backend().access(); }

  void healthSaysItCanServe() {
    CallContext ctx = makeContext();
    LARDER_ASSERT_OK(access_->health(ctx));
  }
  void facetOfItsKindIsTheAccess() {
    CPPUNIT_ASSERT(sdk::facet<sdk::Access>(*access_) == access_.get());
    CPPUNIT_ASSERT(access_->facet({"larder.no.such.facet/1"}) == nullptr);
  }

  void rightSecretGivesTheIdentity() {
    const auto alice = authenticate("alice", kAliceSecret);
    LARDER_ASSERT_OK(alice);
    assertIdentity(*alice, "alice", {"developers", "staff"}, false);
  }
  void administratorIsOne() {
    const auto root = authenticate("root", kRootSecret);
    LARDER_ASSERT_OK(root);
    assertIdentity(*root, "root", {"staff"}, true);
  }
  void userWithoutGroupsHasNone() {
    const auto bob = authenticate("bob", kBobSecret);
    LARDER_ASSERT_OK(bob);
    assertIdentity(*bob, "bob", {}, false);
  }

  void wrongSecretIsUnauthenticated() {
    for (const char* secret : {"wrong", "Correct horse battery staple", kBobSecret, "x", " "}) {
      LARDER_ASSERT_CODE(Unauthenticated, authenticate("alice", secret));
    }
  }

  /// "Unauthenticated for a wrong secret and for an unknown user alike"; the code
  /// "never says which".
  void unknownUserIsUnauthenticatedAlike() {
    const auto wrong = authenticate("alice", "wrong");
    const auto unknown = authenticate("nobody-here", "wrong");
    LARDER_ASSERT_CODE(Unauthenticated, wrong);
    LARDER_ASSERT_CODE(Unauthenticated, unknown);
    CPPUNIT_ASSERT_EQUAL(without(wrong.error().message(), "alice"),
                         without(unknown.error().message(), "nobody-here"));
  }

  /// "And for an empty secret always": an LDAP bind without a secret succeeds.
  void emptySecretIsUnauthenticatedAlways() {
    for (const char* user : {"alice", "root", "nobody-here", "", "__token__"}) {
      LARDER_ASSERT_CODE(Unauthenticated, authenticate(user, ""));
    }
  }

  void emptyUserIsUnauthenticated() {
    LARDER_ASSERT_CODE(Unauthenticated, authenticate("", kAliceSecret));
  }

  void secretsAreComparedWhole() {
    const std::string secret = kAliceSecret;
    LARDER_ASSERT_CODE(Unauthenticated, authenticate("alice", secret + " "));
    LARDER_ASSERT_CODE(Unauthenticated, authenticate("alice", " " + secret));
    LARDER_ASSERT_CODE(Unauthenticated, authenticate("alice", secret + std::string("\0x", 2)));
    LARDER_ASSERT_CODE(Unauthenticated, authenticate("alice", secret + std::string("\0", 1)));
    LARDER_ASSERT_CODE(Unauthenticated, authenticate("alice", secret.substr(0, 8)));
    LARDER_ASSERT_CODE(Unauthenticated, authenticate("alice", std::string("\0", 1)));
  }

  void userNamesAreNoPatterns() {
    for (const char* user :
         {"*", "al*", "ali%", "alice)(uid=*", "alice' OR '1'='1", "alice\\", "alice,dc=x", "Alice",
          "alice ", " alice", "alice/", "../alice", "a,b=c+d"}) {
      LARDER_ASSERT_CODE(Unauthenticated, authenticate(user, kAliceSecret));
    }
    LARDER_ASSERT_CODE(Unauthenticated, authenticate(std::string("alice\0", 6), kAliceSecret));
  }

  void hugeCredentialsAreRefused() {
    const std::string huge(1'000'000, 'x');
    LARDER_ASSERT_CODE(Unauthenticated, authenticate("alice", huge));
    LARDER_ASSERT_CODE(Unauthenticated, authenticate(huge, kAliceSecret));
  }

  /// "In the same time": the quickest of several tries, within a factor of three.
  void unknownUserTakesAsLongAsAWrongSecret() {
    backend().needs("constant_time");
    const double wrong = quickest("alice");
    const double unknown = quickest("nobody-here");
    CPPUNIT_ASSERT_MESSAGE("wrong secret: " + std::to_string(wrong) +
                               " s, unknown user: " + std::to_string(unknown) + " s",
                           wrong < 3 * unknown + 0.001 && unknown < 3 * wrong + 0.001);
  }

  /// "Never copied into a log."
  void secretsAreNotLogged() {
    const std::string wrong = "a very distinctive secret";
    LARDER_ASSERT_CODE(Unauthenticated, authenticate("alice", wrong));
    LARDER_ASSERT_OK(authenticate("alice", kAliceSecret));
    CPPUNIT_ASSERT(!backend().host().logger().mentions(wrong));
    CPPUNIT_ASSERT(!backend().host().logger().mentions(kAliceSecret));
    const auto answer = authenticate("alice", wrong);
    CPPUNIT_ASSERT(answer.error().message().find(wrong) == std::string::npos);
  }

  /// "The identity `user` would get, without a secret."
  void identifyIsTheIdentityWithoutASecret() {
    CallContext ctx = makeContext();
    const auto alice = access_->identify(ctx, "alice");
    LARDER_ASSERT_OK(alice);
    assertIdentity(*alice, "alice", {"developers", "staff"}, false);
    const auto root = access_->identify(ctx, "root");
    LARDER_ASSERT_OK(root);
    assertIdentity(*root, "root", {"staff"}, true);
  }

  void identifyOfUnknownUserIsNotFound() {
    CallContext ctx = makeContext();
    for (const char* user : {"nobody-here", "", "*", "Alice", "alice)(uid=*", "staff"}) {
      LARDER_ASSERT_CODE(NotFound, access_->identify(ctx, user));
    }
  }

  /// "Every grant on any project of `repository`, in one call."
  void grantsOfARepositoryComeInOneCall() {
    const std::set<std::string> wanted = {
        "flywheel user alice read", "flywheel user alice write",  "flywheel group staff read",
        "open everyone read",       "members authenticated read", "members group developers write",
        "flywheel user bob admin"};
    CPPUNIT_ASSERT_EQUAL(joined(wanted), joined(grantsOf("team")));
  }
  void grantsOfAnotherRepositoryAreItsOwn() {
    CPPUNIT_ASSERT_EQUAL(std::string("flywheel user bob read\n"), joined(grantsOf("other")));
  }

  /// "Empty is a normal answer."
  void grantsOfAnUnknownRepositoryAreEmpty() {
    for (const char* repository : {"unheard-of", "", "tea", "team*", "%"}) {
      CPPUNIT_ASSERT_EQUAL(std::string(), joined(grantsOf(repository)));
    }
  }

  void versionStaysWhileNothingChanges() {
    backend().needs("access_version");
    auto* versions = sdk::facet<sdk::AccessVersion>(*access_);
    CPPUNIT_ASSERT_MESSAGE("not offered, and not listed under lacks", versions != nullptr);
    CallContext ctx = makeContext();
    const auto first = versions->version(ctx);
    LARDER_ASSERT_OK(first);
    CPPUNIT_ASSERT(!first->empty());
    const auto now = versions->versionNow();
    LARDER_ASSERT_OK(authenticate("alice", kAliceSecret));
    CPPUNIT_ASSERT_EQUAL(*first, versions->version(ctx).value());
    if (now && versions->versionNow()) CPPUNIT_ASSERT(now == versions->versionNow());
  }

  void instancesOverTheSamePeopleAgree() {
    const auto other = backend().access();
    CallContext ctx = makeContext();
    const auto mine = access_->identify(ctx, "alice");
    const auto theirs = other->identify(ctx, "alice");
    LARDER_ASSERT_OK(theirs);
    CPPUNIT_ASSERT(mine->groups == theirs->groups);
  }

  void eightThreadsAskForDifferentUsers() {
    together(8, [this](int thread) {
      const char* const users[] = {"alice", "bob", "root", "nobody-here"};
      const char* const secrets[] = {kAliceSecret, kBobSecret, kRootSecret, "x"};
      const int who = thread % 4;
      for (int i = 0; i < 5; ++i) {
        const auto answer = authenticate(users[who], secrets[who]);
        if (who == 3) {
          LARDER_ASSERT_CODE(Unauthenticated, answer);
        } else {
          LARDER_ASSERT_OK(answer);
          CPPUNIT_ASSERT_EQUAL(std::string(users[who]), answer->user);
        }
      }
    });
  }
  void eightThreadsAskForOneUser() {
    together(8, [this](int thread) {
      for (int i = 0; i < 5; ++i) {
        const bool right = (thread + i) % 2 == 0;
        CPPUNIT_ASSERT_EQUAL(right, authenticate("alice", right ? kAliceSecret : "wrong").ok());
        CallContext ctx = makeContext();
        LARDER_ASSERT_OK(access_->identify(ctx, "alice"));
      }
    });
  }

 private:
  sdk::Result<sdk::Identity> authenticate(const std::string& user, const std::string& secret) {
    CallContext ctx = makeContext();
    return access_->authenticate(ctx, {user, secret});
  }

  double quickest(const std::string& user) {
    auto best = std::chrono::duration<double>::max();
    for (int i = 0; i < 7; ++i) {
      const auto start = std::chrono::steady_clock::now();
      LARDER_ASSERT_CODE(Unauthenticated, authenticate(user, "wrong"));
      best =
          std::min<std::chrono::duration<double>>(best, std::chrono::steady_clock::now() - start);
    }
    return best.count();
  }

  static void assertIdentity(const sdk::Identity& found, const std::string& user,
                             const std::set<std::string>& groups, bool admin) {
    CPPUNIT_ASSERT_EQUAL(user, found.user);
    CPPUNIT_ASSERT_EQUAL(joined(groups), joined({found.groups.begin(), found.groups.end()}));
    CPPUNIT_ASSERT_EQUAL(groups.size(), found.groups.size());
    CPPUNIT_ASSERT_EQUAL(admin, found.admin);
  }

  std::set<std::string> grantsOf(const std::string& repository) {
    backend().needs("grants");
    auto* source = sdk::facet<sdk::GrantSource>(*access_);
    CPPUNIT_ASSERT_MESSAGE("not offered, and not listed under lacks", source != nullptr);
    CallContext ctx = makeContext();
    const auto grants = source->grantsOf(ctx, repository);
    LARDER_ASSERT_OK(grants);
    std::set<std::string> words;
    for (const auto& [project, grant] : *grants) words.insert(project + " " + word(grant));
    CPPUNIT_ASSERT_EQUAL(words.size(), grants->size());
    return words;
  }

  static std::string word(const sdk::Grant& grant) {
    const char* const to[] = {"user ", "group ", "authenticated", "everyone"};
    const char* const verbs[] = {"read", "write", "replace", "delete", "admin"};
    return to[static_cast<int>(grant.to)] + grant.name + " " + verbs[static_cast<int>(grant.verb)];
  }

  static std::string joined(const std::set<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += word + "\n";
    return text;
  }

  static std::string without(std::string text, const std::string& part) {
    const std::size_t at = text.find(part);
    return at == std::string::npos ? text : text.erase(at, part.size());
  }

  std::unique_ptr<sdk::Access> access_;
};

CPPUNIT_TEST_SUITE_NAMED_REGISTRATION(AccessSuite, "access");

}  // namespace
}  // namespace larder::conformance
