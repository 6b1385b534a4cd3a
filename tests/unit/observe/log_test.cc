#include "core/observe/log.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/observe/log_line.h"
#include "tests/fakes/fake_clock.h"
#include "tests/support/test.h"
#include "tests/unit/observe/pipe.h"

namespace {

using larder::observe::Log;
using larder::observe::LogFormat;
using larder::observe::LogSink;
using larder::sdk::Level;

class LogTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(LogTest);
  CPPUNIT_TEST(aTextLineHasTimeLevelEventLabelsFieldsAndSentence);
  CPPUNIT_TEST(aJsonLineIsOneObject);
  CPPUNIT_TEST(valuesCannotForgeALineOrAField);
  CPPUNIT_TEST(jsonIsValidWhateverTheBytes);
  CPPUNIT_TEST(aFieldNeverHidesWhatTheLineItselfSays);
  CPPUNIT_TEST(linesUnderTheLevelAreNotWritten);
  CPPUNIT_TEST(reconfigureChangesFormatAndLevel);
  CPPUNIT_TEST(longLinesAreCutAndSaySo);
  CPPUNIT_TEST(manyThreadsNeverTearALine);
  CPPUNIT_TEST(aStuckReaderCostsLinesAndNotTheCaller);
  CPPUNIT_TEST(aClosedReaderIsSurvived);
  CPPUNIT_TEST(wordsOfSettingsAreUnderstood);
  CPPUNIT_TEST_SUITE_END();

