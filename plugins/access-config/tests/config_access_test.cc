#include "config_access.h"

#include <chrono>

#include "core/base/call_context.h"
#include "tests/fakes/fake_host.h"
#include "tests/fakes/fake_settings.h"
#include "tests/support/test.h"

namespace {

using namespace std::chrono_literals;
using larder::config_access::ConfigAccess;
namespace sdk = larder::sdk;

class ConfigAccessTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(ConfigAccessTest);
  CPPUNIT_TEST(rightPasswordsGiveTheIdentity);
  CPPUNIT_TEST(wrongAndUnknownAreTheSameAndCostTheSame);
  CPPUNIT_TEST(emptySecretsNeverPass);
  CPPUNIT_TEST(identifyNeedsNoSecret);
  CPPUNIT_TEST(grantsComeByRepository);
  CPPUNIT_TEST(wordsBecomePrincipals);
  CPPUNIT_TEST(unusableHashesStopTheStart);
  CPPUNIT_TEST(eachInstanceIsItsOwnVersion);
  CPPUNIT_TEST(anEmptySectionKnowsNobody);
  CPPUNIT_TEST_SUITE_END();

 public:
  void setUp() override {
    settings_ = std::make_unique<larder::test::FakeSettings>();
    user("alice", "plain:secret");
    user("root", "plain:toor", true);
    settings_->set("groups", "staff", {"alice", "root"});
    settings_->set("groups", "crew", {"alice"});
    grant("main", "p", "alice", "", {"read", "write"});
    grant("main", "Q_q", "", "staff", {"admin"});
    grant("other", "r", "", "everyone", {"read"});
    grant("other", "r", "", "authenticated", {"write"});
  }

  void rightPasswordsGiveTheIdentity() {
    auto access = make();
    const auto alice = access->authenticate(ctx_, {"alice", "secret"});
    LARDER_ASSERT_OK(alice);
    CPPUNIT_ASSERT_EQUAL(std::string("alice"), alice->user);
    CPPUNIT_ASSERT((alice->groups == std::vector<std::string>{"staff", "crew"}));
    CPPUNIT_ASSERT(!alice->admin);
    CPPUNIT_ASSERT(access->authenticate(ctx_, {"root", "toor"})->admin);
    LARDER_ASSERT_OK(access->health(ctx_));
  }

  void wrongAndUnknownAreTheSameAndCostTheSame() {
    auto access = make();
    const auto wrong = access->authenticate(ctx_, {"alice", "toor"});
    const auto unknown = access->authenticate(ctx_, {"Alice", "secret"});
    CPPUNIT_ASSERT(wrong.is(sdk::Errc::Unauthenticated));
    CPPUNIT_ASSERT(unknown.is(sdk::Errc::Unauthenticated));
    CPPUNIT_ASSERT_EQUAL(wrong.error().message(), unknown.error().message());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, host_.passwords().verifications());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, host_.passwords().nothings());
  }

  void emptySecretsNeverPass() {
    user("hole", "plain:");
    auto access = make();
    for (const char* name : {"alice", "hole", "nobody", ""}) {
      CPPUNIT_ASSERT(access->authenticate(ctx_, {name, ""}).is(sdk::Errc::Unauthenticated));
    }
  }

  void identifyNeedsNoSecret() {
    auto access = make();
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, access->identify(ctx_, "alice")->groups.size());
    CPPUNIT_ASSERT(access->identify(ctx_, "nobody").is(sdk::Errc::NotFound));
    CPPUNIT_ASSERT(access->identify(ctx_, "").is(sdk::Errc::NotFound));
  }

  void grantsComeByRepository() {
    auto access = make();
    auto* source = sdk::facet<sdk::GrantSource>(*access);
    CPPUNIT_ASSERT(source != nullptr);
    const auto main = source->grantsOf(ctx_, "main");
    LARDER_ASSERT_OK(main);
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, main->size());
    expect(main->at(0), "p", sdk::Grant::To::User, "alice", sdk::Verb::Read);
    expect(main->at(1), "p", sdk::Grant::To::User, "alice", sdk::Verb::Write);
    expect(main->at(2), "Q_q", sdk::Grant::To::Group, "staff", sdk::Verb::Admin);
    CPPUNIT_ASSERT(source->grantsOf(ctx_, "nowhere")->empty());
  }

  void wordsBecomePrincipals() {
    auto access = make();
    const auto other = sdk::facet<sdk::GrantSource>(*access)->grantsOf(ctx_, "other");
    expect(other->at(0), "r", sdk::Grant::To::Everyone, "", sdk::Verb::Read);
    expect(other->at(1), "r", sdk::Grant::To::Authenticated, "", sdk::Verb::Write);
  }

  void unusableHashesStopTheStart() {
    user("bob", "$apr1$x$y");
    const auto refused = ConfigAccess::create(ctx_, host_, *settings_);
    CPPUNIT_ASSERT(refused.is(sdk::Errc::Invalid));
    CPPUNIT_ASSERT(refused.error().message().find("password: unknown scheme") != std::string::npos);
  }

  void eachInstanceIsItsOwnVersion() {
    auto one = make();
    auto two = make();
    auto* first = sdk::facet<sdk::AccessVersion>(*one);
    auto* second = sdk::facet<sdk::AccessVersion>(*two);
    CPPUNIT_ASSERT(first->versionNow() == first->versionNow());
    CPPUNIT_ASSERT(first->versionNow() != second->versionNow());
    CPPUNIT_ASSERT_EQUAL(*first->version(ctx_), *first->version(ctx_));
    CPPUNIT_ASSERT(*first->version(ctx_) != *second->version(ctx_));
  }

  void anEmptySectionKnowsNobody() {
    settings_ = std::make_unique<larder::test::FakeSettings>();
    auto access = make();
    CPPUNIT_ASSERT(access->authenticate(ctx_, {"alice", "secret"}).is(sdk::Errc::Unauthenticated));
    CPPUNIT_ASSERT(sdk::facet<sdk::GrantSource>(*access)->grantsOf(ctx_, "main")->empty());
  }

 private:
  void user(const char* name, const char* hash, bool admin = false) {
    settings_->at("users", name).set("password", hash).set("admin", admin);
  }
  void grant(const char* repository, const char* project, const char* user, const char* group,
             std::vector<std::string> verbs) {
    settings_->add("grants")
        .set("repository", repository)
        .set("project", project)
        .set("user", user)
        .set("group", group)
        .set("verbs", std::move(verbs));
  }
  std::unique_ptr<sdk::Access> make() {
    auto access = ConfigAccess::create(ctx_, host_, *settings_);
    LARDER_ASSERT_OK(access);
    return std::move(access).value();
  }
  static void expect(const sdk::ProjectGrant& grant, const char* project, sdk::Grant::To to,
                     const char* name, sdk::Verb verb) {
    CPPUNIT_ASSERT_EQUAL(std::string(project), grant.project);
    CPPUNIT_ASSERT(grant.grant.to == to && grant.grant.verb == verb);
    CPPUNIT_ASSERT_EQUAL(std::string(name), grant.grant.name);
  }

  larder::test::FakeHost host_;
  larder::CallContext ctx_{"test", 10s};
  std::unique_ptr<larder::test::FakeSettings> settings_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(ConfigAccessTest);

}  // namespace
