#pragma once

#include <mutex>
#include <shared_mutex>
#include <utility>

namespace larder {

/// A value that can only be reached while its lock is held:
///
///     Guarded<std::map<…>> users;
///     users.lock()->emplace(…);
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

/// The same with many readers or one writer.
template <class T>
class SharedGuarded {
 public:
  class ReadHandle {
   public:
    explicit ReadHandle(const SharedGuarded& owner) : lock_(owner.mutex_), value_(owner.value_) {}
    const T* operator->() const { return &value_; }
    const T& operator*() const { return value_; }

   private:
    std::shared_lock<std::shared_mutex> lock_;
    const T& value_;
  };
  class WriteHandle {
   public:
    explicit WriteHandle(SharedGuarded& owner) : lock_(owner.mutex_), value_(owner.value_) {}
    T* operator->() { return &value_; }
    T& operator*() { return value_; }

   private:
    std::unique_lock<std::shared_mutex> lock_;
    T& value_;
  };

  template <class... Args>
  explicit SharedGuarded(Args&&... args) : value_(std::forward<Args>(args)...) {}

  [[nodiscard]] ReadHandle read() const { return ReadHandle(*this); }
  [[nodiscard]] WriteHandle write() { return WriteHandle(*this); }

 private:
  mutable std::shared_mutex mutex_;
  T value_;
};

}  // namespace larder
