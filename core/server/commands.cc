#include "core/server/commands.h"

#include <algorithm>
#include <cstdint>
#include <iostream>

#include "core/admin/version.h"

namespace larder::server {
namespace {

const OptionSpec kConfig{"config", "c", "FILE",
                         "the configuration (default: etc/larder.yaml, else "
                         "/etc/larder/larder.yaml)"};
const OptionSpec kHelp{"help", "h", "", "show this help"};
constexpr std::size_t kAnyNumber = SIZE_MAX;

std::vector<OptionSpec> withHelp(std::vector<OptionSpec> options) {
  options.push_back(kHelp);
  return options;
}

int helpAll() {
  std::cout << "larder: a server for private Python and Debian packages\n\nusage: larder COMMAND "
               "[OPTION…] [ARGUMENT…]\n\n";
  for (const Command& command : commands()) {
    std::string line = "  larder " + command.name;
    line.append(std::max<std::size_t>(26, line.size() + 2) - line.size(), ' ');
    std::cout << line << command.summary << "\n";
  }
  std::cout << "  larder --version\n\n'larder COMMAND --help' says more about a command.\n";
  return kDone;
}

int helpOne(const Command& command) {
  std::cout << "usage: larder " << command.name << " [OPTION…]"
            << (command.words.empty() ? "" : " " + command.words) << "\n\n"
            << command.summary << "\n\n"
            << describeOptions(command.options);
  return kDone;
}

int wrong(const std::string& what, const std::string& command) {
  std::cerr << "larder: " << what << "; see 'larder " << command << "--help'\n";
  return kWrong;
}

// How many words of the command line name the command; 0: they do not.
std::size_t matches(const Command& command, const std::vector<std::string>& words) {
  const std::size_t blank = command.name.find(' ');
  if (words.empty() || words[0] != command.name.substr(0, blank)) return 0;
  if (blank == std::string::npos) return 1;
  return words.size() > 1 && words[1] == command.name.substr(blank + 1) ? 2 : 0;
}

int run(const Command& command, std::vector<std::string> words) {
  const auto arguments = parseArguments(command.options, words);
  if (!arguments) return wrong(arguments.error().message(), command.name + " ");
  if (arguments->has("help")) return helpOne(command);
  if (arguments->positional.size() > command.mostWords) {
    return wrong("too many arguments: " + arguments->positional[command.mostWords],
                 command.name + " ");
  }
  return command.run(*arguments);
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> kCommands{
      {"serve", "", "Serve until SIGTERM; SIGHUP reloads what can be reloaded.",
       withHelp(
           {kConfig,
            {"listen", "", "ADDR", "listen here instead of server.listen; may be repeated", true}}),
       0, &serve},
      {"config check", "", "Report every problem of a configuration; start nothing.",
       withHelp({kConfig}), 0, &checkConfig},
      {"config explain", "[PLUGIN]", "Show the settings of the server or of a plugin.",
       withHelp({kConfig, {"markdown", "", "", "write the reference manual's pages"}}), 1,
       &explainConfig},
      {"plugins", "", "List the plugins that are found, or why one is refused.",
       withHelp({kConfig}), 0, &listPlugins},
      {"rebuild", "[REPOSITORY…]", "Derive the cache from the storage anew, without downtime.",
       withHelp({kConfig}), kAnyNumber, &rebuildIndex},
      {"verify", "[REPOSITORY…]", "Read everything back and compare digests; 1 when damaged.",
       withHelp({kConfig}), kAnyNumber, &verifyStorage},
      {"hash-password", "", "Print a hash for the access section.",
       withHelp({{"scheme", "", "NAME", "how to hash"},
                 {"stdin", "", "", "read the password from standard input"}}),
       0, &hashPassword},
  };
  return kCommands;
}

int runProgram(const std::vector<std::string>& words) {
  if (words.empty()) {
    helpAll();
    return kWrong;
  }
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") return helpAll();
  if (words[0] == "--version") {
    if (words.size() > 1) return wrong("too many arguments: " + words[1], "");
    std::cout << "larder " << admin::kVersion << "\n";
    return kDone;
  }
  for (const Command& command : commands()) {
    const std::size_t named = matches(command, words);
    if (named == 0) continue;
    return run(command, {words.begin() + static_cast<std::ptrdiff_t>(named), words.end()});
  }
  std::string choices;
  for (const Command& command : commands()) {
    if (!command.name.starts_with(words[0] + " ")) continue;
    choices += (choices.empty() ? "" : ", ") + command.name;
  }
  if (!choices.empty()) return wrong("say what of " + choices + " you mean", "");
  return wrong("unknown command " + words[0], "");
}

}  // namespace larder::server
