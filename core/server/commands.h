#pragma once

#include <string>
#include <vector>

#include "core/server/arguments.h"

namespace larder::server {

/// Exit status of every command.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrong = 2;  ///< The arguments or the configuration are wrong.

/// One command of the program: how it is called and what it does.
struct Command {
  std::string name;     ///< "config check"
  std::string words;    ///< What follows the options: "[REPOSITORY…]"
  std::string summary;  ///< One line.
  std::vector<OptionSpec> options;
  std::size_t mostWords = 0;  ///< Positional arguments it takes.
  int (*run)(const Arguments& arguments) = nullptr;
};

/// All commands, in the order of --help.
const std::vector<Command>& commands();

int serve(const Arguments& arguments);
int checkConfig(const Arguments& arguments);
int explainConfig(const Arguments& arguments);
int listPlugins(const Arguments& arguments);
int rebuildIndex(const Arguments& arguments);
int verifyStorage(const Arguments& arguments);
int hashPassword(const Arguments& arguments);

/// Runs the program: picks the command, answers --help and --version.
int runProgram(const std::vector<std::string>& words);

}  // namespace larder::server
