#include "core/repo/writer_lease.h"

#include "core/base/call_context.h"

namespace larder::repo {

using sdk::Errc;
using sdk::Error;
using sdk::Result;

namespace {

constexpr std::chrono::seconds kGoodbye{2};

std::int64_t milliseconds(std::chrono::system_clock::time_point time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace

WriterLease::WriterLease(Store& store, const std::string& repository)
    : store_(store),
      repository_(repository),
      lease_(store, "writer-" + repository, store.parts().options.leaseTime) {
  store_.setUnconditional([this] { return mayWrite(); });
}

WriterLease::~WriterLease() {
  CallContext ctx("shutdown", kGoodbye);
  // Without it the next writer waits until the lease has run out: no harm.
  static_cast<void>(lease_.release(ctx));
}

void WriterLease::holdUntil(std::chrono::system_clock::time_point until) {
  // A put that has begun may take a while: stop early.
  until_ = milliseconds(until - store_.parts().options.leaseTime / 4);
}

Result<void> WriterLease::take(sdk::Context& ctx) {
  LARDER_TRY_ASSIGN(const bool held, lease_.acquire(ctx));
  if (!held) {
    return Error(Errc::Conflict, "repository " + repository_ + ": " + lease_.holder() +
                                     " is its single writer; stop it, or wait until its lease "
                                     "has run out");
  }
  holdUntil(lease_.until());
  return {};
}

Result<void> WriterLease::prolong(sdk::Context& ctx) {
  if (until_ == 0) return {};
  LARDER_TRY_ASSIGN(const bool held, lease_.acquire(ctx));
  if (held) {
    holdUntil(lease_.until());
    return {};
  }
  until_ = 0;
  store_.parts().logger.error("repo.writer.lost",
                              "another host writes to this repository; this one has stopped",
                              {{"repository", repository_}, {"holder", lease_.holder()}});
  return {};
}

Result<void> WriterLease::mayWrite() const {
  if (milliseconds(store_.parts().clock.now()) < until_) return {};
  return Error(Errc::Unavailable, "repository " + repository_ +
                                      ": this host is not its writer, or could not prolong the "
                                      "lease that says so");
}

}  // namespace larder::repo
