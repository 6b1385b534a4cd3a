#include "core/auth/authorization.h"

#include "core/auth/base64.h"
#include "tests/support/test.h"

namespace {

using larder::auth::Base64;
using larder::auth::encodeBase64;
using larder::auth::parseAuthorization;
namespace sdk = larder::sdk;

std::string basic(std::string_view text) { return "Basic " + encodeBase64(text, Base64::Standard); }

class AuthorizationTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(AuthorizationTest);
  CPPUNIT_TEST(noFieldIsNobody);
  CPPUNIT_TEST(basicIsSplitAtTheFirstColon);
  CPPUNIT_TEST(schemesIgnoreCase);
  CPPUNIT_TEST(textThatIsNotUtf8IsLatin1);
  CPPUNIT_TEST(tokensComeUnderOneName);
  CPPUNIT_TEST(malformedIsRefusedAndNeverAnonymous);
  CPPUNIT_TEST(refusalsShowNoSecret);
  CPPUNIT_TEST_SUITE_END();

 public:
  void noFieldIsNobody() {
    for (const char* none : {"", " ", "\t "}) {
      const auto login = parseAuthorization(none);
      LARDER_ASSERT_OK(login);
      CPPUNIT_ASSERT(!login->has_value());
    }
  }

  void basicIsSplitAtTheFirstColon() {
    expect(basic("alice:secret"), "alice", "secret");
    expect(basic("alice:se:cr:et"), "alice", "se:cr:et");
    expect(basic("alice:"), "alice", "");
    expect(basic(":secret"), "", "secret");
    expect(basic("ålice:sécret ✓"), "ålice", "sécret ✓");
    expect(" Basic   YWxpY2U6c2VjcmV0 ", "alice", "secret");
  }

  void schemesIgnoreCase() {
    for (const char* scheme : {"basic ", "BASIC ", "bAsIc "}) {
      expect(std::string(scheme) + "YWxpY2U6c2VjcmV0", "alice", "secret");
    }
    expect("bearer abc", "__token__", "abc");
  }

  // Python's requests, and so pip and twine, encode credentials this way.
  void textThatIsNotUtf8IsLatin1() { expect(basic("alice:p\xe4ss"), "alice", "päss"); }

  void tokensComeUnderOneName() {
    expect("Bearer larder-AbC_1.2~3+/==", "__token__", "larder-AbC_1.2~3+/==");
    expect("Token larder-AbC", "__token__", "larder-AbC");
    expect(basic("__token__:larder-AbC"), "__token__", "larder-AbC");
  }

  void malformedIsRefusedAndNeverAnonymous() {
    for (const std::string& bad : {std::string("Basic"),
                                   std::string("Basic "),
                                   std::string("Basic !!!"),
                                   std::string("Basic YWxpY2U6c2VjcmV"),
                                   std::string("Basic YWxpY2U6c2VjcmV0,"),
                                   std::string("Basic YWxpY2U6c2VjcmV0, Basic Ym9iOng="),
                                   std::string("Basic YWxpY2U6 c2VjcmV0"),
                                   basic("alice"),
                                   basic(""),
                                   basic(std::string("alice:a\0b", 9)),
                                   basic("al\nice:secret"),
                                   basic("alice:sec\x7fret"),
                                   basic(std::string(257, 'u') + ":x"),
                                   basic("u:" + std::string(9000, 'x')),
                                   std::string("Bearer"),
                                   std::string("Bearer a b"),
                                   std::string("Bearer a\"b"),
                                   std::string("Bearer =="),
                                   std::string("Bearer a=b"),
                                   std::string("Digest username=x"),
                                   std::string("Negotiate YWxp"),
                                   std::string("YWxpY2U6c2VjcmV0"),
                                   std::string("Basic:YWxpY2U6c2VjcmV0")}) {
      const auto login = parseAuthorization(bad);
      CPPUNIT_ASSERT_MESSAGE(bad, login.is(sdk::Errc::Unauthenticated));
      CPPUNIT_ASSERT_MESSAGE(bad, !login.error().message().empty());
    }
  }

  void refusalsShowNoSecret() {
    for (const std::string& bad : {basic("hunter2"), std::string("Bearer hunter2 hunter2"),
                                   std::string("hunter2 hunter2"), std::string("Basic hunter2=")}) {
      const auto login = parseAuthorization(bad);
      CPPUNIT_ASSERT(!login.ok());
      CPPUNIT_ASSERT(login.error().message().find("hunter2") == std::string::npos);
    }
  }

 private:
  static void expect(const std::string& field, const std::string& user, const std::string& secret) {
    const auto login = parseAuthorization(field);
    LARDER_ASSERT_OK(login);
    CPPUNIT_ASSERT_MESSAGE(field, login->has_value());
    CPPUNIT_ASSERT_EQUAL(user, (*login)->user);
    CPPUNIT_ASSERT_EQUAL(secret, (*login)->secret);
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(AuthorizationTest);

}  // namespace
