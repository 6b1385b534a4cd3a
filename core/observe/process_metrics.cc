#include "core/observe/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace larder::observe {

namespace {

void append(std::string& out, const std::string& name, const char* type, const char* help,
            double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  out += "# HELP " + name + ' ' + help + "\n# TYPE " + name + ' ' + type + '\n' + name + ' ';
  out.append(text, end);
  out += '\n';
}

// Fields of /proc/self/stat from the third on; the second is a name that may hold anything.
struct Stat {
  double cpuTicks = 0;
  double threads = 0;
  double startTicks = 0;
  double virtualBytes = 0;
  double residentPages = 0;
  bool ok = false;
};

Stat readStat() {
  std::ifstream file("/proc/self/stat");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const auto end = text.rfind(')');
  Stat stat;
  if (end == std::string::npos) return stat;
  std::istringstream fields(text.substr(end + 1));
  std::string field;
  for (int number = 3; number <= 24 && fields >> field; ++number) {
    const double value = number == 3 ? 0 : std::stod(field);
    if (number == 14 || number == 15) stat.cpuTicks += value;
    if (number == 20) stat.threads = value;
    if (number == 22) stat.startTicks = value;
    if (number == 23) stat.virtualBytes = value;
    if (number == 24) stat.residentPages = value;
    stat.ok = number == 24;
  }
  return stat;
}

double bootTime() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;) {
    double seconds = 0;
    if (word == "btime" && file >> seconds) return seconds;
  }
  return 0;
}

void appendDescriptors(std::string& out) {
  std::error_code failed;
  const std::filesystem::directory_iterator open("/proc/self/fd", failed);
  if (!failed) {
    const auto count = std::distance(begin(open), end(open)) - 1;  // without the iterator's own
    append(out, "process_open_fds", "gauge", "Open file descriptors", static_cast<double>(count));
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    append(out, "process_max_fds", "gauge", "Allowed file descriptors",
           static_cast<double>(limit.rlim_cur));
  }
}

}  // namespace

std::string renderProcessMetrics() {
  std::string out;
  const Stat stat = readStat();
  if (stat.ok) {
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    append(out, "process_cpu_seconds_total", "counter", "Processor time used",
           stat.cpuTicks / ticks);
    append(out, "process_resident_memory_bytes", "gauge", "Resident memory",
           stat.residentPages * static_cast<double>(::sysconf(_SC_PAGESIZE)));
    append(out, "process_virtual_memory_bytes", "gauge", "Virtual memory", stat.virtualBytes);
    append(out, "process_threads", "gauge", "Threads", stat.threads);
    append(out, "process_start_time_seconds", "gauge", "Start of the process since the epoch",
           bootTime() + stat.startTicks / ticks);
  }
  appendDescriptors(out);
  return out;
}

}  // namespace larder::observe
