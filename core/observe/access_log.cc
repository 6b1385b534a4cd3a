#include "core/observe/access_log.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <thread>

#include "core/base/guarded.h"
#include "core/observe/log_file.h"

namespace larder::observe {

namespace {

constexpr std::size_t kShards = 8;
constexpr std::size_t kWakeAt = std::size_t{64} << 10;
constexpr std::chrono::milliseconds kInterval{500};
constexpr std::chrono::minutes kComplainEvery{1};

std::size_t shardOfThread() noexcept {
  static std::atomic<std::size_t> next = 0;
  thread_local const std::size_t shard = next.fetch_add(1, std::memory_order_relaxed) % kShards;
  return shard;
}

std::uint64_t countLines(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

// Threads append to one of a few buffers, each with a lock that is held for a copy of one line;
// the writing thread takes the buffers away whole.
class AccessLog::Writer {
 public:
  Writer(Options options, LogFile file, sdk::Logger& logger, sdk::Counter& dropped,
         sdk::Clock& clock)
      : options_(std::move(options)),
        logger_(logger),
        dropped_(dropped),
        clock_(clock),
        file_(std::move(file)),
        thread_([this] { run(); }) {}

  ~Writer() {
    signals_.lock()->stop = true;
    wake_.notify_one();
    thread_.join();
  }

  void append(const AccessEntry& entry) {
    thread_local std::string line;
    line.clear();
    renderAccess(line, options_.format, entry, clock_.now());
    bool full = false;
    bool wake = false;
    {
      auto buffer = shards_[shardOfThread()].buffer.lock();
      full = buffer->size() + line.size() > options_.memory / kShards;
      wake = !full && buffer->size() < kWakeAt && buffer->size() + line.size() >= kWakeAt;
      if (!full) *buffer += line;
    }
    if (full) dropped_.add();
    if (wake) {
      signals_.lock()->busy = true;
      wake_.notify_one();
    }
  }

  void flush() {
    auto signals = signals_.lock();
    const std::uint64_t mine = ++signals->asked;
    wake_.notify_one();
    flushed_.wait(signals.raw(), [&] { return signals->done >= mine; });
  }

  sdk::Result<void> reopen() {
    auto fresh = LogFile::open(options_.path);
    if (!fresh) return std::move(fresh).error();
    std::swap(*file_.lock(), *fresh);
    return {};
  }

 private:
  struct alignas(64) Shard {
    Guarded<std::string> buffer;
  };
  struct Signals {
    bool stop = false;
    bool busy = false;
    std::uint64_t asked = 0;
    std::uint64_t done = 0;
  };

  void run() {
    for (bool stop = false; !stop;) {
      std::uint64_t asked = 0;
      {
        auto signals = signals_.lock();
        wake_.wait_for(signals.raw(), kInterval, [&] {
          return signals->stop || signals->busy || signals->asked > signals->done;
        });
        signals->busy = false;
        stop = signals->stop;
        asked = signals->asked;
      }
      drain();
      signals_.lock()->done = asked;
      flushed_.notify_all();
    }
  }

  void drain() {
    for (Shard& shard : shards_) {
      taken_.clear();
      std::swap(taken_, *shard.buffer.lock());
      if (taken_.empty()) continue;
      std::string why;
      const std::string_view left = file_.lock()->write(taken_, why);
      if (!left.empty()) complain(countLines(left), why);
    }
  }

  void complain(std::uint64_t lines, const std::string& why) {
    dropped_.add(lines);
    const auto now = std::chrono::steady_clock::now();
    if (complained_ && now - *complained_ < kComplainEvery) return;
    complained_ = now;
    logger_.warning("access_log.write.failed", "lines of the access log were lost",
                    {{"path", options_.path}, {"lines", std::to_string(lines)}, {"reason", why}});
  }

  const Options options_;
  sdk::Logger& logger_;
  sdk::Counter& dropped_;
  sdk::Clock& clock_;
  std::array<Shard, kShards> shards_;
  Guarded<LogFile> file_;
  Guarded<Signals> signals_;
  std::condition_variable wake_;
  std::condition_variable flushed_;
  std::string taken_;                                                // of the writing thread
  std::optional<std::chrono::steady_clock::time_point> complained_;  // of the writing thread
  std::thread thread_;                                               // last: uses all of the above
};

sdk::Result<std::unique_ptr<AccessLog>> AccessLog::open(Options options, sdk::Logger& logger,
                                                        sdk::Metrics& metrics, sdk::Clock& clock) {
  sdk::Counter& dropped =
      metrics.counter("larder_access_log_dropped_total", "Access log lines that were not written");
  if (options.path == "off") return std::unique_ptr<AccessLog>(new AccessLog(nullptr));
  auto file = LogFile::open(options.path);
  if (!file) return std::move(file).error();
  return std::unique_ptr<AccessLog>(new AccessLog(std::make_unique<Writer>(
      std::move(options), std::move(file).value(), logger, dropped, clock)));
}

AccessLog::AccessLog(std::unique_ptr<Writer> writer) : writer_(std::move(writer)) {}
AccessLog::~AccessLog() = default;

void AccessLog::write(const AccessEntry& entry) noexcept try {
  if (writer_) writer_->append(entry);
} catch (...) {  // no memory for the line
}

void AccessLog::flush() noexcept {
  if (writer_) writer_->flush();
}

sdk::Result<void> AccessLog::reopen() {
  if (!writer_) return {};
  return writer_->reopen();
}

}  // namespace larder::observe
