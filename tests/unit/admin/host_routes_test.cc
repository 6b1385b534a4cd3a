#include "core/admin/host_routes.h"

#include <algorithm>

#include "core/base/call_context.h"
#include "tests/fakes/fake_host.h"
#include "tests/fakes/fake_request.h"
#include "tests/support/test.h"

namespace {

namespace admin = larder::admin;
namespace sdk = larder::sdk;
namespace web = larder::web;
using larder::test::FakeRequest;

class Patient final : public sdk::Component {
 public:
  sdk::Result<void> health(sdk::Context&) override {
    ++asked;
    if (ill) return sdk::Error(sdk::Errc::Unavailable, "no route to 10.0.0.1");
    return {};
  }
  void* facet(sdk::FacetId) noexcept override { return nullptr; }
  bool ill = false;
  int asked = 0;
};

class HostRoutesTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(HostRoutesTest);
  CPPUNIT_TEST(healthAsksEveryPlugin);
  CPPUNIT_TEST(failingPluginIs503AndLoggedOnce);
  CPPUNIT_TEST(healthIsAskedAtMostOnceASecond);
  CPPUNIT_TEST(metricsAreText);
  CPPUNIT_TEST(rebuildNeedsAdmin);
  CPPUNIT_TEST(rebuildAnswersWhenDone);
  CPPUNIT_TEST(rebuildThatGoesOnIs202);
  CPPUNIT_TEST(rebuildFromAnotherSiteIsForbidden);
  CPPUNIT_TEST_SUITE_END();

  larder::test::FakeHost host_;
  Patient storage_;
  std::unique_ptr<admin::HealthBoard> board_;
  std::vector<web::Site> sites_;
  std::unique_ptr<admin::HostServices> services_;
  std::vector<sdk::Route> routes_;
  std::string rebuilt_;
  bool finishes_ = true;
  larder::CallContext ctx_{"test", std::chrono::seconds(30)};

  const sdk::Route& route(std::string_view method, std::string_view pattern) {
    const auto found = std::find_if(routes_.begin(), routes_.end(), [&](const sdk::Route& r) {
      return r.method == method && r.pattern == pattern;
    });
    CPPUNIT_ASSERT(found != routes_.end());
    return *found;
  }
  sdk::Response ask(const sdk::Route& route) {
    FakeRequest request;
    return ask(route, request);
  }
  sdk::Response ask(const sdk::Route& route, FakeRequest& request) {
    auto response = route.handler(ctx_, request);
    LARDER_ASSERT_OK(response);
    return std::move(*response);
  }
  static std::string text(const sdk::Response& response) {
    return std::get<std::string>(response.body);
  }

 public:
  void setUp() override {
    board_ = std::make_unique<admin::HealthBoard>(host_.logger(), host_.metrics(), host_.clock());
    board_->watch({{"storage", "main", "memory", &storage_}}, nullptr);
    web::Site site;
    site.repository = "packages";
    site.format = reinterpret_cast<sdk::Format*>(&storage_);  // only compared with null
    sites_ = {site};
    services_ = std::make_unique<admin::HostServices>(admin::HostServices{
        *board_, [] { return std::string("larder_x 1\n"); }, sites_,
        [this](sdk::Context&, std::string_view repository) -> sdk::Result<bool> {
          rebuilt_ = repository;
          return finishes_;
        }});
    routes_ = admin::hostRoutes(*services_);
  }

  void healthAsksEveryPlugin() {
    const auto response = ask(route("GET", "/health"));
    CPPUNIT_ASSERT_EQUAL(200, response.status);
    CPPUNIT_ASSERT(text(response).find("\"instance\":\"main\"") != std::string::npos);
    CPPUNIT_ASSERT(text(response).find("\"storage\":\"\"") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(1, storage_.asked);
  }

  void failingPluginIs503AndLoggedOnce() {
    storage_.ill = true;
    const auto response = ask(route("GET", "/health"));
    CPPUNIT_ASSERT_EQUAL(503, response.status);
    CPPUNIT_ASSERT(text(response).find("\"storage\":\"main is failing\"") != std::string::npos);
    CPPUNIT_ASSERT_MESSAGE("addresses stay in the log",
                           text(response).find("10.0.0.1") == std::string::npos);
    host_.clock().advance(std::chrono::seconds(2));
    ask(route("GET", "/health"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, host_.logger().count("health.failing"));
    storage_.ill = false;
    host_.clock().advance(std::chrono::seconds(2));
    CPPUNIT_ASSERT_EQUAL(200, ask(route("GET", "/api/ready")).status);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, host_.logger().count("health.recovered"));
  }

  void healthIsAskedAtMostOnceASecond() {
    for (int i = 0; i < 5; ++i) ask(route("GET", "/health"));
    CPPUNIT_ASSERT_EQUAL(1, storage_.asked);
    host_.clock().advance(std::chrono::seconds(1));
    ask(route("GET", "/api/healthy"));
    CPPUNIT_ASSERT_EQUAL(2, storage_.asked);
  }

  void metricsAreText() {
    const auto response = ask(route("GET", "/metrics"));
    CPPUNIT_ASSERT(response.contentType.starts_with("text/plain; version=0.0.4"));
    CPPUNIT_ASSERT_EQUAL(std::string("larder_x 1\n"), text(response));
  }

  void rebuildNeedsAdmin() {
    for (const char* method : {"GET", "POST"}) {
      CPPUNIT_ASSERT(route(method, "/admin/rebuild/").need == sdk::Verb::Admin);
    }
  }

  void rebuildAnswersWhenDone() {
    CPPUNIT_ASSERT_EQUAL(200, ask(route("GET", "/admin/rebuild/")).status);
    CPPUNIT_ASSERT_EQUAL(std::string("packages"), rebuilt_);
  }

  void rebuildThatGoesOnIs202() {
    finishes_ = false;
    CPPUNIT_ASSERT_EQUAL(202, ask(route("POST", "/admin/rebuild/")).status);
  }

  void rebuildFromAnotherSiteIsForbidden() {
    const auto status = [&](const char* name, const char* value) {
      rebuilt_.clear();
      FakeRequest request;
      request.headers = {{name, value}};
      request.base = "https://packages.example.org/prefix";
      const int answer = ask(route("GET", "/admin/rebuild/"), request).status;
      CPPUNIT_ASSERT_EQUAL(answer == 200, !rebuilt_.empty());
      return answer;
    };
    CPPUNIT_ASSERT_EQUAL(403, status("Sec-Fetch-Site", "cross-site"));
    CPPUNIT_ASSERT_EQUAL(403, status("Sec-Fetch-Site", "same-site"));
    CPPUNIT_ASSERT_EQUAL(403, status("Origin", "https://evil.example"));
    CPPUNIT_ASSERT_EQUAL(403, status("Origin", "null"));
    CPPUNIT_ASSERT_EQUAL(403, status("Origin", "https://packages.example.org.evil.example"));
    CPPUNIT_ASSERT_EQUAL(200, status("Origin", "https://packages.example.org"));
    CPPUNIT_ASSERT_EQUAL(200, status("Sec-Fetch-Site", "same-origin"));
    CPPUNIT_ASSERT_EQUAL(200, status("Sec-Fetch-Site", "none"));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HostRoutesTest);

}  // namespace
