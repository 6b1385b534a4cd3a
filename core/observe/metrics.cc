#include "core/observe/metrics.h"

#include <algorithm>
#include <map>
#include <optional>

#include "core/base/guarded.h"
#include "core/base/utf8.h"
#include "core/observe/series.h"

namespace larder::observe {

namespace {

constexpr std::size_t kMaxLabelSets = 1000;

enum class Type { Counter, Gauge, Histogram };

constexpr std::string_view kTypeWords[] = {"counter", "gauge", "histogram"};

struct Family {
  Type type;
  std::string help;
  std::vector<double> bounds;
  std::map<std::string, std::unique_ptr<Series>> series;  // by labels
};

using Families = std::map<std::string, Family, std::less<>>;

bool isName(std::string_view name, bool colons) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (colons && c == ':');
  });
}

void appendEscaped(std::string& out, std::string_view text, bool quotes) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8SequenceLength(text.substr(i));
    if (length == 0) {
      out += "\xef\xbf\xbd";
    } else if (text[i] == '\n') {
      out += "\\n";
    } else if (text[i] == '\\' || (quotes && text[i] == '"')) {
      out += '\\';
      out += text[i];
    } else {
      out += text.substr(i, length);
    }
    i += std::max<std::size_t>(length, 1);
  }
}

// `a="x",b="y"` in the order of names; nothing when a name is malformed, reserved or twice there.
std::optional<std::string> renderLabels(sdk::Labels labels) {
  std::sort(labels.begin(), labels.end());
  std::string out;
  std::string_view previous;
  for (const auto& [name, value] : labels) {
    if (!isName(name, false) || name.starts_with("__") || name == "le" || name == previous) {
      return std::nullopt;
    }
    previous = name;
    if (!out.empty()) out += ',';
    out += name;
    out += "=\"";
    appendEscaped(out, value, true);
    out += '"';
  }
  return out;
}

}  // namespace

struct MetricsRegistry::State {
  // Null when the request must be refused.
  template <class Kind, class Make>
  Kind* find(Type type, std::string_view name, std::string_view help, const sdk::Labels& labels,
             std::span<const double> bounds, Make make) {
    const auto key = renderLabels(labels);
    if (!key || !isName(name, true)) return nullptr;
    auto all = families.lock();
    auto family = all->find(name);
    if (family == all->end()) {
      family = all->emplace(name, Family{type, std::string(help), usableBounds(bounds), {}}).first;
    }
    if (family->second.type != type) return nullptr;
    auto& series = family->second.series;
    if (series.size() >= kMaxLabelSets && !series.contains(*key)) return nullptr;
    auto& place = series[*key];
    if (!place) place = make(family->second);
    return static_cast<Kind*>(place.get());
  }

  Guarded<Families> families;
  sdk::Counter* refusals = nullptr;
  CounterSeries refusedCounter;
  GaugeSeries refusedGauge;
  HistogramSeries refusedHistogram{{}};
};

MetricsRegistry::MetricsRegistry() : state_(std::make_unique<State>()) {
  state_->refusals = &counter("larder_metrics_refused_total",
                              "Requests for metrics that contradict others or are malformed");
}

MetricsRegistry::~MetricsRegistry() = default;

sdk::Counter& MetricsRegistry::counter(std::string_view name, std::string_view help,
                                       const sdk::Labels& labels) {
  auto* found =
      state_->find<CounterSeries>(Type::Counter, name, help, labels, {},
                                  [](const Family&) { return std::make_unique<CounterSeries>(); });
  if (found != nullptr) return *found;
  state_->refusals->add();
  return state_->refusedCounter;
}

sdk::Gauge& MetricsRegistry::gauge(std::string_view name, std::string_view help,
                                   const sdk::Labels& labels) {
  auto* found = state_->find<GaugeSeries>(Type::Gauge, name, help, labels, {}, [](const Family&) {
    return std::make_unique<GaugeSeries>();
  });
  if (found != nullptr) return *found;
  state_->refusals->add();
  return state_->refusedGauge;
}

sdk::Histogram& MetricsRegistry::histogram(std::string_view name, std::string_view help,
                                           std::span<const double> bounds,
                                           const sdk::Labels& labels) {
  auto* found = state_->find<HistogramSeries>(
      Type::Histogram, name, help, labels, bounds,
      [](const Family& family) { return std::make_unique<HistogramSeries>(family.bounds); });
  if (found != nullptr) return *found;
  state_->refusals->add();
  return state_->refusedHistogram;
}

std::string MetricsRegistry::render() const {
  std::string out;
  auto all = state_->families.lock();
  for (const auto& [name, family] : *all) {
    out += "# HELP " + name + ' ';
    appendEscaped(out, family.help, false);
    out += "\n# TYPE " + name + ' ';
    out += kTypeWords[static_cast<int>(family.type)];
    out += '\n';
    for (const auto& [labels, series] : family.series) series->render(out, name, labels);
  }
  return out;
}

sdk::Labels ScopedMetrics::joined(const sdk::Labels& labels) const {
  sdk::Labels all = fixed_;
  for (const auto& label : labels) {
    const bool taken = std::any_of(fixed_.begin(), fixed_.end(),
                                   [&](const auto& fixed) { return fixed.first == label.first; });
    if (!taken) all.push_back(label);
  }
  return all;
}

}  // namespace larder::observe
