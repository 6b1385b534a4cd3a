#pragma once

#include <atomic>
#include <chrono>
#include <string>

#include "larder/sdk/context.h"

namespace larder {

/// The Context of one request or job. cancel() may come from any thread.
class CallContext final : public sdk::Context {
 public:
  CallContext(std::string requestId, std::chrono::steady_clock::time_point deadline)
      : requestId_(std::move(requestId)), deadline_(deadline) {}
  CallContext(std::string requestId, std::chrono::milliseconds budget)
      : CallContext(std::move(requestId), std::chrono::steady_clock::now() + budget) {}

  std::chrono::steady_clock::time_point deadline() const noexcept override { return deadline_; }
  bool cancelled() const noexcept override { return cancelled_.load(std::memory_order_relaxed); }
  std::string_view requestId() const noexcept override { return requestId_; }

  void cancel() noexcept { cancelled_.store(true, std::memory_order_relaxed); }

 private:
  std::string requestId_;
  std::chrono::steady_clock::time_point deadline_;
  std::atomic<bool> cancelled_ = false;
};

}  // namespace larder
