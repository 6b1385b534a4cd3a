#include "core/web/router.h"

#include "tests/support/test.h"

namespace {

namespace sdk = larder::sdk;
namespace web = larder::web;

sdk::Route route(const char* method, const char* pattern, sdk::Slash slash = sdk::Slash::Either) {
  sdk::Route made;
  made.method = method;
  made.pattern = pattern;
  made.slash = slash;
  return made;
}

class RouterTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(RouterTest);
  CPPUNIT_TEST(literalsWinOverParameters);
  CPPUNIT_TEST(parametersAreDecodedOnceAndSlashesStayOut);
  CPPUNIT_TEST(restTakesSlashes);
  CPPUNIT_TEST(affixedParametersMatch);
  CPPUNIT_TEST(slashPolicies);
  CPPUNIT_TEST(mountsKeepSitesApart);
  CPPUNIT_TEST(addressOfTwoSitesIsRefused);
  CPPUNIT_TEST(wrongPatternsAreRefused);
  CPPUNIT_TEST(allowedListsMethods);
  CPPUNIT_TEST(malformedEscapesAreNoPath);
  CPPUNIT_TEST_SUITE_END();

  std::vector<sdk::Route> routes_;
  web::Router router_;

  void add(std::vector<sdk::Route> routes, const char* mount = "/") {
    routes_ = std::move(routes);
    LARDER_ASSERT_OK(router_.add(0, mount, routes_));
  }
  std::optional<web::Router::Target> find(const char* path, const char* method = "GET") {
    const auto segments = web::splitPath(path);
    CPPUNIT_ASSERT_MESSAGE(path, segments.has_value());
    return router_.find(method, *segments);
  }
  std::string patternOf(const char* path, const char* method = "GET") {
    const auto target = find(path, method);
    return target ? target->route->pattern : "(none)";
  }

 public:
  void setUp() override { router_ = web::Router(); }

  void literalsWinOverParameters() {
    add({route("GET", "/simple/{project}/"), route("GET", "/simple/"), route("GET", "/simple/all/"),
         route("GET", "/")});
    CPPUNIT_ASSERT_EQUAL(std::string("/simple/all/"), patternOf("/simple/all/"));
    CPPUNIT_ASSERT_EQUAL(std::string("/simple/{project}/"), patternOf("/simple/other/"));
    CPPUNIT_ASSERT_EQUAL(std::string("/"), patternOf("/"));
    CPPUNIT_ASSERT_EQUAL(std::string("(none)"), patternOf("/simple//other/"));
    CPPUNIT_ASSERT_EQUAL(std::string("/simple/"), patternOf("/simple", "HEAD"));
  }

  void parametersAreDecodedOnceAndSlashesStayOut() {
    add({route("GET", "/f/{name}")});
    CPPUNIT_ASSERT_EQUAL(std::string("a+b c%2B"), find("/f/a+b%20c%252B")->params[0].second);
    CPPUNIT_ASSERT(!web::splitPath("/f/a%2Fb"));
  }

  void restTakesSlashes() {
    add({route("GET", "/pool/{path...}")});
    CPPUNIT_ASSERT_EQUAL(std::string("a/b.deb"), find("/pool/a/b.deb")->params[0].second);
    CPPUNIT_ASSERT_EQUAL(std::string("a/"), find("/pool/a/")->params[0].second);
    CPPUNIT_ASSERT(!find("/pool/"));
  }

  void affixedParametersMatch() {
    add({route("GET", "/graph.{ext}"), route("GET", "/{path...}")});
    CPPUNIT_ASSERT_EQUAL(std::string("svg"), find("/graph.svg")->params[0].second);
    CPPUNIT_ASSERT_EQUAL(std::string("/{path...}"), patternOf("/graph."));
  }

  void slashPolicies() {
    add({route("GET", "/a/"), route("GET", "/b", sdk::Slash::Exact),
         route("GET", "/c/", sdk::Slash::Redirect)});
    CPPUNIT_ASSERT(find("/a")->otherSlash && !find("/a/")->otherSlash);
    CPPUNIT_ASSERT(find("/b") && !find("/b/"));
    CPPUNIT_ASSERT(find("/c")->otherSlash);
  }

  void mountsKeepSitesApart() {
    const std::vector<sdk::Route> outer{route("GET", "/simple/{project}/"), route("GET", "/")};
    const std::vector<sdk::Route> inner{route("GET", "/simple/{project}/"), route("GET", "/")};
    LARDER_ASSERT_OK(router_.add(0, "/", outer));
    LARDER_ASSERT_OK(router_.add(1, "/team/", inner));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, find("/team/simple/x/")->site);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, find("/team/")->site);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, find("/simple/team/")->site);
  }

  void addressOfTwoSitesIsRefused() {
    const std::vector<sdk::Route> one{route("GET", "/simple/{project}/"), route("GET", "/g.{ext}"),
                                      route("GET", "/deep/{path...}")};
    LARDER_ASSERT_OK(router_.add(0, "/", one));
    const auto collides = [&](const char* mount, const char* pattern) {
      web::Router router;
      LARDER_ASSERT_OK(router.add(0, "/", one));
      const std::vector<sdk::Route> two{route("GET", pattern)};
      const auto added = router.add(1, mount, two);
      CPPUNIT_ASSERT(added.ok() || added.is(sdk::Errc::Invalid));
      return !added.ok();
    };
    CPPUNIT_ASSERT(collides("/", "/simple/{name}"));
    CPPUNIT_ASSERT(collides("/simple/", "/{name}/"));
    CPPUNIT_ASSERT(collides("/simple/x/", "/"));
    CPPUNIT_ASSERT(collides("/deep/er/", "/x"));
    CPPUNIT_ASSERT(collides("/", "/g.svg"));
    CPPUNIT_ASSERT(!collides("/", "/h.svg"));
    CPPUNIT_ASSERT(!collides("/other/", "/simple/{name}"));
    CPPUNIT_ASSERT(!collides("/", "/simple/"));
  }

  void wrongPatternsAreRefused() {
    for (const char* bad :
         {"", "x", "//", "/{a", "/a}", "/{}", "/{a...}/b", "/x{a...}", "/{a}{b}"}) {
      CPPUNIT_ASSERT_MESSAGE(bad, !web::Pattern::parse(bad));
    }
  }

  void allowedListsMethods() {
    add({route("GET", "/a/"), route("POST", "/a/"), route("DELETE", "/b")});
    CPPUNIT_ASSERT_EQUAL(std::string("GET, HEAD, POST"), router_.allowed(*web::splitPath("/a")));
    CPPUNIT_ASSERT_EQUAL(std::string(), router_.allowed(*web::splitPath("/c")));
    CPPUNIT_ASSERT(router_.siteOf(*web::splitPath("/b")) && !router_.siteOf(*web::splitPath("/c")));
  }

  void malformedEscapesAreNoPath() {
    for (const char* bad :
         {"/%", "/%4", "/%zz", "/%00", "/%ff", "/%c0%80", "/%ed%a0%80", "a", ""}) {
      CPPUNIT_ASSERT_MESSAGE(bad, !web::splitPath(bad));
    }
    CPPUNIT_ASSERT(web::splitPath("/%C3%A9")->parts[0] == "\xc3\xa9");
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RouterTest);

}  // namespace
