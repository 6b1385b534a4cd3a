// The main of every test program: one line per failure with its place, then
// "N passed, N failed, N skipped". Arguments are test names or parts of them.
#include <cppunit/Test.h>
#include <cppunit/TestResult.h>
#include <cppunit/extensions/TestFactoryRegistry.h>

#include <csignal>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/report.h"

namespace {

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
  larder::test::collect(*all, leaves);
  if (parts.size() == 1 && parts[0] == "--list") {
    for (const CppUnit::Test* test : leaves)
      std::cout << larder::test::shortName(test->getName()) << "\n";
    delete all;
    return 0;
  }
  CppUnit::TestResult result;
  larder::test::Report report;
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
