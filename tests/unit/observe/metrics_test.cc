#include "core/observe/metrics.h"

#include <cmath>
#include <regex>
#include <thread>

#include "core/observe/process_metrics.h"
#include "tests/support/test.h"
#include "tests/unit/observe/pipe.h"

namespace {

using larder::observe::MetricsRegistry;

class MetricsTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(MetricsTest);
  CPPUNIT_TEST(rendersTheTextFormatInAStableOrder);
  CPPUNIT_TEST(theSameNameAndLabelsGiveTheSameObject);
  CPPUNIT_TEST(helpAndLabelValuesAreEscaped);
  CPPUNIT_TEST(histogramsCountIntoCumulativeBuckets);
  CPPUNIT_TEST(unusableBoundsAreReplaced);
  CPPUNIT_TEST(refusedMetricsCanBeUsedAndAreCounted);
  CPPUNIT_TEST(labelSetsAreBounded);
  CPPUNIT_TEST(threadsLoseNothing);
  CPPUNIT_TEST(scopedMetricsAddLabelsThatCannotBeReplaced);
  CPPUNIT_TEST(processMetricsAreComplete);
  CPPUNIT_TEST_SUITE_END();

  MetricsRegistry metrics_;

  // Without the registry's own counter.
  std::string rendered() {
    const std::string all = metrics_.render();
    const std::string own =
        "# HELP larder_metrics_refused_total Requests for metrics that contradict others or are "
        "malformed\n# TYPE larder_metrics_refused_total counter\nlarder_metrics_refused_total 0\n";
    const auto at = all.find(own);
    CPPUNIT_ASSERT(at != std::string::npos);
    return all.substr(0, at) + all.substr(at + own.size());
  }

  std::uint64_t refused() {
    std::smatch match;
    const std::string all = metrics_.render();
    CPPUNIT_ASSERT(
        std::regex_search(all, match, std::regex("\nlarder_metrics_refused_total (\\d+)\n")));
    return std::stoull(match[1]);
  }

 public:
  void rendersTheTextFormatInAStableOrder() {
    metrics_.gauge("larder_z", "Last").set(-1.5);
    metrics_.counter("larder_a_total", "First", {{"verb", "write"}, {"kind", "x"}}).add(3);
    metrics_.counter("larder_a_total", "ignored", {{"kind", "x"}, {"verb", "read"}}).add();
    CPPUNIT_ASSERT_EQUAL(std::string("# HELP larder_a_total First\n"
                                     "# TYPE larder_a_total counter\n"
                                     "larder_a_total{kind=\"x\",verb=\"read\"} 1\n"
                                     "larder_a_total{kind=\"x\",verb=\"write\"} 3\n"
                                     "# HELP larder_z Last\n"
                                     "# TYPE larder_z gauge\n"
                                     "larder_z -1.5\n"),
                         rendered());
  }

  void theSameNameAndLabelsGiveTheSameObject() {
    auto& one = metrics_.counter("larder_a_total", "A", {{"a", "1"}, {"b", "2"}});
    auto& two = metrics_.counter("larder_a_total", "A", {{"b", "2"}, {"a", "1"}});
    CPPUNIT_ASSERT(&one == &two);
    CPPUNIT_ASSERT(&one != &metrics_.counter("larder_a_total", "A", {{"a", "1"}}));
  }

  void helpAndLabelValuesAreEscaped() {
    metrics_.gauge("larder_g", "back\\slash\nnew \"line\"", {{"a", "q\"b\\c\nd\xff"}}).set(NAN);
    CPPUNIT_ASSERT_EQUAL(std::string("# HELP larder_g back\\\\slash\\nnew \"line\"\n"
                                     "# TYPE larder_g gauge\n"
                                     "larder_g{a=\"q\\\"b\\\\c\\nd\xef\xbf\xbd\"} NaN\n"),
                         rendered());
  }

  void histogramsCountIntoCumulativeBuckets() {
    const double bounds[] = {0.1, 1, 10};
    auto& histogram = metrics_.histogram("larder_h_seconds", "H", bounds, {{"op", "put"}});
    for (const double value : {0.05, 0.1, 0.5, 5.0, 50.0}) histogram.observe(value);
    histogram.observe(NAN);
    CPPUNIT_ASSERT_EQUAL(std::string("# HELP larder_h_seconds H\n"
                                     "# TYPE larder_h_seconds histogram\n"
                                     "larder_h_seconds_bucket{op=\"put\",le=\"0.1\"} 2\n"
                                     "larder_h_seconds_bucket{op=\"put\",le=\"1\"} 3\n"
                                     "larder_h_seconds_bucket{op=\"put\",le=\"10\"} 4\n"
                                     "larder_h_seconds_bucket{op=\"put\",le=\"+Inf\"} 5\n"
                                     "larder_h_seconds_sum{op=\"put\"} 55.65\n"
                                     "larder_h_seconds_count{op=\"put\"} 5\n"),
                         rendered());
  }

