#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

namespace larder::http {

/// What somebody is waiting for.
enum class Wait : std::uint8_t { None, Idle, Head, Body, Write, Handler, Linger, Accept };
inline constexpr std::size_t kWaits = 8;

/// Something with at most one deadline; a member of one list at a time.
class Deadline {
 public:
  Wait waitingFor() const noexcept { return wait_; }
  /// It has passed; it is in no list any more.
  virtual void expired(Wait wait) = 0;

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
  Wait wait_ = Wait::None;
};

/// All deadlines of a loop. Each kind lasts equally long, so its list is ordered
/// by itself and every operation takes constant time.
class Deadlines {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Durations = std::array<std::chrono::milliseconds, kWaits>;

  explicit Deadlines(const Durations& durations) : durations_(durations) {}

  /// Starts anew, also when it waited for the same thing.
  void set(Deadline& deadline, Wait wait, Time now) noexcept;
  void clear(Deadline& deadline) noexcept;

  struct Due {
    Deadline* deadline = nullptr;
    Wait wait = Wait::None;
  };
  /// One that is due, taken off its list; null when none is.
  Due takeDue(Time now) noexcept;
  /// The one that has waited longest for this, still in its list.
  Deadline* oldest(Wait wait) const noexcept { return list(wait).first; }
  std::optional<Time> next() const noexcept;

 private:
  struct List {
    Deadline* first = nullptr;
    Deadline* last = nullptr;
  };
  List& list(Wait wait) noexcept { return lists_[static_cast<std::size_t>(wait)]; }
  const List& list(Wait wait) const noexcept { return lists_[static_cast<std::size_t>(wait)]; }

  Durations durations_;
  std::array<List, kWaits> lists_;
};

}  // namespace larder::http
