#include "waiting.h"

#include <algorithm>
#include <thread>

namespace larder::sqlite {

sdk::Result<void> Waiting::stillWanted() const {
  if (ctx_.cancelled()) return sdk::Error(sdk::Errc::Cancelled, "the caller has gone");
  if (clock_.steady() < ctx_.deadline()) return {};
  return sdk::Error(sdk::Errc::Timeout, "the deadline passed while another writer was busy");
}

sdk::Result<void> Waiting::pause() {
  constexpr std::chrono::microseconds kLongest{2'000};
  LARDER_TRY(stillWanted());
  const auto left = std::chrono::ceil<std::chrono::microseconds>(ctx_.deadline() - clock_.steady());
  std::this_thread::sleep_for(std::min(next_, left));
  next_ = std::min(next_ * 2, kLongest);
  return {};
}

}  // namespace larder::sqlite
