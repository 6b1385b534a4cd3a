#include "core/web/dispatcher.h"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "core/web/security.h"
#include "tests/fakes/fake_host.h"
#include "tests/fakes/fake_request.h"
#include "tests/support/test.h"

namespace {

namespace sdk = larder::sdk;
namespace http = larder::http;
namespace web = larder::web;
namespace auth = larder::auth;
using larder::test::FakeHost;

class TwoUsers final : public sdk::Access, public sdk::GrantSource {
 public:
  sdk::Result<void> health(sdk::Context&) override { return {}; }
  sdk::Result<sdk::Identity> authenticate(sdk::Context&, const sdk::Credentials& who) override {
    if (down) return sdk::Error(sdk::Errc::Unavailable, "the directory is down");
    if (who.secret != "right") return sdk::Error(sdk::Errc::Unauthenticated, "no");
    return sdk::Identity{std::string(who.user), {}, who.user == "root"};
  }
  sdk::Result<sdk::Identity> identify(sdk::Context&, std::string_view user) override {
    return sdk::Identity{std::string(user), {}, false};
  }
  sdk::Result<std::vector<sdk::ProjectGrant>> grantsOf(sdk::Context&, std::string_view) override {
    return std::vector<sdk::ProjectGrant>{
        {"Secret_Pkg", {sdk::Grant::To::User, "alice", sdk::Verb::Read}}};
  }
  bool down = false;
};

class PlainFormat final : public sdk::Format {
 public:
  sdk::Result<void> health(sdk::Context&) override { return {}; }
  std::vector<sdk::Route> routes() override {
    const auto say = [](const char* text) {
      return [text](sdk::Context&, sdk::Request&) -> sdk::Result<sdk::Response> {
        sdk::Response response;
        response.headers.emplace_back("Cache-Control", "max-age=5");
        response.body = std::string(text);
        return response;
      };
    };
    std::vector<sdk::Route> routes;
    routes.push_back({.method = "GET",
                      .pattern = "/p/{project}/",
                      .need = sdk::Verb::Read,
                      .projectParam = "project",
                      .handler = say("page")});
    routes.push_back({.method = "GET",
                      .pattern = "/fast/{project}",
                      .need = sdk::Verb::Read,
                      .projectParam = "project",
                      .handler = say("slow"),
                      .fast = [](sdk::Request&) {
                        return std::optional<sdk::Response>{sdk::Response{.body = "fast"}};
                      }});
    routes.push_back({.method = "GET", .pattern = "/unguarded", .handler = say("leak")});
    routes.push_back({.method = "GET",
                      .pattern = "/moved/",
                      .need = sdk::Verb::Read,
                      .slash = sdk::Slash::Redirect,
                      .handler = say("moved")});
    routes.push_back({.method = "GET",
                      .pattern = "/throws",
                      .need = sdk::Verb::Read,
                      .handler = [](sdk::Context&, sdk::Request&) -> sdk::Result<sdk::Response> {
                        throw std::runtime_error("boom");
                      }});
    routes.push_back(
        {.method = "POST",
         .pattern = "/form",
         .need = sdk::Verb::Read,
         .body = sdk::BodyKind::Small,
         .handler = [](sdk::Context& ctx, sdk::Request& request) -> sdk::Result<sdk::Response> {
           LARDER_TRY_ASSIGN(sdk::Form * form, request.form(ctx));
           return sdk::Response{.body = std::string(form->field("a").value_or("none"))};
         }});
    routes.push_back(
        {.method = "POST",
         .pattern = "/upload",
         .body = sdk::BodyKind::Upload,
         .handler = [](sdk::Context& ctx, sdk::Request& request) -> sdk::Result<sdk::Response> {
           LARDER_TRY(request.require(ctx, sdk::Verb::Write, "some"));
           return sdk::Response{.body = std::to_string(request.body().size())};
         }});
    return routes;
  }
  sdk::Result<std::string> normalize(std::string_view project) const override {
    if (project == "bad!") return sdk::Error(sdk::Errc::Invalid, "bad! is no project name");
    std::string name(project);
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
      return c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    return name;
  }
  sdk::Result<sdk::Indexed> index(std::string_view, std::string_view,
                                  std::string_view) const override {
    return sdk::Indexed{};
  }
  sdk::Response render(const sdk::Request&, const sdk::Failure& failure) const override {
    return {.status = failure.status, .body = "format says: " + failure.message};
  }
};

class MemoryBody final : public http::Body {
 public:
  explicit MemoryBody(std::string text) : content_(larder::content::makeContent(std::move(text))) {}
  std::uint64_t size() const noexcept override { return content_->size(); }
  sdk::Result<std::size_t> readAt(std::uint64_t at, std::span<std::byte> into) const override {
    return content_->readAt(at, into);
  }

