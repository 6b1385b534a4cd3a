#include "core/server/command_support.h"

#include <unistd.h>

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

std::unique_ptr<Bench> openBench(const Arguments& arguments, int& status) {
  auto bench = std::make_unique<Bench>();
  bench->sink = std::make_unique<observe::LogSink>(observe::LogFormat::Text, sdk::Level::Warning);
  bench->blueprint = readBlueprint(arguments, {}, *bench->sink);
  status = kWrong;
  if (!bench->blueprint) return nullptr;
  auto workshop = Workshop::open(bench->blueprint->configuration(), *bench->sink);
  if (workshop) {
    bench->workshop = std::move(*workshop);
    auto plant = Plant::start(bench->blueprint, *bench->workshop, Plant::Purpose::Inspect,
                              arguments.positional);
    if (plant) {
      bench->plant = std::move(*plant);
      status = kDone;
      return bench;
    }
    status = plant.is(sdk::Errc::Invalid) ? kWrong : kFailed;
    std::cerr << "larder: " << bench->blueprint->configuration().masked(plant.error().message())
              << "\n";
    return nullptr;
  }
  status = kFailed;
  std::cerr << "larder: " << workshop.error().message() << "\n";
  return nullptr;
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