  void unusableBoundsAreReplaced() {
    const double bounds[] = {5, NAN, 1, INFINITY, 5};
    metrics_.histogram("larder_h", "H", bounds).observe(2);
    metrics_.histogram("larder_i", "I", {}).observe(2);
    const std::string all = metrics_.render();
    CPPUNIT_ASSERT(all.find("larder_h_bucket{le=\"1\"} 0\nlarder_h_bucket{le=\"5\"} 1\n"
                            "larder_h_bucket{le=\"+Inf\"} 1\n") != std::string::npos);
    CPPUNIT_ASSERT(all.find("larder_i_bucket{le=\"2.5\"} 1\n") != std::string::npos);
  }

  void refusedMetricsCanBeUsedAndAreCounted() {
    metrics_.counter("larder_a_total", "A").add();
    metrics_.gauge("larder_a_total", "another type").set(7);
    metrics_.counter("9bad", "starts with a digit").add();
    metrics_.counter("bad-name", "has a dash").add();
    metrics_.counter("larder_b_total", "B", {{"bad-label", "x"}}).add();
    metrics_.counter("larder_b_total", "B", {{"__reserved", "x"}}).add();
    metrics_.counter("larder_b_total", "B", {{"twice", "x"}, {"twice", "y"}}).add();
    metrics_.histogram("larder_h", "H", {}, {{"le", "1"}}).observe(1);
    metrics_.gauge("larder_metrics_refused_total", "taken").set(1);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{8}, refused());
    const std::string all = metrics_.render();
    for (const char* hidden : {"larder_b_total", "larder_h", "bad", "another type"}) {
      CPPUNIT_ASSERT_MESSAGE(hidden, all.find(hidden) == std::string::npos);
    }
  }

  void labelSetsAreBounded() {
    for (int i = 0; i < 1500; ++i) {
      metrics_.counter("larder_a_total", "A", {{"from_a_request", std::to_string(i)}}).add();
    }
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{500}, refused());
    auto& known = metrics_.counter("larder_a_total", "A", {{"from_a_request", "7"}});
    known.add(41);
    CPPUNIT_ASSERT(metrics_.render().find("{from_a_request=\"7\"} 42\n") != std::string::npos);
  }

  void threadsLoseNothing() {
    const double bounds[] = {1};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) {
          metrics_.counter("larder_a_total", "A").add();
          metrics_.gauge("larder_b", "B").add(1);
          metrics_.histogram("larder_c", "C", bounds).observe(1);
          if (i % 100 == 0) metrics_.render();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    const std::string all = metrics_.render();
    for (const char* line : {"\nlarder_a_total 4000\n", "\nlarder_b 4000\n",
                             "\nlarder_c_sum 4000\n", "\nlarder_c_bucket{le=\"1\"} 4000\n"}) {
      CPPUNIT_ASSERT_MESSAGE(line, all.find(line) != std::string::npos);
    }
  }

  void scopedMetricsAddLabelsThatCannotBeReplaced() {
    larder::observe::ScopedMetrics scoped(metrics_, {{"instance", "main"}});
    scoped.counter("larder_a_total", "A", {{"instance", "forged"}, {"op", "get"}}).add();
    scoped.gauge("larder_b", "B").set(1);
    scoped.histogram("larder_c", "C", {}).observe(0);
    const std::string all = metrics_.render();
    CPPUNIT_ASSERT(all.find("larder_a_total{instance=\"main\",op=\"get\"} 1\n") !=
                   std::string::npos);
    CPPUNIT_ASSERT(all.find("larder_b{instance=\"main\"} 1\n") != std::string::npos);
    CPPUNIT_ASSERT(all.find("larder_c_count{instance=\"main\"} 1\n") != std::string::npos);
    CPPUNIT_ASSERT(all.find("forged") == std::string::npos);
  }

  void processMetricsAreComplete() {
    const std::string text = larder::observe::renderProcessMetrics();
    for (const char* name : {"process_cpu_seconds_total", "process_resident_memory_bytes",
                             "process_threads", "process_virtual_memory_bytes",
                             "process_start_time_seconds", "process_open_fds", "process_max_fds"}) {
      std::smatch match;
      const std::regex line("\n" + std::string(name) + " ([0-9.e+]+)\n");
      CPPUNIT_ASSERT_MESSAGE(name, std::regex_search(text, match, line));
      CPPUNIT_ASSERT_MESSAGE(name, std::stod(match[1]) >= 0);
    }
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(MetricsTest);

}  // namespace