 private:
  std::unique_ptr<sdk::SpooledContent> content_;
};

class DispatcherTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(DispatcherTest);
  CPPUNIT_TEST(unknownAddressesAreTheHosts);
  CPPUNIT_TEST(wrongMethodsListTheRightOnes);
  CPPUNIT_TEST(everyoneReadsWhatIsOpen);
  CPPUNIT_TEST(anonymousWithoutRightIsChallenged);
  CPPUNIT_TEST(knownUserWithoutRightIsForbiddenWithAReason);
  CPPUNIT_TEST(rightsHoldForEverySpellingOfAName);
  CPPUNIT_TEST(wrongAndMalformedCredentialsAreNotAnonymous);
  CPPUNIT_TEST(directoryThatIsDownIsUnavailable);
  CPPUNIT_TEST(answerWithoutADecisionIsWithheld);
  CPPUNIT_TEST(exceptionOfAHandlerIsA500);
  CPPUNIT_TEST(sharedCachesGetNothingPrivate);
  CPPUNIT_TEST(fastAnswersNeedNoPool);
  CPPUNIT_TEST(fastAnswersStillAskTheGate);
  CPPUNIT_TEST(uploadsAreRefusedBeforeTheirBody);
  CPPUNIT_TEST(badFormsSayWhatIsWrong);
  CPPUNIT_TEST(changesAskedForByAnotherSiteAreForbidden);
  CPPUNIT_TEST(redirectKeepsTheQuery);
  CPPUNIT_TEST(malformedAddressesAre400);
  CPPUNIT_TEST(hostRouteChoosesARepository);
  CPPUNIT_TEST_SUITE_END();

  FakeHost host_;
  PlainFormat format_;
  TwoUsers users_;
  std::vector<web::Site> sites_;
  std::unique_ptr<web::Dispatcher> dispatcher_;

  http::Response send(const std::string& method, const std::string& target,
                      http::Headers headers = {}, const std::string& body = {}) {
    auto request = std::make_shared<http::Request>();
    request->id = "r1";
    request->method = method;
    request->target = target;
    const std::size_t mark = std::min(target.find('?'), target.size());
    request->path = target.substr(0, mark);
    request->query = target.substr(std::min(mark + 1, target.size()));
    request->headers = std::move(headers);
    request->peer = "192.0.2.1";
    request->scheme = "http";
    request->host = "larder.example";
    http::Plan plan = dispatcher_->plan(request);
    inLoop_ = plan.answer.has_value();
    bodyWanted_ = false;
    if (plan.answer) return std::move(*plan.answer);
    if (plan.admit) {
      if (auto refused = plan.admit()) return std::move(*refused);
    }
    bodyWanted_ = true;
    limit_ = plan.bodyLimit;
    return plan.handle(body.empty() ? nullptr : std::make_shared<MemoryBody>(body));
  }
  bool inLoop_ = false;
  bool bodyWanted_ = false;
  std::uint64_t limit_ = 0;

  static http::Headers as(const char* credentials) {
    // alice:right, alice:wrong, root:right
    const std::string text = credentials;
    const char* coded = text == "alice:right"   ? "YWxpY2U6cmlnaHQ="
                        : text == "alice:wrong" ? "YWxpY2U6d3Jvbmc="
                        : text == "root:right"  ? "cm9vdDpyaWdodA=="
                                                : "Ym9iOnJpZ2h0";
    return {{"authorization", std::string("Basic ") + coded}};
  }
  static std::string text(const http::Response& response) {
    return std::get<std::string>(response.body);
  }
  static std::string header(const http::Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return {};
  }

 public:
  void setUp() override {
    sites_.clear();
    sites_.push_back({.repository = "main",
                      .mount = "/",
                      .format = &format_,
                      .routes = format_.routes(),
                      .downloads = {}});
    sdk::Route admin{.method = "GET",
                     .pattern = "/admin/x",
                     .need = sdk::Verb::Admin,
                     .handler = [](sdk::Context&, sdk::Request&) -> sdk::Result<sdk::Response> {
                       return sdk::Response{.body = "done"};
                     }};
    sites_.push_back(
        {.repository = "", .mount = "/", .format = nullptr, .routes = {admin}, .downloads = {}});
    dispatcher_ = std::make_unique<web::Dispatcher>(
        web::DispatcherOptions{.baseUrl = "", .uploadLimit = 1000}, sites_, host_.logger(),
        host_.metrics(), host_.clock(), nullptr);
    LARDER_ASSERT_OK(dispatcher_->build());
    const auth::Services services{host_.logger(), host_.metrics(), host_.clock()};
    auto security = std::make_shared<web::Security>();
    security->sites.push_back(
        {std::make_shared<auth::Identities>(users_, services),
         std::make_shared<auth::Gate>(
             auth::Policy{"main", {"everyone"}, {"alice-group"}, {}, {}}, &users_, nullptr,
             [this](std::string_view name) { return format_.normalize(name); }, services)});
    security->sites.push_back({});
    dispatcher_->secure(security);
  }

