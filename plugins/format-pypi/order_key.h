#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "ascii.h"

namespace larder::pypi {

/// Builds byte strings whose order is that of what was put in: marks below any digit or letter, and
/// numbers of any length preceded by their length. No byte is NUL.
class OrderKey {
 public:
  OrderKey& mark(int rank) {
    bytes_ += static_cast<char>(rank + 1);
    return *this;
  }

  OrderKey& number(std::string_view digits) {
    digits = withoutLeadingZeros(digits);
    std::size_t length = digits.size();
    for (; length >= 254; length -= 254) bytes_ += '\xff';
    bytes_ += static_cast<char>(length + 1);
    bytes_ += digits;
    return *this;
  }

  /// Text without control characters, closed by a mark, so that a shorter beginning is smaller.
  OrderKey& text(std::string_view letters) {
    bytes_ += letters;
    return mark(0);
  }

  OrderKey& key(std::string_view other) {
    bytes_ += other;
    return *this;
  }

  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

}  // namespace larder::pypi
