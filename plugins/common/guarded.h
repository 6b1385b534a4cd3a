#pragma once

#include <mutex>
#include <utility>

namespace larder::common {

/// A value that can only be reached while its lock is held. The host has one of
/// its own, which a plugin cannot see.
template <class T>
class Guarded {
 public:
  class Handle {
   public:
    explicit Handle(Guarded& owner) : lock_(owner.mutex_), value_(owner.value_) {}
    T* operator->() { return &value_; }
    T& operator*() { return value_; }
    /// For std::condition_variable.
    std::unique_lock<std::mutex>& raw() { return lock_; }

   private:
    std::unique_lock<std::mutex> lock_;
    T& value_;
  };

  template <class... Args>
  explicit Guarded(Args&&... args) : value_(std::forward<Args>(args)...) {}

  [[nodiscard]] Handle lock() { return Handle(*this); }

 private:
  std::mutex mutex_;
  T value_;
};

}  // namespace larder::common
