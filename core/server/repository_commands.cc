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

void tell(const std::string& repository, const repo::VerifyReport& report) {
  for (const repo::Damage& damage : report.found) printDamage(repository, damage);
  std::cout << repository << ": read " << counted(report.blobs, "blob") << " ("
            << counted(report.bytes, "byte") << ") of " << counted(report.records, "record") << "; "
            << report.damaged << " damaged, " << counted(report.orphans, "orphan") << "\n";
}

void tell(const std::string& repository, const repo::RebuildReport& report) {
  std::cout << repository << ": rebuilt from " << counted(report.records, "record") << " in "
            << counted(report.journals, "journal") << "\n";
  if (report.unindexed + report.damaged == 0) return;
  std::cerr << "larder: " << repository << ": " << counted(report.unindexed, "record")
            << " not understood, " << counted(report.damaged, "damaged object")
            << "; 'larder verify' says which\n";
}

bool isClean(const repo::VerifyReport& report) { return report.clean(); }
bool isClean(const repo::RebuildReport& report) { return report.unindexed + report.damaged == 0; }

// Does `work` for each repository that the arguments name, with progress, and tells what came of
// it.
template <class Work>
int forEachRepository(const Arguments& arguments, Work work) {
  int status = kDone;
  const auto bench = openBench(arguments, status);
  if (!bench) return status;
  for (Plant::Repository& repository : bench->plant->repositories()) {
    const std::string& name = repository.state->name();
    ProgressLine line(name);
    CallContext ctx("command", kBudget);
    const auto report = work(*repository.state, ctx, [&](const repo::Progress& progress) {
      line.show(progress.doing, progress.done);
    });
    if (report) {
      tell(name, *report);
    } else {
      std::cerr << "larder: " << name << ": " << report.error().message() << "\n";
    }
    if (!report || !isClean(*report)) status = kFailed;
  }
  return status;
}

}  // namespace

int rebuildIndex(const Arguments& arguments) {
  return forEachRepository(arguments, [](repo::Repository& repository, sdk::Context& ctx,
                                         const repo::ReportProgress& progress) {
    return repository.rebuild(ctx, progress);
  });
}

int verifyStorage(const Arguments& arguments) {
  return forEachRepository(arguments, [](repo::Repository& repository, sdk::Context& ctx,
                                         const repo::ReportProgress& progress) {
    return repository.verify(ctx, progress);
  });
}

}  // namespace larder::server
