#include "core/observe/access_log.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "core/observe/log_file.h"
#include "core/observe/metrics.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_logger.h"
#include "tests/support/test.h"
#include "tests/unit/observe/pipe.h"

namespace {

using larder::observe::AccessEntry;
using larder::observe::AccessLog;
using larder::observe::LogFormat;
using larder::test::linesOf;

std::string contentOf(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class AccessLogTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(AccessLogTest);
  CPPUNIT_TEST(aTextLineIsCombinedWithSecondsRequestAndRepository);
  CPPUNIT_TEST(aJsonLineHasWhatIsKnown);
  CPPUNIT_TEST(clientsCannotForgeLinesOrColumns);
  CPPUNIT_TEST(linesOfManyThreadsAllArrive);
  CPPUNIT_TEST(destructionWritesWhatIsLeft);
  CPPUNIT_TEST(reopenFollowsARotation);
  CPPUNIT_TEST(aFailedReopenKeepsTheOldFile);
  CPPUNIT_TEST(anUnusablePathIsAnError);
  CPPUNIT_TEST(offWritesNothing);
  CPPUNIT_TEST(moreThanFitsIsDroppedAndCounted);
  CPPUNIT_TEST(aFullDiskIsToldOnceAndCounted);
  CPPUNIT_TEST(theFileIsNotForEverybody);
  CPPUNIT_TEST_SUITE_END();

  larder::test::TemporaryDirectory directory_;
  larder::test::FakeLogger logger_;
  larder::test::FakeClock clock_{std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) +
                                 std::chrono::hours(19) + std::chrono::minutes(40)};
  larder::observe::MetricsRegistry metrics_;

  std::unique_ptr<AccessLog> open(AccessLog::Options options) {
    auto log = AccessLog::open(std::move(options), logger_, metrics_, clock_);
    LARDER_ASSERT_OK(log);
    return std::move(log).value();
  }

  bool metricIs(const std::string& value) {
    return metrics_.render().find("\nlarder_access_log_dropped_total " + value + "\n") !=
           std::string::npos;
  }

  static AccessEntry entry(std::string_view target = "/simple/") {
    AccessEntry entry;
    entry.peer = "192.0.2.7";
    entry.user = "alice";
    entry.method = "GET";
    entry.target = target;
    entry.userAgent = "pip/23";
    entry.requestId = "abc123";
    entry.repository = "pypi";
    entry.status = 200;
    entry.sent = 2048;
    entry.took = std::chrono::microseconds(1'000'123);
    return entry;
  }

 public:
  void aTextLineIsCombinedWithSecondsRequestAndRepository() {
    std::string line;
    larder::observe::renderAccess(line, LogFormat::Text, entry(), clock_.now());
    larder::observe::renderAccess(line, LogFormat::Text, AccessEntry{}, clock_.now());
    CPPUNIT_ASSERT_EQUAL(
        std::string("192.0.2.7 - alice [21/Nov/2026:19:40:00 +0000] \"GET /simple/ HTTP/1.1\" 200 "
                    "2048 \"-\" \"pip/23\" 1.000123 abc123 pypi\n"
                    "- - - [21/Nov/2026:19:40:00 +0000] \"- - HTTP/1.1\" 0 0 \"-\" \"-\" 0.000000 "
                    "- -\n"),
        line);
  }

  void aJsonLineHasWhatIsKnown() {
    std::string line;
    larder::observe::renderAccess(line, LogFormat::Json, entry(), clock_.now());
    CPPUNIT_ASSERT_EQUAL(
        std::string(
            "{\"time\":\"2026-11-21T19:40:00.000Z\",\"peer\":\"192.0.2.7\",\"user\":"
            "\"alice\",\"method\":\"GET\",\"target\":\"/simple/\",\"protocol\":"
            "\"HTTP/1.1\",\"status\":200,\"received\":0,\"sent\":2048,\"seconds\":1.000123,"
            "\"user_agent\":\"pip/23\",\"request_id\":\"abc123\",\"repository\":\"pypi\"}\n"),
        line);
    CPPUNIT_ASSERT(nlohmann::json::accept(line));
  }

