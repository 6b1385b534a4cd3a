#pragma once

#include <cppunit/Test.h>
#include <cppunit/TestListener.h>

#include <string>
#include <vector>

namespace larder::test {

/// Prints one line per failed or skipped test, with its place, and the sums.
class Report final : public CppUnit::TestListener {
 public:
  static constexpr int kSkippedOnly = 77;  ///< The exit status when no test could run.

  void startTest(CppUnit::Test*) override { outcome_ = Outcome::Passed; }
  void addFailure(const CppUnit::TestFailure& failure) override;
  void endTest(CppUnit::Test*) override;

  /// A failure outside any test.
  void fail(const std::string& name, const std::string& what);

  /// Prints "N passed, N failed, N skipped"; answers the exit status.
  int finish() const;

 private:
  enum class Outcome { Passed, Failed, Skipped };
  Outcome outcome_ = Outcome::Passed;
  int passed_ = 0;
  int failed_ = 0;
  int skipped_ = 0;
};

/// "StorageKeyTest::keysFollowTheGrammar": without namespaces.
std::string shortName(const std::string& name);

/// The single tests below `test`, in order.
void collect(CppUnit::Test& test, std::vector<CppUnit::Test*>& leaves);

}  // namespace larder::test
