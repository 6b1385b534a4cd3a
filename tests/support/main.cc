// The main of every test program: one line per failure with its place, then
// "N passed, N failed, N skipped". Arguments are test names or parts of them.
#include <cppunit/BriefTestProgressListener.h>
#include <cppunit/Exception.h>
#include <cppunit/Test.h>
#include <cppunit/TestFailure.h>
#include <cppunit/TestResult.h>
#include <cppunit/TestSuite.h>
#include <cppunit/extensions/TestFactoryRegistry.h>
#include <stdlib.h>

#include <csignal>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/test.h"

namespace larder::test {

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "larder-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp " + pattern);
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace larder::test

namespace {

constexpr int kSkippedOnly = 77;

class Report : public CppUnit::TestListener {
 public:
  void startTest(CppUnit::Test*) override { outcome_ = Outcome::Passed; }

  void addFailure(const CppUnit::TestFailure& failure) override {
    const std::string what = failure.thrownException()->what();
    const std::string type = failure.thrownException()->message().shortDescription();
    if (type.find("larder::test::Skipped") != std::string::npos) {
      outcome_ = Outcome::Skipped;
      std::cout << "SKIP " << failure.failedTestName() << ": " << what << "\n";
      return;
    }
    outcome_ = Outcome::Failed;
    const auto where = failure.sourceLine();
    std::cout << "FAIL " << failure.failedTestName();
    if (where.isValid()) std::cout << " (" << where.fileName() << ":" << where.lineNumber() << ")";
    std::cout << "\n     " << type << "\n     " << what << std::endl;
  }

  void endTest(CppUnit::Test*) override {
    if (outcome_ == Outcome::Passed) ++passed_;
    if (outcome_ == Outcome::Failed) ++failed_;
    if (outcome_ == Outcome::Skipped) ++skipped_;
  }

  int finish() const {
    std::cout << passed_ << " passed, " << failed_ << " failed, " << skipped_ << " skipped"
              << std::endl;
    if (failed_ > 0) return 1;
    return passed_ == 0 && skipped_ > 0 ? kSkippedOnly : 0;
  }

 private:
  enum class Outcome { Passed, Failed, Skipped };
  Outcome outcome_ = Outcome::Passed;
  int passed_ = 0;
  int failed_ = 0;
  int skipped_ = 0;
};

void collect(CppUnit::Test& test, std::vector<CppUnit::Test*>& leaves) {
  if (test.getChildTestCount() == 0) {
    if (test.countTestCases() > 0) leaves.push_back(&test);
    return;
  }
  for (int i = 0; i < test.getChildTestCount(); ++i) collect(*test.getChildTestAt(i), leaves);
}

bool wanted(const std::string& name, const std::vector<std::string>& parts) {
  if (parts.empty()) return true;
  for (const std::string& part : parts) {
    if (name.find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> parts(argv + 1, argv + argc);
  CppUnit::Test* all = CppUnit::TestFactoryRegistry::getRegistry().makeTest();
  std::vector<CppUnit::Test*> leaves;
  collect(*all, leaves);
  if (parts.size() == 1 && parts[0] == "--list") {
    for (const CppUnit::Test* test : leaves) std::cout << test->getName() << "\n";
    delete all;
    return 0;
  }
  CppUnit::TestResult result;
  Report report;
  result.addListener(&report);
  bool any = false;
  for (CppUnit::Test* test : leaves) {
    if (!wanted(test->getName(), parts)) continue;
    any = true;
    test->run(&result);
  }
  if (!any) std::cout << "FAIL no test matches the arguments\n";
  const int status = report.finish();
  delete all;
  return any ? status : 2;
}
