#include "core/base/call_context.h"
#include "core/plugin/guards.h"
#include "tests/fakes/bytes.h"
#include "tests/fakes/fake_host.h"
#include "tests/unit/plugin/bad_plugins.h"

namespace {

namespace sdk = larder::sdk;
using namespace std::chrono_literals;

/// A request of which only the path is ever asked.
class PathRequest final : public sdk::Request {
 public:
  explicit PathRequest(std::string path) : path_(std::move(path)) {}
  std::string_view method() const noexcept override { return "GET"; }
  std::string_view path() const noexcept override { return path_; }
  std::string_view param(std::string_view) const override { return {}; }
  std::optional<std::string_view> query(std::string_view) const override { return {}; }
  std::vector<std::string_view> queryAll(std::string_view) const override { return {}; }
  std::optional<std::string_view> header(std::string_view) const override { return {}; }
  std::string_view peer() const noexcept override { return {}; }
  std::string_view externalBase() const noexcept override { return {}; }
  std::string_view mount() const noexcept override { return "/"; }
  const sdk::Identity& identity() const noexcept override { return identity_; }
  sdk::Result<void> require(sdk::Context&, sdk::Verb, std::string_view) override { return {}; }
  sdk::Result<bool> may(sdk::Context&, sdk::Verb, std::string_view) override { return true; }
  sdk::Result<std::vector<std::string>> filter(sdk::Context&, sdk::Verb,
                                               std::vector<std::string> projects) override {
    return projects;
  }
  sdk::Result<sdk::Form*> form(sdk::Context&) override {
    return sdk::Error(sdk::Errc::Invalid, "no form");
  }
  sdk::SpooledContent& body() override { throw std::logic_error("no body"); }

 private:
  std::string path_;
  sdk::Identity identity_;
};

class ThrowingSource final : public sdk::Source {
 public:
  sdk::Result<std::size_t> read(std::span<std::byte>) override { throw std::runtime_error("read"); }
};

class BadFormat final : public sdk::Format {
 public:
  enum class Routes { Good, Throw, NoHandler };
  explicit BadFormat(Routes routes) : routesAre_(routes) {}

  sdk::Result<void> health(sdk::Context&) override { throw std::runtime_error("health"); }

  std::vector<sdk::Route> routes() override {
    if (routesAre_ == Routes::Throw) throw std::runtime_error("routes");
    sdk::Route route{.method = "GET", .pattern = "/{path...}", .handler = nullptr};
    if (routesAre_ == Routes::Good) {
      route.handler = [](sdk::Context& ctx, sdk::Request& request) { return answer(ctx, request); };
      route.fast = [](sdk::Request& request) { return fast(request); };
    }
    std::vector<sdk::Route> all;
    all.push_back(std::move(route));
    return all;
  }

  sdk::Result<std::string> normalize(std::string_view) const override {
    throw std::runtime_error("normalize");
  }
  sdk::Result<sdk::Indexed> index(std::string_view, std::string_view,
                                  std::string_view) const override {
    throw std::runtime_error("index");
  }
  sdk::Response render(const sdk::Request&, const sdk::Failure& failure) const override {
    if (failure.status == 500) throw std::runtime_error("render");
    sdk::Response response;
    response.status = failure.status;
    response.body = "rendered";
    if (failure.status == 503) response.body = std::unique_ptr<sdk::Source>();
    return response;
  }

 private:
  static sdk::Result<sdk::Response> answer(sdk::Context& ctx, sdk::Request& request) {
    sdk::Response response;
    if (request.path() == "/throw") throw std::runtime_error("handler");
    if (request.path() == "/late") {
      while (std::chrono::steady_clock::now() <= ctx.deadline()) {
      }
    }
    if (request.path() == "/null-stream") response.body = std::unique_ptr<sdk::Source>();
    if (request.path() == "/null-prepared") {
      response.body = std::shared_ptr<const sdk::PreparedBody>();
    }
    if (request.path() == "/throwing-stream") response.body = std::make_unique<ThrowingSource>();
    return response;
  }
  static std::optional<sdk::Response> fast(sdk::Request& request) {
    if (request.path() == "/throw") throw std::runtime_error("fast");
    sdk::Response response;
    if (request.path() == "/null-stream") response.body = std::unique_ptr<sdk::Source>();
    if (request.path() == "/good") response.body = "fast";
    return response;
  }

  Routes routesAre_;
};

class GuardedFormatTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(GuardedFormatTest);
  CPPUNIT_TEST(exceptionFromRoutesFailsTheStart);
  CPPUNIT_TEST(routeWithoutHandlerFailsTheStart);
  CPPUNIT_TEST(everyOperationIsBehindTheBarrier);
  CPPUNIT_TEST(exceptionFromAHandlerIsAnError);
  CPPUNIT_TEST(handlerAnsweringLateIsTimeout);
  CPPUNIT_TEST(nullBodiesAreErrors);
  CPPUNIT_TEST(exceptionWhileStreamingIsAnError);
  CPPUNIT_TEST(fastPathThatGoesWrongLeavesItToTheHandler);
  CPPUNIT_TEST(failuresCanAlwaysBeShown);
  CPPUNIT_TEST_SUITE_END();

