#include "core/auth/login_memory.h"

#include <set>

#include "tests/support/test.h"

namespace {

using namespace std::chrono_literals;
using larder::auth::loginKey;
using larder::auth::LoginKey;
using larder::auth::LoginMemory;
using larder::auth::Stamp;
namespace sdk = larder::sdk;

LoginKey keyOf(std::string_view user, std::string_view secret = "secret") {
  return loginKey({.user = user, .secret = secret});
}

sdk::Identity named(std::string user) {
  return {.user = std::move(user), .groups = {}, .admin = false};
}

class LoginMemoryTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(LoginMemoryTest);
  CPPUNIT_TEST(keysDependOnUserAndSecretAndWhereTheyMeet);
  CPPUNIT_TEST(findsWhatWasPutUntilItIsOld);
  CPPUNIT_TEST(anotherStampForgets);
  CPPUNIT_TEST(theLeastRecentlyUsedGoesFirst);
  CPPUNIT_TEST(tellsWhenTheAddressIsAnother);
  CPPUNIT_TEST(forgetsOnDemandAndKeepsNothingWhenTold);
  CPPUNIT_TEST_SUITE_END();

 public:
  void keysDependOnUserAndSecretAndWhereTheyMeet() {
    CPPUNIT_ASSERT(keyOf("alice") == keyOf("alice"));
    const std::set<LoginKey> keys = {keyOf("alice", "secret"), keyOf("alices", "ecret"),
                                     keyOf("alice", "secreT"), keyOf("alicesecret", ""),
                                     keyOf("bob", "secret"),   keyOf("", "alicesecret")};
    CPPUNIT_ASSERT_EQUAL(std::size_t{6}, keys.size());
  }

  void findsWhatWasPutUntilItIsOld() {
    LoginMemory memory(10, 60s);
    memory.put(keyOf("alice"), {.user = "alice", .groups = {"staff"}, .admin = true}, "a", {},
               at(0s));
    const auto found = memory.find(keyOf("alice"), "a", {}, at(59s));
    CPPUNIT_ASSERT(found.has_value());
    CPPUNIT_ASSERT_EQUAL(std::string("alice"), found->identity.user);
    CPPUNIT_ASSERT(found->identity.admin && found->identity.groups.size() == 1);
    CPPUNIT_ASSERT(!memory.find(keyOf("alice", "other"), "a", {}, at(1s)));
    // Having been used does not make it younger.
    CPPUNIT_ASSERT(!memory.find(keyOf("alice"), "a", {}, at(60s)));
    CPPUNIT_ASSERT(!memory.find(keyOf("alice"), "a", {}, at(0s)));
  }

  void anotherStampForgets() {
    LoginMemory memory(10, 60s);
    const Stamp one{.number = 1, .text = {}};
    const Stamp two{.number = 2, .text = {}};
    memory.put(keyOf("alice"), named("alice"), "a", one, at(0s));
    CPPUNIT_ASSERT(memory.find(keyOf("alice"), "a", one, at(1s)));
    CPPUNIT_ASSERT(!memory.find(keyOf("alice"), "a", two, at(1s)));
    CPPUNIT_ASSERT(!memory.find(keyOf("alice"), "a", one, at(1s)));
  }

  void theLeastRecentlyUsedGoesFirst() {
    LoginMemory memory(3, 60s);
    for (const char* user : {"a", "b", "c"}) memory.put(keyOf(user), named(user), "", {}, at(0s));
    CPPUNIT_ASSERT(memory.find(keyOf("a"), "", {}, at(1s)));
    memory.put(keyOf("d"), named("d"), "", {}, at(1s));
    CPPUNIT_ASSERT(memory.find(keyOf("a"), "", {}, at(1s)));
    CPPUNIT_ASSERT(!memory.find(keyOf("b"), "", {}, at(1s)));
    CPPUNIT_ASSERT(memory.find(keyOf("c"), "", {}, at(1s)));
    CPPUNIT_ASSERT(memory.find(keyOf("d"), "", {}, at(1s)));
  }

  void tellsWhenTheAddressIsAnother() {
    LoginMemory memory(3, 60s);
    memory.put(keyOf("a"), named("a"), "here", {}, at(0s));
    CPPUNIT_ASSERT(!memory.find(keyOf("a"), "here", {}, at(1s))->elsewhere);
    CPPUNIT_ASSERT(memory.find(keyOf("a"), "there", {}, at(1s))->elsewhere);
    CPPUNIT_ASSERT(!memory.find(keyOf("a"), "there", {}, at(1s))->elsewhere);
  }

  void forgetsOnDemandAndKeepsNothingWhenTold() {
    LoginMemory memory(3, 60s);
    memory.put(keyOf("a"), named("a"), "", {}, at(0s));
    memory.forget(keyOf("a"));
    memory.forget(keyOf("a"));
    CPPUNIT_ASSERT(!memory.find(keyOf("a"), "", {}, at(0s)));
    LoginMemory off(3, 0s);
    off.put(keyOf("a"), named("a"), "", {}, at(0s));
    CPPUNIT_ASSERT(!off.find(keyOf("a"), "", {}, at(0s)));
  }

 private:
  static LoginMemory::Time at(std::chrono::seconds since) { return LoginMemory::Time(1h + since); }
};

CPPUNIT_TEST_SUITE_REGISTRATION(LoginMemoryTest);

}  // namespace
