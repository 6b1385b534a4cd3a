#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "larder/sdk/result.h"

namespace larder::server {

/// One option of a command.
struct OptionSpec {
  std::string name;      ///< "config": --config
  std::string letter;    ///< "c": -c; may be empty
  std::string argument;  ///< "FILE"; empty: takes none
  std::string help;
  bool repeatable = false;
};

/// A command line, taken apart.
struct Arguments {
  std::map<std::string, std::vector<std::string>, std::less<>> options;
  std::vector<std::string> positional;

  bool has(std::string_view option) const { return options.find(option) != options.end(); }
  /// The last value, or `otherwise`.
  std::string value(std::string_view option, std::string otherwise = {}) const;
  std::vector<std::string> values(std::string_view option) const;
};

/// Options may stand before, between and behind the other words; "--" ends them.
/// Errors: Invalid: an unknown option, a missing or superfluous value.
sdk::Result<Arguments> parseArguments(const std::vector<OptionSpec>& specs,
                                      const std::vector<std::string>& words);

/// The options as a table for --help.
std::string describeOptions(const std::vector<OptionSpec>& specs);

}  // namespace larder::server
