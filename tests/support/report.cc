#include "tests/support/report.h"

#include <cppunit/Exception.h>
#include <cppunit/TestFailure.h>

#include <iostream>

namespace larder::test {

void Report::addFailure(const CppUnit::TestFailure& failure) {
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

void Report::endTest(CppUnit::Test*) {
  if (outcome_ == Outcome::Passed) ++passed_;
  if (outcome_ == Outcome::Failed) ++failed_;
  if (outcome_ == Outcome::Skipped) ++skipped_;
}

void Report::fail(const std::string& name, const std::string& what) {
  ++failed_;
  std::cout << "FAIL " << name << "\n     " << what << std::endl;
}

int Report::finish() const {
  std::cout << passed_ << " passed, " << failed_ << " failed, " << skipped_ << " skipped"
            << std::endl;
  if (failed_ > 0) return 1;
  return passed_ == 0 && skipped_ > 0 ? kSkippedOnly : 0;
}

void collect(CppUnit::Test& test, std::vector<CppUnit::Test*>& leaves) {
  if (test.getChildTestCount() == 0) {
    if (test.countTestCases() > 0) leaves.push_back(&test);
    return;
  }
  for (int i = 0; i < test.getChildTestCount(); ++i) collect(*test.getChildTestAt(i), leaves);
}

}  // namespace larder::test
