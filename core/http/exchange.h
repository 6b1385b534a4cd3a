#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/http/engine.h"
#include "core/message/message.h"
#include "core/message/spool.h"

namespace larder::http {

class Connection;
class Loop;

/// A request that needs the pool, from its admission to the last byte of its
/// answer. While a job runs, the job owns everything but `connection`; between
/// jobs the connection does. The mailbox of the loop hands it over.
struct Exchange {
  Exchange(Engine& shared, Loop& home, Connection& owner, std::shared_ptr<const Request> asked,
           Plan decided);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// Called with what a job has done, in the loop, unless the connection is gone.
  using Then = void (Connection::*)();

  /// Each starts a job; false when the pool's queue is full.
  static bool admit(const std::shared_ptr<Exchange>& self, Then then);
  static bool handle(const std::shared_ptr<Exchange>& self, Then then);
  static bool openStream(const std::shared_ptr<Exchange>& self, Then then);
  static void pull(const std::shared_ptr<Exchange>& self, Then then);

  /// Nobody waits for it any more: cancels, and leaves the destruction of what may
  /// take long to the pool. Null is fine.
  static void abandon(std::shared_ptr<Exchange> self) noexcept;
  static void release(std::shared_ptr<Exchange> self);

  Engine& engine;
  Loop& loop;
  Connection* connection;  // the loop's thread only; null: abandoned
  const std::shared_ptr<const Request> request;
  Plan plan;

  std::unique_ptr<Spool> spool;
  Response response;
  bool refused = false;   // the response is admission's
  bool answered = false;  // the response has been taken

  std::string piece;  // of the stream, to be sent next
  bool ended = false;
  std::optional<sdk::Error> failure;  // of the stream

 private:
  template <class Work>
  static bool start(const std::shared_ptr<Exchange>& self, Then then, Work work);
  template <class Work>
  static std::function<void()> job(const std::shared_ptr<Exchange>& self, Then then, Work work);

  void threw(const char* what);
  bool refuses();
  void runAdmit();
  void runHandle();
  void runOpen();
  void runPull();
  void readPiece();
  void readEnd();

  std::unique_ptr<sdk::Source> source_;
  std::optional<std::uint64_t> left_;  // promised and not read yet
  std::atomic<bool> abandoned_ = false;
  bool working_ = false;  // a job has it; the loop's thread only
};

}  // namespace larder::http
