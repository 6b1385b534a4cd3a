#include "core/server/arguments.h"

#include <Poco/Exception.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionProcessor.h>
#include <Poco/Util/OptionSet.h>

#include <algorithm>

namespace larder::server {
namespace {

Poco::Util::OptionSet optionSet(const std::vector<OptionSpec>& specs) {
  Poco::Util::OptionSet options;
  for (const OptionSpec& spec : specs) {
    Poco::Util::Option option(spec.name, spec.letter, spec.help);
    option.repeatable(spec.repeatable);
    if (!spec.argument.empty()) option.argument(spec.argument);
    options.addOption(option);
  }
  return options;
}

}  // namespace

std::string Arguments::value(std::string_view option, std::string otherwise) const {
  const auto found = options.find(option);
  return found == options.end() ? otherwise : found->second.back();
}

std::vector<std::string> Arguments::values(std::string_view option) const {
  const auto found = options.find(option);
  return found == options.end() ? std::vector<std::string>{} : found->second;
}

sdk::Result<Arguments> parseArguments(const std::vector<OptionSpec>& specs,
                                      const std::vector<std::string>& words) {
  const Poco::Util::OptionSet options = optionSet(specs);
  Poco::Util::OptionProcessor processor(options);
  processor.setUnixStyle(true);
  Arguments arguments;
  bool optionsEnded = false;
  try {
    for (const std::string& word : words) {
      if (!optionsEnded && word == "--") {
        processor.checkRequired();
        optionsEnded = true;
        continue;
      }
      std::string name;
      std::string value;
      if (optionsEnded || !processor.process(word, name, value)) {
        arguments.positional.push_back(word);
      } else if (!name.empty()) {  // empty: the value is the next word
        arguments.options[name].push_back(value);
      }
    }
    processor.checkRequired();
  } catch (const Poco::Exception& problem) {
    return sdk::Error(sdk::Errc::Invalid, problem.displayText());
  }
  return arguments;
}

std::string describeOptions(const std::vector<OptionSpec>& specs) {
  constexpr std::size_t kColumn = 26;
  std::string text;
  for (const OptionSpec& spec : specs) {
    std::string line = spec.letter.empty() ? "      " : "  -" + spec.letter + ", ";
    line += "--" + spec.name + (spec.argument.empty() ? "" : " " + spec.argument);
    line.append(std::max(kColumn, line.size() + 2) - line.size(), ' ');
    text += line + spec.help + "\n";
  }
  return text;
}

}  // namespace larder::server
