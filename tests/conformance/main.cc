// larder-conformance: runs the suite of a plugin's kind against one backend.
#include <cppunit/Test.h>
#include <cppunit/TestResult.h>
#include <cppunit/extensions/TestFactoryRegistry.h>

#include <csignal>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "tests/conformance/backend.h"
#include "tests/support/report.h"

namespace {

constexpr const char* kUsage =
    "larder-conformance --plugin FILE.so --config BACKEND.yaml [--filter TEXT]... [--list]\n"
    "  --plugin  the plugin, called <kind>-<name>.so\n"
    "  --config  its settings, and what it is known to lack\n"
    "  --filter  only tests whose name holds TEXT\n"
    "  --list    names the tests and runs none\n"
    "Ends with 0 when all tests passed or were skipped, 1 when one failed, 2 when none could "
    "run.\n";

struct Arguments {
  std::string plugin;
  std::string config;
  std::vector<std::string> filters;
  bool list = false;
  bool good = true;
};

Arguments parse(const std::vector<std::string>& words) {
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto value = [&]() -> std::string {
      if (i + 1 < words.size()) return words[++i];
      arguments.good = false;
      return {};
    };
    if (words[i] == "--plugin") {
      arguments.plugin = value();
    } else if (words[i] == "--config") {
      arguments.config = value();
    } else if (words[i] == "--filter") {
      arguments.filters.push_back(value());
    } else if (words[i] == "--list") {
      arguments.list = true;
    } else {
      arguments.good = false;
    }
  }
  arguments.good = arguments.good && !arguments.plugin.empty() && !arguments.config.empty();
  return arguments;
}

bool wanted(const std::string& name, const std::vector<std::string>& filters) {
  if (filters.empty()) return true;
  for (const std::string& filter : filters) {
    if (name.find(filter) != std::string::npos) return true;
  }
  return false;
}

/// What no single test can see: the barrier must never have been needed.
void checkBarrier(larder::conformance::Backend& backend, larder::test::Report& report) {
  for (const char* rule : {"exception", "answer"}) {
    const double times = backend.host().violations(rule);
    if (times == 0) continue;
    std::string what = "the barrier stopped " + std::to_string(static_cast<int>(times));
    for (const auto& event : backend.host().logger().events()) {
      const auto about = event.fields.find("what");
      if (about != event.fields.end()) {
        what += "\n     " + event.fields.at("op") + ": " + about->second;
      }
    }
    report.fail(std::string("Barrier::") + rule, what);
  }
}

int run(larder::conformance::Backend& backend, const Arguments& arguments) {
  auto& registry = CppUnit::TestFactoryRegistry::getRegistry(backend.plugin().kind);
  const std::unique_ptr<CppUnit::Test> all(registry.makeTest());
  std::vector<CppUnit::Test*> leaves;
  larder::test::collect(*all, leaves);
  CppUnit::TestResult result;
  larder::test::Report report;
  result.addListener(&report);
  bool any = false;
  for (CppUnit::Test* test : leaves) {
    if (!wanted(test->getName(), arguments.filters)) continue;
    any = true;
    if (arguments.list) {
      std::cout << larder::test::shortName(test->getName()) << "\n";
    } else {
      test->run(&result);
    }
  }
  if (!any) {
    std::cerr << "no test of the kind " << backend.plugin().kind << " has such a name\n";
    return 2;
  }
  if (arguments.list) return 0;
  checkBarrier(backend, report);
  if (arguments.filters.empty()) {
    for (const std::string& lack : backend.unusedLacks()) {
      report.fail("Lacks::" + lack, "no test needs it; take it out of " + arguments.config);
    }
  }
  return report.finish();
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const Arguments arguments = parse({argv + 1, argv + argc});
  if (!arguments.good) {
    std::cerr << kUsage;
    return 2;
  }
  auto backend = larder::conformance::Backend::open(arguments.plugin, arguments.config);
  if (!backend) {
    std::cerr << backend.error().message() << "\n";
    return 2;
  }
  larder::conformance::setBackend(backend->get());
  return run(**backend, arguments);
}
