#include "check.h"

#include <algorithm>

#include "tests/fakes/fake_settings.h"
#include "tests/support/test.h"

namespace {

using larder::test::FakeProblems;
using larder::test::FakeSettings;

constexpr const char* kHash = "$6$salt$sum";

class CheckTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(CheckTest);
  CPPUNIT_TEST(aSoundSectionHasNoProblems);
  CPPUNIT_TEST(anEmptySectionHasNoProblems);
  CPPUNIT_TEST(userNamesFollowTheRules);
  CPPUNIT_TEST(passwordsLookLikeHashes);
  CPPUNIT_TEST(groupNamesFollowTheRules);
  CPPUNIT_TEST(groupsHoldKnownUsersOnce);
  CPPUNIT_TEST(grantsNameOneKnownPrincipal);
  CPPUNIT_TEST(grantsOfForeignPeopleNeedNoUsers);
  CPPUNIT_TEST(grantsNameProjectsAndVerbs);
  CPPUNIT_TEST(grantsAreSaidOnce);
  CPPUNIT_TEST(everyProblemIsFoundInOneRun);
  CPPUNIT_TEST_SUITE_END();

 public:
  void setUp() override {
    settings_ = std::make_unique<FakeSettings>();
    problems_.problems.clear();
  }

  void aSoundSectionHasNoProblems() {
    user("alice");
    user("bob@example.org");
    user("Ålice Liddell");
    user("admin");
    user(std::string(100, 'u'));
    settings_->set("groups", "staff", {"alice", "admin"});
    settings_->set("groups", "empty", {});
    grant("p", "alice", "", {"read", "write", "admin"});
    grant("p", "", "staff", {"read"});
    grant("p", "", "everyone", {"read"});
    grant("q", "", "authenticated", {"write"});
    expect({});
  }

  void anEmptySectionHasNoProblems() { expect({}); }

  void userNamesFollowTheRules() {
    for (const std::string& bad :
         {std::string(), std::string("a:b"), std::string("a\nb"), std::string("a\x7f"),
          std::string("a\0b", 3), std::string(101, 'u'), std::string(" a"), std::string("a ")}) {
      setUp();
      user(bad);
      expect({"the user name "});
    }
    for (const char* reserved : {"everyone", "authenticated", "__token__"}) {
      setUp();
      user(reserved);
      expect({reserved});
    }
  }

  void passwordsLookLikeHashes() {
    for (const char* bad : {"", "hunter2", "$", "$6", "{SSHA}e7ZNU7R8", "st6VIUzU6DDh2"}) {
      setUp();
      user("alice", bad);
      expect({"larder hash-password"});
      CPPUNIT_ASSERT(problems_.problems[0].find("hunter2") == std::string::npos);
    }
  }

  void groupNamesFollowTheRules() {
    for (const char* bad : {"", "a:b", "a\tb", "everyone", "authenticated", "admin"}) {
      setUp();
      user("alice");
      settings_->set("groups", bad, {"alice"});
      expect({"choose another"});
    }
  }

  void groupsHoldKnownUsersOnce() {
    user("alice");
    settings_->set("groups", "staff", {"alice", "bob", "alice"});
    settings_->set("groups", "all", {"staff"});
    expect({"\"bob\", who is not one of the users", "lists \"alice\" twice",
            "(groups can't hold groups)"});
  }

  void grantsNameOneKnownPrincipal() {
    user("alice");
    settings_->set("groups", "staff", {"alice"});
    grant("p", "", "", {"read"});
    grant("p", "alice", "staff", {"read"});
    grant("p", "bob", "", {"read"});
    grant("p", "", "crew", {"read"});
    grant("p", "", "admin", {"read"});
    grant("p", "everyone", "", {"read"});
    expect({"names nobody", "not both", "no user named \"bob\"; there are: alice",
            "no group named \"crew\"; there are: staff", "administrators have every right",
            "no user named \"everyone\""});
  }

  void grantsOfForeignPeopleNeedNoUsers() {
    grant("p", "uid-from-elsewhere", "", {"read"});
    grant("p", "", "cn-from-elsewhere", {"read"});
    expect({});
    grant("p", "", "", {"read"});
    expect({"names nobody"});
  }

  void grantsNameProjectsAndVerbs() {
    user("alice");
    grant("", "alice", "", {"read"});
    grant("p", "alice", "", {});
    grant("p", "alice", "", {"Read", "delete"});
    grant("p", "alice", "", {"read"}, "");
    expect({"project: is empty", "verbs: is empty", "unknown verb \"Read\"",
            "unknown verb \"delete\"; there are: read, write, admin", "repository: is empty"});
  }

  void grantsAreSaidOnce() {
    user("alice");
    grant("p", "alice", "", {"read", "write"});
    grant("p", "alice", "", {"write"});
    grant("q", "alice", "", {"read", "read"});
    expect({"\"write\" is granted twice", "\"read\" is granted twice"});
  }

  void everyProblemIsFoundInOneRun() {
    user("a:b", "plain");
    settings_->set("groups", "everyone", {"nobody"});
    grant("", "x", "y", {"z"});
    expect({"the user name", "not a password hash", "meaning of its own", "not one of the users",
            "project: is empty", "not both", "unknown verb"});
  }

 private:
  void user(const std::string& name, const char* hash = kHash) {
    settings_->at("users", name).set("password", hash).set("admin", false);
  }
  void grant(const char* project, const char* user, const char* group,
             std::vector<std::string> verbs, const char* repository = "main") {
    settings_->add("grants")
        .set("repository", repository)
        .set("project", project)
        .set("user", user)
        .set("group", group)
        .set("verbs", std::move(verbs));
  }
  void expect(const std::vector<std::string>& parts) {
    larder::config_access::check(*settings_, problems_);
    std::string all;
    for (const std::string& problem : problems_.problems) all += problem + "\n";
    CPPUNIT_ASSERT_EQUAL_MESSAGE(all, parts.size(), problems_.problems.size());
    for (const std::string& part : parts) {
      CPPUNIT_ASSERT_MESSAGE(part + " in:\n" + all, all.find(part) != std::string::npos);
    }
  }

  std::unique_ptr<FakeSettings> settings_;
  FakeProblems problems_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(CheckTest);

}  // namespace