 public:
  void exceptionFromRoutesFailsTheStart() {
    const auto format = make(BadFormat::Routes::Throw);
    CPPUNIT_ASSERT(format.is(sdk::Errc::Internal));
    LARDER_ASSERT_CONTAINS("routes: the plugin let an exception out: routes",
                           format.error().message());
  }

  void routeWithoutHandlerFailsTheStart() {
    const auto format = make(BadFormat::Routes::NoHandler);
    CPPUNIT_ASSERT_EQUAL(std::string("routes: the plugin has no handler for GET /{path...}"),
                         format.error().message());
  }

  void everyOperationIsBehindTheBarrier() {
    const auto format = make(BadFormat::Routes::Good);
    LARDER_ASSERT_OK(format);
    CPPUNIT_ASSERT((*format)->health(ctx_).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT((*format)->normalize("x").is(sdk::Errc::Internal));
    CPPUNIT_ASSERT((*format)->index("j", "k", "r").is(sdk::Errc::Internal));
  }

  void exceptionFromAHandlerIsAnError() {
    CPPUNIT_ASSERT(ask("/throw", ctx_).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT_EQUAL(1.0, violations("handle", "exception"));
    LARDER_ASSERT_OK(ask("/good", ctx_));
  }

  void handlerAnsweringLateIsTimeout() {
    larder::test::ShortContext soon;
    CPPUNIT_ASSERT(ask("/late", soon).is(sdk::Errc::Timeout));
    CPPUNIT_ASSERT_EQUAL(1.0, violations("handle", "deadline"));
  }

  void nullBodiesAreErrors() {
    CPPUNIT_ASSERT(ask("/null-stream", ctx_).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT(ask("/null-prepared", ctx_).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT_EQUAL(2.0, violations("handle", "answer"));
  }

  void exceptionWhileStreamingIsAnError() {
    auto response = ask("/throwing-stream", ctx_);
    LARDER_ASSERT_OK(response);
    auto& stream = std::get<std::unique_ptr<sdk::Source>>(response->body);
    CPPUNIT_ASSERT(larder::test::readAll(*stream).is(sdk::Errc::Internal));
  }

  void fastPathThatGoesWrongLeavesItToTheHandler() {
    auto format = make(BadFormat::Routes::Good);
    auto routes = (*format)->routes();
    PathRequest throwing("/throw");
    PathRequest null("/null-stream");
    PathRequest good("/good");
    CPPUNIT_ASSERT(!routes[0].fast(throwing));
    CPPUNIT_ASSERT(!routes[0].fast(null));
    const auto answer = routes[0].fast(good);
    CPPUNIT_ASSERT(answer.has_value());
    CPPUNIT_ASSERT_EQUAL(std::string("fast"), std::get<std::string>(answer->body));
    CPPUNIT_ASSERT_EQUAL(1.0, violations("fast", "exception"));
  }

  void failuresCanAlwaysBeShown() {
    auto format = make(BadFormat::Routes::Good);
    const PathRequest request("/");
    const auto fine = (*format)->render(request, {404, "no such project"});
    CPPUNIT_ASSERT_EQUAL(std::string("rendered"), std::get<std::string>(fine.body));
    for (const int status : {500, 503}) {
      const auto plain = (*format)->render(request, {status, "it hurts"});
      CPPUNIT_ASSERT_EQUAL(status, plain.status);
      CPPUNIT_ASSERT_EQUAL(std::string("it hurts\n"), std::get<std::string>(plain.body));
    }
  }

 private:
  sdk::Result<std::unique_ptr<sdk::Format>> make(BadFormat::Routes routes) {
    return larder::plugin::guard(std::unique_ptr<sdk::Format>(new BadFormat(routes)), host_);
  }

  sdk::Result<sdk::Response> ask(const std::string& path, sdk::Context& ctx) {
    if (!asked_) asked_ = make(BadFormat::Routes::Good).value();
    PathRequest request(path);
    return asked_->routes()[0].handler(ctx, request);
  }

  double violations(const std::string& op, const std::string& rule) {
    return host_.metrics().value("larder_plugin_violations_total",
                                 {{"kind", "format"}, {"op", op}, {"rule", rule}});
  }

  larder::test::FakeHost host_;
  std::unique_ptr<sdk::Format> asked_;
  larder::CallContext ctx_{"r", 1min};
};

CPPUNIT_TEST_SUITE_REGISTRATION(GuardedFormatTest);

}  // namespace