  void unknownAddressesAreTheHosts() {
    const auto response = send("GET", "/nothing");
    CPPUNIT_ASSERT_EQUAL(404, response.status);
    CPPUNIT_ASSERT(text(response).starts_with("{\"error\":404"));
  }

  void wrongMethodsListTheRightOnes() {
    const auto response = send("PUT", "/form");
    CPPUNIT_ASSERT_EQUAL(405, response.status);
    CPPUNIT_ASSERT_EQUAL(std::string("POST"), header(response, "Allow"));
    CPPUNIT_ASSERT(text(response).starts_with("format says"));
    CPPUNIT_ASSERT_EQUAL(204, send("OPTIONS", "/form").status);
  }

  void everyoneReadsWhatIsOpen() {
    CPPUNIT_ASSERT_EQUAL(std::string("page"), text(send("GET", "/p/open/")));
    CPPUNIT_ASSERT_EQUAL(std::string("page"), text(send("HEAD", "/p/open")));
  }

  void anonymousWithoutRightIsChallenged() {
    const auto response = send("GET", "/p/secret-pkg/");
    CPPUNIT_ASSERT_EQUAL(401, response.status);
    CPPUNIT_ASSERT(header(response, "WWW-Authenticate").starts_with("Basic realm="));
    CPPUNIT_ASSERT(!bodyWanted_);
  }

  void knownUserWithoutRightIsForbiddenWithAReason() {
    const auto response = send("GET", "/p/secret-pkg/", as("bob:right"));
    CPPUNIT_ASSERT_EQUAL(403, response.status);
    CPPUNIT_ASSERT(text(response).find("bob") != std::string::npos);
    CPPUNIT_ASSERT(text(response).find("secret-pkg") != std::string::npos);
  }

