#pragma once

#include <string>

namespace larder::observe {

/// The usual `process_…` metrics of this process in the Prometheus text format, from /proc: cpu
/// seconds, resident and virtual memory, open and allowed file descriptors, threads, start time.
/// What cannot be read is left out. Append it to MetricsRegistry::render().
std::string renderProcessMetrics();

}  // namespace larder::observe
