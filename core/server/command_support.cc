#include "core/server/command_support.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "core/server/commands.h"

namespace larder::server {

std::string configurationFile(const Arguments& arguments) {
  if (arguments.has("config")) return arguments.value("config");
  const std::string here = "etc/larder.yaml";
  return std::filesystem::exists(here) ? here : "/etc/larder/larder.yaml";
}

std::shared_ptr<const Blueprint> readBlueprint(const Arguments& arguments,
                                               const config::LoadOptions& options,
                                               observe::LogSink& sink) {
  observe::Log log(sink, {{"component", "config"}});
  config::Problems problems;
  std::shared_ptr<const Blueprint> blueprint =
      Blueprint::read(configurationFile(arguments), options, log, problems);
  for (const std::string& line : problems.warnings()) std::cerr << "warning: " << line << "\n";
  const auto lines = problems.lines();
  for (const std::string& line : lines) std::cerr << line << "\n";
  if (lines.empty()) return blueprint;
  std::cerr << lines.size() << (lines.size() == 1 ? " problem" : " problems")
            << "; nothing was started\n";
  return nullptr;
}

namespace {

// Why the arguments name a repository that is not there, or empty.
std::string unknownRepository(const Blueprint& blueprint, const std::vector<std::string>& names) {
  std::string choices;
  std::vector<std::string> known;
  for (const PlannedRepository& repository : blueprint.repositories()) {
    known.push_back(repository.config->name);
    choices += (choices.empty() ? "" : ", ") + known.back();
  }
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return "there is no repository " + name + "; there are: " + choices;
    }
  }
  return {};
}

std::unique_ptr<Bench> failed(const std::string& why) {
  std::cerr << "larder: " << why << "\n";
  return nullptr;
}

}  // namespace

std::unique_ptr<Bench> openBench(const Arguments& arguments, int& status) {
  auto bench = std::make_unique<Bench>();
  bench->sink = std::make_unique<observe::LogSink>(observe::LogFormat::Text, sdk::Level::Warning);
  bench->blueprint = readBlueprint(arguments, {}, *bench->sink);
  status = kWrong;
  if (!bench->blueprint) return nullptr;
  const std::string unknown = unknownRepository(*bench->blueprint, arguments.positional);
  if (!unknown.empty()) return failed(unknown);
  status = kFailed;
  const config::Configuration& configuration = bench->blueprint->configuration();
  auto workshop = Workshop::open(configuration, *bench->sink);
  if (!workshop) return failed(workshop.error().message());
  bench->workshop = std::move(*workshop);
  auto plant = Plant::start(bench->blueprint, *bench->workshop, Plant::Purpose::Inspect,
                            arguments.positional);
  if (!plant) return failed(configuration.masked(plant.error().message()));
  bench->plant = std::move(*plant);
  status = kDone;
  return bench;
}

ProgressLine::ProgressLine(std::string what)
    : what_(std::move(what)),
      terminal_(::isatty(STDERR_FILENO) == 1),
      last_(std::chrono::steady_clock::now()) {}

ProgressLine::~ProgressLine() {
  if (shown_ && terminal_) std::cerr << "\r\x1b[K";
}

void ProgressLine::show(std::string_view doing, std::uint64_t done) {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < (terminal_ ? std::chrono::milliseconds(100) : std::chrono::minutes(1))) return;
  last_ = now;
  shown_ = true;
  std::cerr << (terminal_ ? "\r\x1b[K" : "") << what_ << ": " << doing << " " << done
            << (terminal_ ? "" : "\n") << std::flush;
}

}  // namespace larder::server
