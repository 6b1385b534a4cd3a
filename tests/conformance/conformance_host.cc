#include "tests/conformance/conformance_host.h"

#include <sstream>

namespace larder::conformance {

double ConformanceHost::violations(std::string_view rule) const {
  const std::string label = "rule=\"" + std::string(rule) + "\"";
  std::istringstream lines(metrics_.render());
  double sum = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("larder_plugin_violations_total{")) continue;
    if (line.find(label) == std::string::npos) continue;
    sum += std::stod(line.substr(line.rfind(' ') + 1));
  }
  return sum;
}

}  // namespace larder::conformance
