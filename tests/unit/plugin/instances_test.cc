#include "core/plugin/instances.h"

#include "core/base/call_context.h"
#include "tests/fakes/fake_host.h"
#include "tests/fakes/fake_settings.h"
#include "tests/unit/plugin/bad_plugins.h"

namespace {

namespace sdk = larder::sdk;
using larder::test::loadBadPlugin;
using namespace std::chrono_literals;

class InstancesTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(InstancesTest);
  CPPUNIT_TEST(createReturnsAGuardedInstance);
  CPPUNIT_TEST(exceptionFromCreateIsAnError);
  CPPUNIT_TEST(exceptionOfAnUnknownTypeIsAnError);
  CPPUNIT_TEST(nullFromCreateIsAnError);
  CPPUNIT_TEST(createAfterTheDeadlineIsAnError);
  CPPUNIT_TEST(objectThatIsNotOfItsKindIsAnError);
  CPPUNIT_TEST(pluginOfAnotherKindIsRefused);
  CPPUNIT_TEST(exceptionFromCheckIsAProblem);
  CPPUNIT_TEST_SUITE_END();

 public:
  void createReturnsAGuardedInstance() {
    auto made = create("good");
    LARDER_ASSERT_OK(made);
    larder::CallContext ctx("r", 1min);
    CPPUNIT_ASSERT((*made)->stat(ctx, "../etc").is(sdk::Errc::Invalid));
    LARDER_ASSERT_OK((*made)->stat(ctx, "a"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, host_.logger().count("plugin.instance.created"));
  }

  void exceptionFromCreateIsAnError() {
    const auto made = create("throws_in_create");
    CPPUNIT_ASSERT(made.is(sdk::Errc::Internal));
    CPPUNIT_ASSERT_EQUAL(
        std::string("storage-bad: create: the plugin let an exception out: thrown in create"),
        made.error().message());
    assertViolation("exception", "plugin.exception.escaped");
  }

  void exceptionOfAnUnknownTypeIsAnError() {
    const auto made = create("throws_own_type");
    CPPUNIT_ASSERT(made.is(sdk::Errc::Internal));
    LARDER_ASSERT_CONTAINS("an object that is no std::exception", made.error().message());
    assertViolation("exception", "plugin.exception.escaped");
  }

  void nullFromCreateIsAnError() {
    const auto made = create("returns_null");
    CPPUNIT_ASSERT(made.is(sdk::Errc::Internal));
    CPPUNIT_ASSERT_EQUAL(std::string("storage-bad: create: the plugin returned null"),
                         made.error().message());
    assertViolation("answer", "plugin.answer.malformed");
  }

  void createAfterTheDeadlineIsAnError() {
    larder::test::ShortContext soon;
    const auto made = create("late_create", soon);
    CPPUNIT_ASSERT(made.is(sdk::Errc::Timeout));
    LARDER_ASSERT_CONTAINS("ms after the deadline", made.error().message());
    assertViolation("deadline", "plugin.deadline.exceeded");
  }

  void objectThatIsNotOfItsKindIsAnError() {
    const auto made = create("null_facet");
    CPPUNIT_ASSERT(made.is(sdk::Errc::Internal));
    CPPUNIT_ASSERT_EQUAL(
        std::string("storage-bad: create: the plugin made an object that is no storage"),
        made.error().message());
    assertViolation("answer", "plugin.answer.malformed");
  }

  void pluginOfAnotherKindIsRefused() {
    larder::CallContext ctx("r", 1min);
    const auto made = larder::plugin::createCache(loadBadPlugin("good"), ctx, host_, settings_);
    CPPUNIT_ASSERT(made.is(sdk::Errc::Unsupported));
  }

  void exceptionFromCheckIsAProblem() {
    larder::test::FakeProblems problems;
    larder::plugin::checkSettings(loadBadPlugin("throws_in_check"), settings_, problems);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, problems.problems.size());
    LARDER_ASSERT_CONTAINS("the plugin's check failed: thrown in check", problems.problems[0]);
    larder::plugin::checkSettings(loadBadPlugin("good"), settings_, problems);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, problems.problems.size());
  }

 private:
  sdk::Result<std::unique_ptr<sdk::Storage>> create(const std::string& way) {
    larder::CallContext ctx("r", 1min);
    return create(way, ctx);
  }
  sdk::Result<std::unique_ptr<sdk::Storage>> create(const std::string& way, sdk::Context& ctx) {
    return larder::plugin::createStorage(loadBadPlugin(way), ctx, host_, settings_);
  }

  void assertViolation(const std::string& rule, const std::string& event) {
    CPPUNIT_ASSERT_EQUAL(
        1.0, host_.metrics().value("larder_plugin_violations_total",
                                   {{"kind", "storage"}, {"op", "create"}, {"rule", rule}}));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, host_.logger().count(event));
  }

  larder::test::FakeHost host_;
  larder::test::FakeSettings settings_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(InstancesTest);

}  // namespace