  larder::test::Pipe pipe_;
  larder::test::FakeClock clock_{std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) +
                                 std::chrono::hours(19) + std::chrono::minutes(40) +
                                 std::chrono::milliseconds(123)};
  LogSink text_{LogFormat::Text, Level::Info, pipe_.writer(), clock_};
  LogSink json_{LogFormat::Json, Level::Info, pipe_.writer(), clock_};

 public:
  void aTextLineHasTimeLevelEventLabelsFieldsAndSentence() {
    Log log(text_, {{"kind", "storage"}, {"instance", "main"}});
    log.warning("s3.put.retried", "the store was busy", {{"key", "a/b"}, {"why", "503 SlowDown"}});
    CPPUNIT_ASSERT_EQUAL(
        std::string("2026-11-21T19:40:00.123Z WARN event=s3.put.retried kind=storage instance=main "
                    "key=a/b why=\"503 SlowDown\" \"the store was busy\"\n"),
        pipe_.read());
  }

  void aJsonLineIsOneObject() {
    Log log(json_, {{"kind", "storage"}});
    log.error("a.b", "it broke", {{"key", "x"}});
    CPPUNIT_ASSERT_EQUAL(
        std::string("{\"time\":\"2026-11-21T19:40:00.123Z\",\"level\":\"error\",\"event\":\"a.b\","
                    "\"message\":\"it broke\",\"kind\":\"storage\",\"key\":\"x\"}\n"),
        pipe_.read());
  }

  void valuesCannotForgeALineOrAField() {
    Log log(text_);
    log.info("a.b", "se\"n\nt",
             {{"user", "x\n2026-11-21T19:40:00.123Z ERROR event=fake \"y\""},
              {"agent", "a=b c=d"},
              {"escape",
               "\x1b[31m\xc2\x9b"
               "2J"},
              {"empty", ""},
              {"bad name\n", "1"}});
    const std::string line = pipe_.read();
    CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t{1}, std::count(line.begin(), line.end(), '\n'));
    CPPUNIT_ASSERT_EQUAL(
        std::string("2026-11-21T19:40:00.123Z INFO event=a.b "
                    "user=\"x\\n2026-11-21T19:40:00.123Z ERROR event=fake \\\"y\\\"\" "
                    "agent=\"a=b c=d\" escape=\"\\u001b[31m\\u009b2J\" empty=\"\" bad_name_=1 "
                    "\"se\\\"n\\nt\"\n"),
        line);
  }

  void jsonIsValidWhateverTheBytes() {
    Log log(json_);
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    log.info("a.b", all, {{all.substr(0, 200), all}, {"utf8", "gr\xc3\xbc\xc3\x9f"}});
    const auto parsed = nlohmann::json::parse(pipe_.read());
    CPPUNIT_ASSERT_EQUAL(std::string("gr\xc3\xbc\xc3\x9f"), parsed.at("utf8").get<std::string>());
    CPPUNIT_ASSERT(parsed.at("message").get<std::string>().starts_with(std::string("\0\1", 2)));
  }

  void aFieldNeverHidesWhatTheLineItselfSays() {
    Log log(json_, {{"instance", "main"}, {"time", "label"}});
    log.info("real.event", "s", {{"event", "fake"}, {"instance", "other"}, {"level", "error"}});
    const std::string line = pipe_.read();
    const auto parsed = nlohmann::json::parse(line);
    CPPUNIT_ASSERT_EQUAL(std::string("real.event"), parsed.at("event").get<std::string>());
    CPPUNIT_ASSERT_EQUAL(std::string("main"), parsed.at("instance").get<std::string>());
    CPPUNIT_ASSERT_EQUAL(std::string("other"), parsed.at("field_instance").get<std::string>());
    CPPUNIT_ASSERT_EQUAL(std::string("label"), parsed.at("label_time").get<std::string>());
    CPPUNIT_ASSERT_EQUAL(line.find("\"event\""), line.rfind("\"event\""));
  }

  void linesUnderTheLevelAreNotWritten() {
    Log log(text_);
    log.debug("a.debug", "s");
    CPPUNIT_ASSERT(!log.enabled(Level::Debug) && log.enabled(Level::Info));
    CPPUNIT_ASSERT_EQUAL(std::string(), pipe_.read());
  }

  void reconfigureChangesFormatAndLevel() {
    Log log(text_);
    text_.reconfigure(LogFormat::Json, Level::Error);
    log.warning("a.b", "s");
    log.error("a.c", "s");
    const auto parsed = nlohmann::json::parse(pipe_.read());
    CPPUNIT_ASSERT_EQUAL(std::string("a.c"), parsed.at("event").get<std::string>());
  }

  void longLinesAreCutAndSaySo() {
    const std::string longest(100'000, '\x01');  // each byte is six when escaped
    for (LogSink* sink : {&text_, &json_}) {
      Log log(*sink, {{"instance", "main"}});
      log.info("a.b", longest, {{"one", longest}, {"two", "kept"}, {longest, "x"}});
      const std::string line = pipe_.read();
      CPPUNIT_ASSERT(!line.empty() && line.size() <= larder::observe::kMaxLogLine);
      CPPUNIT_ASSERT_EQUAL(line.size() - 1, line.find('\n'));
      CPPUNIT_ASSERT(line.find("truncated") != std::string::npos);
      CPPUNIT_ASSERT(line.find("kept") != std::string::npos);
      if (sink == &json_) {
        CPPUNIT_ASSERT(nlohmann::json::parse(line).at("truncated").get<bool>());
      }
    }
  }

  void manyThreadsNeverTearALine() {
    Log log(json_);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 40; ++i) log.info("a.b", "s", {{"fill", std::string(200, 'x')}});
      });
    }
    for (std::thread& thread : threads) thread.join();
    const auto lines = larder::test::linesOf(pipe_.read());
    CPPUNIT_ASSERT_EQUAL(std::size_t{160}, lines.size());
    for (const std::string& line : lines) {
      CPPUNIT_ASSERT_EQUAL(std::string("a.b"),
                           nlohmann::json::parse(line).at("event").get<std::string>());
    }
  }

  void aStuckReaderCostsLinesAndNotTheCaller() {
    pipe_.fill();
    Log log(text_);
    for (int i = 0; i < 1000; ++i) log.info("a.lost", "s");  // would hang, or take 100 s
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1000}, text_.dropped());
    pipe_.read();
    std::string later;
    while (later.find("log.lines.dropped") == std::string::npos) {
      log.info("a.late", "s");  // dropped as well until the pause after a stuck write is over
      later += pipe_.read();
    }
    CPPUNIT_ASSERT(later.find("a.late") < later.find("log.lines.dropped"));
    CPPUNIT_ASSERT(later.find("lines=" + std::to_string(text_.dropped())) != std::string::npos);
  }

  void aClosedReaderIsSurvived() {
    pipe_.closeReader();
    Log log(text_);
    log.info("a.b", "s");
    log.info("a.b", "s");
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, text_.dropped());
  }

  void wordsOfSettingsAreUnderstood() {
    CPPUNIT_ASSERT(larder::observe::logFormat("json") == LogFormat::Json);
    CPPUNIT_ASSERT(!larder::observe::logFormat("xml"));
    CPPUNIT_ASSERT(larder::observe::logLevel("warning") == Level::Warning);
    CPPUNIT_ASSERT(!larder::observe::logLevel("warn"));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(LogTest);

}  // namespace
