#include "core/repo/shared.h"

#include <array>

namespace larder::repo {
namespace {

constexpr std::array<double, 11> kSeconds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                             0.1,   0.25,   0.5,   1,    5};

}  // namespace

Meters::Meters(sdk::Metrics& metrics)
    : entries(metrics.counter("larder_repo_entries_total", "Journal entries written")),
      changes(metrics.counter("larder_repo_changes_total", "Record changes in them")),
      conflicts(metrics.counter("larder_repo_conflicts_total",
                                "Times another writer was first and the decision was made again")),
      caughtUp(metrics.counter("larder_repo_caught_up_total",
                               "Journal entries brought into the index from the storage")),
      unapplied(metrics.counter("larder_repo_unapplied_total",
                                "Entries left to readers because the cache failed")),
      rebuilds(metrics.counter("larder_repo_rebuilds_total", "Rebuilds of the index")),
      commitSeconds(metrics.histogram("larder_repo_commit_seconds", "From commit() to its answer",
                                      kSeconds)) {}

}  // namespace larder::repo