  void rightsHoldForEverySpellingOfAName() {
    for (const char* path :
         {"/p/Secret_Pkg/", "/p/SECRET-PKG", "/p/secret%5Fpkg/", "/p/secret-pkg"}) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(path, 401, send("GET", path).status);
      CPPUNIT_ASSERT_EQUAL_MESSAGE(path, 200, send("GET", path, as("alice:right")).status);
    }
    CPPUNIT_ASSERT_EQUAL(400, send("GET", "/p/bad!/").status);
  }

  void wrongAndMalformedCredentialsAreNotAnonymous() {
    CPPUNIT_ASSERT_EQUAL(401, send("GET", "/p/open/", as("alice:wrong")).status);
    CPPUNIT_ASSERT_EQUAL(401, send("GET", "/p/open/", {{"authorization", "Basic !!!"}}).status);
    CPPUNIT_ASSERT_EQUAL(401, send("GET", "/p/open/", {{"authorization", "Digest x"}}).status);
  }

  void directoryThatIsDownIsUnavailable() {
    users_.down = true;
    const auto response = send("GET", "/p/open/", as("alice:right"));
    users_.down = false;
    CPPUNIT_ASSERT_EQUAL(503, response.status);
    CPPUNIT_ASSERT(!header(response, "Retry-After").empty());
    CPPUNIT_ASSERT(text(response).find("directory") == std::string::npos);
  }

  void answerWithoutADecisionIsWithheld() {
    const auto response = send("GET", "/unguarded");
    CPPUNIT_ASSERT_EQUAL(500, response.status);
    CPPUNIT_ASSERT(text(response).find("leak") == std::string::npos);
    CPPUNIT_ASSERT(host_.logger().count("route.unguarded") > 0);
  }

  void exceptionOfAHandlerIsA500() {
    const auto response = send("GET", "/throws");
    CPPUNIT_ASSERT_EQUAL(500, response.status);
    CPPUNIT_ASSERT(text(response).find("boom") == std::string::npos);
    CPPUNIT_ASSERT(host_.logger().count("request.handler.exception") > 0);
  }

  void sharedCachesGetNothingPrivate() {
    CPPUNIT_ASSERT_EQUAL(std::string("max-age=5"),
                         header(send("GET", "/p/open/", as("alice:right")), "Cache-Control"));
    CPPUNIT_ASSERT_EQUAL(std::string("private, max-age=5"),
                         header(send("GET", "/p/secret-pkg/", as("alice:right")), "Cache-Control"));
  }

  void fastAnswersNeedNoPool() {
    CPPUNIT_ASSERT_EQUAL(std::string("page"), text(send("GET", "/p/open/")));
    CPPUNIT_ASSERT_EQUAL(std::string("fast"), text(send("GET", "/fast/open")));
    CPPUNIT_ASSERT(inLoop_);
    CPPUNIT_ASSERT_EQUAL(std::string("fast"), text(send("GET", "/fast/open", as("alice:right"))));
    CPPUNIT_ASSERT_EQUAL(std::string("fast"), text(send("GET", "/fast/open", as("alice:right"))));
    CPPUNIT_ASSERT_MESSAGE("a remembered login", inLoop_);
  }

  void fastAnswersStillAskTheGate() {
    CPPUNIT_ASSERT_EQUAL(401, send("GET", "/fast/secret-pkg").status);
    CPPUNIT_ASSERT_EQUAL(403, send("GET", "/fast/secret-pkg", as("bob:right")).status);
  }

  void uploadsAreRefusedBeforeTheirBody() {
    CPPUNIT_ASSERT_EQUAL(401, send("POST", "/upload", {}, "bytes").status);
    CPPUNIT_ASSERT(!bodyWanted_);
    CPPUNIT_ASSERT_EQUAL(403, send("POST", "/upload", as("bob:right"), "bytes").status);
    CPPUNIT_ASSERT(!bodyWanted_);
    CPPUNIT_ASSERT_EQUAL(std::string("5"),
                         text(send("POST", "/upload", as("root:right"), "bytes")));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1000}, limit_);
  }

  void badFormsSayWhatIsWrong() {
    const http::Headers form{{"content-type", "application/x-www-form-urlencoded"}};
    CPPUNIT_ASSERT_EQUAL(std::string("1"), text(send("POST", "/form", form, "a=1")));
    const auto response = send("POST", "/form", form, "a=%zz");
    CPPUNIT_ASSERT_EQUAL(400, response.status);
    CPPUNIT_ASSERT(text(response).find("percent escape") != std::string::npos);
  }

  void changesAskedForByAnotherSiteAreForbidden() {
    const auto status = [&](const char* name, const char* value) {
      http::Headers headers = as("root:right");
      headers.emplace_back(name, value);
      headers.emplace_back("host", "larder.example");
      return send("POST", "/upload", headers, "bytes").status;
    };
    CPPUNIT_ASSERT_EQUAL(403, status("sec-fetch-site", "cross-site"));
    CPPUNIT_ASSERT(!bodyWanted_);
    CPPUNIT_ASSERT_EQUAL(403, status("sec-fetch-site", "same-site"));
    CPPUNIT_ASSERT_EQUAL(403, status("origin", "https://evil.example"));
    CPPUNIT_ASSERT_EQUAL(403, status("origin", "null"));
    CPPUNIT_ASSERT_EQUAL(200, status("sec-fetch-site", "same-origin"));
    CPPUNIT_ASSERT_EQUAL(200, status("origin", "https://larder.example"));
    CPPUNIT_ASSERT_EQUAL(200, send("GET", "/p/open/", {{"sec-fetch-site", "cross-site"}}).status);
  }

  void redirectKeepsTheQuery() {
    const auto response = send("GET", "/moved?a=%20b");
    CPPUNIT_ASSERT_EQUAL(301, response.status);
    CPPUNIT_ASSERT_EQUAL(std::string("/moved/?a=%20b"), header(response, "Location"));
  }

  void malformedAddressesAre400() {
    for (const char* target : {"/p/%zz/", "/p/a%2Fb/", "/p/%00/", "/p/%ff/", "/p/x/?a=%zz"}) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(target, 400, send("GET", target).status);
    }
  }

  void hostRouteChoosesARepository() {
    CPPUNIT_ASSERT_EQUAL(401, send("GET", "/admin/x").status);
    CPPUNIT_ASSERT_EQUAL(403, send("GET", "/admin/x", as("alice:right")).status);
    CPPUNIT_ASSERT_EQUAL(200, send("GET", "/admin/x/", as("root:right")).status);
    const auto response = send("GET", "/admin/x?repository=other", as("root:right"));
    CPPUNIT_ASSERT_EQUAL(400, response.status);
    CPPUNIT_ASSERT(text(response).find("there are: main") != std::string::npos);
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DispatcherTest);

}  // namespace
