#include "core/auth/login_throttle.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "core/auth/authorization.h"
#include "core/base/hex.h"

namespace larder::auth {
namespace {

std::string pairKey(std::string_view user, std::string_view address) {
  std::string key(user);
  key.push_back('\0');
  return key.append(address);
}

}  // namespace

LoginThrottle::Count* LoginThrottle::Table::find(const std::string& key) {
  const auto found = byKey.find(key);
  return found == byKey.end() ? nullptr : &*found->second;
}

LoginThrottle::Count& LoginThrottle::Table::touch(const std::string& key, std::size_t capacity) {
  if (const auto found = byKey.find(key); found != byKey.end()) {
    order.splice(order.begin(), order, found->second);
    return order.front();
  }
  if (!order.empty() && order.size() >= capacity) {
    byKey.erase(order.back().key);
    order.pop_back();
  }
  order.push_front(Count{.key = key});
  byKey.emplace(order.front().key, order.begin());
  return order.front();
}

std::vector<LoginThrottle::Judge> LoginThrottle::judges(State& state, std::string_view user,
                                                        std::string_view address, Time now) const {
  std::string both = pairKey(user, address);
  const Count* pair = state.pairs.find(both);
  if (pair != nullptr && now - pair->lastSuccess < options_.addressKnownFor) {
    return {{&state.pairs, std::move(both), options_.freeFailuresPerUser}};
  }
  std::vector<Judge> judges = {
      {&state.addresses, std::string(address), options_.freeFailuresPerAddress}};
  // All tokens come under one name: a bad one says nothing about the others.
  if (user != kTokenUser) {
    judges.push_back({&state.users, std::string(user), options_.freeFailuresPerUser});
  }
  return judges;
}

std::chrono::milliseconds LoginThrottle::remaining(const Judge& judge, Time now) const {
  using std::chrono::milliseconds;
  const Count* count = judge.table->find(judge.key);
  if (count == nullptr || count->failures < judge.freeFailures) return milliseconds(0);
  if (now - count->lastFailure >= options_.forgetAfter) return milliseconds(0);
  if (count->until > now) return std::chrono::ceil<milliseconds>(count->until - now);
  return count->running ? options_.firstWait : milliseconds(0);
}

std::chrono::milliseconds LoginThrottle::remaining(const std::vector<Judge>& judges,
                                                   Time now) const {
  std::chrono::milliseconds longest{0};
  for (const Judge& judge : judges) longest = std::max(longest, remaining(judge, now));
  return longest;
}

std::chrono::milliseconds LoginThrottle::wait(std::string_view user, std::string_view address,
                                              Time now) {
  if (now >= slowUntil_.load(std::memory_order_acquire)) return std::chrono::milliseconds(0);
  auto state = state_.lock();
  return remaining(judges(*state, user, address, now), now);
}

LoginThrottle::Admission LoginThrottle::admit(std::string_view user, std::string_view address,
                                              Time now) {
  auto state = state_.lock();
  const std::vector<Judge> by = judges(*state, user, address, now);
  Admission admission{.wait = remaining(by, now)};
  if (admission.wait.count() > 0) return admission;
  for (const Judge& judge : by) {
    Count* count = judge.table->find(judge.key);
    if (count == nullptr || count->failures < judge.freeFailures) continue;
    count->running = true;
    admission.alone = true;
  }
  return admission;
}

void LoginThrottle::abandoned(std::string_view user, std::string_view address, Admission admission,
                              Time now) {
  if (!admission.alone) return;
  auto state = state_.lock();
  for (const Judge& judge : judges(*state, user, address, now)) {
    if (Count* count = judge.table->find(judge.key)) count->running = false;
  }
}

void LoginThrottle::succeeded(std::string_view user, std::string_view address, Admission admission,
                              Time now) {
  abandoned(user, address, admission, now);
  seen(user, address, now);
}

void LoginThrottle::seen(std::string_view user, std::string_view address, Time now) {
  auto state = state_.lock();
  Count& pair = state->pairs.touch(pairKey(user, address), options_.entries);
  pair.failures = 0;
  pair.lastSuccess = now;
}

bool LoginThrottle::failed(std::string_view user, std::string_view address, Admission admission,
                           Time now) {
  abandoned(user, address, admission, now);
  auto state = state_.lock();
  bool slowed = false;
  for (const Judge& judge : judges(*state, user, address, now)) {
    slowed = countFailure(judge, now) || slowed;
  }
  return slowed;
}

bool LoginThrottle::countFailure(const Judge& judge, Time now) {
  constexpr unsigned kMostDoublings = 20;
  Count& count = judge.table->touch(judge.key, options_.entries);
  if (now - count.lastFailure >= options_.forgetAfter) count.failures = 0;
  ++count.failures;
  count.lastFailure = now;
  if (count.failures < judge.freeFailures) return false;
  slowUntil_.store(now + options_.forgetAfter, std::memory_order_release);
  const unsigned doublings = std::min(count.failures - judge.freeFailures, kMostDoublings);
  count.until = now + std::min(options_.firstWait * (1U << doublings), options_.longestWait);
  return true;
}

std::string throttleAddress(std::string_view peer) {
  constexpr std::array<unsigned char, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  const std::string text(peer.substr(0, 100));
  std::array<unsigned char, 16> bytes;
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
  if (std::equal(kMapped.begin(), kMapped.end(), bytes.begin())) {
    std::array<char, INET_ADDRSTRLEN> dotted;
    inet_ntop(AF_INET, bytes.data() + kMapped.size(), dotted.data(), dotted.size());
    return dotted.data();
  }
  return toHex(std::span(bytes).first(8)) + "/64";
}

}  // namespace larder::auth
