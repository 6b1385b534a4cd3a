#include "core/message/proxies.h"

#include <cppunit/TestFixture.h>

#include "tests/support/test.h"

namespace larder::http::test {
namespace {

class ProxiesTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(ProxiesTest);
  CPPUNIT_TEST(strangersAreNotBelieved);
  CPPUNIT_TEST(rightMostUntrustedAddressIsTheClient);
  CPPUNIT_TEST(spoofedAddressesOnTheLeftAreIgnored);
  CPPUNIT_TEST(forwardedHeaderIsUnderstood);
  CPPUNIT_TEST(xForwardedComesBeforeForwarded);
  CPPUNIT_TEST(valuesBelongToTheirHop);
  CPPUNIT_TEST(obscureClientsStayTheProxy);
  CPPUNIT_TEST(strangeValuesAreIgnored);
  CPPUNIT_TEST(prefixIsCleaned);
  CPPUNIT_TEST(networksAreMatched);
  CPPUNIT_TEST(brokenNetworksAreNamed);
  CPPUNIT_TEST_SUITE_END();

 public:
  void strangersAreNotBelieved() {
    CPPUNIT_ASSERT(!proxies({}).trusts("127.0.0.1"));
    CPPUNIT_ASSERT(!proxies({"10.0.0.0/8"}).trusts("192.0.2.1"));
    CPPUNIT_ASSERT(!proxies({"10.0.0.0/8"}).trusts("unix"));
  }
  void rightMostUntrustedAddressIsTheClient() {
    CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.1"), peer({{"x-forwarded-for", "192.0.2.1"}}));
    CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.1"),
                         peer({{"x-forwarded-for", "192.0.2.1, 10.0.0.2, 10.0.0.3"}}));
    CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.2"),
                         peer({{"x-forwarded-for", "10.0.0.2, 10.0.0.3"}}));
    CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.1"), peer({{"x-forwarded-for", "192.0.2.1:4711"}}));
    CPPUNIT_ASSERT_EQUAL(std::string("2001:db8::1"), peer({{"x-forwarded-for", "2001:db8::1"}}));
    CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.1"),
                         peer({{"x-forwarded-for", "192.0.2.1"}, {"x-forwarded-for", "10.0.0.9"}}));
  }
  void spoofedAddressesOnTheLeftAreIgnored() {
    CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.1"),
                         peer({{"x-forwarded-for", "127.0.0.1, 10.0.0.1, 192.0.2.1, 10.0.0.3"}}));
  }
  void forwardedHeaderIsUnderstood() {
    const Request request =
        applied({{"forwarded", "for=192.0.2.1;proto=https;host=packages.example.org;by=10.0.0.1"}});
    CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.1"), request.peer);
    CPPUNIT_ASSERT_EQUAL(std::string("https"), request.scheme);
    CPPUNIT_ASSERT_EQUAL(std::string("packages.example.org"), request.host);
    CPPUNIT_ASSERT_EQUAL(std::string("2001:db8::1"),
                         peer({{"forwarded", "For=\"[2001:db8::1]:4711\" , for=10.0.0.2"}}));
    CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.9"),
                         peer({{"forwarded", "for=\"1.1.1.1, for=2.2.2.2\", for=192.0.2.9"}}));
  }
  void xForwardedComesBeforeForwarded() {
    // A proxy that sets the first passes on what its client wrote into the second.
    CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.1"), peer({{"forwarded", "for=203.0.113.7"},
                                                         {"x-forwarded-for", "192.0.2.1"}}));
  }
  void valuesBelongToTheirHop() {
    const Request request = applied({{"x-forwarded-for", "192.0.2.1, 10.0.0.2"},
                                     {"x-forwarded-proto", "ftp, https, http"},
                                     {"x-forwarded-host", "evil.example, outer.example, inner"}});
    CPPUNIT_ASSERT_EQUAL(std::string("https"), request.scheme);
    CPPUNIT_ASSERT_EQUAL(std::string("outer.example"), request.host);
    CPPUNIT_ASSERT_EQUAL(std::string("https"), applied({{"x-forwarded-proto", "https"}}).scheme);
  }
  void obscureClientsStayTheProxy() {
    for (const char* client :
         {"for=unknown", "for=_hidden", "for=\"\"", "for", "proto=https", ""}) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(client, std::string("10.0.0.1"), peer({{"forwarded", client}}));
    }
    CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.1"), peer({{"x-forwarded-for", "nonsense"}}));
    CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.1"), peer({{"x-forwarded-for", "[::1"}}));
  }
  void strangeValuesAreIgnored() {
    const Request request = applied({{"x-forwarded-for", "192.0.2.1"},
                                     {"x-forwarded-proto", "javascript"},
                                     {"x-forwarded-host", "a/b\"><script>"}});
    CPPUNIT_ASSERT_EQUAL(std::string("http"), request.scheme);
    CPPUNIT_ASSERT_EQUAL(std::string("original"), request.host);
  }
  void prefixIsCleaned() {
    CPPUNIT_ASSERT_EQUAL(std::string("/larder"), prefix("/larder"));
    CPPUNIT_ASSERT_EQUAL(std::string("/a/b"), prefix("/a/b///"));
    for (const char* odd : {"larder", "//evil.example", "/a//b", "/../x", "/a b", "/\"", "/", ""}) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(odd, std::string(), prefix(odd));
    }
  }
  void networksAreMatched() {
    const auto some = proxies({"10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "unix"});
    for (const char* inside : {"10.1.2.3", "192.0.2.7", "2001:db8:1::1", "unix"}) {
      CPPUNIT_ASSERT_MESSAGE(inside, some.trusts(inside));
    }
    for (const char* outside : {"11.0.0.1", "192.0.2.8", "2001:db9::1", "nonsense", ""}) {
      CPPUNIT_ASSERT_MESSAGE(outside, !some.trusts(outside));
    }
    CPPUNIT_ASSERT(proxies({"0.0.0.0/0"}).trusts("203.0.113.9"));
    CPPUNIT_ASSERT(proxies({"10.9.9.9/8"}).trusts("10.0.0.1"));
  }
  void brokenNetworksAreNamed() {
    for (const char* network : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "proxy", "", "::1/129"}) {
      const auto parsed = TrustedProxies::parse({network});
      CPPUNIT_ASSERT_MESSAGE(network, !parsed.ok());
      CPPUNIT_ASSERT(parsed.error().message().find(network) != std::string::npos);
    }
  }

 private:
  static TrustedProxies proxies(const std::vector<std::string>& networks) {
    auto parsed = TrustedProxies::parse(networks);
    LARDER_ASSERT_OK(parsed);
    return std::move(parsed).value();
  }
  static Request applied(Headers headers) {
    Request request;
    request.peer = "10.0.0.1";
    request.scheme = "http";
    request.host = "original";
    request.headers = std::move(headers);
    proxies({"10.0.0.0/8"}).apply(request);
    return request;
  }
  static std::string peer(Headers headers) { return applied(std::move(headers)).peer; }
  static std::string prefix(const std::string& text) {
    return applied({{"x-forwarded-prefix", text}}).forwardedPrefix;
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ProxiesTest);

}  // namespace
}  // namespace larder::http::test
