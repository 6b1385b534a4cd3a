#include "tests/fakes/faults.h"

#include <algorithm>
#include <utility>

namespace larder::test {

void Faults::on(Op op, std::size_t nth, Fault fault, std::string part) {
  state_.lock()->steps.push_back({op, nth, std::move(part), std::move(fault)});
}

void Faults::always(Op op, Fault fault, std::string part) {
  on(op, 0, std::move(fault), std::move(part));
}

void Faults::clear() { state_.lock()->steps.clear(); }

std::size_t Faults::calls(Op op) { return state_.lock()->calls[op]; }

std::size_t Faults::pending() {
  auto state = state_.lock();
  return static_cast<std::size_t>(
      std::count_if(state->steps.begin(), state->steps.end(),
                    [](const Step& step) { return step.countdown > 0; }));
}

Fault Faults::take(Op op, std::string_view key) {
  auto state = state_.lock();
  ++state->calls[op];
  std::optional<Fault> chosen;
  std::vector<Step> left;
  for (Step& step : state->steps) {
    const bool matches = step.op == op && key.find(step.part) != std::string_view::npos;
    const bool always = step.countdown == 0;
    const bool due = matches && (always || --step.countdown == 0);
    if (due && !chosen) chosen = step.fault;
    if (always || step.countdown > 0) left.push_back(std::move(step));
  }
  state->steps = std::move(left);
  return chosen.value_or(Fault{});
}

}  // namespace larder::test
