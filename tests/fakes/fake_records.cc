#include "tests/fakes/fake_records.h"

#include <cassert>

namespace larder::test {

sdk::Result<std::vector<std::optional<sdk::Record>>> FakeRecords::get(
    sdk::Context&, std::span<const std::string> keys) {
  assert(!keys.empty() && keys.size() <= sdk::kMaxGetKeys);
  const auto read = [&]() -> sdk::Result<std::vector<std::optional<sdk::Record>>> {
    auto records = records_.lock();
    std::vector<std::optional<sdk::Record>> answer;
    for (const std::string& key : keys) {
      const auto found = records->find(key);
      answer.push_back(found == records->end() ? std::nullopt : std::optional(found->second));
    }
    return answer;
  };
  return withFault(faults_.take(Op::Get, keys.front()), "get", read);
}

sdk::Result<sdk::RecordPage> FakeRecords::scan(sdk::Context&, std::string_view prefix,
                                               std::string_view after, std::size_t limit) {
  assert(limit >= 1 && limit <= 1000);
  const auto read = [&]() -> sdk::Result<sdk::RecordPage> {
    auto records = records_.lock();
    sdk::RecordPage page;
    auto at = after < prefix ? records->lower_bound(prefix) : records->upper_bound(after);
    for (; at != records->end() && at->first.starts_with(prefix); ++at) {
      if (page.records.size() == limit) {
        page.next = page.records.back().key;
        break;
      }
      page.records.push_back(at->second);
    }
    return page;
  };
  return withFault(faults_.take(Op::Scan, prefix), "scan", read);
}

}  // namespace larder::test