  void clientsCannotForgeLinesOrColumns() {
    AccessEntry hostile = entry("/\" 200 1\n1.2.3.4 - root\x1b[2J\xff");
    hostile.user = "a b\"c";
    hostile.userAgent = "x\" \"y\\";
    std::string line;
    larder::observe::renderAccess(line, LogFormat::Text, hostile, clock_.now());
    CPPUNIT_ASSERT_EQUAL(
        std::string("192.0.2.7 - a\\x20b\\x22c [21/Nov/2026:19:40:00 +0000] \"GET /\\x22 200 "
                    "1\\x0a1.2.3.4 - root\\x1b[2J\\xff HTTP/1.1\" 200 2048 \"-\" "
                    "\"x\\x22 \\x22y\\x5c\" 1.000123 abc123 pypi\n"),
        line);
    line.clear();
    larder::observe::renderAccess(line, LogFormat::Json, hostile, clock_.now());
    CPPUNIT_ASSERT(nlohmann::json::accept(line));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, linesOf(line).size());
  }

  void linesOfManyThreadsAllArrive() {
    const std::string path = directory_ / "access.log";
    auto log = open({path, LogFormat::Text});
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 2000; ++i) {
          log->write(entry("/" + std::to_string(t) + "/" + std::to_string(i)));
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    log->flush();
    const auto lines = linesOf(contentOf(path));
    CPPUNIT_ASSERT_EQUAL(std::size_t{8000}, lines.size());
    CPPUNIT_ASSERT_EQUAL(std::size_t{8000}, std::set(lines.begin(), lines.end()).size());
    for (const std::string& line : lines) CPPUNIT_ASSERT(line.ends_with("abc123 pypi"));
  }

  void destructionWritesWhatIsLeft() {
    const std::string path = directory_ / "access.log";
    open({path, LogFormat::Text})->write(entry());
    open({path, LogFormat::Text})->write(entry());
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, linesOf(contentOf(path)).size());
  }

  void reopenFollowsARotation() {
    const std::string path = directory_ / "access.log";
    auto log = open({path, LogFormat::Text});
    log->write(entry("/before"));
    log->flush();
    std::filesystem::rename(path, path + ".1");
    log->write(entry("/between"));
    LARDER_ASSERT_OK(log->reopen());
    log->write(entry("/after"));
    log->flush();
    const std::string both = contentOf(path + ".1") + contentOf(path);
    for (const char* target : {"/before", "/between", "/after"}) {
      CPPUNIT_ASSERT_MESSAGE(target, both.find(target) != std::string::npos);
    }
    CPPUNIT_ASSERT(contentOf(path).find("/after") != std::string::npos);
  }

  void aFailedReopenKeepsTheOldFile() {
    const std::string folder = directory_ / "logs";
    std::filesystem::create_directory(folder);
    const std::string path = folder + "/access.log";
    auto log = open({path, LogFormat::Text});
    std::filesystem::rename(folder, directory_ / "moved");
    const auto reopened = log->reopen();
    CPPUNIT_ASSERT(!reopened.ok());
    CPPUNIT_ASSERT(reopened.error().message().find(path) != std::string::npos);
    log->write(entry());
    log->flush();
    CPPUNIT_ASSERT_EQUAL(std::size_t{1},
                         linesOf(contentOf(directory_ / "moved/access.log")).size());
  }

  void anUnusablePathIsAnError() {
    for (const std::string& path : {directory_.path(), directory_ / "no/such/log"}) {
      auto log = AccessLog::open({path, LogFormat::Text}, logger_, metrics_, clock_);
      CPPUNIT_ASSERT(!log.ok());
      CPPUNIT_ASSERT(log.error().message().find(path) != std::string::npos);
    }
  }

  void offWritesNothing() {
    auto log = open({"off", LogFormat::Text});
    log->write(entry());
    log->flush();
    LARDER_ASSERT_OK(log->reopen());
    CPPUNIT_ASSERT(!std::filesystem::exists("off"));
  }

  void moreThanFitsIsDroppedAndCounted() {
    const std::string path = directory_ / "access.log";
    auto log = open({path, LogFormat::Text, 100});  // less than a line for each buffer
    log->write(entry());
    log->flush();
    CPPUNIT_ASSERT_EQUAL(std::string(), contentOf(path));
    CPPUNIT_ASSERT(metricIs("1"));
  }

  void aFullDiskIsToldOnceAndCounted() {
    if (!std::filesystem::exists("/dev/full")) LARDER_SKIP("no /dev/full");
    auto log = open({"/dev/full", LogFormat::Text});
    for (int i = 0; i < 3; ++i) {
      log->write(entry());
      log->flush();
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, logger_.count("access_log.write.failed"));
    CPPUNIT_ASSERT_EQUAL(std::string("/dev/full"),
                         logger_.events("access_log.write.failed")[0].fields.at("path"));
    CPPUNIT_ASSERT(metricIs("3"));
  }

  void theFileIsNotForEverybody() {
    const std::string path = directory_ / "access.log";
    open({path, LogFormat::Text});
    struct stat info {};
    CPPUNIT_ASSERT_EQUAL(0, ::stat(path.c_str(), &info));
    CPPUNIT_ASSERT_EQUAL(mode_t{0}, static_cast<mode_t>(info.st_mode & 0007));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(AccessLogTest);

class LogFileTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(LogFileTest);
  CPPUNIT_TEST(aReaderThatDoesNotReadCostsWhatDidNotFit);
  CPPUNIT_TEST(aTornLineIsEndedBeforeTheNext);
  CPPUNIT_TEST_SUITE_END();

 public:
  void aReaderThatDoesNotReadCostsWhatDidNotFit() {
    larder::test::TemporaryDirectory directory;
    const std::string path = directory / "fifo";
    CPPUNIT_ASSERT_EQUAL(0, ::mkfifo(path.c_str(), 0600));
    CPPUNIT_ASSERT(!larder::observe::LogFile::open(path).ok());  // nobody reads: no wait
    const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);
    auto file = larder::observe::LogFile::open(path);
    LARDER_ASSERT_OK(file);
    std::string lines;
    for (int i = 0; i < 10'000; ++i) lines += std::string(99, 'x') + '\n';
    std::string why;
    const std::string_view left = file->write(lines, why);
    CPPUNIT_ASSERT(!left.empty() && left.size() < lines.size());
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, left.size() % 100);  // whole lines went out
    CPPUNIT_ASSERT_EQUAL(std::string("nobody reads it"), why);
    ::close(reader);
  }

  void aTornLineIsEndedBeforeTheNext() {
    larder::test::TemporaryDirectory directory;
    const std::string path = directory / "log";
    auto file = larder::observe::LogFile::open(path);
    LARDER_ASSERT_OK(file);
    std::string why;
    file->write("half", why);
    file->write("whole\n", why);
    CPPUNIT_ASSERT_EQUAL(std::string("half\nwhole\n"), contentOf(path));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(LogFileTest);

}  // namespace
