#include "core/http/loop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace larder::http {
namespace {

constexpr int kEventsPerRound = 256;

Deadlines::Durations durations(const ServerOptions& options) {
  constexpr std::chrono::milliseconds kAcceptPause{250};
  return {std::chrono::milliseconds::max() / 2,
          options.idle,
          options.head,
          options.body,
          options.write,
          options.handler,
          options.linger,
          kAcceptPause};
}

}  // namespace

Loop::Loop(Engine& engine)
    : engine_(engine),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      deadlines_(durations(engine.options)) {
  if (!watch(wake_.get(), EPOLLIN | EPOLLET, mailbox_)) {
    throw std::runtime_error("cannot set up an event loop: too few file descriptors");
  }
}

Loop::~Loop() { finish(); }

void Loop::start() {
  thread_ = std::thread([this] { run(); });
}

void Loop::finish() {
  if (!thread_.joinable()) return;
  post([this] { running_ = false; });
  thread_.join();
}

void Loop::post(Task task) {
  bool first = false;
  {
    auto tasks = tasks_.lock();
    first = tasks->empty();
    tasks->push_back(std::move(task));
  }
  const std::uint64_t one = 1;
  if (first && ::write(wake_.get(), &one, sizeof one) < 0) return;  // full: it is awake
}

void Loop::run() {
  while (running_) {
    wait();
    visitAgain();
    expire();
    bury();
  }
  forEach([](Connection& connection) { connection.cutOff(); });
  bury();
}

void Loop::wait() {
  std::array<epoll_event, kEventsPerRound> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), kEventsPerRound, patience());
  now_ = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    static_cast<EventTarget*>(event.data.ptr)->onEvents(event.events);
  }
}

/// Milliseconds until there is something to do without an event; -1: never.
int Loop::patience() const noexcept {
  if (!again_.empty()) return 0;
  const auto next = deadlines_.next();
  if (!next) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(*next - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

void Loop::runTasks() {
  std::uint64_t count = 0;
  static_cast<void>(!::read(wake_.get(), &count, sizeof count));
  std::vector<Task> tasks;
  tasks_.lock()->swap(tasks);
  for (Task& task : tasks) task();
}

void Loop::visitAgain() {
  std::vector<Connection*> visited;
  visited.swap(again_);
  for (Connection* connection : visited) {
    connection->queued = false;
    connection->drive();
  }
}

void Loop::expire() {
  while (true) {
    const auto due = deadlines_.takeDue(now_);
    if (due.deadline == nullptr) return;
    due.deadline->expired(due.kind);
  }
}

void Loop::bury() {
  if (received_ > 0) engine_.telemetry.received.add(received_);
  if (sent_ > 0) engine_.telemetry.sent.add(sent_);
  received_ = sent_ = 0;
  if (retired_.empty()) return;
  std::erase_if(again_, [](const Connection* connection) { return connection->retired; });
  const auto gone = retired_.size();
  retired_.clear();
  engine_.telemetry.connections.add(-static_cast<double>(gone));
  *engine_.open.lock() -= gone;
  engine_.closed.notify_all();
}

void Loop::adopt(Accepted accepted) {
  SslPointer ssl;
  if (accepted.secure) ssl = engine_.tls.accept(accepted.socket.get());
  const bool usable = !accepted.secure || ssl;
  auto connection = std::make_unique<Connection>(
      engine_, *this, Transport(std::move(accepted.socket), std::move(ssl)),
      std::move(accepted.peer));
  Connection& added = *connection;
  added.place = connections_.size();
  connections_.push_back(std::move(connection));
  load_.store(connections_.size(), std::memory_order_relaxed);
  constexpr std::uint32_t kEvents = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  const bool wanted = usable && !engine_.stopping;
  if (!wanted || !watch(added.descriptor(), kEvents, added)) return added.cutOff();
  added.drive();
}

bool Loop::shedIdle() {
  auto* oldest = static_cast<Connection*>(deadlines_.oldest(kIdle));
  if (oldest == nullptr) return false;
  oldest->cutOff();
  return true;
}

void Loop::forEach(const std::function<void(Connection&)>& visit) {
  std::vector<Connection*> all;
  for (const auto& connection : connections_) all.push_back(connection.get());
  for (Connection* connection : all) visit(*connection);
}

bool Loop::watch(int descriptor, std::uint32_t events, EventTarget& target) noexcept {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &target;
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void Loop::unwatch(int descriptor) noexcept {
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, descriptor, nullptr);
}

void Loop::again(Connection& connection) {
  if (connection.queued) return;
  connection.queued = true;
  again_.push_back(&connection);
}

void Loop::retire(Connection& connection) {
  connection.retired = true;
  const std::size_t place = connection.place;
  retired_.push_back(std::move(connections_[place]));
  if (place + 1 < connections_.size()) {
    connections_[place] = std::move(connections_.back());
    connections_[place]->place = place;
  }
  connections_.pop_back();
  load_.store(connections_.size(), std::memory_order_relaxed);
  // A descriptor lives on in the epoll set while something shares its socket.
  unwatch(connection.descriptor());
}

}  // namespace larder::http
