#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

namespace larder {

/// What is waited for: a number below kKinds that its users give a name. 0: nothing.
using WaitKind = std::uint8_t;

/// Something with at most one deadline; a member of one list at a time.
class Deadline {
 public:
  WaitKind waitingFor() const noexcept { return wait_; }
  /// It has passed; it is in no list any more.
  virtual void expired(WaitKind kind) = 0;

 protected:
  Deadline() = default;
  virtual ~Deadline() = default;
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

 private:
  friend class Deadlines;
  using Time = std::chrono::steady_clock::time_point;

  Deadline* previous_ = nullptr;
  Deadline* next_ = nullptr;
  Time due_{};
  WaitKind wait_ = 0;
};

/// Deadlines of one thread. Each kind lasts equally long, so its list is ordered
/// by itself and every operation takes constant time.
class Deadlines {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t kKinds = 8;
  using Durations = std::array<std::chrono::milliseconds, kKinds>;

  explicit Deadlines(const Durations& durations) : durations_(durations) {}

  /// Starts anew, also when it waited for the same thing.
  void set(Deadline& deadline, WaitKind kind, Time now) noexcept;
  void clear(Deadline& deadline) noexcept;

  struct Due {
    Deadline* deadline = nullptr;
    WaitKind kind = 0;
  };
  /// One that is due, taken off its list; null when none is.
  Due takeDue(Time now) noexcept;
  /// The one that has waited longest for this, still in its list.
  Deadline* oldest(WaitKind kind) const noexcept { return lists_[kind].first; }
  std::optional<Time> next() const noexcept;

 private:
  struct List {
    Deadline* first = nullptr;
    Deadline* last = nullptr;
  };

  Durations durations_;
  std::array<List, kKinds> lists_;
};

}  // namespace larder
