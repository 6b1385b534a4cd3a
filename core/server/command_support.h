#pragma once

#include <memory>
#include <string>

#include "core/observe/log.h"
#include "core/server/arguments.h"
#include "core/server/blueprint.h"
#include "core/server/plant.h"
#include "core/server/workshop.h"

namespace larder::server {

/// The file that -c names, else the first that exists of etc/larder.yaml and
/// /etc/larder/larder.yaml.
std::string configurationFile(const Arguments& arguments);

/// Reads the configuration; prints every problem and warning, one a line. Null when
/// there was a problem.
std::shared_ptr<const Blueprint> readBlueprint(const Arguments& arguments,
                                               const config::LoadOptions& options,
                                               observe::LogSink& sink);

/// A plant for a command that is no server: the repositories that the arguments
/// name, without upkeep.
struct Bench {
  std::shared_ptr<const Blueprint> blueprint;
  std::unique_ptr<observe::LogSink> sink;
  std::unique_ptr<Workshop> workshop;
  std::unique_ptr<Plant> plant;
};

/// On failure the message has been printed and `status` says how to exit.
std::unique_ptr<Bench> openBench(const Arguments& arguments, int& status);

/// Shows how long work goes on: a line that is overwritten on a terminal, else one
/// line a minute. Written to standard error.
class ProgressLine {
 public:
  explicit ProgressLine(std::string what);
  ~ProgressLine();
  void show(std::string_view doing, std::uint64_t done);

 private:
  const std::string what_;
  const bool terminal_;
  std::chrono::steady_clock::time_point last_;
  bool shown_ = false;
};

}  // namespace larder::server
