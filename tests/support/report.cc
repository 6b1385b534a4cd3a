#include "tests/support/report.h"

#include <cppunit/Exception.h>
#include <cppunit/TestFailure.h>

#include <iostream>
#include <string_view>

#include "tests/support/test.h"

namespace larder::test {

void Report::addFailure(const CppUnit::TestFailure& failure) {
  const auto* skipped = dynamic_cast<const Skipped*>(failure.thrownException());
  if (skipped != nullptr) {
    outcome_ = Outcome::Skipped;
    std::cout << "SKIP " << shortName(failure.failedTestName()) << ": "
              << skipped->message().shortDescription() << std::endl;
    return;
  }
  const std::string what = failure.thrownException()->what();
  const std::string type = failure.thrownException()->message().shortDescription();
  outcome_ = Outcome::Failed;
  const auto where = failure.sourceLine();
  std::cout << "FAIL " << shortName(failure.failedTestName());
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

std::string shortName(const std::string& name) {
  constexpr std::string_view kAnonymous = "(anonymous namespace)::";
  const std::size_t at = name.rfind(kAnonymous);
  return at == std::string::npos ? name : name.substr(at + kAnonymous.size());
}

void collect(CppUnit::Test& test, std::vector<CppUnit::Test*>& leaves) {
  if (test.getChildTestCount() == 0) {
    if (test.countTestCases() > 0) leaves.push_back(&test);
    return;
  }
  for (int i = 0; i < test.getChildTestCount(); ++i) collect(*test.getChildTestAt(i), leaves);
}

}  // namespace larder::test
