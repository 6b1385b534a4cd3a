#include "core/base/deadlines.h"

namespace larder {

void Deadlines::set(Deadline& deadline, WaitKind kind, Time now) noexcept {
  clear(deadline);
  List& all = lists_[kind];
  deadline.wait_ = kind;
  deadline.due_ = now + durations_[kind];
  deadline.previous_ = all.last;
  (all.last == nullptr ? all.first : all.last->next_) = &deadline;
  all.last = &deadline;
}

void Deadlines::clear(Deadline& deadline) noexcept {
  if (deadline.wait_ == 0) return;
  List& all = lists_[deadline.wait_];
  (deadline.previous_ == nullptr ? all.first : deadline.previous_->next_) = deadline.next_;
  (deadline.next_ == nullptr ? all.last : deadline.next_->previous_) = deadline.previous_;
  deadline.previous_ = nullptr;
  deadline.next_ = nullptr;
  deadline.wait_ = 0;
}

Deadlines::Due Deadlines::takeDue(Time now) noexcept {
  for (const List& all : lists_) {
    if (all.first == nullptr || all.first->due_ > now) continue;
    const Due due{all.first, all.first->wait_};
    clear(*due.deadline);
    return due;
  }
  return {};
}

std::optional<Deadlines::Time> Deadlines::next() const noexcept {
  std::optional<Time> earliest;
  for (const List& all : lists_) {
    if (all.first != nullptr && (!earliest || all.first->due_ < *earliest)) {
      earliest = all.first->due_;
    }
  }
  return earliest;
}

}  // namespace larder
