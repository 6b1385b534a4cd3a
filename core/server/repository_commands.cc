#include <iostream>

#include "core/base/call_context.h"
#include "core/server/command_support.h"
#include "core/server/commands.h"

namespace larder::server {
namespace {

constexpr std::chrono::hours kBudget{24 * 7};

// "3 blobs", "1 blob".
std::string counted(std::uint64_t number, const std::string& thing) {
  return std::to_string(number) + " " + thing + (number == 1 ? "" : "s");
}

void printDamage(const std::string& repository, const repo::Damage& damage) {
  std::cout << repository << ": " << repo::kindName(damage.kind) << ": ";
  if (!damage.label.empty()) std::cout << damage.label << ": ";
  std::cout << damage.key;
  if (!damage.text.empty()) std::cout << ": " << damage.text;
  std::cout << "\n";
}

}  // namespace

int rebuildIndex(const Arguments& arguments) {
  int status = kDone;
  const auto bench = openBench(arguments, status);
  if (!bench) return status;
  for (Plant::Repository& repository : bench->plant->repositories()) {
    const std::string& name = repository.state->name();
    ProgressLine line(name);
    CallContext ctx("rebuild", kBudget);
    const auto report = repository.state->rebuild(
        ctx, [&](const repo::Progress& progress) { line.show(progress.doing, progress.done); });
    if (!report) {
      std::cerr << "larder: " << name << ": " << report.error().message() << "\n";
      status = kFailed;
      continue;
    }
    std::cout << name << ": rebuilt from " << counted(report->records, "record") << " in "
              << counted(report->journals, "journal") << "\n";
    if (report->unindexed + report->damaged == 0) continue;
    std::cerr << "larder: " << name << ": " << counted(report->unindexed, "record")
              << " not understood, " << counted(report->damaged, "damaged object")
              << "; 'larder verify' says which\n";
    status = kFailed;
  }
  return status;
}

int verifyStorage(const Arguments& arguments) {
  int status = kDone;
  const auto bench = openBench(arguments, status);
  if (!bench) return status;
  for (Plant::Repository& repository : bench->plant->repositories()) {
    const std::string& name = repository.state->name();
    ProgressLine line(name);
    CallContext ctx("verify", kBudget);
    const auto report = repository.state->verify(
        ctx, [&](const repo::Progress& progress) { line.show(progress.doing, progress.done); });
    if (!report) {
      std::cerr << "larder: " << name << ": " << report.error().message() << "\n";
      status = kFailed;
      continue;
    }
    for (const repo::Damage& damage : report->found) printDamage(name, damage);
    std::cout << name << ": read " << counted(report->blobs, "blob") << " ("
              << counted(report->bytes, "byte") << ") of " << counted(report->records, "record")
              << "; " << report->damaged << " damaged, " << counted(report->orphans, "orphan")
              << "\n";
    if (!report->clean()) status = kFailed;
  }
  return status;
}

}  // namespace larder::server
