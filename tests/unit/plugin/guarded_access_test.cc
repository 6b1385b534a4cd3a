#include "core/base/call_context.h"
#include "core/plugin/guards.h"
#include "tests/fakes/fake_host.h"
#include "tests/unit/plugin/bad_plugins.h"

namespace {

namespace sdk = larder::sdk;
using namespace std::chrono_literals;

class BadAccess final : public sdk::Access, public sdk::GrantSource, public sdk::AccessVersion {
 public:
  explicit BadAccess(bool facets) : facets_(facets) {}

  sdk::Result<void> health(sdk::Context&) override { throw std::runtime_error("health"); }
  sdk::Result<sdk::Identity> authenticate(sdk::Context&, const sdk::Credentials& who) override {
    if (who.user == "nobody") return sdk::Identity{};
    throw std::runtime_error("authenticate");
  }
  sdk::Result<sdk::Identity> identify(sdk::Context&, std::string_view user) override {
    if (user == "nobody") return sdk::Identity{};
    throw std::runtime_error("identify");
  }
  sdk::Result<std::vector<sdk::ProjectGrant>> grantsOf(sdk::Context&,
                                                       std::string_view repository) override {
    if (repository == "throw") throw std::runtime_error("grants");
    const auto verb = repository == "replace"  ? sdk::Verb::Replace
                      : repository == "delete" ? sdk::Verb::Delete
                                               : sdk::Verb::Write;
    return std::vector<sdk::ProjectGrant>{{"p", {sdk::Grant::To::User, "u", verb}}};
  }
  sdk::Result<std::string> version(sdk::Context&) override { throw std::runtime_error("version"); }
  std::optional<std::uint64_t> versionNow() noexcept override { return 7; }
  void* facet(sdk::FacetId id) noexcept override {
    if (facets_ && id == sdk::GrantSource::kFacet) return static_cast<sdk::GrantSource*>(this);
    if (facets_ && id == sdk::AccessVersion::kFacet) return static_cast<sdk::AccessVersion*>(this);
    return sdk::Access::facet(id);
  }

 private:
  bool facets_;
};

class GuardedAccessTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(GuardedAccessTest);
  CPPUNIT_TEST(everyOperationIsBehindTheBarrier);
  CPPUNIT_TEST(identityOfNobodyIsAnError);
  CPPUNIT_TEST(grantsOfWhatCannotBeGrantedAreAnError);
  CPPUNIT_TEST(secretsAreNotLogged);
  CPPUNIT_TEST(facetsAreThoseOfThePlugin);
  CPPUNIT_TEST_SUITE_END();

 public:
  void everyOperationIsBehindTheBarrier() {
    CPPUNIT_ASSERT(access_->health(ctx_).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT(access_->authenticate(ctx_, {"u", "s"}).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT(access_->identify(ctx_, "u").is(sdk::Errc::Internal));
    CPPUNIT_ASSERT(grants_->grantsOf(ctx_, "throw").is(sdk::Errc::Internal));
    CPPUNIT_ASSERT(versions_->version(ctx_).is(sdk::Errc::Internal));
    for (const char* op : {"health", "authenticate", "identify", "grants_of", "version"}) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(op, 1.0, violations(op, "exception"));
    }
  }

  void identityOfNobodyIsAnError() {
    CPPUNIT_ASSERT(access_->authenticate(ctx_, {"nobody", "s"}).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT(access_->identify(ctx_, "nobody").is(sdk::Errc::Internal));
    CPPUNIT_ASSERT_EQUAL(1.0, violations("authenticate", "answer"));
  }

  void grantsOfWhatCannotBeGrantedAreAnError() {
    LARDER_ASSERT_OK(grants_->grantsOf(ctx_, "fine"));
    CPPUNIT_ASSERT(grants_->grantsOf(ctx_, "replace").is(sdk::Errc::Internal));
    CPPUNIT_ASSERT(grants_->grantsOf(ctx_, "delete").is(sdk::Errc::Internal));
  }

  void secretsAreNotLogged() {
    CPPUNIT_ASSERT(!access_->authenticate(ctx_, {"u", "opensesame"}).ok());
    CPPUNIT_ASSERT(!host_.logger().mentions("opensesame"));
  }

  void facetsAreThoseOfThePlugin() {
    CPPUNIT_ASSERT(versions_->versionNow() == std::optional<std::uint64_t>(7));
    auto plain = larder::plugin::guard(std::unique_ptr<sdk::Access>(new BadAccess(false)), host_);
    CPPUNIT_ASSERT(sdk::facet<sdk::GrantSource>(*plain) == nullptr);
    CPPUNIT_ASSERT(sdk::facet<sdk::AccessVersion>(*plain) == nullptr);
    CPPUNIT_ASSERT(sdk::facet<sdk::Access>(*plain) == plain.get());
  }

 private:
  double violations(const std::string& op, const std::string& rule) {
    return host_.metrics().value("larder_plugin_violations_total",
                                 {{"kind", "access"}, {"op", op}, {"rule", rule}});
  }

  larder::test::FakeHost host_;
  std::unique_ptr<sdk::Access> access_ =
      larder::plugin::guard(std::unique_ptr<sdk::Access>(new BadAccess(true)), host_);
  sdk::GrantSource* grants_ = sdk::facet<sdk::GrantSource>(*access_);
  sdk::AccessVersion* versions_ = sdk::facet<sdk::AccessVersion>(*access_);
  larder::CallContext ctx_{"r", 1min};
};

CPPUNIT_TEST_SUITE_REGISTRATION(GuardedAccessTest);

}  // namespace
